"""What hangs on a lead, handed from one to another when they are merged, and back."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from leadsbot.db import Tx

Row = dict[str, Any]

# Every table whose rows belong to a lead; `deliveries` and `messages` are routing's, which stands above.
_BELONGINGS: Final = ("submissions", "sessions", "stage_changes", "notes", "deliveries", "messages")
_LINKS: Final = "leads"
# The line that a merge itself wrote into the history.
STEP: Final = "step"


async def hand_over(tx: Tx, from_id: str, to_id: str) -> dict[str, list[str]]:
    """Let all that belongs to one lead belong to the other; gives the ids of what moved, by table."""
    moved: dict[str, list[str]] = {}
    for table in _BELONGINGS:
        rows = await tx.fetch(f"SELECT id FROM {table} WHERE lead_id = $1", from_id)
        moved[table] = [str(row["id"]) for row in rows]
        if rows:
            await tx.execute(f"UPDATE {table} SET lead_id = $2 WHERE lead_id = $1", from_id, to_id)
    links = await tx.fetch("SELECT id FROM leads WHERE duplicate_of = $1 AND id <> $2", from_id, to_id)
    moved[_LINKS] = [str(row["id"]) for row in links]
    if links:
        await tx.execute("UPDATE leads SET duplicate_of = $2 WHERE duplicate_of = $1 AND id <> $2", from_id, to_id)
    return moved


async def hand_back(tx: Tx, made: Row) -> None:
    """Give the restored lead back what it brought, where that is still the kept one's."""
    moved: dict[str, list[str]] = msgspec.json.decode(made["moved"])
    for table in _BELONGINGS:
        await tx.execute(
            f"UPDATE {table} SET lead_id = $1 WHERE lead_id = $2 AND id {tx.one_of(3)}",
            made["merged_id"],
            made["lead_id"],
            tx.many(moved.get(table, [])),
        )
    await tx.execute(
        f"UPDATE leads SET duplicate_of = $1 WHERE duplicate_of = $2 AND id {tx.one_of(3)}",
        made["merged_id"],
        made["lead_id"],
        tx.many(moved.get(_LINKS, [])),
    )
    await tx.execute(f"DELETE FROM stage_changes WHERE id {tx.one_of(1)}", tx.many(moved.get(STEP, [])))
