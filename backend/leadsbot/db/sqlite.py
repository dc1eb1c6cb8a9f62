"""SQLite: one connection that writes, and a few read-only ones behind Piccolo.

Piccolo would open a connection and a thread for each query. Here reads share held connections that refuse to write
(`query_only`), so that a write which bypasses the writer fails at once instead of meeting "database is locked" in
production.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
from piccolo.engine.sqlite import SQLiteEngine, dict_factory
from piccolo.table import Table

from leadsbot.db.sql import Dialect, for_sqlite
from leadsbot.db.tx import Row, Tx
from leadsbot.db.writer import RETRY_AFTER, Group, Once, run_groups
from leadsbot.errors import Unavailable

READERS = 4
BUSY_TIMEOUT_MS = 2_500
_PRAGMAS = (f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}", "PRAGMA foreign_keys = ON", "PRAGMA synchronous = FULL")
# A log of 16 MiB before it is folded back: hot pages are written once instead of at each of SQLite's 4 MiB.
_WRITER_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA wal_autocheckpoint = 4000",
    "PRAGMA cache_size = -32768",
    "PRAGMA analysis_limit = 1000",
)
# Without statistics SQLite takes a workspace to have ten rows, and reads all its deliveries to find one lead's. Those
# of a small table say nothing of what it will be once it has grown, and there any way is quick.
MANY_ROWS = 10_000
ANALYSIS = (
    "ANALYZE",
    f"DELETE FROM sqlite_stat1 WHERE CAST(stat AS INTEGER) < {MANY_ROWS}",
    "ANALYZE sqlite_schema",  # reads what is left of them
)

R = TypeVar("R")

sqlite3.register_converter("BOOLEAN", lambda raw: raw == b"1")


def drive(unit: Coroutine[Any, Any, R]) -> R:
    """Run a unit of work to its end without an event loop: over SQLite it never has to wait."""
    try:
        unit.send(None)
    except StopIteration as finished:
        result: R = finished.value
        return result
    unit.close()
    raise RuntimeError("a unit of work may await nothing but its transaction")


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Open a connection the house way: WAL, FULL, foreign keys on, autocommit until a BEGIN is said."""
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, detect_types=sqlite3.PARSE_DECLTYPES
    )
    connection.row_factory = dict_factory
    for pragma in _PRAGMAS:
        connection.execute(pragma)
    if read_only:
        connection.execute("PRAGMA query_only = ON")
    else:
        for pragma in _WRITER_PRAGMAS:
            connection.execute(pragma)
    return connection


class SQLiteStatements:
    """Runs SQL on the writer's connection, inside the writer's thread."""

    dialect: Dialect = "sqlite"
    ahead = 0  # it runs on this machine

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def fetch(self, sql: str, args: Sequence[Any]) -> list[Row]:
        return self._connection.execute(for_sqlite(sql), args).fetchall()

    async def execute(self, sql: str, args: Sequence[Any]) -> int:
        return self._connection.execute(for_sqlite(sql), args).rowcount

    async def execute_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        self._connection.executemany(for_sqlite(sql), rows)

    async def insert(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        self._connection.executemany(sql, rows)


class SQLiteBackend:
    """The writer's end: one connection, `BEGIN IMMEDIATE`, and a thread for whatever may take long.

    Batch handlers run on the event loop's thread: their statements take microseconds, and in a thread of their own each
    of them would queue for the interpreter's lock twice (measured: 1.6 times the CPU). Single units, the commit with
    its fsync, and waiting for another process's lock go to the thread.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-writer")
        self._connection: sqlite3.Connection | None = None

    async def start(self) -> None:
        self._connection = await self._in_thread(connect, self._path)
        self._connection.execute("PRAGMA busy_timeout = 0")

    async def commit(self, groups: list[Group]) -> set[str]:
        try:
            await self._begin()
            signals = self._run([group for group in groups if not isinstance(group.handler, Once)])
            signals |= await self._in_thread(self._finish, [g for g in groups if isinstance(g.handler, Once)])
        except BaseException as error:
            await self._in_thread(self._undo)
            raise _translated(error) from error
        for group in groups:
            group.outcomes = [_translated(o) if isinstance(o, sqlite3.Error) else o for o in group.outcomes]
        return signals

    async def _begin(self) -> None:
        try:
            self._open.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            await self._in_thread(self._begin_patiently)

    def _begin_patiently(self) -> None:
        self._open.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        try:
            self._open.execute("BEGIN IMMEDIATE")
        finally:
            self._open.execute("PRAGMA busy_timeout = 0")

    def _run(self, groups: list[Group]) -> set[str]:
        async def savepoint(sql: str) -> None:
            self._open.execute(sql)

        return drive(run_groups(groups, Tx(SQLiteStatements(self._open)), savepoint))

    def _finish(self, groups: list[Group]) -> set[str]:
        signals = self._run(groups)
        self._open.execute("COMMIT")
        return signals

    def _undo(self) -> None:
        if self._open.in_transaction:
            self._open.execute("ROLLBACK")

    @property
    def _open(self) -> sqlite3.Connection:
        assert self._connection is not None
        return self._connection

    async def _in_thread(self, function: Callable[..., R], *args: Any) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *args)

    async def close(self) -> None:
        if self._connection is not None:
            await self._in_thread(self._connection.close)
        self._thread.shutdown(wait=True)


# https://www.sqlite.org/rescode.html: out of memory, locked, full, read-only, failing or missing disks. A mistake of
# ours (an unknown column) is none of these, and must not look like one: nobody would come back for it in vain.
_TRANSIENT = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)


def _translated(error: BaseException) -> BaseException:
    """Give what the server's disk can't do now as `Unavailable`: the caller keeps its copy and comes back."""
    if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in _TRANSIENT:
        return Unavailable("The database can't take this right now; try again shortly.", retry_after=RETRY_AFTER)
    return error


class ReadPool:
    """A few threads, each with its own connection that can only read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._edition = 0
        self._connections: list[sqlite3.Connection] = []
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="sqlite-reader")

    async def fetch(self, sql: str, args: Sequence[Any]) -> list[Row]:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._fetch, sql, args)
        except sqlite3.Error as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_READONLY:  # somebody writes past the writer
                raise
            raise _translated(error) from error

    def renew(self) -> None:
        """Open the connections anew, each before its next query: statistics are read when one is opened."""
        self._edition += 1

    def _fetch(self, sql: str, args: Sequence[Any]) -> list[Row]:
        rows: list[Row] = self._connection().execute(for_sqlite(sql), args).fetchall()
        return rows

    def _connection(self) -> sqlite3.Connection:
        edition, connection = getattr(self._local, "held", (-1, None))
        if connection is None or edition != self._edition:
            before, edition = connection, self._edition
            connection = connect(self._path, read_only=True)  # where that fails, the next query tries once more
            self._local.held = edition, connection
            self._connections.append(connection)
            if before is not None:
                self._connections.remove(before)
                before.close()
        return connection

    def close(self) -> None:
        self._threads.shutdown(wait=True)
        for connection in self._connections:
            connection.close()
        self._connections.clear()


class PooledSQLiteEngine(SQLiteEngine):
    """Piccolo's engine, reading through held connections. Its own transactions are for migrations alone."""

    def __init__(self, path: Path) -> None:
        super().__init__(path=str(path))
        self.reads = ReadPool(path)

    async def get_connection(self) -> aiosqlite.Connection:
        connection = await super().get_connection()
        for pragma in (*_PRAGMAS, "PRAGMA journal_mode = WAL"):
            await connection.execute(pragma)
        return connection

    async def _run_in_new_connection(
        self,
        query: str,
        args: list[Any] | None = None,
        query_type: str = "generic",
        table: type[Table] | None = None,
    ) -> list[Row]:
        return await self.reads.fetch(query, args or [])
