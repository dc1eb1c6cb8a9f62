"""Leads on their way from a stage that is deleted or renamed, and those that come in late under its name.

A door on another node may know the old names for a moment longer, and an import for as long as some of its rows take,
so a job looks after leads that came in by them until neither can.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.errors import Conflict
from leadsbot.events.log import Happening, record
from leadsbot.jobs.handlers import HasDatabase
from leadsbot.jobs.outcomes import Again, Done, Outcome
from leadsbot.jobs.queue import enqueue
from leadsbot.jobs.runner import JobHandler
from leadsbot.leads.present import lead_snapshot
from leadsbot.leads.rows import step
from leadsbot.leads.tables import StageChange
from leadsbot.workspaces import lists
from leadsbot.workspaces.lists import STAGES
from leadsbot.workspaces.remembered import FRESH_MS

AT_ONCE = 500
STRAGGLERS = "stage.stragglers"
# Until no door holds the old names any more, with a wide margin.
LOOK_AGAIN_MS = 4 * FRESH_MS


async def must_be_empty(tx: Tx, workspace_id: str, stage: str, advice: str) -> None:
    """Raise `Conflict` that says how many leads stand at `stage`, spam among them, and `advice`."""
    row = await tx.fetch_one(
        "SELECT count(*) AS leads FROM leads WHERE workspace_id = $1 AND stage = $2 AND deleted_at IS NULL",
        workspace_id,
        stage,
    )
    if row and row["leads"]:
        stand = "1 lead stands" if row["leads"] == 1 else f"{row['leads']:,} leads stand"
        raise Conflict(f'{stand} at "{stage}". {advice}', code="stage_in_use", fields=["stages"])


async def forget_stage(tx: Tx, workspace_id: str, stage: str, target: str, by: str) -> None:
    """Leave no trace of a stage that has no leads but those whose data are gone: they count on at the next best."""
    await tx.execute(
        "UPDATE leads SET stage = $3 WHERE workspace_id = $1 AND stage = $2 AND deleted_at IS NOT NULL",
        workspace_id,
        stage,
        target,
    )
    await on_sites(tx, workspace_id, stage, None)
    look_again(tx, workspace_id, stage, target, by)


async def move(tx: Tx, workspace_id: str, before: str, after: str, by: str) -> int:
    """Move up to `AT_ONCE` leads that stand at `before`, each with its history and its event; gives how many."""
    lock = " FOR UPDATE" if tx.dialect == "postgres" else ""
    rows = await tx.fetch(
        "SELECT * FROM leads WHERE workspace_id = $1 AND stage = $2 AND deleted_at IS NULL"
        f" ORDER BY id LIMIT {AT_ONCE}{lock}",
        workspace_id,
        before,
    )
    now = clock.now()
    ids = [str(row["id"]) for row in rows]
    if ids:
        await tx.execute(
            f"UPDATE leads SET stage = $2, updated_at = $3 WHERE id {tx.one_of(1)}", tx.many(ids), after, now
        )
    for row in rows:
        moved = {**row, "stage": after, "updated_at": now}
        tx.insert(StageChange, step(moved, before, by, f'the stage "{before}" was deleted'))
        data = {"lead": lead_snapshot(moved), "from_stage": before, "to_stage": after}
        record(tx, Happening(workspace_id, "lead.stage_changed", data, row["id"], at=now))
    return len(rows)


async def on_sites(tx: Tx, workspace_id: str, before: str, after: str | None) -> None:
    """Let the stages that sites' pages may ask for follow a rename (`after`), or lose the stage."""
    for row in await tx.fetch("SELECT id, page_stages FROM sites WHERE workspace_id = $1", workspace_id):
        names = msgspec.json.decode(row["page_stages"], type=list[str])
        if before in names:
            kept = [after if name == before else name for name in names if name != before or after]
            text = msgspec.json.encode(kept).decode()
            await tx.execute("UPDATE sites SET page_stages = $2 WHERE id = $1", row["id"], text)


def look_again(tx: Tx, workspace_id: str, before: str, after: str, by: str | None) -> None:
    payload = {"workspace_id": workspace_id, "before": before, "after": after, "by": by}
    enqueue(tx, STRAGGLERS, payload, due=clock.now() + LOOK_AGAIN_MS)


async def _fetch_stragglers(tx: Tx, payload: Mapping[str, Any]) -> int:
    """Give leads that came in under a name that is no more to where the rest went. `by` is None after a rename."""
    workspace_id, before, after = payload["workspace_id"], payload["before"], payload["after"]
    row = await tx.fetch_one("SELECT * FROM workspaces WHERE id = $1", workspace_id)
    if row is None:
        return 0
    stages = lists.listing_of(row, STAGES)
    if before in stages.names:
        return 0
    target = stages.find(after) or stages.names[0]
    if payload["by"] is not None:
        return await move(tx, workspace_id, before, target, payload["by"])
    return await tx.execute(
        "UPDATE leads SET stage = $3 WHERE id IN"
        f" (SELECT id FROM leads WHERE workspace_id = $1 AND stage = $2 ORDER BY id LIMIT {AT_ONCE})",
        workspace_id,
        before,
        target,
    )


async def _takes_in(database: Database, workspace_id: str) -> bool:
    """Tell whether an import of the workspace is under way, whose rows may have been read under the old names."""
    found = await database.fetch_one(
        "SELECT id FROM imports WHERE workspace_id = $1 AND state IN ('waiting', 'running') LIMIT 1", workspace_id
    )
    return found is not None


def job_handlers(services: HasDatabase) -> dict[str, JobHandler]:
    async def run(payload: dict[str, Any]) -> Outcome:
        # Asked first: what such an import brings in before it ends is fetched below.
        busy = await _takes_in(services.database, payload["workspace_id"])
        while await services.database.write(lambda tx: _fetch_stragglers(tx, payload)) == AT_ONCE:
            pass
        return Again(LOOK_AGAIN_MS) if busy else Done()

    return {STRAGGLERS: run}
