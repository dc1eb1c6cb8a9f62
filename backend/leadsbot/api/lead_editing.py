"""Changing leads over the API: stage, fields, notes, spam, and deleting. `api.leads` gives each its address."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import delete, get, patch, post, put
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from leadsbot.api.keyed import EDITS, READS, Holder, House, Part
from leadsbot.capture.house_rules import HouseRules, member_of, rules_of, spelled_by, stage_of
from leadsbot.capture.keyed_door import WRITES
from leadsbot.capture.lead_change import Changed, read_change
from leadsbot.db.tx import Row
from leadsbot.errors import InvalidInput, NotFound
from leadsbot.forms.reading import get_form
from leadsbot.ids import is_id
from leadsbot.leads import changes, editing, reading
from leadsbot.leads.editing import Edit
from leadsbot.leads.present import lead_json
from leadsbot.routing import erasure, snoozing, withheld
from leadsbot.services import Services
from leadsbot.workspaces.api_keys import KeyHolder

LONGEST_REASON = 500


class StageToSet(msgspec.Struct, forbid_unknown_fields=True):
    """Where a lead is to stand; the history keeps the reason."""

    stage: Annotated[str, Meta(min_length=1, max_length=200)]
    reason: Annotated[str, Meta(max_length=LONGEST_REASON)] = ""


class NewNote(msgspec.Struct, forbid_unknown_fields=True):
    text: Annotated[str, Meta(min_length=1, max_length=changes.MAX_NOTE, pattern=r"\S")]


class SpamOrNot(msgspec.Struct, forbid_unknown_fields=True):
    spam: bool


@put("/{lead_id:uuid}/stage", opt=WRITES, summary="Move a lead to a stage, in any direction")
async def set_stage(
    services: House, holder: Holder, lead_id: FromPath[UUID], data: JSONBody[StageToSet]
) -> dict[str, Any]:
    await changes.move(
        services.database, holder.workspace_id, str(lead_id), data.stage, by=holder.name, reason=data.reason
    )
    return await _shown(services, holder, lead_id)


@patch("/{lead_id:uuid}", opt=EDITS, summary="Change a lead")
async def change_lead(
    services: House, holder: Holder, lead_id: FromPath[UUID], data: JSONBody[dict[str, Any]]
) -> dict[str, Any]:
    await reading.get_lead(services.database, holder.workspace_id, str(lead_id))
    told = read_change(data)
    rules = await rules_of(services.database, holder.workspace_id)
    wanted = await _edit(services, rules, told)
    await editing.edit(services.database, holder.workspace_id, str(lead_id), wanted, by=holder.name)
    return await _shown(services, holder, lead_id)


@delete("/{lead_id:uuid}", opt=WRITES, summary="Delete a lead, with a key that writes leads")
async def delete_lead(services: House, holder: Holder, lead_id: FromPath[UUID]) -> None:
    await erasure.delete_lead(services.database, holder.workspace_id, str(lead_id))


@delete("/{lead_id:uuid}", opt=EDITS, summary="Delete a lead, with a key that writes leads or manages")
async def delete_v1_lead(services: House, holder: Holder, lead_id: FromPath[UUID]) -> None:
    await erasure.delete_lead(services.database, holder.workspace_id, str(lead_id))


@get("/{lead_id:uuid}/notes", opt=READS, summary="List the team's notes on a lead")
async def list_notes(services: House, holder: Holder, lead_id: FromPath[UUID], part: Part) -> dict[str, Any]:
    row = await reading.get_lead(services.database, holder.workspace_id, str(lead_id))
    return (await reading.list_notes(services.database, row["id"], part)).json(reading.note_json)


@post("/{lead_id:uuid}/notes", opt=EDITS, summary="Add a note to a lead")
async def add_note(services: House, holder: Holder, lead_id: FromPath[UUID], data: JSONBody[NewNote]) -> dict[str, Any]:
    database = services.database
    note_id = await changes.add_note(database, holder.workspace_id, str(lead_id), data.text, by=holder.name)
    return reading.note_json(await reading.get_note(database, str(lead_id), note_id))


@delete("/{lead_id:uuid}/notes/{note_id:uuid}", opt=EDITS, summary="Delete a note")
async def delete_note(services: House, holder: Holder, lead_id: FromPath[UUID], note_id: FromPath[UUID]) -> None:
    await changes.delete_note(services.database, holder.workspace_id, str(lead_id), str(note_id))


@post("/{lead_id:uuid}/spam", opt=EDITS, status_code=200, summary="Call a lead spam, or take that back")
async def set_spam(
    services: House, holder: Holder, lead_id: FromPath[UUID], data: JSONBody[SpamOrNot]
) -> dict[str, Any]:
    await withheld.set_spam(services.database, holder.workspace_id, str(lead_id), data.spam, holder.name)
    return await _shown(services, holder, lead_id)


@delete("/{lead_id:uuid}/snooze", opt=EDITS, summary="End a snooze from a chat, so that nobody is reminded")
async def end_snooze(services: House, holder: Holder, lead_id: FromPath[UUID]) -> None:
    await snoozing.end(services.database, holder.workspace_id, str(lead_id), holder.name)


async def _shown(services: Services, holder: KeyHolder, lead_id: UUID) -> dict[str, Any]:
    row = await reading.get_lead(services.database, holder.workspace_id, str(lead_id))
    return lead_json(row, services.settings.public_url)


async def _edit(services: Services, rules: HouseRules, told: Changed) -> Edit:
    """Give what is to change in the workspace's own spelling; `InvalidInput` for what it doesn't have."""
    columns: Row = dict(told.columns)
    asked = told.asked
    for name, known in (("lead_type", rules.lead_types), ("event_type", rules.event_types)):
        if name in asked:
            columns[name] = _one_of(known, asked[name], name)
    if "assigned_to" in asked:
        columns["assigned_to"] = member_of(rules, asked["assigned_to"]) if asked["assigned_to"] else None
    if "form_id" in asked:
        columns["form_id"] = await _form(services, rules.workspace_id, asked["form_id"])
    return Edit(columns, told.custom, stage_of(rules, asked), asked.get("source"))


def _one_of(known: tuple[str, ...], name: str, field: str) -> str:
    found = spelled_by(known, name) if name else ""
    if found is None:
        there = f"is one of: {', '.join(known)}" if known else "can't be set: the workspace has none yet"
        raise InvalidInput(f'"{field}" {there}.', fields=[field])
    return found


async def _form(services: Services, workspace_id: str, form_id: str) -> str | None:
    if not form_id:
        return None
    if is_id(form_id):
        with suppress(NotFound):
            return str((await get_form(services.database, workspace_id, form_id.lower()))["id"])
    raise InvalidInput("There is no form with this form_id.", fields=["form_id"])
