"""A lead's row under change: held until the transaction ends, written, and told of."""

from __future__ import annotations

from typing import Any

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.errors import NotFound
from leadsbot.events.log import Happening
from leadsbot.ids import new_id
from leadsbot.leads.present import lead_json

Row = dict[str, Any]


async def hold(tx: Tx, workspace_id: str, lead_id: str) -> Row:
    """Read the lead, its workspace's `stages` and `country` beside it, and hold it until this transaction ends.

    Raises NotFound, for a deleted one too.
    """
    lock = " FOR UPDATE OF l" if tx.dialect == "postgres" else ""
    row = await tx.fetch_one(
        "SELECT l.*, w.stages, w.country FROM leads l JOIN workspaces w ON w.id = l.workspace_id"
        f" WHERE l.id = $1 AND l.workspace_id = $2 AND l.deleted_at IS NULL{lock}",
        lead_id,
        workspace_id,
    )
    if row is None:
        raise NotFound("There is no such lead.")
    return row


async def write(tx: Tx, row: Row, **changes: Any) -> Row:
    """Write `changes` and give the row as it is then."""
    changed = {**changes, "updated_at": clock.now()}
    assignments = ", ".join(f"{column} = ${number}" for number, column in enumerate(changed, 2))
    await tx.execute(f"UPDATE leads SET {assignments} WHERE id = $1", row["id"], *changed.values())
    return {**row, **changed}


def step(row: Row, before: str, by: str, reason: str) -> Row:
    """Give the history's row for a lead that stood at `before`."""
    return {
        "id": new_id(),
        "lead_id": row["id"],
        "from_stage": before,
        "to_stage": row["stage"],
        "at": row["updated_at"],
        "by": by,
        "reason": reason,
    }


def happening(row: Row, kind: str, **more: str) -> Happening:
    """Give the event that tells of the lead as it stands in `row`."""
    return Happening(row["workspace_id"], kind, {"lead": lead_json(row), **more}, row["id"], at=row["updated_at"])
