"""The job `release`: sends what a channel has held back, and folds many into one message that names every lead.

There is one such job of a channel, while anything is held. What it folds it marks with the digest's own delivery, the
first of them, before it sends: a crash between sending and settling repeats the same digest under the same id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from leadsbot import clock
from leadsbot.channels.base import Receipt
from leadsbot.db import Database, Tx
from leadsbot.events.log import topic
from leadsbot.jobs import lanes
from leadsbot.jobs.outcomes import Again, Outcome
from leadsbot.jobs.runner import JobHandler
from leadsbot.routing import counted, gates, marking, pace, resuming
from leadsbot.routing.attempt import Tried, attempt
from leadsbot.routing.bundling import MOST, chosen, gathering
from leadsbot.routing.deliver import verdict_on
from leadsbot.routing.destination import Destination
from leadsbot.routing.digests import attempt_digest
from leadsbot.routing.gates import GONE, OPEN, REASONS, RELEASE, Held
from leadsbot.routing.record import Entry
from leadsbot.routing.verdict import Verdict
from leadsbot.services import Services

Row = Mapping[str, Any]

MOST_PUT_OFF: Final = 1_000
LONG_WAIT_MS: Final = 5 * clock.SECOND
_BREATH_MS: Final = 200

_HALVED: Final = Verdict("pending", wait=0, counts=False)
"""A digest that is refused for what it says: see `marking.halve`."""

_WAITING: Final = f"channel_id = $1 AND held <> '' AND {OPEN}"
_ORDER: Final = "ORDER BY next_attempt_at, created_at, event_id"


def job_handlers(services: Services) -> dict[str, JobHandler]:
    async def run(payload: Mapping[str, Any]) -> Outcome:
        return await release(services, payload["channel"])

    return {RELEASE: run}


async def release(services: Services, channel_id: str) -> Outcome:
    """Send one message of what is due, or say when to come by again."""
    channel = await services.database.fetch_one(
        "SELECT c.*, w.timezone FROM channels c JOIN workspaces w ON w.id = c.workspace_id WHERE c.id = $1", channel_id
    )
    destination = Destination(channel["kind"], channel) if channel else None
    if destination and (left := await counted.unwritten(services.database, channel_id)):
        return _written(services, destination, *left)
    if channel is None or destination is None or not channel["enabled"]:
        return _end_all(channel_id, ("withheld", gates.off(destination)) if destination else ("dead", GONE))
    now = clock.now()
    silent = gates.silence(destination, str(channel["timezone"]), now)
    if silent:
        return _later(destination, now, silent)
    due = await _due(services.database, channel_id, now)
    if not due:
        return await _rest(services.database, channel_id, now)
    if len(due) == MOST and not due[0]["folded_into"]:
        due = await counted.beyond(services.database, channel_id, now) or due
    if wait := gathering(due, now) or await _turn(services, destination):
        return _later(destination, now, Held("turn", now + wait))
    return await _send(services, destination, due)


async def _turn(services: Services, destination: Destination) -> int:
    """Take the turn of a place that has limits; others are left alone as long as they last asked for."""
    limits = pace.limits_of(services, destination)
    return await (pace.take(services, limits) if limits else lanes.wait_of(services.database, destination.lane))


async def _due(database: Database, channel_id: str, now: int) -> list[Row]:
    """Give what may go now, in order, up to `MOST`, without what it says; of a digest that was begun, the whole."""
    columns = "id, round, event_type, held, folded_into, created_at, length(body) AS size"
    rows: list[Row] = list(
        await database.fetch(
            f"SELECT {columns} FROM deliveries WHERE {_WAITING} AND next_attempt_at <= $2 {_ORDER} LIMIT {MOST}",
            channel_id,
            now,
        )
    )
    if rows and (digest := rows[0]["folded_into"]):
        return list(
            await database.fetch(
                f"SELECT {counted.COLUMNS}, length(body) AS size FROM deliveries"
                f" WHERE {_WAITING} AND folded_into = $2 {_ORDER}",
                channel_id,
                digest,
            )
        )
    return rows


async def _send(services: Services, destination: Destination, due: Sequence[Row]) -> Outcome:
    rows = chosen(due)
    digest = rows[0]["folded_into"] or (rows[0]["id"] if len(rows) > 1 else None)
    if digest and not rows[0]["folded_into"]:
        await marking.mark(services.database, rows, digest)
    numbers = len(rows) > MOST
    deliveries = rows if numbers else await _load(services.database, rows)
    if not deliveries:  # all were withdrawn meanwhile
        return Again(0)
    if digest is None:
        tried, receipts = await attempt(services, destination, deliveries[0]), None
    elif numbers:
        tried, receipts = await counted.attempt_counted(services, destination, deliveries, digest)
    else:
        tried, receipts = await attempt_digest(services, destination, deliveries, digest)
    return await _outcome(services, destination, deliveries, digest, tried, receipts)


async def _outcome(
    services: Services,
    destination: Destination,
    deliveries: Sequence[Row],
    digest: str | None,
    tried: Tried,
    receipts: Sequence[Receipt] | None,
) -> Outcome:
    youngest = min(deliveries, key=lambda row: row["attempt_count"])
    refused = len(deliveries) > 1 and bool(tried.failure and tried.failure.unfit)
    verdict = _HALVED if refused else verdict_on(services, youngest, destination, tried)
    told = deliveries[: len(receipts)] if receipts else deliveries
    each = [replace(tried, outcome=receipt) for receipt in receipts] if receipts else [tried] * len(told)
    busy = verdict.wait if verdict.wait and not verdict.counts else None
    passed = gates.passed(services, destination, busy)
    entries = [Entry(services.vault, row, destination, one, verdict) for row, one in zip(told, each, strict=True)]
    first, *later = marking.parts(entries, digest)
    if tried.failure:  # what arrived is written down from here on by `_written`
        for part in later:
            await services.database.write(partial(marking.write, entries=part, digest=digest, settle=not refused))

    async def write(tx: Tx) -> None:
        await marking.write(tx, first, digest, settle=not refused)
        if refused:
            await marking.halve(tx, told)
        await marking.unmark(tx, deliveries[len(told) :])
        if passed:
            await passed(tx)
        if busy and busy >= LONG_WAIT_MS:
            await _put_off(tx, destination, clock.now(), Held("turn", clock.now() + busy))

    return Again(_next(services, destination, tried, busy), writes=write, error=tried.error)


def _written(services: Services, destination: Destination, rows: Sequence[Row], tried: Tried) -> Outcome:
    """Write down of some more that the message that counts them has arrived."""
    verdict = Verdict("delivered")
    entries = [Entry(services.vault, row, destination, tried, verdict) for row in rows]
    return Again(0, writes=lambda tx: marking.write(tx, entries, rows[0]["folded_into"], settle=True))


def _next(services: Services, destination: Destination, tried: Tried, busy: int | None) -> int:
    """Give in how many ms to look for more: not before the other side, or its chat's limits, would take it."""
    asked = tried.outcome.pause if isinstance(tried.outcome, Receipt) else None
    limits = pace.limits_of(services, destination)
    return max(busy or 0, round((asked or 0) * clock.SECOND), limits[0].every if limits else _BREATH_MS)


async def _load(database: Database, rows: Sequence[Row]) -> list[Row]:
    """Give these deliveries in their order, with their workspace's `name` and `timezone`, as far as they still wait."""
    found = await database.fetch(
        "SELECT d.*, w.name, w.timezone FROM deliveries d JOIN workspaces w ON w.id = d.workspace_id"
        f" WHERE d.id {database.one_of(1)} AND d.held <> '' AND d.{OPEN}",
        database.many([row["id"] for row in rows]),
    )
    by_id = {row["id"]: row for row in found}
    return [by_id[row["id"]] for row in rows if row["id"] in by_id]


def _later(destination: Destination, now: int, held: Held) -> Outcome:
    """Come by again when what is due may go; where that takes long, each delivery says so."""
    wait = held.until - now

    async def write(tx: Tx) -> None:
        await _put_off(tx, destination, now, held)

    return Again(wait, writes=write if wait >= LONG_WAIT_MS else None)


async def _put_off(tx: Tx, destination: Destination, now: int, held: Held) -> None:
    """Let what is due say until when it waits; where that is very much, the latest of it, so that its order stays."""
    await tx.execute(
        "UPDATE deliveries SET next_attempt_at = $3, held = CASE held WHEN 'alone' THEN held ELSE $4 END, reason = $5"
        " WHERE id IN"
        f" (SELECT id FROM deliveries WHERE {_WAITING} AND next_attempt_at <= $2"
        f" ORDER BY next_attempt_at DESC, created_at DESC, event_id DESC LIMIT {MOST_PUT_OFF})",
        destination.id,
        now,
        held.until,
        held.code,
        REASONS[held.code],
    )
    tx.signal(topic(destination.workspace_id))


async def _rest(database: Database, channel_id: str, now: int) -> Outcome:
    """Nothing is due: wait for what is held longest, or end where nothing is held at all."""
    select = f"SELECT next_attempt_at FROM deliveries WHERE {_WAITING} ORDER BY next_attempt_at LIMIT 1"
    next = await database.fetch_one(select, channel_id)
    if next is not None and next["next_attempt_at"] is not None:
        return Again(max(next["next_attempt_at"] - now, 1))

    async def write(tx: Tx) -> None:
        await gates.lock(tx, channel_id)
        if not await tx.fetch(f"SELECT id FROM deliveries WHERE {_WAITING} LIMIT 1", channel_id):
            await tx.execute("DELETE FROM jobs WHERE unique_key = $1", gates.key_of(channel_id))

    return Again(clock.SECOND, writes=write)


def _end_all(channel_id: str, end: tuple[str, str]) -> Outcome:
    """Close all that is held: its channel is gone, or switched off."""

    async def write(tx: Tx) -> None:
        if await resuming.works(tx, channel_id):  # by now: then the job comes again
            return
        await gates.lock(tx, channel_id)
        await tx.execute(
            f"UPDATE deliveries SET status = $2, reason = $3, next_attempt_at = NULL, held = '', folded_into = NULL"
            f" WHERE {_WAITING}",
            channel_id,
            *end,
        )
        await tx.execute("DELETE FROM jobs WHERE unique_key = $1", gates.key_of(channel_id))

    return Again(clock.SECOND, writes=write)
