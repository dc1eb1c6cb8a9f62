"""What every test may ask for: a database of each kind, migrated and empty, and a workspace in it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import shutil
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings

from leadsbot.db import Database
from leadsbot.db.migrate import migrate
from leadsbot.workspaces import passwords
from leadsbot.workspaces.bootstrap import Created, NewWorkspace, create
from tests.support import postgres

KINDS = ("sqlite", "postgresql")

# On a machine that may be busy: slow is no failure.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None]:
    """Look for no garbage while thousands of tests are found, nor ever among what finding them made: it stays."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Let hashing a password cost next to nothing: a thousand tests have an owner, and being slow is all it is for."""
    kept, passwords._hasher = passwords._hasher, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield
    passwords._hasher = kept


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.PostgresServer]:
    with postgres.running() as server:
        yield server


async def _migrated(url: str) -> None:
    async with Database.opened(url) as database:
        await migrate(database)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with every table and no row, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "leadsbot.db"
    asyncio.run(_migrated(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: postgres.PostgresServer) -> Iterator[postgres.Pool]:
    """The same on PostgreSQL: databases that are emptied after use, since making one takes longer than most tests."""
    with postgres_server.fresh() as url:
        asyncio.run(_migrated(url))
        with postgres.Pool(postgres_server, url) as pool:
            yield pool


@contextlib.contextmanager
def a_database(request: pytest.FixtureRequest, kind: str, folder: Path) -> Iterator[str]:
    """Give the URL of a migrated, empty database of a kind."""
    if kind == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), folder / "leadsbot.db")
        yield f"sqlite:///{folder / 'leadsbot.db'}"
    else:
        pool: postgres.Pool = request.getfixturevalue("migrated_postgres")
        with pool.lent() as url:
            yield url


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with every table and no row, of each kind in turn."""
    with a_database(request, request.param, tmp_path) as url:
        yield url


@pytest.fixture(params=KINDS)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database that was never migrated."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        server: postgres.PostgresServer = request.getfixturevalue("postgres_server")
        with server.fresh() as url:
            yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database with every table and no row."""
    async with Database.opened(database_url) as opened:
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
