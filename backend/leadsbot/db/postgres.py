"""PostgreSQL, and whatever speaks it: a held connection for the writer, Piccolo's pool for reading, LISTEN/NOTIFY."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from leadsbot import clock
from leadsbot.db.sql import Dialect, now_ms
from leadsbot.db.tx import Row, Tx
from leadsbot.db.writer import RETRY_AFTER, Group, run_groups
from leadsbot.errors import Unavailable

CHANNEL = "leadsbot"
COMMAND_TIMEOUT_S = 30.0
READERS = 8
CROSSED_ROUNDS = 3
# How long a batch of several groups waits for what another node holds, before that group is tried by itself. Well below
# the second after which PostgreSQL looks for a deadlock, and above what a commit usually takes.
BATCH_LOCK_WAIT_MS = 50

# https://www.postgresql.org/docs/current/errcodes-appendix.html: serialization and deadlock, out of space or memory,
# lock not available, shutting down. All of them: nothing was stored, come back.
_TRANSIENT = ("40", "53", "55P03", "57P", "58", "08")
# The connection was cut, or the driver found it in a state that only a cut explains.
_LOST = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
)


class PostgresStatements:
    """Runs SQL on the writer's connection."""

    dialect: Dialect = "postgres"

    def __init__(self, connection: asyncpg.Connection[Any], ahead: int) -> None:
        self._connection = connection
        self.ahead = ahead

    async def fetch(self, sql: str, args: Sequence[Any]) -> list[Row]:
        return [dict(row) for row in await self._connection.fetch(sql, *args)]

    async def execute(self, sql: str, args: Sequence[Any]) -> int:
        status = await self._connection.execute(sql, *args)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def execute_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        await self._connection.executemany(sql, rows)

    async def insert(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        await self._connection.execute(sql, *zip(*rows, strict=True))


class PostgresBackend:
    """The writer's end: one connection, reopened when it was lost."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: asyncpg.Connection[Any] | None = None
        self._ahead = 0

    async def start(self) -> None:
        self._connection = await self._connect()

    async def _connect(self) -> asyncpg.Connection[Any]:
        connection = await asyncpg.connect(self._url, command_timeout=COMMAND_TIMEOUT_S)
        await connection.execute(_BY_KEYS)
        self._ahead = int(await connection.fetchval(f"SELECT {now_ms('postgres')}")) - clock.now()
        return connection

    async def commit(self, groups: list[Group]) -> set[str]:
        signals = await self._attempt(groups)
        for group in groups:
            signals |= await self._again(group)
            group.outcomes = [translated(o) if isinstance(o, Exception) else o for o in group.outcomes]
        return signals

    async def _attempt(self, groups: list[Group]) -> set[str]:
        try:
            return await self._commit(groups)
        except Exception as error:
            await self._recover()
            raise translated(error) from error

    async def _again(self, group: Group) -> set[str]:
        """Try by itself what would have waited for another node's transaction, crosswise perhaps: which it can only do
        while a batch holds on to what its other groups have locked. First together, then what still crosses alone."""
        crossed = [index for index, outcome in enumerate(group.outcomes) if _is_crossed(outcome)]
        signals = await self._by_itself(group, crossed) if crossed else set()
        for index in crossed * (CROSSED_ROUNDS - 1):
            if _is_crossed(group.outcomes[index]):
                signals |= await self._by_itself(group, [index])
        return signals

    async def _by_itself(self, group: Group, indexes: list[int]) -> set[str]:
        again = Group(group.handler, [group.items[index] for index in indexes], [])
        signals: set[str] = set()
        try:
            signals = await self._attempt([again])
        except Exception as error:  # the others of the batch stand, so this is the outcome of these alone
            again.outcomes = [error] * len(indexes)
        for index, outcome in zip(indexes, again.outcomes, strict=True):
            group.outcomes[index] = outcome
        return signals

    async def _commit(self, groups: list[Group]) -> set[str]:
        connection = await self._begin(f"{'BEGIN' if len(groups) == 1 else _BEGIN_BATCH}; {_SAVEPOINT}")
        # Each way to the server and back costs as much as a statement: the first savepoint has come with the beginning,
        # and a release waits for what is said next.
        unsaid = [_SAVEPOINT]
        released: list[str] = []

        async def savepoint(sql: str) -> None:
            if unsaid and sql == unsaid.pop():
                return
            released.append(sql)
            if sql != _RELEASE:
                await connection.execute("; ".join(released))
                released.clear()

        tx = Tx(PostgresStatements(connection, self._ahead))
        signals = await run_groups(groups, tx, savepoint, _is_crossed)
        told = [f"NOTIFY {CHANNEL}, {_literal(topic)}" for topic in sorted(signals)]
        await connection.execute("; ".join([*released, *told, "COMMIT"]))
        return signals

    async def _begin(self, begin: str) -> asyncpg.Connection[Any]:
        """Open the transaction; a connection that was cut meanwhile is replaced once, since nothing was sent yet."""
        if self._connection is not None and not self._connection.is_closed():
            try:
                await self._connection.execute(begin)
                return self._connection
            except _LOST:
                self._connection.terminate()
        self._connection = await self._connect()
        await self._connection.execute(begin)
        return self._connection

    async def _recover(self) -> None:
        """Leave no half-open transaction behind: roll back, and drop the connection if even that fails."""
        connection = self._connection
        if connection is None or connection.is_closed():
            return
        try:
            if connection.is_in_transaction():
                await connection.execute("ROLLBACK")
        except (*_LOST, asyncpg.PostgresError):
            connection.terminate()
            self._connection = None

    async def close(self) -> None:
        if self._connection is not None and not self._connection.is_closed():
            await self._connection.close()


# What is written is found by keys. A table that was empty a moment ago looks, by its statistics, as if reading all of
# it were cheaper; by the time they are renewed a hundred thousand jobs may wait in it.
_BY_KEYS = "SET enable_seqscan = off"
_SAVEPOINT = "SAVEPOINT unit"
_RELEASE = "RELEASE SAVEPOINT unit"
_BEGIN_BATCH = f"BEGIN; SET LOCAL lock_timeout = '{BATCH_LOCK_WAIT_MS}ms'"


def _literal(text: str) -> str:
    """Give a text as SQL writes it, whatever `standard_conforming_strings` says."""
    return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


async def as_it_is(_connection: object) -> None:
    """Leave a connection of the pool alone when it is given back, but for what the driver itself undoes (an open
    transaction): reading changes nothing in it, and to reset it would cost as much as the query."""


def _is_crossed(outcome: object) -> bool:
    """Tell whether an item fell to a deadlock, to a failed serialization, or to the wait for another's lock: nothing is
    wrong with it, it is tried anew."""
    return isinstance(outcome, asyncpg.TransactionRollbackError | asyncpg.LockNotAvailableError)


def translated(error: Exception) -> Exception:
    """Give what the database can't do now as `Unavailable`: the caller keeps its copy and comes back."""
    code = getattr(error, "sqlstate", None) or ""
    if (isinstance(error, _LOST) and not isinstance(error, asyncpg.DataError)) or code.startswith(_TRANSIENT):
        return Unavailable("The database can't take this right now; try again shortly.", retry_after=RETRY_AFTER)
    return error


class Listener:
    """Hears what other nodes signalled, on a connection of its own; comes back when it was cut."""

    def __init__(self, url: str, heard: Callable[[str], None]) -> None:
        self._url = url
        self._heard = heard
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._loop(), name="listener")

    async def _loop(self) -> None:
        while True:
            try:
                await self._listen()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await asyncio.sleep(1)

    async def _listen(self) -> None:
        connection = await asyncpg.connect(self._url)
        gone = asyncio.Event()
        connection.add_termination_listener(lambda _: gone.set())
        try:
            await connection.add_listener(CHANNEL, self._on_notify)
            await gone.wait()
        finally:
            if not connection.is_closed():
                await connection.close()

    def _on_notify(
        self, _connection: asyncpg.Connection[Any] | PoolConnectionProxy[Any], _pid: int, _channel: str, topic: object
    ) -> None:
        self._heard(str(topic))

    async def close(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
