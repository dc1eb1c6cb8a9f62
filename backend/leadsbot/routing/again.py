"""Sending again, with one press, what couldn't be sent lately."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.db.paging import Where
from leadsbot.db.tx import Row
from leadsbot.events.log import topic
from leadsbot.routing.deliveries import FILTERS, begin_anew
from leadsbot.routing.destination import lane_of
from leadsbot.routing.route import queue

# Older news is of no use to anybody; one of them can still be sent by itself.
LATELY_MS: Final = 7 * clock.DAY
# At once, the oldest first; whoever has more of them presses again.
MOST: Final = 500


async def retry_dead(database: Database, workspace_id: str, **given: str | None) -> int:
    """Send again what was given up within `LATELY_MS`, among those with these values in `FILTERS`' columns; gives how
    many are on their way, at most `MOST`.

    Left out is what is about spam or a deleted lead, a test, and what goes where nothing can: switched off or removed.
    """
    rows = await _dead(database, workspace_id, given)
    lanes = {row["id"]: lane_of(row) for row in rows}

    async def unit(tx: Tx) -> int:
        # Somebody else may have sent some of them meanwhile, and they have arrived.
        dead = f"SELECT id FROM deliveries WHERE status = 'dead' AND id {tx.one_of(1)}"
        still = [row["id"] for row in await tx.fetch(dead, tx.many(list(lanes)))]
        begun = await begin_anew(tx, still)
        for delivery_id, round in begun.items():
            queue(tx, delivery_id, lanes[delivery_id], round)
        tx.signal(topic(workspace_id))
        return len(begun)

    return await database.write(unit) if rows else 0


async def _dead(database: Database, workspace_id: str, given: Mapping[str, str | None]) -> Sequence[Row]:
    where = Where()
    where.equal("d.workspace_id", workspace_id)
    where.also(f"d.created_at > {where.value(clock.now() - LATELY_MS)}")
    where.also("d.status = 'dead' AND d.body <> '' AND d.event_type <> 'test' AND (l.id IS NULL OR NOT l.spam)")
    where.also("(c.enabled OR w.enabled)")
    for column, value in given.items():
        if column not in FILTERS:
            raise ValueError(column)
        where.equal(f"d.{column}", value)
    return await database.fetch(
        "SELECT d.id, d.channel_id, d.webhook_id FROM deliveries d LEFT JOIN leads l ON l.id = d.lead_id"
        " LEFT JOIN channels c ON c.id = d.channel_id LEFT JOIN webhooks w ON w.id = d.webhook_id"
        f" {where} ORDER BY d.created_at, d.id LIMIT {MOST}",
        *where.args,
    )
