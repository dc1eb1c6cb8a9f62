"""Reading leads: lists, counts, one lead and where it has stood. The REST doors, the dashboard and exports share it."""

from __future__ import annotations

from typing import Any

from leadsbot.clock import rfc3339
from leadsbot.db import Database
from leadsbot.db.paging import Page, Slice, Where, newest_first
from leadsbot.db.tx import Row
from leadsbot.errors import NotFound
from leadsbot.leads import filters
from leadsbot.leads.filters import LeadFilter
from leadsbot.leads.merged import successor

NOTHING_ASKED = LeadFilter()


async def list_leads(
    database: Database,
    workspace_id: str,
    wanted: LeadFilter = NOTHING_ASKED,
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """Give the leads that `wanted` describes, newest first, after `cursor`. `InvalidInput` for a made-up cursor."""
    where = filters.where(database, workspace_id, wanted)
    return await newest_first(database, "SELECT * FROM leads", where, Slice(limit, cursor))


async def leads_on_page(
    database: Database, workspace_id: str, wanted: LeadFilter, page: int, limit: int
) -> tuple[list[Row], int]:
    """Give the rows of a numbered page (the first is 1) and how many leads there are in all."""
    where = filters.where(database, workspace_id, wanted)
    if page == 1:
        rows = await _part(database, where, limit, 0)
        return rows, len(rows) if len(rows) < limit else await _count(database, where)
    total, skipped = await _count(database, where), (page - 1) * limit
    return await _part(database, where, limit, skipped) if skipped < total else [], total


async def leads_beside(
    database: Database, workspace_id: str, wanted: LeadFilter, lead_id: str, limit: int, *, before: bool = False
) -> tuple[list[Row], int, int]:
    """Give the leads that follow on this one's place in a list, or stand right `before` it, how many are ahead of them,
    and how many there are in all. The last ones, where none follow. A lead that has left the list still has its place.
    Raises NotFound."""
    place = await database.fetch_one(
        "SELECT created_at FROM leads WHERE id = $1 AND workspace_id = $2", lead_id, workspace_id
    )
    if place is None:
        raise NotFound("There is no such lead.")
    passed = filters.where(database, workspace_id, wanted)
    order = ">" if before else ">="
    passed.also(f"(created_at, id) {order} ({passed.value(place['created_at'])}, {passed.value(lead_id)})")
    ahead, total = await _count(database, passed), await count_leads(database, workspace_id, wanted)
    skipped = max(0, ahead - limit if before or ahead >= total else ahead)
    return await _part(database, filters.where(database, workspace_id, wanted), limit, skipped), skipped, total


async def count_leads(database: Database, workspace_id: str, wanted: LeadFilter = NOTHING_ASKED) -> int:
    """Count the leads that `wanted` describes."""
    return await _count(database, filters.where(database, workspace_id, wanted))


async def _count(database: Database, where: Where) -> int:
    row = await database.fetch_one(f"SELECT count(*) AS leads FROM leads {where}", *where.args)
    return int(row["leads"]) if row else 0


async def _part(database: Database, where: Where, limit: int, skipped: int) -> list[Row]:
    return await database.fetch(
        f"SELECT * FROM leads {where} ORDER BY created_at DESC, id DESC LIMIT {limit} OFFSET {skipped}", *where.args
    )


async def stage_counts(database: Database, workspace_id: str, wanted: LeadFilter = NOTHING_ASKED) -> dict[str, int]:
    """Count by stage; a stage where nobody stands is left out."""
    where = filters.where(database, workspace_id, wanted)
    rows = await database.fetch(f"SELECT stage, count(*) AS leads FROM leads {where} GROUP BY stage", *where.args)
    return {row["stage"]: int(row["leads"]) for row in rows}


async def get_lead(database: Database, workspace_id: str, lead_id: str) -> Row:
    """Give a lead's row; `NotFound` when it doesn't exist (any more) or is another workspace's. Of one that became part
    of another the error says so."""
    row = await database.fetch_one(
        "SELECT * FROM leads WHERE id = $1 AND workspace_id = $2 AND deleted_at IS NULL", lead_id, workspace_id
    )
    if row is not None:
        return row
    if kept := await successor(database, workspace_id, lead_id):
        raise NotFound(f"This lead was merged into {kept}.", code="merged")
    raise NotFound("There is no such lead.")


async def history(database: Database, lead_id: str) -> list[Row]:
    """Give a lead's stage changes, oldest first; the first has no `from_stage`."""
    return await database.fetch("SELECT * FROM stage_changes WHERE lead_id = $1 ORDER BY at, id", lead_id)


def history_json(row: Row) -> dict[str, Any]:
    """Give a stage change as answers show it (contract, section 4)."""
    return {
        "from_stage": row["from_stage"],
        "to_stage": row["to_stage"],
        "at": rfc3339(row["at"]),
        "by": row["by"],
        "reason": row["reason"],
    }


async def list_notes(database: Database, lead_id: str, part: Slice) -> Page:
    """Give the team's notes on a lead, newest first."""
    where = Where()
    where.equal("lead_id", lead_id)
    return await newest_first(database, "SELECT * FROM notes", where, part, by="at")


async def get_note(database: Database, lead_id: str, note_id: str) -> Row:
    """Give one note's row; `NotFound` when the lead has no such note."""
    row = await database.fetch_one("SELECT * FROM notes WHERE id = $1 AND lead_id = $2", note_id, lead_id)
    if row is None:
        raise NotFound("There is no such note.")
    return row


def note_json(row: Row) -> dict[str, Any]:
    """Give a note as answers show it."""
    told = {name: row[name] for name in ("id", "lead_id", "text", "author")}
    return {**told, "created_at": rfc3339(row["at"])}
