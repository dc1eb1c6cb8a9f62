"""The dashboard over HTTP, as the real application serves it: a browser for the owner, a stranger, a passer-by."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from leadsbot.db import Database
from leadsbot.workspaces.bootstrap import Created
from tests.dashboard.browsing import ADDRESS, Browser, over_app
from tests.support.application import made, running

PASSWORD = "correct horse battery"
STRANGERS_PASSWORD = "another long password"

Start = Callable[..., contextlib.AbstractAsyncContextManager[Any]]


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> dict[str, str]:
    """What the application is started with: a mail server that nobody asks, and no Telegram bot."""
    return {
        "LEADSBOT_DATABASE_URL": database.url,
        "LEADSBOT_SECRET_KEY": "a secret key for tests",
        "LEADSBOT_PUBLIC_URL": ADDRESS,
        "LEADSBOT_ALLOW_PRIVATE_TARGETS": "1",
        "LEADSBOT_SMTP_URL": "smtp://127.0.0.1:9",
    }


@pytest.fixture
async def app(settings: dict[str, str]) -> AsyncIterator[Any]:
    """The application, started, with its jobs left to others."""
    with made(settings) as application:
        async with running(application):
            yield application


@pytest.fixture
def passer_by(app: Any) -> Browser:
    """Nobody: a browser that was never signed in."""
    return over_app(app)


@pytest.fixture
async def owner(app: Any, workspace: Created) -> Browser:
    browser = over_app(app)
    await browser.sign_in("owner@example.com", PASSWORD)
    return browser


@pytest.fixture
async def outsider(app: Any, stranger: Created) -> Browser:
    """Somebody who is signed in to another workspace."""
    browser = over_app(app)
    await browser.sign_in("stranger@example.com", STRANGERS_PASSWORD)
    return browser


@pytest.fixture
async def served(settings: dict[str, str]) -> AsyncIterator[str]:
    """The application behind a real socket, for what streams; gives its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with made(settings | {"LEADSBOT_PUBLIC_URL": address}) as application:
        config = uvicorn.Config(application, log_config=None, ws="none", timeout_graceful_shutdown=1)
        server = _Quiet(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        await server.up.wait()
        yield address
        server.should_exit = True
        await task
        listener.close()


class _Quiet(uvicorn.Server):
    """A server inside a test: it says when it is up and leaves the process's signals alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield
