"""Half-open: a destination that was switched off after five days of failures is asked now and then whether it works.

A test goes there at growing intervals, one delivery for all of them, under one id. The first that arrives switches it
on again. What said that it is gone for good (410, a bot thrown out of its chat), or was switched off by hand, isn't
asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.jobs.outcomes import Again, Done, Outcome
from leadsbot.jobs.runner import JobHandler
from leadsbot.routing import gates, resuming, trouble
from leadsbot.routing.attempt import Tried, attempt
from leadsbot.routing.deliver import load
from leadsbot.routing.destination import Destination, of_delivery
from leadsbot.routing.record import write_attempt
from leadsbot.routing.trouble import PROBE, PROBES_MS, REASON_LENGTH
from leadsbot.routing.verdict import Verdict
from leadsbot.services import Services

LONGEST_MS: Final = 30 * clock.DAY
_GIVEN_UP: Final = "For thirty days nothing has arrived, so it isn't asked any more. Switch it on once it is mended."


def job_handlers(services: Services) -> dict[str, JobHandler]:
    async def run(payload: Mapping[str, Any]) -> Outcome:
        return await probe(services, payload["delivery"], payload["disabled_at"])

    return {PROBE: run}


async def probe(services: Services, delivery_id: str, disabled_at: int) -> Outcome:
    """Ask once, unless somebody has switched it on, or it off by hand, since `disabled_at`."""
    delivery = await load(services.database, delivery_id)
    destination = await of_delivery(services.database, delivery) if delivery else None
    if delivery is None or destination is None or not _waits(destination, disabled_at):
        return Done()
    if wait := _silence(destination, delivery):
        return Again(wait)
    tried = await attempt(services, destination, delivery)
    verdict = judge(tried, destination, clock.now() - disabled_at)

    async def write(tx: Tx) -> None:
        await write_attempt(tx, services.vault, delivery, destination, tried, verdict)
        if verdict.status == "delivered":
            if await trouble.switch_on(tx, destination):
                await resuming.after_trouble(tx, destination)
        else:
            await _note(tx, destination, verdict, tried)

    return Done(writes=write) if verdict.wait is None else Again(verdict.wait, writes=write, error=tried.error)


def judge(tried: Tried, destination: Destination, off: int) -> Verdict:
    """Decide what follows a probe of what was off for so many ms."""
    failure = tried.failure
    if failure is None:
        return Verdict("delivered")
    if failure.disable or off >= LONGEST_MS:
        return Verdict("dead")
    wait = PROBES_MS[min(destination.row["probes"] + 1, len(PROBES_MS) - 1)]
    return Verdict("failed", wait=max(wait, round((failure.retry_after or 0) * clock.SECOND)))


def _silence(destination: Destination, delivery: Mapping[str, Any]) -> int:
    """Give for how many ms a channel wants to be left alone: a test that arrives at night is a message at night."""
    now = clock.now()
    silent = None if destination.is_webhook else gates.silence(destination, str(delivery["timezone"]), now)
    return silent.until - now if silent else 0


def _waits(destination: Destination, disabled_at: int) -> bool:
    row = destination.row
    return not row["enabled"] and row["disabled_at"] == disabled_at and row["probe_at"] is not None


async def _note(tx: Tx, destination: Destination, verdict: Verdict, tried: Tried) -> None:
    """Write down on the destination when it is asked next, or that it isn't and why."""
    failure = tried.failure
    given_up = "" if verdict.wait else (failure and failure.disable) or _GIVEN_UP
    await tx.execute(
        f"UPDATE {destination.table} SET probes = probes + 1, probe_at = $3,"
        " disabled_reason = CASE WHEN $4 = '' THEN disabled_reason ELSE $4 END"
        " WHERE id = $1 AND NOT enabled AND disabled_at = $2",
        destination.id,
        destination.row["disabled_at"],
        None if verdict.wait is None else clock.now() + verdict.wait,
        given_up[:REASON_LENGTH],
    )
