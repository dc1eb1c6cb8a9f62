"""Imports in people's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from leadsbot.dashboard.shown.leads import lead_rows, pipeline_of
from leadsbot.dashboard.views.imports import Column, Failure, ImportLine, ImportPage
from leadsbot.dashboard.views.shell import Tone
from leadsbot.dashboard.words import count
from leadsbot.db import Database
from leadsbot.imports import book, columns, outcome

Row = Mapping[str, Any]

SAMPLES = 3
SAMPLE_LENGTH = 80
FAILURES = 50
LEADS = 5
_STATES: Mapping[str, tuple[Tone, str]] = {
    book.DRAFT: ("partial", "Not imported yet"),
    book.WAITING: ("waiting", "Waiting"),
    book.RUNNING: ("waiting", "Under way"),
    book.DONE: ("good", "Imported"),
    book.UNDOING: ("waiting", "Being undone"),
    book.UNDONE: ("neutral", "Undone"),
    book.STOPPED: ("trouble", "Stopped"),
}
_CHECKED: tuple[Tone, str] = ("partial", "Checked, not imported yet")


def import_line(row: Row) -> ImportLine:
    """Give an import as the list shows it."""
    tone, state = _CHECKED if row["state"] == book.DONE and row["dry_run"] else _STATES[row["state"]]
    said = [count(row["rows"], "row")]
    if row["state"] == book.DONE:
        said += [f"{row['created']:,} new"] if row["created"] else []
        said += [f"{row['updated']:,} updated"] if row["updated"] else []
        said += [f"{row['failed_rows']:,} failed"] if row["failed_rows"] else []
    return ImportLine(row["id"], name_of(row), state, tone, ", ".join(said), row["created_at"], row["by"])


def name_of(row: Row) -> str:
    return row["file_name"] or "A file without a name"


async def import_page(
    database: Database, row: Row, said: Mapping[str, str] | None = None, error: str = ""
) -> ImportPage:
    """Give an import's page; `said` are the fields as they were just chosen, `error` what is wrong with them."""
    options = book.options_of(dict(row))
    failures = msgspec.json.decode(row["failed"])
    preview = await book.preview(database, row["id"])
    step = _step(row) if preview or row["state"] != book.DRAFT else "gone"
    return ImportPage(
        id=row["id"],
        name=name_of(row),
        step=step,
        rows=row["rows"],
        at=row["created_at"],
        by=row["by"],
        done=row["cursor"],
        created=row["created"],
        updated=row["updated"],
        skipped=row["skipped"],
        failed=row["failed_rows"],
        checking=bool(row["dry_run"]),
        undoing=row["state"] == book.UNDOING,
        columns=_columns(row, preview, said or {}) if preview else (),
        choices=tuple(columns.FIELDS.items()),
        update=options.update,
        notify=options.notify,
        failures=tuple(Failure(one["row"], one["error"]) for one in failures[:FAILURES]),
        leads=await _leads(database, row) if step == "done" else (),
        undoable=book.undoable(dict(row)),
        left=await outcome.kept(database, row["id"]) if step == "undone" else 0,
        filled=await outcome.filled(database, row["workspace_id"], row["id"]) if step == "undone" else 0,
        error=error or row["error"],
    )


def _step(row: Row) -> str:
    if row["state"] in (book.WAITING, book.RUNNING, book.UNDOING):
        return "busy"
    if row["state"] == book.DONE:
        return "checked" if row["dry_run"] else "done"
    return "undone" if row["state"] == book.UNDONE else "map"


def _columns(row: Row, preview: list[list[str]], said: Mapping[str, str]) -> tuple[Column, ...]:
    mapping = book.decode_mapping(dict(row))
    return tuple(
        Column(name, _samples(preview, place), said.get(name, chosen))
        for place, (name, chosen) in enumerate(mapping.items())
    )


def _samples(preview: list[list[str]], place: int) -> tuple[str, ...]:
    cells = [cells[place].strip() for cells in preview if place < len(cells) and cells[place].strip()]
    return tuple(cell[:SAMPLE_LENGTH] + ("…" if len(cell) > SAMPLE_LENGTH else "") for cell in cells[:SAMPLES])


async def _leads(database: Database, row: Row) -> tuple[Any, ...]:
    """Give the first leads that an import made."""
    pipeline = await pipeline_of(database, row["workspace_id"])
    found = await outcome.made(database, row["workspace_id"], row["id"], LEADS)
    return await lead_rows(database, found, pipeline)
