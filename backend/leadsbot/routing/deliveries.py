"""The record of what was sent where: lists, one delivery's story, and trying again by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from leadsbot.db import Database, Tx
from leadsbot.db.paging import MAX_LIMIT, Page, Where
from leadsbot.errors import Conflict, InvalidInput
from leadsbot.events.log import topic
from leadsbot.routing.destination import of_delivery
from leadsbot.routing.owned import owned, page
from leadsbot.routing.present import delivery_json
from leadsbot.routing.route import job_of, queue

STATUSES = ("pending", "delivered", "failed", "dead", "withheld")
# What begins the schedule of a delivery anew, whatever became of it before.
ANEW = (
    "status = 'pending', reason = '', attempt_count = 0, round = round + 1, next_attempt_at = NULL,"
    " delivered_at = NULL, held = '', folded_into = NULL"
)
FILTERS = ("status", "lead_id", "channel_id", "webhook_id", "event_type")
# Counting stops here: whoever looks wants to know of many, not how many.
MOST_COUNTED = 1_000
BEHIND = "Waits for an earlier one about the same person, which is tried again first."

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


async def positions(database: Database, workspace_id: str, lead_id: str) -> dict[str, int]:
    """Give of a lead's latest deliveries which event of the log each tells of, by id: of those of one millisecond the
    ids don't say what came first. 0: none of the log."""
    rows = await database.fetch(
        "SELECT id, position FROM deliveries WHERE workspace_id = $1 AND lead_id = $2"
        f" ORDER BY created_at DESC, id DESC LIMIT {MAX_LIMIT}",
        workspace_id,
        lead_id,
    )
    return {row["id"]: int(row["position"]) for row in rows}


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
    """Do `send_again()` and give the delivery as it is then."""
    await send_again(database, workspace_id, delivery_id)
    return await get_delivery(database, workspace_id, delivery_id)


async def send_again(database: Database, workspace_id: str, delivery_id: str) -> bool:
    """Send a delivery again at once under the same id, whatever became of it before, with the schedule begun anew. One
    that is on its way goes on as it is: gives whether anything was begun.

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

    async def unit(tx: Tx) -> bool:
        begun = await begin_anew(tx, [delivery_id])
        for round in begun.values():
            queue(tx, delivery_id, lane, round, at_once=True)
            tx.signal(topic(workspace_id))
        if not begun and not (await owned(tx, "delivery", workspace_id, delivery_id))["body"]:
            raise _emptied()  # its lead was deleted since it was looked at
        return bool(begun)

    return await database.write(unit)


async def begin_anew(tx: Tx, delivery_ids: Sequence[str]) -> dict[str, int]:
    """Begin the schedule of these anew, but for those that are on their way or emptied; gives the new rounds, for
    which work is to be queued.

    On its way is what somebody works on, or would if there were a place or it were its turn. What waits for its time
    isn't.
    """
    lock = " FOR UPDATE" if tx.dialect == "postgres" else ""
    rounds = f"SELECT id, round FROM deliveries WHERE body <> '' AND id {tx.one_of(1)} ORDER BY id"
    jobs = {job_of(row["id"], row["round"]): row for row in await tx.fetch(rounds, tx.many(delivery_ids))}
    # Their jobs are held first, as whoever settles does, then they themselves: of two who press one begins it.
    found = await tx.fetch(
        f"SELECT id, state, waits FROM jobs WHERE id {tx.one_of(1)} ORDER BY id{lock}", tx.many(list(jobs))
    )
    moving = {job["id"] for job in found if _moves(job)}
    still = {row["id"]: row["round"] for job, row in jobs.items() if job not in moving}
    now = await tx.fetch(rounds + lock, tx.many(list(still)))
    begun = await tx.fetch(
        f"UPDATE deliveries SET {ANEW} WHERE id {tx.one_of(1)} RETURNING id, round",
        tx.many([row["id"] for row in now if row["round"] == still[row["id"]]]),
    )
    return {row["id"]: row["round"] for row in begun}


def _moves(job: Row) -> bool:
    return bool(job["state"] == "running" or (job["state"] == "ready" and job["waits"] != "time"))


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
    behind = await _behind(database, [row for row in rows if row["status"] == "pending" and not row["reason"]])
    return [
        delivery_json(row | {"reason": BEHIND} if row["id"] in behind else row, attempts[row["id"]]) for row in rows
    ]


async def _behind(database: Database, rows: Sequence[Row]) -> set[str]:
    """Give those of which another comes first that has failed and waits for its next try."""
    jobs = {job_of(row["id"], row["round"]): row["id"] for row in rows if row["line"]}
    if not jobs:
        return set()
    found = await database.fetch(
        f"SELECT j.id FROM jobs j WHERE j.id {database.one_of(1)} AND j.chain <> '' AND EXISTS"
        " (SELECT 1 FROM jobs f WHERE f.chain = j.chain AND f.position < j.position"
        " AND f.chain <> '' AND f.state IN ('ready', 'running') AND f.waits = 'time')",
        database.many(list(jobs)),
    )
    return {jobs[job["id"]] for job in found}
