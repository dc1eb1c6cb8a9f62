"""What a channel was still due when nothing could be sent there any more, sent after all once that is over."""

from __future__ import annotations

from typing import Any, Final

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.routing import gates
from leadsbot.routing.deliveries import begin_anew
from leadsbot.routing.destination import Destination
from leadsbot.routing.route import queue

MOST_RESUMED: Final = 1_000
DIED: Final = f"status = 'dead' AND reason = '{gates.GONE}'"
"""What was due when its destination was removed."""
LATELY_MS: Final = 7 * clock.DAY


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
