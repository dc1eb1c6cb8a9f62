"""A file of leads on its way in."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from leadsbot.api.reference.shapes.common import Time, example


class FailedRow(Struct):
    row: Annotated[int, example(7, "its line in the file, as a spreadsheet counts")]
    error: Annotated[str, example('"email" is not a mail address.')]


class Import(Struct):
    """A CSV file of leads: how it stands, and which rows couldn't be taken."""

    id: UUID
    state: Annotated[str, example("done", "`waiting`, `running`, `done`, …")]
    dry_run: bool
    file_name: Annotated[str, example("leads.csv")]
    rows: Annotated[int | None, example(120)]
    done_rows: Annotated[int, example(120)]
    created: Annotated[int, example(112)]
    updated: Annotated[int, example(6)]
    skipped: Annotated[int, example(0)]
    failed_rows: Annotated[int, example(2)]
    failed: Annotated[list[FailedRow], Meta(description="the first of them; `failed.csv` has all")]
    mapping: Annotated[dict[str, str], example({"Mail": "email"}, "column to field")]
    update: Literal["fill", "overwrite", "skip"]
    notify: bool
    error: str | None
    by: str
    created_at: Time
    finished_at: Time | None
    undone_at: Time | None
    preview: Annotated[list[list[str]], Meta(description="the first rows")] | UnsetType = UNSET
