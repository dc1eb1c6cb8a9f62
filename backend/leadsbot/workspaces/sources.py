"""Where leads come from, as a workspace names it: one row a name, whatever its case."""

from __future__ import annotations

from collections.abc import Iterable

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.ids import derived_id
from leadsbot.workspaces.tables import Source

NAME_LENGTH = 200

Named = tuple[str, str]


def key_of(name: str) -> str:
    """Give a source's name as it is matched."""
    return " ".join(name.casefold().split())[:NAME_LENGTH]


async def resolve(tx: Tx, named: Iterable[Named]) -> dict[Named, str]:
    """Give each (workspace id, name) as the workspace spells it, in the caller's transaction; new ones are made."""
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
    for (workspace_id, name), key in wanted.items():
        if (workspace_id, key) not in known:
            known[workspace_id, key] = " ".join(name.split())[:NAME_LENGTH]
            add(tx, workspace_id, known[workspace_id, key])
    return {(workspace_id, name): known[workspace_id, key] for (workspace_id, name), key in wanted.items()}


def add(tx: Tx, workspace_id: str, name: str) -> str:
    """Add a source unless it is there already, and give its id."""
    key = key_of(name)
    source_id = derived_id("source", workspace_id, key)
    row = {"id": source_id, "workspace_id": workspace_id, "name": name, "name_key": key, "created_at": clock.now()}
    tx.insert(Source, row, "ON CONFLICT DO NOTHING")
    return source_id
