"""Which leads became part of which: where a merged one went, what can still be undone, and what must be forgotten."""

from __future__ import annotations

from typing import Any, Final

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.db.paging import Page, Slice, Where, newest_first
from leadsbot.jobs import cron
from leadsbot.jobs.handlers import HasDatabase
from leadsbot.jobs.outcomes import Done, Outcome
from leadsbot.jobs.runner import JobHandler

UNDO_MS: Final = 30 * clock.DAY
PURGE: Final = "purge-merges"
TICKS = (cron.Tick(PURGE, clock.HOUR),)

_LISTED: Final = "id, lead_id, merged_id, by, at, undone_at"

Row = dict[str, Any]


async def successor(database: Database, workspace_id: str, lead_id: str) -> str | None:
    """Give the lead that a merged-away one is part of now, through any number of merges; None where there is none."""
    seen = {lead_id}
    found: str | None = None
    while row := await database.fetch_one(
        "SELECT lead_id FROM merges WHERE workspace_id = $1 AND merged_id = $2 AND undone_at IS NULL",
        workspace_id,
        found or lead_id,
    ):
        if row["lead_id"] in seen:
            return None
        found = str(row["lead_id"])
        seen.add(found)
    return found


async def last_merge(database: Database, workspace_id: str, lead_id: str) -> Row | None:
    """Give the row of the latest merge into a lead that can still be undone."""
    return await database.fetch_one(
        "SELECT * FROM merges WHERE workspace_id = $1 AND lead_id = $2 AND undone_at IS NULL AND at > $3"
        " ORDER BY at DESC, id DESC LIMIT 1",
        workspace_id,
        lead_id,
        clock.now() - UNDO_MS,
    )


async def listed(
    database: Database, workspace_id: str, part: Slice, lead_id: str | None = None, merged_id: str | None = None
) -> Page:
    """Give the workspace's merges, newest first: those into `lead_id`, or of `merged_id`, where that is asked for."""
    where = Where()
    where.equal("workspace_id", workspace_id)
    where.equal("lead_id", lead_id)
    where.equal("merged_id", merged_id)
    return await newest_first(database, f"SELECT {_LISTED} FROM merges", where, part, by="at")


def merge_json(row: Row) -> Row:
    """Give a merge as answers show it; `undo_until` is None where it can't be undone (any more)."""
    until = row["at"] + UNDO_MS
    undoable = row["undone_at"] is None and until > clock.now()
    return {
        "id": row["id"],
        "lead_id": row["lead_id"],
        "merged_id": row["merged_id"],
        "by": row["by"],
        "at": clock.rfc3339(row["at"]),
        "undo_until": clock.rfc3339(until) if undoable else None,
        "undone_at": clock.rfc3339(row["undone_at"]) if row["undone_at"] else None,
    }


async def forget(tx: Tx, lead_id: str) -> None:
    """Erase what merges remember of a lead and of all that was merged into it: it is being deleted."""
    waiting = [lead_id]
    while waiting:
        one = waiting.pop()
        rows = await tx.fetch("SELECT id, merged_id FROM merges WHERE lead_id = $1", one)
        waiting += [str(row["merged_id"]) for row in rows]
        await tx.execute("DELETE FROM merges WHERE lead_id = $1", one)
    await tx.execute("UPDATE leads SET duplicate_of = NULL WHERE duplicate_of = $1", lead_id)
    await tx.execute("DELETE FROM not_duplicates WHERE lead_id = $1 OR other_id = $1", lead_id)


async def purge(tx: Tx) -> None:
    """Empty merges that can't be undone any more: what they keep of people goes, where an old link leads stays."""
    await tx.execute(
        "UPDATE merges SET kept_before = '{}', kept_after = '{}', merged = '{}', moved = '{}'"
        " WHERE at < $1 AND CAST(merged AS TEXT) <> '{}'",
        clock.now() - UNDO_MS,
    )


def job_handlers(services: HasDatabase) -> dict[str, JobHandler]:
    async def run(payload: dict[str, Any]) -> Outcome:
        return Done(writes=purge)

    return {PURGE: run}
