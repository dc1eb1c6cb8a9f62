"""Writing down what came of an attempt, in one transaction: attempt, delivery, destination, and who must be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from leadsbot import clock
from leadsbot.channels.base import DeliveryFailed, Receipt
from leadsbot.db import Tx
from leadsbot.events.log import topic
from leadsbot.ids import new_id
from leadsbot.jobs import lanes
from leadsbot.jobs.chains import withdraw
from leadsbot.routing import messages, places, recovery
from leadsbot.routing.attempt import Tried
from leadsbot.routing.destination import Destination, open_config, seal_config
from leadsbot.routing.failing import Failing, worth_noting
from leadsbot.routing.route import job_of
from leadsbot.routing.tables import Attempt
from leadsbot.routing.trouble import RECOVERED, switch_off
from leadsbot.routing.verdict import Verdict
from leadsbot.vault import Vault

Row = Mapping[str, Any]
_REASON = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """An attempt at a delivery, and what it means."""

    vault: Vault
    delivery: Row
    destination: Destination
    tried: Tried
    verdict: Verdict


async def write_attempt(
    tx: Tx, vault: Vault, delivery: Row, destination: Destination, tried: Tried, verdict: Verdict
) -> None:
    """Write one down, as `write_attempts` does."""
    await write_attempts(tx, [Entry(vault, delivery, destination, tried, verdict)])


async def write_attempts(tx: Tx, entries: Sequence[Entry]) -> None:
    """Keep attempts whatever came of them, and move the deliveries on unless a later round has begun meanwhile."""
    for entry in entries:
        _add_attempt(tx, entry.delivery, entry.tried)
    await _move_on(tx, entries)
    await _end_overtaken(tx, [entry for entry in entries if entry.verdict.wait is not None])
    for entry in entries:
        await _follow_up(tx, entry)
        tx.signal(topic(str(entry.delivery["workspace_id"])))


async def _follow_up(tx: Tx, entry: Entry) -> None:
    delivery, destination, tried, verdict = entry.delivery, entry.destination, entry.tried, entry.verdict
    if isinstance(tried.outcome, Receipt):
        await messages.remember(tx, destination, delivery, tried.outcome.state, tried.at)
    if verdict.failing is not None:
        await _mark(tx, destination, verdict.failing or None)
    if verdict.wait and not verdict.counts:
        # Asking on while told to stop only makes the wait longer, so what else goes there waits as well.
        await lanes.hold(tx, destination.lane, verdict.wait)
    elif isinstance(tried.outcome, Receipt) and tried.outcome.pause:
        await lanes.hold(tx, destination.lane, round(tried.outcome.pause * clock.SECOND))
    if verdict.moved:
        await _follow(tx, entry.vault, destination, verdict.moved)
    if verdict.disable:
        await switch_off(tx, destination, delivery, verdict.disable, probed=verdict.probed)


async def write_end(tx: Tx, delivery: Row, status: str, reason: str) -> None:
    """Close a delivery that isn't even tried: its destination is gone or switched off."""
    await tx.execute(
        "UPDATE deliveries SET status = $3, reason = $4, next_attempt_at = NULL WHERE id = $1 AND round = $2",
        delivery["id"],
        delivery["round"],
        status,
        reason[:_REASON],
    )
    tx.signal(topic(str(delivery["workspace_id"])))


def _add_attempt(tx: Tx, delivery: Row, tried: Tried) -> None:
    outcome = tried.outcome
    tx.insert(
        Attempt,
        {
            "id": new_id(),
            "delivery_id": delivery["id"],
            "at": tried.at,
            "status_code": outcome.status_code,
            "latency_ms": tried.latency,
            "error": _storable(tried.error),
            "answer": _storable(outcome.answer if isinstance(outcome, DeliveryFailed) else outcome.note),
        },
    )


async def _move_on(tx: Tx, entries: Sequence[Entry]) -> None:
    """What was called spam or emptied meanwhile stays as it is, unless it has arrived."""
    await tx.execute_many(
        "UPDATE deliveries SET status = $3, reason = $4, attempt_count = attempt_count + $5, delivered_at = $6,"
        " next_attempt_at = $7, state = COALESCE($8, state) WHERE id = $1 AND round = $2"
        " AND (status IN ('pending', 'failed') OR $3 = 'delivered')",
        [_moved(entry.delivery, entry.tried, entry.verdict) for entry in entries],
    )


async def _end_overtaken(tx: Tx, entries: Sequence[Entry]) -> None:
    """End the jobs of those that were begun anew, withheld or emptied during their attempt: nothing is tried again for
    them, and what comes after them in their line must not wait for that."""
    if not entries:
        return
    rows = await tx.fetch(
        f"SELECT id, round FROM deliveries WHERE status IN ('pending', 'failed') AND id {tx.one_of(1)}",
        tx.many([str(entry.delivery["id"]) for entry in entries]),
    )
    standing = {(row["id"], row["round"]) for row in rows}
    tried = [(str(entry.delivery["id"]), int(entry.delivery["round"])) for entry in entries]
    await withdraw(tx, [job_of(*one) for one in tried if one not in standing], settling=True)


def _moved(delivery: Row, tried: Tried, verdict: Verdict) -> tuple[Any, ...]:
    now = clock.now()
    state = tried.outcome.state
    if tried.failure:
        state = recovery.named(delivery, now, tried.failure.retry_after) or state
    return (
        delivery["id"],
        delivery["round"],
        verdict.status,
        _storable(tried.error)[:_REASON],
        int(verdict.counts),
        now if verdict.status == "delivered" else None,
        None if verdict.wait is None else now + verdict.wait,
        msgspec.json.encode(state).decode() if state else None,
    )


async def _mark(tx: Tx, destination: Destination, failing: Failing | None) -> None:
    """Keep the destination's time of trouble, or end it; nothing is written while there is little new to say. Of two
    that say the same at once the first does, so that no time counts twice."""
    row = destination.row
    if failing is None:
        if row["failing_since"] is not None:
            over = f"UPDATE {destination.table} SET {RECOVERED} WHERE id = $1 AND failing_since IS NOT NULL"
            if await tx.execute(over, destination.id) and destination.is_webhook:
                recovery.works_again(tx, destination)
    elif worth_noting(row, failing):
        same = "IS NOT DISTINCT FROM" if tx.dialect == "postgres" else "IS"
        await tx.execute(
            f"UPDATE {destination.table} SET failing_since = $2, failed_at = $3, failing_ms = $4"
            f" WHERE id = $1 AND failed_at {same} $5",
            destination.id,
            failing.since,
            failing.at,
            failing.ms,
            row["failed_at"],
        )


async def _follow(tx: Tx, vault: Vault, destination: Destination, moved: Row) -> None:
    """Change the channel's config as the other side said, unless somebody changed it meanwhile."""
    stored = str(destination.row["config"])
    config = {**open_config(vault, stored), **moved}
    found = places.of_config(config)
    await tx.execute(
        "UPDATE channels SET config = $3, chat = $4, bot = $5 WHERE id = $1 AND config = $2",
        destination.id,
        stored,
        seal_config(vault, config),
        found["chat"],
        found["bot"],
    )


def _storable(text: str) -> str:
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}")  # PostgreSQL keeps no NUL
