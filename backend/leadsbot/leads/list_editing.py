"""Changing a workspace's lists with the leads that carry their names: a renamed stage takes its leads along, a deleted
one gives them to another. The history of a lead keeps the words of its time.

A door on another node may know the old names for a moment longer, so a job looks after leads that came in by them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.db.tx import Row
from leadsbot.errors import Conflict, InvalidInput
from leadsbot.events.log import Happening, record, topic
from leadsbot.ids import new_id
from leadsbot.jobs.handlers import HasDatabase
from leadsbot.jobs.outcomes import Done, Outcome
from leadsbot.jobs.queue import enqueue
from leadsbot.jobs.runner import JobHandler
from leadsbot.leads.present import lead_snapshot
from leadsbot.leads.tables import StageChange
from leadsbot.workspaces import lists
from leadsbot.workspaces.lists import STAGES, Entry, Kind, Listing
from leadsbot.workspaces.sites import FRESH_MS

AT_ONCE = 500
STRAGGLERS = "stage.stragglers"
# Until no door holds the old names any more, with a wide margin.
LOOK_AGAIN_MS = 4 * FRESH_MS

# What rooms above do with a name that changed: workspace id, the lead's field, the old name, the new one.
Follow = Callable[[Tx, str, str, str, str], Awaitable[None]]


async def listing(database: Database, workspace_id: str, kind: Kind) -> Listing:
    """Give a list as it stands."""
    row = await database.fetch_one("SELECT * FROM workspaces WHERE id = $1", workspace_id)
    assert row is not None  # whoever asks belongs to it
    return lists.listing_of(row, kind)


async def counts(database: Database, workspace_id: str, kind: Kind) -> dict[str, int]:
    """Give how many leads carry each name, spam left out."""
    rows = await database.fetch(
        f"SELECT {kind.on_lead} AS name, count(*) AS leads FROM leads"
        " WHERE workspace_id = $1 AND deleted_at IS NULL AND NOT spam GROUP BY 1",
        workspace_id,
    )
    return {row["name"]: row["leads"] for row in rows}


async def add(database: Database, workspace_id: str, kind: Kind, name: str, position: int | None = None) -> Entry:
    """Add an entry at `position`, or last. Raises `InvalidInput`, `Conflict`."""

    async def unit(tx: Tx) -> Entry:
        row = await lists.held(tx, workspace_id)
        found = lists.listing_of(row, kind)
        entry = found.add(name, position)
        await lists.write(tx, row, found)
        return entry

    return await database.write(unit)


async def change(
    database: Database,
    workspace_id: str,
    kind: Kind,
    entry_id: str,
    name: str | None = None,
    position: int | None = None,
    follow: Follow | None = None,
) -> Entry:
    """Rename or place an entry; leads that carry the name follow it. Raises `NotFound`, `InvalidInput`, `Conflict`."""

    async def unit(tx: Tx) -> Entry:
        row = await lists.held(tx, workspace_id)
        found = lists.listing_of(row, kind)
        entry = found.entry(entry_id)
        if name is not None:
            before, entry = entry.name, found.rename(entry, name)
            await _renamed(tx, workspace_id, kind, before, entry.name, follow)
        if position is not None:
            entry = found.place(entry, position)
        await lists.write(tx, row, found)
        return entry

    return await database.write(unit)


async def remove(database: Database, workspace_id: str, kind: Kind, entry_id: str) -> None:
    """Take a lead type or an event type out of its list; leads keep the words. Raises `NotFound`."""

    async def unit(tx: Tx) -> None:
        row = await lists.held(tx, workspace_id)
        found = lists.listing_of(row, kind)
        found.remove(found.entry(entry_id))
        await lists.write(tx, row, found)

    await database.write(unit)


async def remove_stage(database: Database, workspace_id: str, stage_id: str, move_to: str | None, by: str) -> int:
    """Delete a stage and move the leads that stand there to `move_to`; gives how many were moved.

    `Conflict` while leads stand there and nothing says where they go, `InvalidInput` for a stage that isn't another.
    Many leads are moved a part at a time, so that other writing goes on; the stage goes with the last part.
    """
    moved = 0
    while True:
        part, gone = await database.write(lambda tx: _remove_part(tx, workspace_id, stage_id, move_to, by))
        moved += part
        if gone:
            return moved


async def replace(
    tx: Tx, workspace_id: str, wanted: Mapping[Kind, Sequence[str]], follow: Follow | None = None
) -> None:
    """Take whole lists, in the caller's transaction. New spellings are taken over by the leads; a stage where leads
    stand can't be left out (`Conflict`). Raises `InvalidInput` that names the list."""
    row = await lists.held(tx, workspace_id)
    for kind, names in wanted.items():
        found = lists.listing_of(row, kind)
        before = list(found.names)
        respelled = found.replace(names)
        for old, new in respelled.items():
            await _renamed(tx, workspace_id, kind, old, new, follow)
        if kind is STAGES:
            for gone in (name for name in before if found.find(name) is None):
                await _must_be_empty(
                    tx, workspace_id, gone, "Move them first, or delete it with a stage to move them to."
                )
                await _forget_stage(tx, workspace_id, gone, found.names[0], "")
        await lists.write(tx, row, found)
        row = await lists.held(tx, workspace_id)


async def _renamed(tx: Tx, workspace_id: str, kind: Kind, before: str, after: str, follow: Follow | None) -> None:
    if before == after:
        return
    column = kind.on_lead
    await tx.execute(
        f"UPDATE leads SET {column} = $3 WHERE workspace_id = $1 AND {column} = $2", workspace_id, before, after
    )
    if kind is STAGES:
        await _on_sites(tx, workspace_id, before, after)
        _look_again(tx, workspace_id, before, after, None)
    if follow:
        await follow(tx, workspace_id, column, before, after)
    tx.signal(topic(workspace_id))


async def _remove_part(tx: Tx, workspace_id: str, stage_id: str, move_to: str | None, by: str) -> tuple[int, bool]:
    row = await lists.held(tx, workspace_id)
    found = lists.listing_of(row, STAGES)
    entry = found.entry(stage_id)
    found.remove(entry)
    target = None if move_to is None else _target(found, move_to)
    if target is None:
        await _must_be_empty(
            tx, workspace_id, entry.name, "Say where they go: ?move_to= and the name of another stage."
        )
        target = found.names[max(0, entry.position - 1)]
    moved = await _move(tx, workspace_id, entry.name, target, by)
    if moved == AT_ONCE:
        return moved, False
    await _forget_stage(tx, workspace_id, entry.name, target, by)
    await lists.write(tx, row, found)
    return moved, True


def _target(found: Listing, move_to: str) -> str:
    by_id = {entry.id: entry.name for entry in found.entries()}
    target = by_id.get(move_to.lower()) or found.find(move_to)
    if target is None:
        raise InvalidInput(f"The leads can go to: {', '.join(found.names)}.", code="unknown_stage", fields=["move_to"])
    return target


async def _must_be_empty(tx: Tx, workspace_id: str, stage: str, advice: str) -> None:
    row = await tx.fetch_one(
        "SELECT count(*) AS leads FROM leads WHERE workspace_id = $1 AND stage = $2 AND deleted_at IS NULL",
        workspace_id,
        stage,
    )
    if row and row["leads"]:
        stand = "1 lead stands" if row["leads"] == 1 else f"{row['leads']:,} leads stand"
        raise Conflict(f'{stand} at "{stage}". {advice}', code="stage_in_use", fields=["stages"])


async def _forget_stage(tx: Tx, workspace_id: str, stage: str, target: str, by: str) -> None:
    """Leave no trace of a stage that has no leads but those whose data are gone: they count on at the next best."""
    await tx.execute(
        "UPDATE leads SET stage = $3 WHERE workspace_id = $1 AND stage = $2 AND deleted_at IS NOT NULL",
        workspace_id,
        stage,
        target,
    )
    await _on_sites(tx, workspace_id, stage, None)
    _look_again(tx, workspace_id, stage, target, by)


async def _move(tx: Tx, workspace_id: str, before: str, after: str, by: str) -> int:
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
        tx.insert(StageChange, _step(moved, before, by))
        data = {"lead": lead_snapshot(moved), "from_stage": before, "to_stage": after}
        record(tx, Happening(workspace_id, "lead.stage_changed", data, row["id"], at=now))
    return len(rows)


def _step(row: Row, before: str, by: str) -> Row:
    return {
        "id": new_id(),
        "lead_id": row["id"],
        "from_stage": before,
        "to_stage": row["stage"],
        "at": row["updated_at"],
        "by": by,
        "reason": f'the stage "{before}" was deleted',
    }


async def _on_sites(tx: Tx, workspace_id: str, before: str, after: str | None) -> None:
    """Let the stages that sites' pages may ask for follow a rename (`after`), or lose the stage."""
    for row in await tx.fetch("SELECT id, page_stages FROM sites WHERE workspace_id = $1", workspace_id):
        names = msgspec.json.decode(row["page_stages"], type=list[str])
        if before in names:
            kept = [after if name == before else name for name in names if name != before or after]
            text = msgspec.json.encode(kept).decode()
            await tx.execute("UPDATE sites SET page_stages = $2 WHERE id = $1", row["id"], text)


def _look_again(tx: Tx, workspace_id: str, before: str, after: str, by: str | None) -> None:
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
        return await _move(tx, workspace_id, before, target, payload["by"])
    await tx.execute("UPDATE leads SET stage = $3 WHERE workspace_id = $1 AND stage = $2", workspace_id, before, target)
    return 0


def job_handlers(services: HasDatabase) -> dict[str, JobHandler]:
    async def run(payload: dict[str, Any]) -> Outcome:
        while await services.database.write(lambda tx: _fetch_stragglers(tx, payload)) == AT_ONCE:
            pass
        return Done()

    return {STRAGGLERS: run}
