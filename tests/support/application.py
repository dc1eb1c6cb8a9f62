"""The application inside a test's process: started, stopped, and its routes built once for all tests of the process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

from litestar import Litestar

from leadsbot.app import create_app, create_web
from leadsbot.settings import Settings

_idle: list[Litestar] = []


@contextlib.contextmanager
def made(settings: dict[str, str]) -> Iterator[Any]:
    """The application for these settings, its jobs left to others; whoever gets it starts and stops it."""
    web = _idle.pop() if _idle else create_web()
    yield create_app(Settings.load(settings, dotenv=None), jobs=False, web=web)
    _idle.append(web)


@contextlib.asynccontextmanager
async def running(app: Any) -> AsyncIterator[None]:
    """Do what a server does before the first request and after the last (ASGI, "Lifespan Protocol")."""
    said: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    heard: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    task = asyncio.create_task(app({"type": "lifespan", "asgi": {"version": "3.0"}}, said.get, heard.put))
    await said.put({"type": "lifespan.startup"})
    started = await heard.get()
    assert started["type"] == "lifespan.startup.complete", started
    try:
        yield
    finally:
        await said.put({"type": "lifespan.shutdown"})
        await task
