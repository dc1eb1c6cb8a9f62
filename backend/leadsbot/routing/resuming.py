"""What a channel was still due when nothing could be sent there any more, sent after all once that is over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.routing import gates
from leadsbot.routing.deliveries import ANEW, begin_anew
from leadsbot.routing.destination import Destination
from leadsbot.routing.route import queue

MOST_RESUMED: Final = 1_000
DIED: Final = f"status = 'dead' AND reason = '{gates.GONE}'"
"""What was due when its destination was removed."""
LATELY_MS: Final = 7 * clock.DAY

Row = Mapping[str, Any]


async def after_removal(tx: Tx, destination: Destination) -> None:
    """Send what died because the channel was gone."""
    await _resume(tx, destination, DIED)


async def after_trouble(tx: Tx, destination: Destination) -> None:
    """Send what waited when the channel was switched off by itself, and what found that it didn't work, of the last
    days; `destination` is as it was while it was off. Nothing for one that somebody had switched off."""
    row = destination.row
    if not destination.is_webhook and row["disabled_at"] is not None:
        stopped = "(status = 'withheld' AND reason = $2 OR status = 'dead' AND reason = $3) AND event_type <> 'test'"
        since = clock.now() - LATELY_MS
        await _resume(tx, destination, f"{stopped} AND created_at > $4", gates.BROKEN, row["disabled_reason"], since)


async def works(tx: Tx, channel_id: str) -> Destination | None:
    """Give a channel that is on by now, though whoever asks had found it off or gone; nobody switches it meanwhile."""
    lock = " FOR UPDATE" if tx.dialect == "postgres" else ""
    row = await tx.fetch_one(f"SELECT * FROM channels WHERE id = $1 AND enabled{lock}", channel_id)
    return Destination(row["kind"], row) if row else None


async def ended_late(tx: Tx, delivery: Row) -> None:
    """Begin anew what was ended just now, as its channel was off or gone, where that is over already: whoever let the
    channel go on could not see it among what had waited."""
    destination = await works(tx, str(delivery["channel_id"]))
    if destination is None:
        return
    ended = "id = $1 AND round = $2 AND status IN ('withheld', 'dead') AND body <> ''"
    rows = await tx.fetch(
        f"UPDATE deliveries SET {ANEW} WHERE {ended} RETURNING round", delivery["id"], delivery["round"]
    )
    for row in rows:
        queue(tx, delivery["id"], destination.lane, row["round"])


async def _resume(tx: Tx, destination: Destination, which: str, *args: Any) -> None:
    """Begin these anew, the oldest first, but for what is about spam by now."""
    rows = await tx.fetch(
        f"SELECT id FROM deliveries WHERE channel_id = $1 AND {which}"
        " AND NOT EXISTS (SELECT 1 FROM leads l WHERE l.id = deliveries.lead_id AND l.spam)"
        f" ORDER BY created_at, id LIMIT {MOST_RESUMED}",
        destination.id,
        *args,
    )
    begun = await begin_anew(tx, [row["id"] for row in rows])
    for delivery_id, round in begun.items():
        queue(tx, delivery_id, destination.lane, round)
    await gates.wake(tx, destination.workspace_id, destination.id, clock.now())
