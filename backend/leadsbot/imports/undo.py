"""Taking an import back: the leads that it made and that nobody else had to do with, some at a time.

A lead is the import's alone where all that was ever sent for it came from the import, and the last change was one of
these rows'. When the import ended doesn't matter: visitors write, and people work, while it still runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.db.tx import Row
from leadsbot.events.log import Happening, record, topic
from leadsbot.imports import book
from leadsbot.routing.erasure import forget_deliveries

CHUNK: Final = 100

# Of a lead `l`, the import being $3: nobody else sent anything, and no change is later than the import's own rows.
_UNCHANGED: Final = (
    "EXISTS (SELECT 1 FROM submissions s WHERE s.lead_id = l.id AND s.door_id = $3 AND s.received_at = l.updated_at)"
)
_ALONE: Final = (
    f"{_UNCHANGED} AND NOT EXISTS"
    " (SELECT 1 FROM submissions o WHERE o.lead_id = l.id AND (o.door_id IS NULL OR o.door_id <> $3))"
    " AND NOT EXISTS (SELECT 1 FROM sessions v WHERE v.lead_id = l.id)"
)


async def undo(database: Database, workspace_id: str, import_id: str) -> None:
    """Delete, some at a time, the leads that an import made and that nobody else had to do with."""
    row = await database.fetch_one("SELECT options FROM imports WHERE id = $1", import_id)
    if row is None:
        return
    notify = book.options_of(row).notify
    left = True
    while left:

        async def unit(tx: Tx) -> bool:
            return await _undo_part(tx, workspace_id, import_id, notify)

        left = await database.write(unit)


async def _undo_part(tx: Tx, workspace_id: str, import_id: str, notify: bool) -> bool:
    made = await tx.fetch(
        f"SELECT id, lead_id FROM import_rows WHERE import_id = $1 AND outcome = 'created' ORDER BY row LIMIT {CHUNK}",
        import_id,
    )
    if not made:
        await tx.execute(
            "UPDATE imports SET state = 'undone', undone_at = $2, content = '' WHERE id = $1 AND state = 'undoing'",
            import_id,
            clock.now(),
        )
        tx.signal(topic(workspace_id))
        return False
    lock = " FOR UPDATE OF l" if tx.dialect == "postgres" else ""
    untouched = await tx.fetch(
        f"SELECT l.id, l.email FROM leads l WHERE l.workspace_id = $1 AND l.id {tx.one_of(2)} AND {_ALONE}"
        f" AND l.deleted_at IS NULL ORDER BY l.created_at, l.id{lock}",
        workspace_id,
        tx.many([row["lead_id"] for row in made]),
        import_id,
    )
    gone = {str(row["id"]) for row in untouched}
    await _forget_told(tx, untouched)
    await tx.execute(f"DELETE FROM leads WHERE id {tx.one_of(1)}", tx.many(sorted(gone)))
    await tx.execute(
        f"UPDATE leads SET duplicate_of = NULL WHERE duplicate_of {tx.one_of(1)}",
        tx.many(sorted(gone)),
    )
    for outcome, rows in (
        ("undone", [row["id"] for row in made if row["lead_id"] in gone]),
        ("kept", [row["id"] for row in made if row["lead_id"] not in gone]),
    ):
        await tx.execute(f"UPDATE import_rows SET outcome = $2 WHERE id {tx.one_of(1)}", tx.many(rows), outcome)
    if notify:
        record(tx, *(Happening(workspace_id, "lead.deleted", {"lead": {"id": one}}, one) for one in sorted(gone)))
    return True


async def _forget_told(tx: Tx, leads: Sequence[Row]) -> None:
    """Take the leads out of what was told of them, and tell no more of it."""
    ids = tx.many([str(lead["id"]) for lead in leads])
    await tx.execute(f"DELETE FROM events WHERE lead_id {tx.one_of(1)}", ids)
    told = await tx.fetch(f"SELECT DISTINCT lead_id FROM deliveries WHERE lead_id {tx.one_of(1)}", ids)
    emails = {str(lead["id"]): str(lead["email"]) for lead in leads}
    for lead_id in sorted(str(row["lead_id"]) for row in told):
        await forget_deliveries(tx, [lead_id], emails[lead_id].lower())


async def spare_changed(tx: Tx, workspace_id: str, import_id: str, emails: Sequence[str]) -> None:
    """Note which of the import's leads somebody changed, before rows of these emails write over when that was."""
    changed = await tx.fetch(
        f"SELECT l.id FROM leads l WHERE l.workspace_id = $1 AND l.email_key {tx.one_of(2)} AND NOT {_UNCHANGED}"
        " AND EXISTS (SELECT 1 FROM submissions s WHERE s.lead_id = l.id AND s.door_id = $3)",
        workspace_id,
        tx.many(emails),
        import_id,
    )
    if changed:
        await tx.execute(
            f"UPDATE import_rows SET outcome = 'kept' WHERE import_id = $1 AND lead_id {tx.one_of(2)}"
            " AND outcome = 'created'",
            import_id,
            tx.many([row["id"] for row in changed]),
        )
