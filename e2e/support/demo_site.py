"""The demo site on an origin of its own, which stays up when LeadsBot doesn't, as anybody's site would."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from leadsbot.cli.support.demo_site import DemoSite
from leadsbot.cli.support.listening import close, listen

FOLDER = Path(__file__).parents[2] / "demo-site"
HOST = "localhost"  # not 127.0.0.1, where LeadsBot is: another site to a browser, not only another port


def origin(port: int) -> str:
    """Give the origin of a demo site on this port."""
    return f"http://{HOST}:{port}"


@contextmanager
def demo_site(port: int, leadsbot_url: str, token: str) -> Iterator[str]:
    """Serve it, with the tag in its pages, and give its origin."""
    sockets = listen(HOST, port)
    config = uvicorn.Config(
        DemoSite(FOLDER, leadsbot_url=leadsbot_url, token=token),
        interface="asgi3",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=(sockets,), daemon=True)
    thread.start()
    try:
        yield origin(port)
    finally:
        server.should_exit = True
        thread.join()
        close(sockets)
