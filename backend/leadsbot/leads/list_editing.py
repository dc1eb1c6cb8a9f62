"""Changing a workspace's lists with the leads that carry their names: a renamed stage takes its leads along, a deleted
one gives them to another, many leads a part at a time. The history of a lead keeps the words of its time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.errors import InvalidInput
from leadsbot.leads import renames, stage_moves
from leadsbot.leads.renames import Rename
from leadsbot.workspaces import lists
from leadsbot.workspaces.lists import STAGES, Entry, Kind, Listing

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

    async def unit(tx: Tx) -> tuple[Entry, Rename | None, str | None]:
        row = await lists.held(tx, workspace_id)
        found = lists.listing_of(row, kind)
        entry = found.entry(entry_id)
        rename, reached = None, None
        if name is not None:
            before, entry = entry.name, found.rename(entry, name)
            rename = _rename(found, before, entry.name)
            reached = await _renamed(tx, rename, follow, waits=True)
        if position is not None:
            entry = found.place(entry, position)
        await lists.write(tx, row, found)
        return entry, rename, reached

    entry, rename, reached = await database.write(unit)
    if rename:
        await renames.finish(database, rename, reached)
    return entry


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
            await _renamed(tx, _rename(found, old, new), follow, waits=False)
        if kind is STAGES:
            for gone in (name for name in before if found.find(name) is None):
                await stage_moves.must_be_empty(
                    tx, workspace_id, gone, "Move them first, or delete it with a stage to move them to."
                )
                await stage_moves.forget_stage(tx, workspace_id, gone, found.names[0], "")
        await lists.write(tx, row, found)
        row = await lists.held(tx, workspace_id)


def _rename(found: Listing, before: str, after: str) -> Rename:
    return Rename(found.workspace_id, found.kind.on_lead, (before,), after, found.id_of(after), clock.now())


async def _renamed(tx: Tx, rename: Rename, follow: Follow | None, *, waits: bool) -> str | None:
    """Let what carries the name follow it, of the leads the first part; gives where the next part begins."""
    (before,), after, workspace_id = rename.before, rename.after, rename.workspace_id
    if before == after:
        return None
    reached = await renames.begin(tx, rename, waits=waits)
    if rename.column == STAGES.on_lead:
        await stage_moves.on_sites(tx, workspace_id, before, after)
        stage_moves.look_again(tx, workspace_id, before, after, None)
    if follow:
        await follow(tx, workspace_id, rename.column, before, after)
    return reached


async def _remove_part(tx: Tx, workspace_id: str, stage_id: str, move_to: str | None, by: str) -> tuple[int, bool]:
    row = await lists.held(tx, workspace_id)
    found = lists.listing_of(row, STAGES)
    entry = found.entry(stage_id)
    found.remove(entry)
    target = None if move_to is None else _target(found, move_to)
    if target is None:
        await stage_moves.must_be_empty(
            tx, workspace_id, entry.name, "Say where they go: ?move_to= and the name of another stage."
        )
        target = found.names[max(0, entry.position - 1)]
    moved = await stage_moves.move(tx, workspace_id, entry.name, target, by)
    if moved == stage_moves.AT_ONCE:
        return moved, False
    await stage_moves.forget_stage(tx, workspace_id, entry.name, target, by)
    await lists.write(tx, row, found)
    return moved, True


def _target(found: Listing, move_to: str) -> str:
    by_id = {entry.id: entry.name for entry in found.entries()}
    target = by_id.get(move_to.lower()) or found.find(move_to)
    if target is None:
        raise InvalidInput(f"The leads can go to: {', '.join(found.names)}.", code="unknown_stage", fields=["move_to"])
    return target
