"""The REST doors over HTTP, as the real application serves them, with the keys of two workspaces."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from leadsbot.db import Database, Tx
from leadsbot.workspaces import api_keys
from leadsbot.workspaces.bootstrap import Created
from tests.support.application import made, running
from tests.support.neighbours import receiver, telegram

__all__ = ["receiver", "telegram"]

PUBLIC_URL = "https://leads.example"
VISITOR = "192.0.2.7"

Client = httpx.AsyncClient
Serve = Callable[..., contextlib.AbstractAsyncContextManager[Client]]


@pytest.fixture
def serve(database: Database, tmp_path: Path) -> Serve:
    """Start the application on the test's database, with `settings` on top, and give a client.

    `peer` is the address that the client comes from; other keywords are its headers, `_` for `-`.
    """

    @contextlib.asynccontextmanager
    async def start(
        settings: dict[str, str] | None = None, peer: str = VISITOR, **headers: str
    ) -> AsyncIterator[Client]:
        env = {
            "LEADSBOT_DATABASE_URL": database.url,
            "LEADSBOT_SECRET_KEY": "a secret key for tests",
            "LEADSBOT_PUBLIC_URL": PUBLIC_URL,
            "LEADSBOT_ALLOW_PRIVATE_TARGETS": "1",
            **(settings or {}),
        }
        with made(env) as app:
            async with running(app):
                yield client_of(app, peer, {name.replace("_", "-"): value for name, value in headers.items()})

    return start


def client_of(app: Any, peer: str, headers: dict[str, str]) -> Client:
    """Give a client whose failures inside the application become answers, as they do behind a real socket."""
    transport = httpx.ASGITransport(app=app, client=(peer, 50_000), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL, headers=headers)


async def key_with(database: Database, workspace: Created, scopes: Sequence[str]) -> str:
    """Make a key of the workspace with these scopes alone."""

    async def unit(tx: Tx) -> tuple[str, str]:
        return api_keys.create(tx, workspace.workspace_id, "Another key", scopes)

    return (await database.write(unit))[1]


@pytest.fixture
async def nobody(serve: Serve) -> AsyncIterator[Client]:
    """A client without a key."""
    async with serve() as client:
        yield client


@pytest.fixture
def as_(nobody: Client) -> Callable[[str], Client]:
    """Give a client of the same application that sends a key."""

    def made(key: str) -> Client:
        transport = nobody._transport
        return httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL, headers={"authorization": f"Bearer {key}"})

    return made


@pytest.fixture
def api(as_: Callable[[str], Client], workspace: Created) -> Client:
    """The owner's client: every scope."""
    return as_(workspace.api_key)


@pytest.fixture
def stranger_api(as_: Callable[[str], Client], stranger: Created) -> Client:
    """A client with every scope in another workspace."""
    return as_(stranger.api_key)
