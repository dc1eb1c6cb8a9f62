"""The runner: what is due is run, what fails is run again, and nothing stops the loop but `stop()`."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.jobs.cron import Cron, Tick
from leadsbot.jobs.handlers import handlers_of, modules_in, ticks_of
from leadsbot.jobs.outcomes import Again, Done, Outcome
from leadsbot.jobs.places import LANE_LIMIT
from leadsbot.jobs.queue import MAX_FAILURES, enqueue
from leadsbot.jobs.runner import JobHandler, Runner
from tests.support.waiting import PATIENCE_S, until

Start = Callable[..., Runner]


@pytest.fixture
async def start(database: Database) -> AsyncIterator[Start]:
    """Start a runner on the database; all are stopped at the end."""
    runners: list[Runner] = []

    def make(on: Database | None = None, **handlers: JobHandler) -> Runner:
        runners.append(Runner(on or database, handlers))
        runners[-1].start()
        return runners[-1]

    yield make
    for runner in runners:
        await runner.stop()


async def add(database: Database, kind: str, *payloads: dict[str, Any], **how: Any) -> None:
    async def unit(tx: Tx) -> None:
        for payload in payloads or ({},):
            enqueue(tx, kind, payload, **how)

    await database.write(unit)


async def states(database: Database) -> Counter[str]:
    return Counter(row["state"] for row in await database.fetch("SELECT state FROM jobs"))


def all_gone(database: Database) -> Any:
    async def look() -> bool:
        return not await states(database)

    return look


def all_in(database: Database, state: str) -> Any:
    async def look() -> bool:
        return set(await states(database)) == {state}

    return look


def is_true(condition: Callable[[], bool]) -> Any:
    async def look() -> bool:
        return condition()

    return look


async def test_it_runs_what_is_due_and_what_comes_later(database: Database, start: Start) -> None:
    seen: list[int] = []

    async def handler(payload: dict[str, Any]) -> Outcome:
        seen.append(payload["n"])
        return Done()

    await add(database, "count", {"n": 1})
    start(count=handler)
    await until(all_gone(database))
    await add(database, "count", {"n": 2}, {"n": 3})
    await until(all_gone(database))
    assert sorted(seen) == [1, 2, 3]


async def test_a_job_of_an_unknown_kind_waits_for_a_node_that_knows_it(database: Database, start: Start) -> None:
    async def handler(payload: dict[str, Any]) -> Outcome:
        return Done()

    await add(database, "newer")
    await add(database, "known")
    start(known=handler)

    async def only_the_newer() -> bool:
        return [row["kind"] for row in await database.fetch("SELECT kind FROM jobs")] == ["newer"]

    await until(only_the_newer)
    assert await states(database) == {"ready": 1}
    start(newer=handler)
    await until(all_gone(database))


async def test_a_handler_that_raises_is_tried_again_later_with_its_failure_counted(
    database: Database, start: Start
) -> None:
    async def broken(payload: dict[str, Any]) -> Outcome:
        raise ValueError("secret detail")

    await add(database, "break")
    start(**{"break": broken})

    async def failed() -> dict[str, Any] | None:
        return await database.fetch_one("SELECT * FROM jobs WHERE failures = 1 AND state = 'ready'")

    row = await until(failed)
    assert row is not None
    assert row["error"] == "ValueError"
    assert row["due"] > row["created_at"]


async def test_a_job_that_failed_too_often_is_dead(database: Database, start: Start) -> None:
    async def broken(payload: dict[str, Any]) -> Outcome:
        raise ValueError("no")

    await add(database, "break")

    async def nearly_dead(tx: Tx) -> None:
        await tx.execute("UPDATE jobs SET failures = $1", MAX_FAILURES - 1)

    await database.write(nearly_dead)
    start(**{"break": broken})
    await until(all_in(database, "dead"))


async def test_a_job_whose_writes_fail_is_tried_again(database: Database, start: Start) -> None:
    async def broken(tx: Tx) -> None:
        raise ValueError("no")

    async def handler(payload: dict[str, Any]) -> Outcome:
        return Done(writes=broken)

    await add(database, "break")
    start(**{"break": handler})

    async def failed() -> dict[str, Any] | None:
        return await database.fetch_one("SELECT * FROM jobs WHERE failures = 1 AND state = 'ready'")

    assert await until(failed)


async def test_again_runs_it_again(database: Database, start: Start) -> None:
    runs: list[int] = []

    async def handler(payload: dict[str, Any]) -> Outcome:
        runs.append(1)
        return Again(1) if len(runs) < 3 else Done()

    await add(database, "repeat")
    start(repeat=handler)
    await until(all_gone(database))
    assert len(runs) == 3


async def test_a_slow_lane_holds_up_no_other(database: Database, start: Start) -> None:
    go_on = asyncio.Event()
    slow: list[int] = []
    quick = asyncio.Event()

    async def hang(payload: dict[str, Any]) -> Outcome:
        slow.append(1)
        await go_on.wait()
        return Done()

    async def answer(payload: dict[str, Any]) -> Outcome:
        quick.set()
        return Done()

    await add(database, "hang", *({"n": n} for n in range(100)), lane="slow")
    start(hang=hang, answer=answer)
    await until(is_true(lambda: len(slow) == LANE_LIMIT))
    await add(database, "answer", lane="other")
    await asyncio.wait_for(quick.wait(), PATIENCE_S)
    assert len(slow) == LANE_LIMIT
    go_on.set()
    await until(all_gone(database))
    assert len(slow) == 100


async def test_stop_waits_for_what_runs(database: Database, start: Start) -> None:
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def handler(payload: dict[str, Any]) -> Outcome:
        entered.set()
        await go_on.wait()
        return Done()

    await add(database, "slow")
    runner = start(slow=handler)
    await asyncio.wait_for(entered.wait(), PATIENCE_S)
    stopping = asyncio.create_task(runner.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    go_on.set()
    await asyncio.wait_for(stopping, PATIENCE_S)
    assert not await states(database)


async def test_stop_leaves_no_job_claimed_that_nobody_works_on(database: Database, start: Start) -> None:
    async def handler(payload: dict[str, Any]) -> Outcome:
        return Done()

    await add(database, "quick", *({"n": n} for n in range(300)))
    runner = start(quick=handler)
    await asyncio.sleep(0)  # the first claim is under way
    await runner.stop()
    assert "running" not in await states(database)


async def test_after_stop_nothing_is_claimed(database: Database, start: Start) -> None:
    async def handler(payload: dict[str, Any]) -> Outcome:
        return Done()

    await start(quick=handler).stop()
    await add(database, "quick")
    other = asyncio.Event()

    async def tell(payload: dict[str, Any]) -> Outcome:
        other.set()
        return Done()

    await add(database, "other")
    start(other=tell)
    await asyncio.wait_for(other.wait(), PATIENCE_S)
    await until(all_in(database, "ready"))


async def test_a_table_that_cannot_be_read_does_not_end_the_loop(database: Database, start: Start) -> None:
    """Whatever breaks a look at the table, the next look comes."""
    seen = asyncio.Event()

    async def handler(payload: dict[str, Any]) -> Outcome:
        seen.set()
        return Done()

    async def rename(tx: Tx, old: str, new: str) -> None:
        await tx.execute(f"ALTER TABLE {old} RENAME TO {new}")

    await database.write(lambda tx: rename(tx, "jobs", "jobs_away"))
    with capture_logs() as logs:
        start(quick=handler)
        await until(is_true(lambda: any(entry["event"] == "jobs.claim_failed" for entry in logs)))
    await database.write(lambda tx: rename(tx, "jobs_away", "jobs"))
    await add(database, "quick")
    await asyncio.wait_for(seen.wait(), PATIENCE_S)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_jobs_go_on_after_every_connection_was_cut(database: Database, start: Start) -> None:
    seen = asyncio.Event()

    async def handler(payload: dict[str, Any]) -> Outcome:
        seen.set()
        return Done()

    start(quick=handler)
    async with Database.opened(database.url) as operator:
        await operator.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid()"
        )
    database.bind()
    await add(database, "quick")
    await asyncio.wait_for(seen.wait(), PATIENCE_S)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_nodes_share_the_work_and_run_each_job_once(database: Database, start: Start) -> None:
    runs: Counter[int] = Counter()

    def handler_of(node: str) -> JobHandler:
        async def handler(payload: dict[str, Any]) -> Outcome:
            runs[payload["n"]] += 1
            await asyncio.sleep(0)
            return Done()

        return handler

    async with Database.opened(database.url) as other:
        await add(database, "count", *({"n": n} for n in range(300)))
        runner, second = start(count=handler_of("a")), start(other, count=handler_of("b"))
        await until(all_gone(database))
        await runner.stop()
        await second.stop()
    assert runs == Counter(range(300))


async def test_two_crons_run_a_tick_once(database: Database, start: Start) -> None:
    ticks: Counter[int] = Counter()

    async def handler(payload: dict[str, Any]) -> Outcome:
        ticks[payload["at"]] += 1
        return Done()

    tick = Tick("tick", clock.HOUR)
    with clock.freeze(clock.HOUR * 1_000) as advance:
        for hour in (1_000, 1_001):
            crons = [Cron(database, [tick]), Cron(database, [tick])]
            for cron in crons:
                cron.start()

            async def enqueued(number: int = hour) -> bool:
                key = f"tick:{number}"
                return bool(await database.fetch("SELECT 1 AS x FROM jobs WHERE unique_key = $1", key))

            await until(enqueued)
            for cron in crons:
                await cron.stop()
            advance(clock.HOUR)
    start(tick=handler)
    await until(all_in(database, "done"))
    assert ticks == {clock.HOUR * 1_000: 1, clock.HOUR * 1_001: 1}


class Offers:
    """Stands for a module that offers a handler."""

    @staticmethod
    def job_handlers(services: Any) -> dict[str, JobHandler]:
        async def handler(payload: dict[str, Any]) -> Outcome:
            return Done()

        return {"same": handler}


def test_two_modules_may_not_claim_one_kind() -> None:
    modules: Any = [Offers, Offers]
    with pytest.raises(RuntimeError, match="same"):
        handlers_of(modules, None)  # type: ignore[arg-type]


def test_every_tick_of_the_house_has_a_handler(database: Database) -> None:
    class Services:
        def __init__(self) -> None:
            self.database = database

    modules = [module for module in modules_in("leadsbot") if hasattr(module, "TICKS")]
    assert {tick.kind for tick in ticks_of(modules)} <= set(handlers_of(modules, Services()))
