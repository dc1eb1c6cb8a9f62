"""Changing a lead's fields by hand, any of them, with its event and its place in the history, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from leadsbot.db import Database, Tx
from leadsbot.errors import InvalidInput
from leadsbot.events.log import record
from leadsbot.leads import pipeline
from leadsbot.leads.changes import ASSIGNED
from leadsbot.leads.contact import phone_e164
from leadsbot.leads.merging import CUSTOM_LENGTH, CUSTOM_LIMIT
from leadsbot.leads.rows import happening, hold, step, write
from leadsbot.leads.tables import StageChange
from leadsbot.workspaces import sources

Row = dict[str, Any]


class Edit(Struct, frozen=True):
    """What is to change: `columns` as the row holds them, `custom` entries of `custom_data` (None takes one away).

    `stage` is as anybody may spell it, None where it stays; so is `source`, which may be new to the workspace.
    """

    columns: Mapping[str, Any]
    custom: Mapping[str, Any]
    stage: str | None = None
    source: str | None = None


async def edit(database: Database, workspace_id: str, lead_id: str, wanted: Edit, by: str) -> None:
    """Change a lead; what is as it was already makes no event. `by` is who did it, for the history.

    Raises NotFound, or InvalidInput for an unknown stage and for more custom data than a lead holds.
    """

    async def unit(tx: Tx) -> None:
        row = await hold(tx, workspace_id, lead_id)
        changes = await _changes(tx, row, wanted)
        if not changes:
            return
        after = await write(tx, row, **changes)
        if changes.keys() - {"stage"}:
            did = {"did": ASSIGNED, "by": by} if "assigned_to" in changes else {}
            record(tx, happening(after, "lead.updated", **did))
        if "stage" in changes:
            tx.insert(StageChange, step(after, row["stage"], by, ""))
            record(tx, happening(after, "lead.stage_changed", from_stage=row["stage"], to_stage=after["stage"]))

    await database.write(unit)


async def _changes(tx: Tx, row: Row, wanted: Edit) -> Row:
    columns = dict(wanted.columns)
    if "email" in columns:
        columns["email_key"] = columns["email"].lower()
    if "phone" in columns:
        columns["phone_e164"] = (phone_e164(columns["phone"], row["country"]) or "") if columns["phone"] else ""
    if wanted.custom:
        columns["custom_data"] = _custom(row["custom_data"], wanted.custom)
    if wanted.source is not None:
        columns["source"] = await _source(tx, row["workspace_id"], wanted.source)
    if wanted.stage is not None:
        columns["stage"] = pipeline.find(msgspec.json.decode(row["stages"], type=list[str]), wanted.stage)
    return {name: value for name, value in columns.items() if row[name] != value}


async def _source(tx: Tx, workspace_id: str, name: str) -> str:
    """Give the source as the workspace spells it; what is too long for its list stands on the lead alone."""
    if not 0 < len(name) <= sources.NAME_LENGTH:
        return name
    return (await sources.resolve(tx, [(workspace_id, name)])).get((workspace_id, name), name)


def _custom(stored: str, changes: Mapping[str, Any]) -> str:
    before: dict[str, Any] = msgspec.json.decode(stored)
    held = {name: value for name, value in {**before, **changes}.items() if changes.get(name, value) is not None}
    if held == before:
        return stored
    told = msgspec.json.encode(held).decode()
    if len(held) > CUSTOM_LIMIT or len(told) > CUSTOM_LENGTH:
        raise InvalidInput(
            f'"custom_data" holds up to {CUSTOM_LIMIT} entries and {CUSTOM_LENGTH:,} characters in all.',
            fields=["custom_data"],
        )
    return told
