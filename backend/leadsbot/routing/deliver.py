"""The job `deliver`: one attempt, and what follows from it.

A crash between sending and settling repeats the attempt under the same delivery id: at least once, never lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadsbot.db import Database, Tx
from leadsbot.jobs.outcomes import Again, Done, Outcome
from leadsbot.jobs.runner import JobHandler
from leadsbot.routing.attempt import Tried, attempt
from leadsbot.routing.destination import Destination, of_delivery
from leadsbot.routing.record import write_attempt, write_end
from leadsbot.routing.route import DELIVER
from leadsbot.routing.verdict import Verdict, judge
from leadsbot.services import Services
from leadsbot.vault import Undecipherable

Row = Mapping[str, Any]

_OPEN = ("pending", "failed")


def job_handlers(services: Services) -> dict[str, JobHandler]:
    async def run(payload: Mapping[str, Any]) -> Outcome:
        return await deliver(services, payload["delivery"], payload["round"])

    return {DELIVER: run}


async def deliver(services: Services, delivery_id: str, round: int) -> Outcome:
    """Try a delivery once, unless it has ended or a later round has begun."""
    delivery = await load(services.database, delivery_id)
    if delivery is None or delivery["round"] != round or delivery["status"] not in _OPEN:
        return Done()
    destination = await of_delivery(services.database, delivery)
    if destination is None:
        return _end(delivery, "dead", "Where it was to go has been deleted.")
    if not destination.row["enabled"]:
        return _end(delivery, "withheld", "Where it was to go is switched off.")
    tried = await attempt(services, destination, delivery)
    return _outcome(services, delivery, destination, tried)


async def load(database: Database, delivery_id: str) -> Row | None:
    """Give a delivery with its workspace's `name` and `timezone`."""
    return await database.fetch_one(
        "SELECT d.*, w.name, w.timezone FROM deliveries d JOIN workspaces w ON w.id = d.workspace_id WHERE d.id = $1",
        delivery_id,
    )


def verdict_on(services: Services, delivery: Row, destination: Destination, tried: Tried) -> Verdict:
    """Judge an attempt by the instance's schedule."""
    try:
        config = destination.config(services.vault)
    except Undecipherable:
        config = {}
    return judge(tried, destination, delivery["attempt_count"], services.settings.retry_schedule, config)


def _outcome(services: Services, delivery: Row, destination: Destination, tried: Tried) -> Outcome:
    verdict = verdict_on(services, delivery, destination, tried)

    async def write(tx: Tx) -> None:
        await write_attempt(tx, services.vault, delivery, destination, tried, verdict)

    return Done(writes=write) if verdict.wait is None else Again(verdict.wait, writes=write, error=tried.error)


def _end(delivery: Row, status: str, reason: str) -> Outcome:
    async def write(tx: Tx) -> None:
        await write_end(tx, delivery, status, reason)

    return Done(writes=write)
