"""Channels that are told only of some leads, when what they ask for gets another name."""

from __future__ import annotations

from typing import Any

import msgspec

from leadsbot.conditions import renamed
from leadsbot.db import Tx
from leadsbot.routing.wants import is_plain


async def follow(tx: Tx, workspace_id: str, field: str, before: str, after: str) -> None:
    """Let the filters of a workspace's channels that name `before` (a stage, a source, …) name `after`."""
    for row in await tx.fetch("SELECT id, filter FROM channels WHERE workspace_id = $1", workspace_id):
        wanted = msgspec.json.decode(row["filter"], type=dict[str, Any])
        changed = _plain(wanted, field, before, after) if is_plain(wanted) else renamed(wanted, field, before, after)
        if changed != wanted:
            text = msgspec.json.encode(changed).decode()
            await tx.execute("UPDATE channels SET filter = $2 WHERE id = $1", row["id"], text)


def _plain(wanted: dict[str, Any], field: str, before: str, after: str) -> dict[str, Any]:
    if field not in wanted:
        return wanted
    listed = wanted[field] if isinstance(wanted[field], list) else [wanted[field]]
    return {**wanted, field: list(dict.fromkeys(after if _same(one, before) else one for one in listed))}


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
