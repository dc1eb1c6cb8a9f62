"""What every test may ask for: a database of each kind, migrated and empty, and a workspace in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from leadsbot.db import Database
from leadsbot.db.migrate import migrate
from leadsbot.workspaces.bootstrap import Created, NewWorkspace, create
from tests.support import postgres

KINDS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.PostgresServer]:
    with postgres.running() as server:
        yield server


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'leadsbot.db'}"
    else:
        server: postgres.PostgresServer = request.getfixturevalue("postgres_server")
        with server.fresh() as url:
            yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database with every table and no row."""
    async with Database.opened(database_url) as opened:
        await migrate(opened)
        yield opened


@pytest.fixture
async def workspace(database: Database) -> Created:
    """The owner's workspace; `stranger` is somebody else's in the same database."""
    return await create(
        database,
        NewWorkspace("Lindenhof", "owner@example.com", "correct horse battery", ["https://lindenhof.example"]),
    )


@pytest.fixture
async def stranger(database: Database) -> Created:
    return await create(database, NewWorkspace("Elsewhere", "stranger@example.com", "another long password"))
