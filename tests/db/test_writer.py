"""The one writer: what is acknowledged is durable, a bad row costs itself alone, and nothing else may write."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from typing import Any

import pytest

from leadsbot.db import Database, Tx
from leadsbot.db.database import sqlite_path
from leadsbot.db.migrate import migrate
from leadsbot.db.writer import MAX_BATCH
from leadsbot.errors import Unavailable
from leadsbot.workspaces.tables import Workspace
from tests.support.waiting import PATIENCE_S


def _row(number: int) -> dict[str, Any]:
    return {"id": f"w{number}", "name": f"Workspace {number}", "created_at": number}


async def _add(tx: Tx, numbers: Sequence[int]) -> list[int]:
    for number in numbers:
        if number < 0:
            raise ValueError("a negative workspace")
        tx.insert(Workspace, _row(number))
    return list(numbers)


async def _names(database: Database) -> list[str]:
    return [row["id"] for row in await database.fetch("SELECT id FROM workspaces ORDER BY created_at")]


async def test_it_answers_each_caller_with_its_own_result(database: Database) -> None:
    results = await asyncio.gather(*(database.put(_add, number) for number in range(MAX_BATCH + 20)))
    assert results == list(range(MAX_BATCH + 20))
    assert len(await _names(database)) == MAX_BATCH + 20


async def test_a_bad_item_fails_alone(database: Database) -> None:
    puts = [database.put(_add, number) for number in (1, -1, 2)]
    outcomes = await asyncio.gather(*puts, return_exceptions=True)
    assert outcomes[0] == 1
    assert isinstance(outcomes[1], ValueError)
    assert outcomes[2] == 2
    assert await _names(database) == ["w1", "w2"]


async def test_a_row_the_database_refuses_fails_alone(database: Database) -> None:
    await database.put(_add, 1)
    puts = [database.put(_add, number) for number in (1, 2, 3)]
    outcomes = await asyncio.gather(*puts, return_exceptions=True)
    assert isinstance(outcomes[0], Exception)
    assert outcomes[1:] == [2, 3]
    assert await _names(database) == ["w1", "w2", "w3"]


async def test_a_unit_that_fails_leaves_nothing_behind(database: Database) -> None:
    async def unit(tx: Tx) -> None:
        tx.insert(Workspace, _row(1))
        await tx.flush()
        raise ValueError("after the write")

    with pytest.raises(ValueError, match="after the write"):
        await database.write(unit)
    assert await _names(database) == []


async def test_a_unit_reads_what_it_wrote_once_flushed(database: Database) -> None:
    async def unit(tx: Tx) -> list[dict[str, Any]]:
        tx.insert(Workspace, _row(1))
        await tx.flush()
        return await tx.fetch("SELECT name FROM workspaces WHERE id = $1", "w1")

    assert await database.write(unit) == [{"name": "Workspace 1"}]


async def test_a_piccolo_query_runs_inside_the_unit(database: Database) -> None:
    await database.put(_add, 1)

    async def unit(tx: Tx) -> None:
        await tx.run(Workspace.update({Workspace.name: "Renamed"}).where(Workspace.id == "w1"))

    await database.write(unit)
    assert await Workspace.select(Workspace.name).first() == {"name": "Renamed"}


async def test_signals_fire_after_the_commit_and_not_for_what_failed(database: Database) -> None:
    async def good(tx: Tx) -> None:
        tx.signal("good")

    async def bad(tx: Tx) -> None:
        tx.signal("bad")
        raise ValueError("no")

    with database.signals.listen("good") as heard, database.signals.listen("bad") as unheard:
        await database.write(good)
        with pytest.raises(ValueError, match="no"):
            await database.write(bad)
        await asyncio.wait_for(heard.wait(), PATIENCE_S)
        assert not unheard.is_set()


async def test_a_caller_that_goes_away_does_not_undo_its_write(database: Database) -> None:
    put = database.put(_add, 7)
    put.cancel()
    await database.put(_add, 8)
    assert await _names(database) == ["w7", "w8"]


async def test_many_values_are_matched_by_one_query(database: Database) -> None:
    await asyncio.gather(*(database.put(_add, number) for number in range(5)))
    rows = await database.fetch(f"SELECT id FROM workspaces WHERE id {database.one_of(1)}", database.many(["w1", "w3"]))
    assert sorted(row["id"] for row in rows) == ["w1", "w3"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_locked_database_is_unavailable_and_recovers(database: Database) -> None:
    other = sqlite3.connect(sqlite_path(database.url), isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable) as refused:
            await database.put(_add, 1)
        assert refused.value.retry_after is not None
        other.execute("ROLLBACK")
    finally:
        other.close()
    assert await database.put(_add, 2) == 2
    assert await _names(database) == ["w2"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_full_disk_is_unavailable_and_loses_nothing_that_was_acknowledged(database: Database) -> None:
    await database.put(_add, 1)

    async def limit(tx: Tx) -> int:
        pages = (await tx.fetch("PRAGMA page_count"))[0]["page_count"]
        await tx.fetch(f"PRAGMA max_page_count = {pages}")
        return int(pages)

    await database.write(limit)

    async def large(tx: Tx) -> None:
        tx.insert(Workspace, {"id": "big", "name": "x" * 500_000, "created_at": 2})

    with pytest.raises(Unavailable):
        await database.write(large)
    assert await _names(database) == ["w1"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_nothing_writes_past_the_writer(database: Database) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await Workspace.insert(Workspace(id="w1", name="x", created_at=1))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_sqlite_is_set_up_for_durability(database: Database) -> None:
    async def pragmas(tx: Tx) -> list[Any]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [next(iter((await tx.fetch(f"PRAGMA {name}"))[0].values())) for name in names]

    assert await database.write(pragmas) == ["wal", 2, 1]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_the_writer_comes_back_after_its_connection_was_cut(database: Database) -> None:
    await database.put(_add, 1)
    await database.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid()"
    )
    assert await database.put(_add, 2) == 2
    assert await _names(database) == ["w1", "w2"]


async def test_a_unit_that_waits_for_the_world_is_refused_on_sqlite(database: Database) -> None:
    async def unit(tx: Tx) -> None:
        await asyncio.sleep(0)

    if database.dialect == "sqlite":
        with pytest.raises(RuntimeError, match="nothing but its transaction"):
            await database.write(unit)
    else:
        await database.write(unit)


@pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
async def test_nobody_else_on_the_machine_reads_a_new_database(empty_database_url: str) -> None:
    async with Database.opened(empty_database_url) as database:
        await migrate(database)
        await database.put(_add, 1)
        path = sqlite_path(empty_database_url)
        modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.glob(f"{path.name}*")}
    assert modes
    assert set(modes.values()) == {0o600}


async def test_what_is_acknowledged_outlives_the_process_that_wrote_it(database_url: str) -> None:
    async with Database.opened(database_url) as database:
        await database.put(_add, 1)
    async with Database.opened(database_url) as database:
        assert await _names(database) == ["w1"]
