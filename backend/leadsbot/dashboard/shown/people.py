"""Who works with leads: names by id, for whose a lead is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from leadsbot.db import Database

LEFT: Final = "Somebody who has left"


async def people(database: Database, workspace_id: str) -> tuple[tuple[str, str], ...]:
    """Give the workspace's members as (id, name), by name."""
    rows = await database.fetch(
        "SELECT u.id, u.name, u.email FROM users u JOIN members m ON m.user_id = u.id WHERE m.workspace_id = $1",
        workspace_id,
    )
    named = ((row["id"], row["name"] or row["email"]) for row in rows)
    return tuple(sorted(named, key=lambda one: (one[1].lower(), one[0])))


async def names_of(database: Database, workspace_id: str, user_ids: Iterable[str | None]) -> dict[str, str]:
    """Give what these members are called, by id; nobody's name beyond the workspace."""
    wanted = {user_id for user_id in user_ids if user_id}
    known = dict(await people(database, workspace_id)) if wanted else {}
    return {user_id: known.get(user_id, LEFT) for user_id in wanted}
