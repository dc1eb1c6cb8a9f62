"""What was removed and can be put back: its row leaves its table, so that nothing finds it there, and stands here for
`KEPT_MS`. The room that owns the table removes and restores; here is what all of them do alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from piccolo.table import Table

from leadsbot import clock
from leadsbot.clock import rfc3339
from leadsbot.db import Database, Tx
from leadsbot.db.paging import Page, Slice, Where, newest_first
from leadsbot.errors import NotFound
from leadsbot.ids import new_id
from leadsbot.workspaces.tables import Removal

KEPT_MS: Final = 30 * clock.DAY
# Of a workspace, the latest: a program that makes and removes things in a loop fills no disk.
MOST_KEPT: Final = 200

Row = dict[str, Any]


def keep(
    tx: Tx, kind: str, row: Mapping[str, Any], name: str, by: str = "", more: Mapping[str, Any] | None = None
) -> None:
    """Keep the row of something that is being removed, with `more` that went with it. `name` is for people."""
    removal = {"id": new_id(), "workspace_id": row["workspace_id"], "kind": kind, "thing_id": row["id"]}
    removal |= {"name": name[:2000], "by": by, "at": clock.now(), "row": _json(row), "more": _json(more or {})}
    tx.insert(Removal, removal)


async def listed(database: Database, workspace_id: str, part: Slice, kind: str | None = None) -> Page:
    """Give what can be put back, of one kind where that is asked for, the latest first."""
    where = Where()
    where.equal("workspace_id", workspace_id)
    where.equal("kind", kind)
    where.also(f"at > {where.value(clock.now() - KEPT_MS)}")
    return await newest_first(database, "SELECT id, thing_id, kind, name, by, at FROM removals", where, part, by="at")


async def taken_back(tx: Tx, workspace_id: str, thing_id: str) -> Row:
    """Give what was kept of something, which is kept here no longer: `kind`, `name`, `row`, `more`, `by`, `at` (ms).

    Raises NotFound where nothing with this id was removed lately. Of two who ask at once one gets it.
    """
    lock = " FOR UPDATE" if tx.dialect == "postgres" else ""
    found = await tx.fetch_one(
        f"SELECT * FROM removals WHERE workspace_id = $1 AND thing_id = $2 AND at > $3 ORDER BY at DESC LIMIT 1{lock}",
        workspace_id,
        thing_id,
        clock.now() - KEPT_MS,
    )
    if found is None:
        raise NotFound(f"Nothing with this id was removed within the last {KEPT_MS // clock.DAY} days.")
    await tx.execute("DELETE FROM removals WHERE thing_id = $1", thing_id)
    return {**found, "row": msgspec.json.decode(found["row"]), "more": msgspec.json.decode(found["more"])}


def fitting(table: type[Table], row: Mapping[str, Any]) -> Row:
    """Give a row that was kept as its table takes it now: a migration since may have dropped columns, or added some,
    which take their defaults. One that renames a column does so in what is kept here too."""
    columns = {column._meta.db_column_name for column in table._meta.columns}
    return {name: value for name, value in row.items() if name in columns}


def removal_json(row: Row) -> Row:
    """Give a removal as answers show it; its id is that of what was removed."""
    shown = {"id": row["thing_id"], "kind": row["kind"], "name": row["name"], "by": row["by"]}
    return {**shown, "removed_at": rfc3339(row["at"]), "restore_until": rfc3339(row["at"] + KEPT_MS)}


async def purge(tx: Tx) -> None:
    """Forget what can't be put back any more."""
    await tx.execute("DELETE FROM removals WHERE at < $1", clock.now() - KEPT_MS)
    ranked = "SELECT id, row_number() OVER (PARTITION BY workspace_id ORDER BY at DESC, id DESC) AS place FROM removals"
    await tx.execute(
        f"DELETE FROM removals WHERE id IN (SELECT id FROM ({ranked}) AS ranked WHERE place > $1)", MOST_KEPT
    )


def _json(value: Mapping[str, Any]) -> str:
    return msgspec.json.encode(dict(value)).decode()
