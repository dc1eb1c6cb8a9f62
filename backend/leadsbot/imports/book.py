"""Imports as rows: started, looked at, listed, undone. `uploads` makes them, `outcome` tells what came of them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

import msgspec

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.db.paging import Page, Slice, Where, newest_first
from leadsbot.errors import Conflict, InvalidInput, NotFound, TooManyRequests
from leadsbot.events.log import topic
from leadsbot.imports import columns, sheet
from leadsbot.imports.rows import Options
from leadsbot.imports.sheet import Sheet
from leadsbot.jobs.queue import enqueue
from leadsbot.workspaces import lists
from leadsbot.workspaces.workspace_editing import get_workspace

JOB: Final = "import"

MOST_UNDER_WAY: Final = 5
UNDO_MS: Final = clock.DAY
MOST_FAILURES_SHOWN: Final = 1_000
PREVIEW_ROWS: Final = 5

DRAFT, WAITING, RUNNING, DONE = "draft", "waiting", "running", "done"
UNDOING, UNDONE = "undoing", "undone"
STOPPED = "stopped"
_BUSY: Final = (WAITING, RUNNING, UNDOING)
_LISTED: Final = (
    "id, workspace_id, state, dry_run, file_name, mapping, rows, created, updated, skipped, failed, failed_rows,"
    " options, cursor, error, by, created_at, finished_at, undone_at"
)

Row = dict[str, Any]


def checked(options: Options, update: str) -> Options:
    """Give the options with what is to become of leads that are there already; InvalidInput for an unknown word."""
    if update not in ("fill", "overwrite", "skip"):
        raise InvalidInput("update is fill, overwrite or skip.", fields=["update"])
    return msgspec.structs.replace(options, update=update)


async def start(
    database: Database,
    workspace_id: str,
    import_id: str,
    *,
    dry_run: bool,
    said: Mapping[str, str] | None = None,
    update: str | None = None,
    notify: bool | None = None,
) -> Row:
    """Take a draft in, or one that was only checked; with `dry_run` just check each row. Gives its row.

    Raises NotFound, Conflict where it runs, is done or its file is gone, InvalidInput for a mapping that can't be,
    TooManyRequests where `MOST_UNDER_WAY` of the workspace are under way.
    """
    row = await get(database, workspace_id, import_id)
    mapping = columns.applied(decode_mapping(row), said or {})
    columns.require_contact(mapping)
    options = options_of(row)
    options = checked(options, options.update if update is None else update)
    options = msgspec.structs.replace(options, notify=options.notify if notify is None else notify)

    async def unit(tx: Tx) -> None:
        await take_a_place(tx, workspace_id)
        await _set_going(tx, import_id, dry_run, encode(mapping), encode(options))
        queue(tx, workspace_id, import_id)

    await database.write(unit)
    return await get(database, workspace_id, import_id)


async def _set_going(tx: Tx, import_id: str, dry_run: bool, mapping: str, options: str) -> None:
    """Let a draft, or what was only checked, begin; one that stopped after it took rows in goes on behind them: counts
    and rows stand for leads that it made, which an undo must know."""
    given = (import_id, WAITING, mapping, options)
    again = "state = $2, mapping = $3, options = $4, error = '', finished_at = NULL"
    taken = f"state = '{STOPPED}' AND NOT dry_run AND cursor > 0"
    if not dry_run and await tx.execute(
        f"UPDATE imports SET {again} WHERE id = $1 AND content <> '' AND {taken}", *given
    ):
        return
    changed = await tx.execute(
        f"UPDATE imports SET {again}, dry_run = $5, cursor = 0, created = 0, updated = 0, skipped = 0, failed = '[]',"
        f" failed_rows = 0 WHERE id = $1 AND content <> '' AND NOT ({taken})"
        f" AND (state IN ('{DRAFT}', '{STOPPED}') OR (state = '{DONE}' AND dry_run))",
        *given,
        dry_run,
    )
    if not changed:
        raise Conflict(
            "This import has been started already, or its file is gone; upload it again. One that stopped on its way"
            " can only go on, not be checked.",
            code="begun",
        )
    await tx.execute("DELETE FROM import_rows WHERE import_id = $1", import_id)


def queue(tx: Tx, workspace_id: str, import_id: str) -> None:
    """Enqueue the work on an import, in the caller's transaction; its state says which."""
    enqueue(tx, JOB, {"import": import_id}, lane=f"import:{workspace_id}"[:100])
    tx.signal(topic(workspace_id))


async def undo(database: Database, workspace_id: str, import_id: str) -> Row:
    """Delete the leads that an import made and nobody has worked with since. Raises NotFound, Conflict."""
    row = await get(database, workspace_id, import_id)
    if row["state"] != DONE or row["dry_run"] or row["finished_at"] is None:
        raise Conflict("Only an import that is done can be undone.", code="not_done")
    if not undoable(row):
        raise Conflict("An import can be undone for 24 hours; this one is older.", code="too_late")

    async def unit(tx: Tx) -> None:
        if await tx.execute(f"UPDATE imports SET state = '{UNDOING}' WHERE id = $1 AND state = '{DONE}'", import_id):
            queue(tx, workspace_id, import_id)

    await database.write(unit)
    return await get(database, workspace_id, import_id)


def undoable(row: Row) -> bool:
    """Tell whether an import can still be undone."""
    finished = row["finished_at"]
    return bool(
        row["state"] == DONE and not row["dry_run"] and finished is not None and finished > clock.now() - UNDO_MS
    )


async def get(database: Database, workspace_id: str, import_id: str) -> Row:
    """Give an import's row without its content; NotFound when there is none of the workspace."""
    row = await database.fetch_one(
        f"SELECT {_LISTED} FROM imports WHERE id = $1 AND workspace_id = $2", import_id, workspace_id
    )
    if row is None:
        raise NotFound("There is no such import.")
    return row


async def listed(database: Database, workspace_id: str, part: Slice | None = None) -> Page:
    """Give the workspace's imports, newest first."""
    where = Where()
    where.equal("workspace_id", workspace_id)
    return await newest_first(database, f"SELECT {_LISTED} FROM imports", where, part or Slice())


async def delete(database: Database, workspace_id: str, import_id: str) -> None:
    """Forget an import with its file and report; its leads stay. Raises NotFound, Conflict while it runs."""
    row = await get(database, workspace_id, import_id)
    if row["state"] in _BUSY:
        raise Conflict("This import is under way; delete it when it is done.", code="under_way")

    async def unit(tx: Tx) -> None:
        await tx.execute("DELETE FROM imports WHERE id = $1 AND workspace_id = $2", import_id, workspace_id)

    await database.write(unit)


async def opened(database: Database, import_id: str) -> Sheet | None:
    """Give an import's file as it is read; None where it is gone."""
    row = await database.fetch_one("SELECT content, options FROM imports WHERE id = $1", import_id)
    if row is None or not row["content"]:
        return None
    options = options_of(row)
    return sheet.reopen(row["content"], options.delimiter, options.offset)


async def preview(database: Database, import_id: str) -> list[list[str]]:
    """Give the first rows of an import's file; none where it is gone."""
    found = await opened(database, import_id)
    return await asyncio.to_thread(first_rows, found, PREVIEW_ROWS) if found else []


def first_rows(found: Sheet, most: int) -> list[list[str]]:
    """Give the first rows that say something. A thread's work: no end of empty ones may stand before them."""
    return [cells for _, cells in islice(found.lines(), most)]


def decode_mapping(row: Row) -> dict[str, str]:
    return msgspec.json.decode(row["mapping"], type=dict[str, str])


def options_of(row: Row) -> Options:
    return msgspec.json.decode(row["options"], type=Options)


async def timezone_of(database: Database, workspace_id: str) -> str:
    return str((await get_workspace(database, workspace_id))["timezone"])


async def take_a_place(tx: Tx, workspace_id: str) -> None:
    """Hold to the limit in the transaction that sets an import going: of two nodes one comes after the other."""
    await lists.held(tx, workspace_id)
    await hold_to_limit(tx, workspace_id)


async def hold_to_limit(database: Tx | Database, workspace_id: str) -> None:
    """Raise TooManyRequests where `MOST_UNDER_WAY` imports of the workspace are under way."""
    row = await database.fetch_one(
        "SELECT count(*) AS busy FROM imports WHERE workspace_id = $1 AND state IN ('waiting', 'running', 'undoing')",
        workspace_id,
    )
    if row and int(row["busy"]) >= MOST_UNDER_WAY:
        raise TooManyRequests(
            f"{MOST_UNDER_WAY} imports are under way; start this one when one of them is done.",
            code="imports_under_way",
            retry_after=30,
        )


def encode(value: Any) -> str:
    """Give a mapping or options as they are kept."""
    return msgspec.json.encode(value).decode()
