"""A file that came: read, its columns understood, and kept as a draft or on its way in at once.

Reading all of a file is a thread's work: 20 MiB of it would hold up every answer of this node.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from leadsbot import clock
from leadsbot.capture.house_rules import STATUSES, HouseRules, rules_of
from leadsbot.db import Database, Tx
from leadsbot.ids import new_id
from leadsbot.imports import book, columns, dates, sheet
from leadsbot.imports.book import DONE, DRAFT, WAITING, Row
from leadsbot.imports.rows import Options
from leadsbot.imports.sheet import Sheet
from leadsbot.leads.tables import Import

LOOKED_AT: Final = 50
# Of a workspace, those that wait for somebody to take them in; each may have 20 MiB.
MOST_IDLE: Final = 10


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came, with what was said of it; `said` maps columns to fields."""

    raw: bytes
    by: str
    file_name: str = ""
    said: Mapping[str, str] | None = None
    update: str = "fill"
    notify: bool = False


async def keep(database: Database, workspace_id: str, upload: Upload) -> Row:
    """Read a file and keep it as a draft; gives its row. Raises InvalidInput with what is wrong with the file."""
    row = await _understood(database, workspace_id, upload, require_contact=False)

    async def unit(tx: Tx) -> None:
        await _let_go(tx, workspace_id)
        tx.insert(Import, row)

    await database.write(unit)
    return await book.get(database, workspace_id, row["id"])


async def take_in(database: Database, workspace_id: str, upload: Upload, *, dry_run: bool) -> Row:
    """Read a file and take it in, or just check each row; gives its row.

    Raises TooManyRequests as `book.start` does, InvalidInput with what is wrong with the file, also where no column is
    understood as an email or a phone. Nothing of the file is kept then.
    """
    await book.hold_to_limit(database, workspace_id)
    row = await _understood(database, workspace_id, upload, require_contact=True)

    async def unit(tx: Tx) -> None:
        await book.take_a_place(tx, workspace_id)
        await _let_go(tx, workspace_id)
        tx.insert(Import, {**row, "state": WAITING, "dry_run": dry_run})
        book.queue(tx, workspace_id, row["id"])

    await database.write(unit)
    return await book.get(database, workspace_id, row["id"])


async def _understood(database: Database, workspace_id: str, upload: Upload, *, require_contact: bool) -> Row:
    """Give the row of a draft."""
    rules = await rules_of(database, workspace_id)
    read, rows, looked_at = await asyncio.to_thread(_read, upload.raw)
    mapping = columns.applied(columns.guessed(read.header, looked_at, _values_of(rules)), upload.said or {})
    if require_contact:
        columns.require_contact(mapping)
    order = await asyncio.to_thread(_order, read, mapping, rules.country)
    options = book.checked(Options(read.delimiter, read.offset, order), upload.update)
    return {
        "id": new_id(),
        "workspace_id": workspace_id,
        "state": DRAFT,
        "dry_run": False,
        "file_name": upload.file_name[:200],
        "mapping": book.encode(mapping),
        "content": read.text,
        "rows": rows,
        "options": book.encode(msgspec.structs.replace(options, notify=upload.notify)),
        "by": upload.by,
        "created_at": clock.now(),
    }


async def _let_go(tx: Tx, workspace_id: str) -> None:
    """Make room for one file more: of those that nobody took in, let go of the oldest beyond `MOST_IDLE`."""
    idle = f"workspace_id = $1 AND content <> '' AND (state = '{DRAFT}' OR (state = '{DONE}' AND dry_run))"
    await tx.execute(
        f"UPDATE imports SET content = '' WHERE {idle} AND id NOT IN"
        f" (SELECT id FROM imports WHERE {idle} ORDER BY created_at DESC, id DESC LIMIT {MOST_IDLE - 1})",
        workspace_id,
    )


def _read(raw: bytes) -> tuple[Sheet, int, list[list[str]]]:
    read = sheet.read(raw)
    return read, sheet.count(read), book.first_rows(read, LOOKED_AT)


def _values_of(rules: HouseRules) -> dict[str, set[str]]:
    """Give what may stand in columns of a few values, in small letters."""
    stages = {stage.casefold() for stage in rules.stages}
    coded = {stage.replace(" ", "_") for stage in stages}
    return {"stage": stages, "status": coded | set(STATUSES), "assigned_to": set(rules.members)}


def _order(read: Sheet, mapping: Mapping[str, str], country: str) -> dates.Order:
    places = [place for place, name in enumerate(read.header) if mapping[name] in ("created_at", "event_date")]
    values = (cells[place] for _, cells in read.lines() for place in places if place < len(cells))
    return dates.order_of(values, country)
