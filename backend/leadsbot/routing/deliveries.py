"""The record of what was sent where: lists, one delivery's story, and trying again by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from leadsbot.db import Database, Tx
from leadsbot.db.paging import Page, Where
from leadsbot.errors import Conflict, InvalidInput
from leadsbot.events.log import topic
from leadsbot.routing.destination import of_delivery
from leadsbot.routing.owned import owned, page
from leadsbot.routing.present import delivery_json
from leadsbot.routing.route import queue

STATUSES = ("pending", "delivered", "failed", "dead", "withheld")
# What begins the schedule of a delivery anew, whatever became of it before.
ANEW = (
    "status = 'pending', reason = '', attempt_count = 0, round = round + 1, next_attempt_at = NULL,"
    " delivered_at = NULL, held = '', folded_into = NULL"
)
FILTERS = ("status", "lead_id", "channel_id", "webhook_id", "event_type")
# Counting stops here: whoever looks wants to know of many, not how many.
MOST_COUNTED = 1_000

Row = dict[str, Any]


async def list_deliveries(
    database: Database,
    workspace_id: str,
    *,
    status: str | None = None,
    lead_id: str | None = None,
    channel_id: str | None = None,
    webhook_id: str | None = None,
    event_type: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """Give deliveries with their attempts as `delivery_json`, newest first."""
    if status is not None and status not in STATUSES:
        raise InvalidInput(f"status is one of: {', '.join(STATUSES)}.", fields=["status"])
    given = {"status": status, "lead_id": lead_id, "channel_id": channel_id, "webhook_id": webhook_id}
    given["event_type"] = event_type
    conditions = {"workspace_id": workspace_id} | {name: value for name, value in given.items() if value is not None}
    found = await page(database, "deliveries", conditions, cursor, limit)
    return Page(await _with_attempts(database, found.rows), found.next_cursor)


async def counts(database: Database, workspace_id: str, **given: str | None) -> dict[str, int]:
    """Count deliveries by status, up to `MOST_COUNTED` of each, among those with these values in FILTERS' columns."""
    parts, where = [], Where()
    where.equal("workspace_id", workspace_id)
    for column, value in given.items():
        if column not in FILTERS:
            raise ValueError(column)
        where.equal(column, value)
    for status in STATUSES:
        one = f"SELECT 1 AS one FROM deliveries {where} AND status = '{status}' LIMIT {MOST_COUNTED}"
        parts.append(f"SELECT '{status}' AS status, count(*) AS found FROM ({one}) AS {status}_ones")
    rows = await database.fetch(" UNION ALL ".join(parts), *where.args)
    return {row["status"]: int(row["found"]) for row in rows}


async def get_delivery(database: Database, workspace_id: str, delivery_id: str) -> Row:
    """Give one delivery with its attempts as `delivery_json`. Raises NotFound."""
    row = await owned(database, "delivery", workspace_id, delivery_id)
    return (await _with_attempts(database, [row]))[0]


async def get_body(database: Database, workspace_id: str, delivery_id: str) -> str:
    """Give the JSON that a delivery sends, as text. Raises NotFound."""
    return str((await owned(database, "delivery", workspace_id, delivery_id))["body"])


async def retry(database: Database, workspace_id: str, delivery_id: str) -> Row:
    """Send a delivery again at once under the same id, whatever became of it before, with the schedule begun anew.

    Raises NotFound, or Conflict where there is nowhere to send it any more.
    """
    row = await owned(database, "delivery", workspace_id, delivery_id)
    if not row["body"]:
        raise _emptied()
    destination = await of_delivery(database, row)
    if destination is None:
        raise Conflict("Where this went has been deleted, so it can't be sent again.", code="destination_deleted")
    if not destination.row["enabled"]:
        raise Conflict("Where this goes is switched off. Switch it on first.", code="destination_disabled")
    lane = destination.lane

    async def unit(tx: Tx) -> None:
        begun = await tx.fetch_one(
            f"UPDATE deliveries SET {ANEW} WHERE id = $1 AND body <> '' RETURNING round",
            delivery_id,
        )
        if begun is None:  # its lead was deleted since it was looked at
            raise _emptied()
        queue(tx, delivery_id, lane, begun["round"], at_once=True)
        tx.signal(topic(workspace_id))

    await database.write(unit)
    return await get_delivery(database, workspace_id, delivery_id)


def _emptied() -> Conflict:
    return Conflict("The lead that this was about has been deleted, and what it said too.", code="lead_deleted")


async def _with_attempts(database: Database, rows: Sequence[Row]) -> list[Row]:
    attempts: defaultdict[str, list[Row]] = defaultdict(list)
    if rows:
        found = await database.fetch(
            f"SELECT * FROM attempts WHERE delivery_id {database.one_of(1)} ORDER BY at, id",
            database.many([row["id"] for row in rows]),
        )
        for attempt in found:
            attempts[attempt["delivery_id"]].append(attempt)
    return [delivery_json(row, attempts[row["id"]]) for row in rows]
