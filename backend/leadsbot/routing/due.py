"""What a webhook was due, as the log of events and its deliveries tell: how many, and which come next. Only reads."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import msgspec

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.db.paging import Where
from leadsbot.leads.changes import SNOOZED, WOKEN

BATCH: Final = 200
# Nodes' clocks differ, and of two transactions the later number may be written first. So what happened from some time
# on is looked for behind the lowest number of so many events that happened so long before.
_UNSURE_MS: Final = clock.HOUR
_UNSURE: Final = 100

Row = dict[str, Any]


class Stretch(msgspec.Struct, frozen=True):
    """Of the log what happened from `since` (ms) on, with numbers (`seq`) above `after` up to `until`. `missed` leaves
    out what has arrived."""

    since: int
    after: int
    until: int
    missed: bool


async def stretch(database: Database, webhook: Row, since: int, *, missed: bool) -> Stretch:
    """Give what was written from `since` on, or from when there was the webhook, until now."""
    since = max(since, webhook["created_at"])
    before = await database.fetch_one(
        "SELECT min(seq) AS seq FROM"
        f" (SELECT seq FROM events WHERE id < $1 ORDER BY id DESC LIMIT {_UNSURE}) AS latest",
        _earliest_id(since - _UNSURE_MS),
    )
    last = await database.fetch_one(
        "SELECT seq FROM events WHERE workspace_id = $1 ORDER BY seq DESC LIMIT 1", webhook["workspace_id"]
    )
    return Stretch(since, (before and before["seq"]) or 0, last["seq"] if last else 0, missed)


async def count(database: Database, webhook: Row, part: Stretch, most: int) -> int:
    """Count what is to go out, up to `most`."""
    where = _where(database, webhook, part)
    row = await database.fetch_one(
        f"SELECT count(*) AS due FROM (SELECT 1 AS one {_JOINED} {where} LIMIT {most}) AS found", *where.args
    )
    return int(row["due"]) if row else 0


async def following(database: Database, webhook: Row, part: Stretch) -> list[Row]:
    """Give the first `BATCH` of it in order: `event_id`, `seq`, and `delivery_id` where there is a delivery."""
    where = _where(database, webhook, part)
    return await database.fetch(
        f"SELECT e.id AS event_id, e.seq, d.id AS delivery_id {_JOINED} {where} ORDER BY e.seq LIMIT {BATCH}",
        *where.args,
    )


async def oldest_open(tx: Tx, workspace_id: str, webhook_id: str) -> int | None:
    """Give when (ms) the oldest event happened of which a delivery to this webhook hasn't ended."""
    rows = await tx.fetch(
        "SELECT e.at FROM events e WHERE e.seq = (SELECT min(d.position) FROM deliveries d WHERE d.workspace_id = $1"
        " AND d.status IN ('pending', 'failed') AND d.webhook_id || '' = $2 AND d.position > 0)",
        workspace_id,
        webhook_id,
    )
    return int(rows[0]["at"]) if rows else None


# `$1` is the webhook. Its own index is no help beside the event's, which SQLite can't know.
_JOINED: Final = (
    "FROM events e LEFT JOIN deliveries d ON d.event_id = e.id AND d.webhook_id || '' = $1"
    " LEFT JOIN leads l ON l.id = e.lead_id"
)


def _where(database: Database, webhook: Row, part: Stretch) -> Where:
    """Ask for the events of which a delivery is to go out again, or a first one."""
    where = Where()
    where.value(webhook["id"])
    where.equal("e.workspace_id", webhook["workspace_id"])
    where.also(f"e.seq > {where.value(part.after)} AND e.seq <= {where.value(part.until)}")
    # When it happened, or when that was written down: from either on it was due.
    where.also(f"(e.at >= {where.value(part.since)} OR e.id >= {where.value(_earliest_id(part.since))})")
    wanted = where.number(database.many(msgspec.json.decode(webhook["events"], type=list[str])))
    # What news calls unchanged goes to nobody.
    snoozed = where.number(database.many([SNOOZED, WOKEN]))
    told = f"(e.type <> 'lead.updated' OR NOT (COALESCE(e.data->>'did', '') {database.one_of(snoozed)}))"
    where.also(f"(d.id IS NOT NULL OR (e.type {database.one_of(wanted)} AND {told}))")
    left_out = ["pending", "delivered"] if part.missed else ["pending"]
    status = where.number(database.many(left_out))
    where.also(f"(d.id IS NULL OR (d.body <> '' AND NOT (d.status {database.one_of(status)})))")
    where.also("(l.id IS NULL OR NOT l.spam)")
    return where


def _earliest_id(at: int) -> str:
    """Give an id before all that were made at `at` (ms) or later: a UUIDv7 begins with its time (RFC 9562)."""
    return str(UUID(int=max(at, 0) << 80))
