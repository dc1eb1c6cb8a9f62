"""A backlog that nobody could read name by name: its older part told as numbers, with the way to the inbox.

A burst is named lead by lead (see `folding`). But a hundred thousand leads would be a thousand messages, for an hour;
so of a backlog of more than `TOO_MANY` the latest `NAMED` are named, and what came before them is counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from leadsbot import clock
from leadsbot.channels.base import DIGEST_EVENT, Parcel, Receipt
from leadsbot.channels.base.digest import title_of
from leadsbot.db import Database
from leadsbot.routing import kinds
from leadsbot.routing.attempt import Tried, parcel_of, trying
from leadsbot.routing.destination import Destination
from leadsbot.routing.gates import GATHERED, OPEN
from leadsbot.services import Services

TOO_MANY: Final = 1_000
NAMED: Final = 500
COUNTED: Final = 5_000
"""By one message."""
PART: Final = 500
"""Of these written down in one transaction, since others wait for it; those with which the message's own delivery is
come first where it has arrived, and last where it has not. So a crash in between loses nothing and counts no less."""
COLUMNS: Final = (
    "id, workspace_id, event_type, round, attempt_count, held, folded_into, destination, created_at, next_attempt_at"
)
_LISTED: Final = " /leads new lists those that nobody has claimed, to claim them here."

Row = Mapping[str, Any]

_FREE: Final = (
    f"channel_id = $1 AND held <> '' AND held <> 'alone' AND folded_into IS NULL AND {OPEN} AND next_attempt_at <= $2"
)


async def beyond(database: Database, channel_id: str, now: int) -> list[Row]:
    """Give what is to be counted of a channel's backlog, oldest first; nothing where all of it can be named."""
    types = database.many(sorted(GATHERED))
    free = f"{_FREE} AND event_type {database.one_of(3)}"
    most = NAMED + COUNTED
    counted = f"SELECT count(*) AS found FROM (SELECT 1 AS one FROM deliveries WHERE {free} LIMIT {most}) AS free"
    row = await database.fetch_one(counted, channel_id, now, types)
    found = int(row["found"]) if row else 0
    if found <= TOO_MANY:
        return []
    order = "ORDER BY next_attempt_at, created_at, event_id"
    select = f"SELECT {COLUMNS} FROM deliveries WHERE {free} {order} LIMIT {found - NAMED}"
    return list(await database.fetch(select, channel_id, now, types))


async def unwritten(database: Database, channel_id: str) -> tuple[Sequence[Row], Tried] | None:
    """Give up to `PART` of what a message that has arrived counted and of which nothing is written down yet, and that
    message's attempt; None where there is no such thing."""
    waiting = f"channel_id = $1 AND held <> '' AND {OPEN}"
    order = "ORDER BY next_attempt_at, created_at, event_id"
    first = await database.fetch_one(f"SELECT folded_into FROM deliveries WHERE {waiting} {order} LIMIT 1", channel_id)
    if first is None or not first["folded_into"]:
        return None
    sent = await database.fetch_one(
        "SELECT a.at, a.latency_ms, a.status_code, a.answer FROM deliveries d JOIN attempts a ON a.delivery_id = d.id"
        " WHERE d.id = $1 AND d.folded_into = d.id AND d.status = 'delivered' AND a.error = ''"
        " ORDER BY a.at DESC LIMIT 1",
        first["folded_into"],
    )
    if sent is None:
        return None
    left = f"SELECT {COLUMNS} FROM deliveries WHERE {waiting} AND folded_into = $2 {order} LIMIT {PART}"
    rows = await database.fetch(left, channel_id, first["folded_into"])
    return list(rows), Tried(sent["at"], sent["latency_ms"] or 0, Receipt(sent["status_code"], sent["answer"]))


async def attempt_counted(
    services: Services, destination: Destination, rows: Sequence[Row], digest_id: str
) -> tuple[Tried, Sequence[Receipt]]:
    """Send one message that counts these, under the digest's own id; gives what came of it, and a receipt for each,
    none where it failed. Raises nothing."""
    receipts: list[Receipt] = []

    async def send() -> Receipt:
        parcel = await _parcel(services, destination, rows, digest_id)
        sent = await services.channels[destination.kind].send(parcel, services.outbound)
        note = f"{sent.note} Counted in one message with {len(rows) - 1:,} others, not named.".strip()
        receipts.extend([replace(sent, note=note, state={})] * len(rows))
        return receipts[0]

    tried = await trying(send, destination.kind, digest_id)
    return tried, [] if tried.failure else receipts


async def _parcel(services: Services, destination: Destination, rows: Sequence[Row], digest_id: str) -> Parcel:
    first = await services.database.fetch_one(
        "SELECT d.*, w.name, w.timezone FROM deliveries d JOIN workspaces w ON w.id = d.workspace_id WHERE d.id = $1",
        rows[0]["id"],
    )
    assert first is not None  # it is marked: nobody deletes it
    like, _ = await parcel_of(services, destination, first)
    told = {
        "title": title_of([str(row["event_type"]) for row in rows]),
        "text": f"They came {_span(rows, str(first['timezone']))}: too many to name. All are in the inbox,"
        f" and the latest follow here by name.{_LISTED if destination.kind == kinds.TELEGRAM else ''}",
        "url": f"{services.settings.public_url}/leads",
    }
    payload = {**like.payload, "type": DIGEST_EVENT, "data": {"lead": None, "digest": told}}
    named = f"digest.{digest_id}"
    return replace(like, delivery_id=named, event_type=DIGEST_EVENT, payload=payload, text="", standing=None)


def _span(rows: Sequence[Row], timezone: str) -> str:
    zone = clock.zone(timezone)
    times = [int(row["created_at"]) for row in rows]
    since, until = (clock.to_datetime(at).astimezone(zone) for at in (min(times), max(times)))
    return f"from {since.day} {since:%B, %H:%M} to {until.day} {until:%B, %H:%M}"
