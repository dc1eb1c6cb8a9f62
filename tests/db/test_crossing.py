"""Two nodes on one PostgreSQL whose batches want the same rows in opposite orders."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest

from leadsbot.db import Database, Tx
from leadsbot.workspaces.tables import Workspace

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

Unit = Callable[[Tx], Awaitable[None]]


@pytest.fixture
async def nodes(database: Database) -> AsyncIterator[tuple[Database, Database]]:
    async def made(tx: Tx) -> None:
        for name in ("one", "two"):
            tx.insert(Workspace, {"id": name, "name": "", "created_at": 0})

    await database.write(made)
    async with Database.opened(database.url) as other:
        database.bind()
        yield database, other


async def test_a_batch_waits_for_no_deadlock_and_loses_nothing(nodes: tuple[Database, Database]) -> None:
    failed: list[Exception] = []
    both_hold_one = asyncio.Barrier(2)

    def adds(row_id: str, *, first: bool) -> Unit:
        tries = 0

        async def unit(tx: Tx) -> None:
            nonlocal tries
            tries += 1
            try:
                await tx.execute("UPDATE workspaces SET name = name || '+' WHERE id = $1", row_id)
            except Exception as error:
                failed.append(error)
                raise
            if first and tries == 1:
                await both_hold_one.wait()

        return unit

    here, there = nodes
    await asyncio.gather(
        *(here.write(adds(row_id, first=row_id == "one")) for row_id in ("one", "two")),
        *(there.write(adds(row_id, first=row_id == "two")) for row_id in ("two", "one")),
    )
    assert [row["name"] for row in await here.fetch("SELECT name FROM workspaces ORDER BY id")] == ["++", "++"]
    assert failed and not any(isinstance(error, asyncpg.DeadlockDetectedError) for error in failed)
