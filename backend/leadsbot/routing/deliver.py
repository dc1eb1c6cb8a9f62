"""The job `deliver`: one attempt, and what follows from it.

A crash between sending and settling repeats the attempt under the same delivery id: at least once, never lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leadsbot.db import Database, Tx
from leadsbot.jobs.outcomes import Again, Done, Outcome
from leadsbot.jobs.runner import Foreseen, JobHandler
from leadsbot.routing import gates, resuming
from leadsbot.routing.attempt import Tried, attempt
from leadsbot.routing.destination import Destination
from leadsbot.routing.loading import Loading
from leadsbot.routing.record import Entry, write_attempts, write_end
from leadsbot.routing.route import DELIVER
from leadsbot.routing.verdict import Verdict, judge
from leadsbot.services import Services
from leadsbot.vault import Undecipherable

Row = Mapping[str, Any]

_OPEN = ("pending", "failed")


def job_handlers(services: Services) -> dict[str, JobHandler]:
    loading = Loading(services.database)

    async def run(payload: Mapping[str, Any]) -> Outcome:
        at_once = payload.get("at_once", False)
        return await deliver(services, payload["delivery"], payload["round"], loading, at_once=at_once)

    def expect(payloads: Sequence[Mapping[str, Any]]) -> None:
        loading.expect(payload["delivery"] for payload in payloads)

    return {DELIVER: Foreseen(run, expect)}


async def deliver(
    services: Services, delivery_id: str, round: int, loading: Loading | None = None, *, at_once: bool = False
) -> Outcome:
    """Try a delivery once, unless it has ended, a later round has begun, or it may not go yet (see `gates`)."""
    delivery, destination = await (loading or Loading(services.database)).load(delivery_id)
    if delivery is None or delivery["round"] != round or delivery["status"] not in _OPEN:
        return Done()
    if destination is None:
        return _end(delivery, "dead", gates.GONE)
    if not destination.row["enabled"]:
        return _end(delivery, "withheld", gates.off(destination))
    held = await gates.gate(services, delivery, destination, at_once=at_once)
    if held is not None:
        return held
    tried = await attempt(services, destination, delivery)
    return _outcome(services, delivery, destination, tried)


async def load(database: Database, delivery_id: str) -> Row | None:
    """Give a delivery with its workspace's `name` and `timezone`."""
    return (await Loading(database).load(delivery_id))[0]


def verdict_on(services: Services, delivery: Row, destination: Destination, tried: Tried) -> Verdict:
    """Judge an attempt by the instance's schedule."""
    try:
        config = destination.config(services.vault) if tried.failure and tried.failure.moved else {}
    except Undecipherable:
        config = {}
    return judge(tried, destination, delivery["attempt_count"], services.settings.retry_schedule, config)


def _outcome(services: Services, delivery: Row, destination: Destination, tried: Tried) -> Outcome:
    verdict = verdict_on(services, delivery, destination, tried)
    entry = Entry(services.vault, delivery, destination, tried, verdict)
    passed = gates.passed(services, destination, None if verdict.counts else verdict.wait)
    if verdict.wait is None:
        return Done(passed, record=write_attempts, entry=entry)
    return Again(verdict.wait, passed, error=tried.error, record=write_attempts, entry=entry)


def _end(delivery: Row, status: str, reason: str) -> Outcome:
    async def write(tx: Tx) -> None:
        await write_end(tx, delivery, status, reason)
        if reason in (gates.BROKEN, gates.GONE) and delivery["channel_id"]:
            await resuming.ended_late(tx, delivery)

    return Done(writes=write)
