"""What a door must know of its workspace: the pipeline, what leads may be about, and whom they may be given to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from leadsbot.attribution import attribute, parse_touch
from leadsbot.capture.lead_body import Told
from leadsbot.db import Database
from leadsbot.devices import parse_device
from leadsbot.errors import InvalidInput
from leadsbot.leads import pipeline
from leadsbot.workspaces.workspace_editing import get_workspace

STATUSES = ("new", "contacted", "quoted")
_TAGS = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")


class HouseRules(Struct, frozen=True):
    """A workspace's settings as doors read them; `members` gives each member's id by id and by email."""

    workspace_id: str
    stages: tuple[str, ...]
    country: str
    required_fields: tuple[str, ...]
    lead_types: tuple[str, ...]
    event_types: tuple[str, ...]
    leads_per_hour: int
    members: dict[str, str]


class Placed(Struct, frozen=True):
    """Where a lead is to stand and what it is about, in the workspace's own spelling. `hints` are columns that nobody
    said, found out from the addresses: they fill what is empty and change nothing."""

    stage: str | None
    source: str
    columns: dict[str, Any]
    hints: dict[str, Any]


async def rules_of(database: Database, workspace_id: str) -> HouseRules:
    """Read a workspace's rules; `NotFound` when there is no such workspace."""
    row = await get_workspace(database, workspace_id)
    members = await database.fetch(
        "SELECT u.id, u.email FROM members m JOIN users u ON u.id = m.user_id WHERE m.workspace_id = $1", workspace_id
    )
    return HouseRules(
        workspace_id=row["id"],
        stages=_texts(row["stages"]),
        country=row["country"],
        required_fields=_texts(row["required_fields"]),
        lead_types=_texts(row["lead_types"]),
        event_types=_texts(row["event_types"]),
        leads_per_hour=row["leads_per_hour"],
        members={row[name].lower(): row["id"] for row in members for name in ("id", "email")},
    )


def place(rules: HouseRules, told: Told) -> Placed:
    """Find what a body names among what the workspace has. An unknown stage, status or person is `InvalidInput`; an
    unknown lead type or event type is kept in `custom_data`."""
    columns = dict(told.columns)
    for name, known in (("lead_type", rules.lead_types), ("event_type", rules.event_types)):
        asked = told.asked.get(name)
        if asked and (found := spelled_by(known, asked)):
            columns[name] = found
        elif asked:
            told.contact.custom.setdefault(name, asked)
    if assignee := told.asked.get("assigned_to"):
        columns["assigned_to"] = member_of(rules, assignee)
    _add_device(columns)
    return Placed(stage_of(rules, told.asked), told.asked.get("source", ""), columns, _origin(columns))


def member_of(rules: HouseRules, name: str) -> str:
    """Find whom an email or id names; `InvalidInput` for somebody who is no member."""
    if name.lower() not in rules.members:
        raise InvalidInput("Nobody in the workspace has this email or id.", fields=["assigned_to"])
    return rules.members[name.lower()]


def spelled_by(known: Sequence[str], name: str) -> str | None:
    """Give a name as `known` spells it, whatever its case; None when it isn't there."""
    return next((one for one in known if one.casefold() == name.strip().casefold()), None)


def stage_of(rules: HouseRules, asked: Mapping[str, str]) -> str | None:
    """Find the stage that `stage`, else `status`, asks for; None where neither says one. `InvalidInput` for a stage or
    status that there isn't."""
    if stage := asked.get("stage"):
        return pipeline.find(rules.stages, stage)
    status = asked.get("status", "").lower()
    if not status:
        return None
    if status == "new":
        return pipeline.arrived(rules.stages)
    # As leads show it: the stage in lower case, with underscores.
    found = next((stage for stage in rules.stages if stage.lower().replace(" ", "_") == status), None)
    if found is None and status not in STATUSES:
        raise InvalidInput(f'"status" is one of: {", ".join(STATUSES)}.', fields=["status"])
    return found


def _add_device(columns: dict[str, Any]) -> None:
    if columns.get("user_agent"):
        device = parse_device(columns["user_agent"])
        for name in ("browser", "os", "device_type"):
            columns.setdefault(name, getattr(device, name))


def _origin(columns: dict[str, Any]) -> dict[str, Any]:
    """Find where the lead came from, where addresses or campaign tags tell."""
    url = columns.get("landing_page") or columns.get("page_url") or ""
    referrer = columns.get("referrer", "")
    tags = parse_touch(url)
    utm = tags.utm | {name[4:]: value for name, value in columns.items() if name.startswith("utm_")}
    clicks = tags.click_ids | _clicks(columns.get("click_ids", "{}"))
    if not (utm or clicks or referrer or url):
        return {}
    origin = attribute(url, referrer, utm, clicks)
    hints = {f"utm_{name}": value for name, value in utm.items() if f"utm_{name}" in _TAGS}
    hints |= {"source": origin.source, "campaign": origin.campaign or "", "domain": origin.domain[:255]}
    hints["click_ids"] = msgspec.json.encode(clicks).decode() if clicks else ""
    return {name: value for name, value in hints.items() if value and name not in columns}


def _clicks(stored: str) -> dict[str, str]:
    given = msgspec.json.decode(stored)
    return {name.lower(): str(value) for name, value in given.items() if isinstance(value, str | int)}


def _texts(column: str) -> tuple[str, ...]:
    return tuple(msgspec.json.decode(column, type=list[str]))
