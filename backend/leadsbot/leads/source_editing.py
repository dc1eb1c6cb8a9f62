"""Sources as their owners see them: those that somebody named and those that leads came from, with how many leads.

A source that attribution found becomes a row once somebody renames or deletes it. A deleted one keeps its row while
leads name it, so that it isn't listed again before the next lead comes from there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.db.paging import Page, Slice, page_of
from leadsbot.db.tx import Row
from leadsbot.errors import Conflict, InvalidInput, NotFound
from leadsbot.leads import renames
from leadsbot.leads.renames import Rename
from leadsbot.workspaces import sources
from leadsbot.workspaces.sources import NAME_LENGTH, key_of

Fetch = Callable[..., Awaitable[list[Row]]]
Follow = Callable[[Tx, str, str, str, str], Awaitable[None]]

_ROWS = "SELECT * FROM sources WHERE workspace_id = $1"
_ON_LEADS = (
    "SELECT source, count(*) FILTER (WHERE NOT spam) AS leads, min(created_at) AS first_at, max(created_at) AS last_at"
    " FROM leads WHERE workspace_id = $1 AND deleted_at IS NULL AND source <> '' GROUP BY source"
)


class Source(NamedTuple):
    """A source with its leads (spam left out). `spellings` are those on leads; `stored` tells whether it has a row."""

    id: str
    name: str
    key: str
    leads: int
    created_at: int
    last_lead_at: int | None
    spellings: tuple[str, ...]
    stored: bool
    listed: bool


async def list_sources(database: Database, workspace_id: str, part: Slice) -> Page:
    """Give the workspace's sources, the newest first; rows are `Source`'s fields."""
    found = [one for one in (await _all(database.fetch, workspace_id)).values() if one.listed]
    return page_of([one._asdict() for one in found], part)


async def busiest(database: Database, workspace_id: str) -> list[Source]:
    """Give every source, those with most leads first."""
    found = [one for one in (await _all(database.fetch, workspace_id)).values() if one.listed]
    return sorted(found, key=lambda one: (-one.leads, one.key))


async def get_source(database: Database, workspace_id: str, source_id: str) -> Source:
    """Give a source; `NotFound` when there is none of that id, or it is another workspace's."""
    return _found((await _all(database.fetch, workspace_id)).values(), source_id)


async def add_source(database: Database, workspace_id: str, name: str) -> Source:
    """Add a source. `Conflict` where there is one of that name, whatever its case."""
    name = check_name(name)

    async def unit(tx: Tx) -> Source:
        known = await _all(tx.fetch, workspace_id)
        there = known.get(key_of(name))
        if there and there.listed:
            raise Conflict(f'There is a source "{there.name}" already.', fields=["name"])
        if there:
            await tx.execute("UPDATE sources SET name = $2, deleted_at = NULL WHERE id = $1", there.id, name)
        else:
            taken = {one.id for one in known.values()}
            sources.add(tx, workspace_id, name, sources.id_of(workspace_id, key_of(name), taken))
        return await _again(tx, workspace_id, name)

    return await database.write(unit)


async def rename_source(
    database: Database, workspace_id: str, source_id: str, name: str, follow: Follow | None = None
) -> Source:
    """Call a source otherwise, on its leads too. Under the name of another one the two become that one, and it is
    given back. Raises `NotFound`, `InvalidInput`."""
    name = check_name(name)

    async def unit(tx: Tx) -> tuple[Rename, str | None]:
        known = await _all(tx.fetch, workspace_id)
        source = _found(known.values(), source_id)
        other = known.get(key_of(name))
        kept = await _call(tx, workspace_id, source, other, name)
        spellings = {*source.spellings, *(other.spellings if other else ())} - {name}
        rename = Rename(workspace_id, "source", tuple(sorted(spellings)), name, kept, clock.now())
        reached = await renames.begin(tx, rename, waits=True)
        for before in sorted({source.name, *spellings} if follow else ()):
            assert follow
            await follow(tx, workspace_id, "source", before, name)
        return rename, reached

    rename, reached = await database.write(unit)
    await renames.finish(database, rename, reached)
    return await get_source(database, workspace_id, rename.of)


async def _call(tx: Tx, workspace_id: str, source: Source, other: Source | None, name: str) -> str:
    """Let a source be called `name`, as `other` may be; gives the id of the one that is left."""
    if other and other.stored and other.id != source.id:
        await tx.execute("DELETE FROM sources WHERE id = $1", source.id)
        await tx.execute("UPDATE sources SET name = $2, deleted_at = NULL WHERE id = $1", other.id, name)
        return other.id
    if source.stored:
        await tx.execute("UPDATE sources SET name = $2, name_key = $3 WHERE id = $1", source.id, name, key_of(name))
    else:
        sources.add(tx, workspace_id, name, source.id)
    return source.id


async def delete_source(database: Database, workspace_id: str, source_id: str) -> None:
    """Take a source off the list; its leads keep the name. Else `NotFound`."""

    async def unit(tx: Tx) -> None:
        source = _found((await _all(tx.fetch, workspace_id)).values(), source_id)
        if not source.spellings:
            await tx.execute("DELETE FROM sources WHERE id = $1", source.id)
            return
        if not source.stored:
            sources.add(tx, workspace_id, source.name[:NAME_LENGTH], source.id)
            await tx.flush()
        await tx.execute("UPDATE sources SET deleted_at = $2 WHERE id = $1", source.id, clock.now())

    await database.write(unit)


def check_name(name: str) -> str:
    """Give a source's name with single blanks, or raise `InvalidInput`."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= NAME_LENGTH:
        raise InvalidInput(f"The name of a source has 1 to {NAME_LENGTH} characters.", fields=["name"])
    return name


async def _again(tx: Tx, workspace_id: str, name: str) -> Source:
    await tx.flush()
    return (await _all(tx.fetch, workspace_id))[key_of(name)]


async def _all(fetch: Fetch, workspace_id: str) -> dict[str, Source]:
    """Give every source by its key, the deleted among them."""
    rows = {row["name_key"]: row for row in await fetch(_ROWS, workspace_id)}
    groups: dict[str, list[Row]] = {}
    for group in await fetch(_ON_LEADS, workspace_id):
        groups.setdefault(key_of(group["source"]), []).append(group)
    taken = {row["id"] for row in rows.values()}
    return {
        key: _source(workspace_id, key, rows.get(key), groups.get(key, []), taken)
        for key in rows.keys() | groups.keys()
    }


def _source(workspace_id: str, key: str, row: Row | None, groups: list[Row], taken: set[str]) -> Source:
    ordered = sorted(groups, key=lambda group: (-group["leads"], group["source"]))
    first, last = min((g["first_at"] for g in groups), default=0), max((g["last_at"] for g in groups), default=None)
    deleted_at = row["deleted_at"] if row else None
    return Source(
        id=row["id"] if row else sources.id_of(workspace_id, key, taken),
        name=row["name"] if row else ordered[0]["source"],
        key=key,
        leads=sum(group["leads"] for group in groups),
        created_at=row["created_at"] if row else first,
        last_lead_at=last,
        spellings=tuple(group["source"] for group in ordered),
        stored=row is not None,
        listed=deleted_at is None or (last is not None and last > deleted_at),
    )


def _found(known: Iterable[Source], source_id: str) -> Source:
    for one in known:
        if one.id == source_id.lower() and one.listed:
            return one
    raise NotFound("There is no such source.")
