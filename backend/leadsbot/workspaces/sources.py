"""Where leads come from, as a workspace names it: one row a name, whatever its case."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.ids import derived_id
from leadsbot.workspaces.tables import Source

NAME_LENGTH = 200

Named = tuple[str, str]


def key_of(name: str) -> str:
    """Give a source's name as it is matched."""
    return " ".join(name.casefold().split())[:NAME_LENGTH]


async def resolve(tx: Tx, named: Iterable[Named], *, makes: bool = True) -> dict[Named, str]:
    """Give each (workspace id, name) as the workspace spells it, in the caller's transaction. New ones are made, or
    left out where nothing `makes` them."""
    wanted = {(workspace_id, name): key_of(name) for workspace_id, name in named if name.strip()}
    if not wanted:
        return {}
    rows = await tx.fetch(
        "SELECT workspace_id, name, name_key FROM sources"
        f" WHERE workspace_id {tx.one_of(1)} AND name_key {tx.one_of(2)}",
        tx.many(sorted({workspace_id for workspace_id, _ in wanted})),
        tx.many(sorted(set(wanted.values()))),
    )
    known = {(row["workspace_id"], row["name_key"]): str(row["name"]) for row in rows}
    missing = {(of, key): name for (of, name), key in reversed(wanted.items()) if (of, key) not in known}
    if makes:
        known |= await _made(tx, missing)
    return {(of, name): known[of, key] for (of, name), key in wanted.items() if (of, key) in known}


async def _made(tx: Tx, missing: dict[Named, str]) -> dict[Named, str]:
    ids = await free_ids(tx, list(missing))
    made = {of: " ".join(name.split())[:NAME_LENGTH] for of, name in missing.items()}
    for (workspace_id, key), name in made.items():
        add(tx, workspace_id, name, ids[workspace_id, key])
    return made


def add(tx: Tx, workspace_id: str, name: str, source_id: str) -> None:
    """Add a source unless it is there already."""
    row = {
        "id": source_id,
        "workspace_id": workspace_id,
        "name": name,
        "name_key": key_of(name),
        "created_at": clock.now(),
    }
    tx.insert(Source, row, "ON CONFLICT DO NOTHING")


def id_of(workspace_id: str, key: str, taken: Collection[str]) -> str:
    """Give the id of a source that has yet to be stored, which two nodes make alike: derived from its name, and from a
    number where one that began under this name was renamed and has that id."""
    for number in range(len(taken) + 1):
        found = _candidate(workspace_id, key, number)
        if found not in taken:
            return found
    raise AssertionError("more candidates than ids that are taken")


async def free_ids(tx: Tx, missing: Sequence[Named]) -> dict[Named, str]:
    """Give the ids of sources to be stored, by workspace id and key, as `id_of()` does; only those are asked for that
    they might have, however many sources there are."""
    found: dict[Named, str] = {}
    number, left = 0, list(missing)
    while left:
        found |= {one: _candidate(*one, number) for one in left}
        ids = sorted(found[one] for one in left)
        rows = await tx.fetch(f"SELECT id FROM sources WHERE id {tx.one_of(1)}", tx.many(ids))
        taken = {row["id"] for row in rows}
        left = [one for one in left if found[one] in taken]
        number += 1
    return found


def _candidate(workspace_id: str, key: str, number: int) -> str:
    return derived_id("source", workspace_id, key, *([str(number)] if number else []))
