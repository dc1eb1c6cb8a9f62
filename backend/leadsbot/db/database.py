"""The database as the rest of the house uses it: Piccolo and `fetch` to read, `write` and `put` to write."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

from piccolo.engine.base import Engine
from piccolo.engine.postgres import PostgresEngine

from leadsbot.db import sql as dialects
from leadsbot.db.postgres import COMMAND_TIMEOUT_S, READERS, Listener, PostgresBackend, as_it_is, translated
from leadsbot.db.schema import all_tables
from leadsbot.db.signals import Signals
from leadsbot.db.sql import Dialect
from leadsbot.db.sqlite import ANALYSIS, PooledSQLiteEngine, SQLiteBackend
from leadsbot.db.tx import Row, Tx
from leadsbot.db.writer import Backend, Handler, Once, Unit, Writer
from leadsbot.errors import Unavailable

R = TypeVar("R")


class Database:
    """One open database. Opening binds the Piccolo tables to it, so a process has one open at a time."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.signals = Signals()
        self.engine: Engine[Any] = _engine(url)
        self.dialect: Dialect = "sqlite" if isinstance(self.engine, PooledSQLiteEngine) else "postgres"
        self._writer = Writer(_backend(url), self.signals.fire)
        self._listener = None if self.dialect == "sqlite" else Listener(url, self._heard)

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str) -> AsyncIterator[Database]:
        database = cls(url)
        await database.open()
        try:
            yield database
        finally:
            await database.close()

    async def open(self) -> None:
        """Connect, or raise `Unavailable` with what the operator should check."""
        self.bind()
        try:
            if isinstance(self.engine, PostgresEngine):
                await self.engine.start_connection_pool(
                    min_size=1, max_size=READERS, command_timeout=COMMAND_TIMEOUT_S, reset=as_it_is
                )
            await self._writer.start()
        except OSError as error:
            raise Unavailable("The database can't be reached: check LEADSBOT_DATABASE_URL.") from error
        if self._listener:
            self._listener.start()

    def bind(self) -> None:
        """Point the Piccolo tables at this database."""
        for table in all_tables():
            table._meta.db = self.engine

    async def close(self) -> None:
        """Write what still waits, then close everything."""
        if self._listener:
            await self._listener.close()
        await self._writer.close()
        if isinstance(self.engine, PooledSQLiteEngine):
            self.engine.reads.close()
        elif isinstance(self.engine, PostgresEngine) and self.engine.pool:
            await self.engine.close_connection_pool()

    async def write(self, unit: Unit[R]) -> R:
        """Run a unit of work in the next batch; returns once what it wrote is durable. The unit may run twice."""
        result: R = await self._writer.put(Once(unit), None)
        return result

    def put(self, handler: Handler, item: Any) -> asyncio.Future[Any]:
        """Hand an item to a batch handler: many callers, one transaction. The future ends once it is durable."""
        return self._writer.put(handler, item)

    async def fetch(self, sql: str, *args: Any) -> list[Row]:
        """Read with SQL in `$1` placeholders."""
        if isinstance(self.engine, PooledSQLiteEngine):
            return await self.engine.reads.fetch(sql, args)
        assert isinstance(self.engine, PostgresEngine)
        try:
            return [dict(row) for row in await self.engine._run_in_pool(sql, args)]
        except Exception as error:
            raise translated(error) from error

    async def at_once(self, sql: str, *args: Any) -> list[Row]:
        """Run one statement by itself, durable or not by the time the writer's batch is: for counts that nodes share.
        PostgreSQL alone; a SQLite database has one node, and one writer."""
        if self.dialect == "sqlite":
            raise RuntimeError("SQLite is written through the writer alone")
        return await self.fetch(sql, *args)

    async def analyse(self) -> None:
        """Let SQLite learn how its tables are filled, of which it takes a sample; PostgreSQL does so by itself."""
        if not isinstance(self.engine, PooledSQLiteEngine):
            return

        async def unit(tx: Tx) -> None:
            for statement in ANALYSIS:
                await tx.execute(statement)

        await self.write(unit)
        self.engine.reads.renew()

    async def fetch_one(self, sql: str, *args: Any) -> Row | None:
        rows = await self.fetch(sql, *args)
        return rows[0] if rows else None

    def one_of(self, number: int) -> str:
        return dialects.one_of(self.dialect, number)

    def many(self, values: list[str]) -> Any:
        return dialects.many(self.dialect, values)

    def contains(self, column: str, number: int) -> str:
        return dialects.contains(self.dialect, column, number)

    def holds(self, column: str, number: int) -> str:
        return dialects.holds(self.dialect, column, number)

    def _heard(self, topic: str) -> None:
        self.signals.fire({topic})


def sqlite_path(url: str) -> Path:
    """Give the file of a `sqlite:///…` URL; a relative path is relative to the working directory."""
    return Path(unquote(url.removeprefix("sqlite:///")))


def _engine(url: str) -> Engine[Any]:
    if url.startswith("sqlite:///"):
        path = sqlite_path(url)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():  # people's data: its log and index files take these permissions over
            path.touch(mode=0o600)
        return PooledSQLiteEngine(path)
    return PostgresEngine(config={"dsn": url}, extensions=())


def _backend(url: str) -> Backend:
    return SQLiteBackend(sqlite_path(url)) if url.startswith("sqlite:///") else PostgresBackend(url)
