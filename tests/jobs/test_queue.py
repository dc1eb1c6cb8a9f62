"""The job table: a job exists if and only if what it is about does, and only who holds its claim may settle it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.jobs import outcomes
from leadsbot.jobs.cron import KEEP_DONE_MS, purge_done
from leadsbot.jobs.outcomes import Again, Back, Dead, Done
from leadsbot.jobs.places import HOUSE, LANE_LIMIT
from leadsbot.jobs.queue import enqueue, hasten, renew
from leadsbot.workspaces.tables import Workspace
from tests.jobs.desk import Node, add, lapse, make_due, row_of, settle, take
from tests.support.waiting import PATIENCE_S


def writes_workspace(workspace_id: str) -> Any:
    async def write(tx: Tx) -> None:
        tx.insert(Workspace, {"id": workspace_id, "name": "Written by a job", "created_at": 1})

    return write


async def workspaces(database: Database) -> list[str]:
    return [row["id"] for row in await database.fetch("SELECT id FROM workspaces ORDER BY id")]


async def test_a_job_exists_when_its_transaction_commits(database: Database) -> None:
    await add(database, "Ada")
    assert [taken.payload for taken in await take(database)] == [{"name": "Ada"}]


async def test_a_job_does_not_exist_when_its_transaction_fails(database: Database) -> None:
    async def unit(tx: Tx) -> None:
        enqueue(tx, "greet", {})
        await tx.flush()
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await database.write(unit)
    assert await take(database) == []


async def test_a_claimed_job_is_not_claimed_again_while_its_lease_holds(database: Database) -> None:
    await add(database, "Ada")
    assert len(await take(database)) == 1
    assert await take(database) == []


async def test_a_lapsed_lease_is_taken_over(database: Database) -> None:
    (job_id,) = await add(database, "Ada")
    await take(database)
    await lapse(database, job_id)
    (again,) = await take(database)
    assert (again.id, again.claims) == (job_id, 2)


async def test_a_renewed_lease_is_not_taken_over(database: Database) -> None:
    (job_id,) = await add(database, "Ada")
    (held,) = await take(database)
    await lapse(database, job_id)

    async def unit(tx: Tx) -> None:
        await renew(tx, [held])

    await database.write(unit)
    assert await take(database) == []


async def test_a_stale_holder_cannot_renew(database: Database) -> None:
    (job_id,) = await add(database, "Ada")
    (stale,) = await take(database)
    await lapse(database, job_id)
    await take(database)
    await lapse(database, job_id)

    async def unit(tx: Tx) -> None:
        await renew(tx, [stale])

    await database.write(unit)
    assert len(await take(database)) == 1


async def test_settling_writes_what_the_work_wrote(database: Database) -> None:
    (job_id,) = await add(database, "Ada")
    (held,) = await take(database)
    assert await settle(database, held, Done(writes=writes_workspace("w1")))
    assert await workspaces(database) == ["w1"]
    assert await row_of(database, job_id) is None


@pytest.mark.parametrize("make", [Done, lambda writes: Again(0, writes), lambda writes: Dead("no", writes)])
async def test_a_stale_holder_settles_nothing_and_writes_nothing(database: Database, make: Any) -> None:
    (job_id,) = await add(database, "Ada")
    (stale,) = await take(database)
    await lapse(database, job_id)
    (holder,) = await take(database)
    assert not await settle(database, stale, make(writes_workspace("stale")))
    assert await workspaces(database) == []
    assert await settle(database, holder, Done(writes=writes_workspace("fresh")))
    assert await workspaces(database) == ["fresh"]


async def test_ending_a_job_reads_none_that_waits(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many wait: each statement finds its jobs by their ids."""
    await add(database, *map(str, range(300)))
    taken = (await take(database))[:2]
    said: list[str] = []
    execute = Tx.execute

    async def noted(tx: Tx, sql: str, *args: Any) -> int:
        said.append(sql)
        return await execute(tx, sql, *args)

    monkeypatch.setattr(Tx, "execute", noted)
    await asyncio.gather(*(settle(database, one, Done()) for one in taken))
    (ended,) = (sql for sql in said if sql.startswith("DELETE FROM jobs"))

    async def unit(tx: Tx) -> str:
        given = tx.many([taken[0].id])
        rows = await tx.fetch(f"{'EXPLAIN QUERY PLAN' if tx.dialect == 'sqlite' else 'EXPLAIN'} {ended}", given)
        return "\n".join(str(row.get("detail") or row.get("QUERY PLAN")) for row in rows)

    plan = await database.write(unit)
    assert "unique_key=" not in plan and ("(id=?)" in plan or "Index Cond: ((id)::text = ANY" in plan), plan


async def test_settling_twice_writes_once(database: Database) -> None:
    await add(database, "Ada")
    (held,) = await take(database)
    assert await settle(database, held, Done(writes=writes_workspace("first")))
    assert not await settle(database, held, Done(writes=writes_workspace("second")))
    assert await workspaces(database) == ["first"]


async def test_a_write_that_fails_leaves_its_job_and_its_neighbours_settle(database: Database) -> None:
    async def broken(tx: Tx) -> None:
        tx.insert(Workspace, {"id": "half", "name": "x", "created_at": 1})
        raise ValueError("broken")

    await add(database, "Ada", "Grace")
    ada, grace = await take(database)
    puts = [
        database.put(outcomes.settle, one) for one in (([ada], Done(broken)), ([grace], Done(writes_workspace("w"))))
    ]
    failed, settled = await asyncio.gather(*puts, return_exceptions=True)
    assert isinstance(failed, ValueError)
    assert settled is True
    assert await workspaces(database) == ["w"]
    row = await row_of(database, ada.id)
    assert row is not None and row["state"] == "running"


async def test_a_lane_takes_at_most_its_share_and_the_others_go_on(database: Database) -> None:
    await add(database, *map(str, range(30)), lane="slow")
    await add(database, "quick", lane="other")
    await add(database, "free")
    taken = await take(database)
    assert [one.lane for one in taken].count("slow") == LANE_LIMIT
    assert {one.payload["name"] for one in taken if one.lane != "slow"} == {"quick", "free"}


async def test_what_runs_of_a_lane_already_counts(database: Database) -> None:
    await add(database, *map(str, range(LANE_LIMIT + 2)), lane="slow")
    node = Node()
    assert len(await node.take(database)) == LANE_LIMIT
    assert await node.take(database) == []
    node.places.give_back("", "slow", 1.0)
    assert len(await node.take(database)) == 1


async def test_again_gives_the_job_back_and_moves_its_due(database: Database) -> None:
    (job_id,) = await add(database, "Ada")
    (held,) = await take(database)
    assert await settle(database, held, Again(60_000, error="told to wait"))
    row = await row_of(database, job_id)
    assert row is not None
    assert (row["state"], row["failures"], row["error"]) == ("ready", 0, "told to wait")
    assert await take(database) == []
    wait = (await Node().look(database)).idle
    assert wait is not None and 30_000 < wait <= 60_000
    await make_due(database)
    assert [one.claims for one in await take(database)] == [2]


@pytest.mark.parametrize("runs", [True, False], ids=["running", "waiting"])
async def test_a_job_that_is_wanted_sooner_comes_back_sooner(database: Database, runs: bool) -> None:
    (job_id,) = await add(database, "Ada", unique_key="ada")
    (held,) = await take(database)
    if not runs:
        await settle(database, held, Again(clock.HOUR))
    at = clock.now() + clock.MINUTE
    for wanted in (at + clock.MINUTE, at, at + clock.HOUR):
        await database.write(lambda tx, wanted=wanted: hasten(tx, "ada", wanted))
    if runs:
        await settle(database, held, Again(clock.HOUR))
    row = await row_of(database, job_id)
    assert row is not None
    assert (row["state"], row["waits"]) == ("ready", "time")
    assert abs(row["due"] - at) < clock.MINUTE // 2  # by the database's clock


async def test_a_job_that_is_wanted_later_is_put_back_or_taken_over_at_once(database: Database) -> None:
    ids = await add(database, "Ada", unique_key="ada") + await add(database, "Grace", unique_key="grace")
    held = {one.id: one for one in await take(database)}
    for key in ("ada", "grace"):
        await database.write(lambda tx, key=key: hasten(tx, key, clock.now() + clock.HOUR))
    await settle(database, held[ids[0]], Back())
    await lapse(database, ids[1])
    assert {one.id for one in await take(database)} == set(ids)


async def test_a_failure_counts_and_a_postponement_does_not(database: Database) -> None:
    await add(database, "Ada")
    for outcome, failures in ((Again(0, failed=True), 1), (Again(0), 1), (Again(0, failed=True), 2)):
        (held,) = await take(database)
        await settle(database, held, outcome)
        row = await row_of(database, held.id)
        assert row is not None and row["failures"] == failures


async def test_a_dead_job_is_kept_with_its_error_and_never_claimed(database: Database) -> None:
    (job_id,) = await add(database, "Ada")
    (held,) = await take(database)
    await settle(database, held, Dead("x" * 900))
    row = await row_of(database, job_id)
    assert row is not None
    assert (row["state"], len(row["error"])) == ("dead", 500)
    assert await take(database) == []


async def test_jobs_come_oldest_due_first(database: Database) -> None:
    await add(database, "second", due=2_000)
    await add(database, "first", due=1_000)
    assert [one.payload["name"] for one in await take(database)] == ["first", "second"]


async def test_a_job_is_not_claimed_before_it_is_due(database: Database) -> None:
    await add(database, "later", due=clock.now() + clock.HOUR)
    assert await take(database) == []


async def test_kinds_that_nobody_here_handles_are_left_alone(database: Database) -> None:
    await add(database, "Ada")
    assert await take(database, "another") == []
    assert len(await take(database)) == 1


async def test_a_unique_key_is_enqueued_once_even_after_its_job_is_done(database: Database) -> None:
    await add(database, "tick", unique_key="tick:1")
    await add(database, "tick", unique_key="tick:1")
    (held,) = await take(database)
    await settle(database, held, Done())
    await add(database, "tick", unique_key="tick:1")
    assert await take(database) == []


async def test_done_jobs_are_purged_after_their_time_and_not_before(database: Database) -> None:
    await add(database, "tick", unique_key="tick:1")
    (held,) = await take(database)
    await settle(database, held, Done())
    done_at = clock.now()
    for waited, left in ((KEEP_DONE_MS - clock.MINUTE, 1), (KEEP_DONE_MS + clock.MINUTE, 0)):
        with clock.freeze(done_at + waited):
            await database.write(purge_done)
        assert len(await database.fetch("SELECT id FROM jobs")) == left


async def test_dead_and_waiting_jobs_are_not_purged(database: Database) -> None:
    await add(database, "Ada", "Grace")
    held, other = await take(database)
    await settle(database, held, Dead("no\x00"))  # as the other side may have said
    await settle(database, other, Again(1, error="\x00" * 600))
    with clock.freeze(clock.now() + 10 * KEEP_DONE_MS):
        await database.write(purge_done)
    assert {row["state"] for row in await database.fetch("SELECT state FROM jobs")} == {"dead", "ready"}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_nodes_never_hold_the_same_job(database: Database) -> None:
    await add(database, *map(str, range(HOUSE)))
    async with Database.opened(database.url) as other:
        taken = [one.id for got in await asyncio.gather(take(database), take(other)) for one in got]
    assert len(taken) == len(set(taken)) == HOUSE


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("off", [clock.HOUR, -clock.HOUR], ids=["fast", "slow"])
async def test_a_nodes_wrong_clock_moves_no_job(database: Database, off: int) -> None:
    with clock.freeze(clock.now() + off):
        async with Database.opened(database.url) as node:
            await add(node, "at once")
            await add(node, "later", due=clock.now() + clock.HOUR)
    database.bind()
    assert [one.payload["name"] for one in await take(database)] == ["at once"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_job_that_is_being_settled_is_not_taken_over(database: Database) -> None:
    (job_id,) = await add(database, "Ada")
    (held,) = await take(database)
    await lapse(database, job_id)
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def slow(tx: Tx) -> None:
        tx.insert(Workspace, {"id": "holder", "name": "x", "created_at": 1})
        entered.set()
        await go_on.wait()

    settling = database.put(outcomes.settle, ([held], Done(slow)))
    await asyncio.wait_for(entered.wait(), PATIENCE_S)
    async with Database.opened(database.url) as other:
        assert await take(other) == []
        go_on.set()
        assert await settling is True
        assert await take(other) == []
    assert await workspaces(database) == ["holder"]
