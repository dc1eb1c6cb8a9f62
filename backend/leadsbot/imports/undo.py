"""Taking an import back: the leads that it made and that nobody has changed since, some at a time."""

from __future__ import annotations

from typing import Final

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.events.log import Happening, record, topic
from leadsbot.imports import book

CHUNK: Final = 100


async def undo(database: Database, workspace_id: str, import_id: str) -> None:
    """Delete, some at a time, the leads that an import made and that nobody has changed since."""
    row = await database.fetch_one("SELECT options, finished_at FROM imports WHERE id = $1", import_id)
    if row is None:
        return
    notify, finished = book.options_of(row).notify, row["finished_at"]
    left = True
    while left:

        async def unit(tx: Tx) -> bool:
            return await _undo_part(tx, workspace_id, import_id, finished, notify)

        left = await database.write(unit)


async def _undo_part(tx: Tx, workspace_id: str, import_id: str, finished: int, notify: bool) -> bool:
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
    lock = " FOR UPDATE" if tx.dialect == "postgres" else ""
    untouched = await tx.fetch(
        f"SELECT id FROM leads WHERE workspace_id = $1 AND id {tx.one_of(2)} AND updated_at <= $3"
        f" AND deleted_at IS NULL ORDER BY created_at, id{lock}",
        workspace_id,
        tx.many([row["lead_id"] for row in made]),
        finished,
    )
    gone = {str(row["id"]) for row in untouched}
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
