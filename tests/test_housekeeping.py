"""The hourly purge takes what has served its time and nothing else."""

from __future__ import annotations

from leadsbot import clock, housekeeping
from leadsbot.db import Database, Tx
from leadsbot.jobs.cron import KEEP_DONE_MS
from leadsbot.jobs.outcomes import Done
from leadsbot.jobs.queue import enqueue
from leadsbot.vault import Vault
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.sign_in import LASTS_S, SignIns
from tests.jobs.desk import settle, take

TABLES = ("jobs", "rate_counts", "sign_ins")


class Services:
    def __init__(self, database: Database) -> None:
        self.database = database


async def counts(database: Database) -> list[int]:
    return [len(await database.fetch(f"SELECT id FROM {table}")) for table in TABLES]


async def fill(database: Database) -> None:
    """One done job, and what one sign-in leaves: its row and the count of its address."""
    await SignIns(database, Vault("a key for tests")).sign_in(
        "owner@example.com", "correct horse battery", "203.0.113.7", ""
    )

    async def unit(tx: Tx) -> None:
        enqueue(tx, "tick", {}, unique_key="tick:1")

    await database.write(unit)
    (held,) = await take(database, "tick")
    await settle(database, held, Done())


async def purge(database: Database, later: int) -> None:
    run = housekeeping.job_handlers(Services(database))[housekeeping.KIND]
    with clock.freeze(clock.now() + later):
        outcome = await run({})
        assert isinstance(outcome, Done) and outcome.writes is not None
        await database.write(outcome.writes)


async def test_it_takes_what_has_served_its_time(database: Database, workspace: Created) -> None:
    await fill(database)
    await purge(database, max(KEEP_DONE_MS, LASTS_S * clock.SECOND) + clock.HOUR)
    assert await counts(database) == [0, 0, 0]


async def test_it_leaves_what_has_not(database: Database, workspace: Created) -> None:
    await fill(database)
    before = await counts(database)
    await purge(database, 0)
    assert await counts(database) == before == [1, 1, 1]


async def test_its_tick_comes_every_hour() -> None:
    assert [(tick.kind, tick.every) for tick in housekeeping.TICKS] == [(housekeeping.KIND, clock.HOUR)]
