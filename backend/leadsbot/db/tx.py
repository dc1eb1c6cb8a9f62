"""A transaction as a unit of work sees it: fetch, execute, and rows that are gathered and written together.

A unit is an `async def` that awaits nothing but its `Tx`. On PostgreSQL it runs on the writer's held connection; on
SQLite it is driven to its end inside the writer's thread, where nothing ever really waits. The same code serves both.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from piccolo.query.base import Query
from piccolo.table import Table

from leadsbot.db import sql as dialects
from leadsbot.db.sql import Dialect

Row = dict[str, Any]
Finish = Callable[["Tx", list[Any]], Awaitable[None] | None]


class Statements(Protocol):
    """What a backend does with finished SQL."""

    dialect: Dialect
    ahead: int

    async def fetch(self, sql: str, args: Sequence[Any]) -> list[Row]: ...

    async def execute(self, sql: str, args: Sequence[Any]) -> int: ...

    async def execute_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None: ...

    async def insert(self, sql: str, rows: Sequence[Sequence[Any]]) -> None: ...


class Tx:
    """One open transaction. Inserted rows wait until `flush()`, or until the unit has returned."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._waiting: dict[tuple[type[Table], tuple[str, ...], str], list[Sequence[Any]]] = {}
        self._gathered: dict[str, tuple[Finish, list[Any]]] = {}
        self.signals: set[str] = set()
        self.quiet = False

    @property
    def dialect(self) -> Dialect:
        return self._statements.dialect

    def insert(self, table: type[Table], row: Mapping[str, Any], conflict: str = "") -> None:
        """Add a row of `table`; `conflict` is an `ON CONFLICT …` clause. Tables are written in the order first named.

        Rows of one table with the same columns become one statement, so give related rows the same columns. A column
        left out takes the table's default.
        """
        key = (table, tuple(row), conflict)
        rows = self._waiting.get(key)
        if rows is None:
            self._waiting[key] = [tuple(row.values())]
        else:
            rows.append(tuple(row.values()))

    def signal(self, topic: str) -> None:
        """Wake whoever listens to `topic`, on every node, once this transaction has been committed."""
        self.signals.add(topic)

    def gather(self, key: str, items: Iterable[Any], finish: Finish) -> None:
        """Hold items until the unit ends; then `finish(tx, items)` is called, or awaited, once for all that
        `key` gathered."""
        _, held = self._gathered.setdefault(key, (finish, []))
        held.extend(items)

    async def end(self) -> None:
        """Finish what was gathered and write what waits: the writer calls it when the unit has returned."""
        gathered, self._gathered = self._gathered, {}
        for finish, items in gathered.values():
            finishing = finish(self, items)
            if finishing is not None:
                await finishing
        await self.flush()

    async def flush(self) -> None:
        """Write the waiting rows; call it before reading what this unit itself inserted."""
        waiting, self._waiting = self._waiting, {}
        for (table, columns, conflict), rows in waiting.items():
            await self._statements.insert(dialects.insert_statement(self.dialect, table, columns, conflict), rows)

    def discard(self) -> None:
        """Forget what waits: the unit failed."""
        self._waiting.clear()
        self._gathered.clear()
        self.signals.clear()

    async def fetch(self, sql: str, *args: Any) -> list[Row]:
        """Run a query in `$1` placeholders and give its rows."""
        return await self._statements.fetch(sql, args)

    async def fetch_one(self, sql: str, *args: Any) -> Row | None:
        rows = await self._statements.fetch(sql, args)
        return rows[0] if rows else None

    async def execute(self, sql: str, *args: Any) -> int:
        """Run a statement and give how many rows it touched."""
        return await self._statements.execute(sql, args)

    async def execute_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run one statement for many rows of parameters; the same row must not be named twice on PostgreSQL upserts."""
        if rows:
            await self._statements.execute_many(sql, rows)

    async def run(self, query: Query[Any, Any]) -> list[Row]:
        """Run a query built with Piccolo inside this transaction."""
        rows: list[Row] = []
        for querystring in query.querystrings:
            sql, args = querystring.compile_string(engine_type=self.dialect)
            rows = await self._statements.fetch(sql, args)
        return rows

    def one_of(self, number: int) -> str:
        return dialects.one_of(self.dialect, number)

    def many(self, values: Sequence[str]) -> Any:
        return dialects.many(self.dialect, values)

    @property
    def ahead(self) -> int:
        """How many ms the database's clock is ahead of this node's (negative: behind)."""
        return self._statements.ahead

    @property
    def now_ms(self) -> str:
        return dialects.now_ms(self.dialect)
