"""What a template would say, before anybody is told: for a lead of the workspace's own, or for a sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from leadsbot import clock
from leadsbot.channels.base import Parcel, summarize
from leadsbot.db import Database
from leadsbot.errors import InvalidInput, NotFound
from leadsbot.forms.present import session_json
from leadsbot.ids import is_id, new_id
from leadsbot.leads.present import lead_json
from leadsbot.routing import templates
from leadsbot.services import Services

Row = Mapping[str, Any]

SAMPLE: Final[Row] = {
    "id": "00000000-0000-7000-8000-000000000001",
    **{"first_name": "Grace", "last_name": "Hopper", "name": "Grace Hopper", "email": "grace@example.com"},
    **{
        "phone": "+1 202 555 0101",
        "company": "Navy Research",
        "message": "We need a compiler.\nCan you call on Friday?",
    },
    **{"stage": "New", "status": "new", "source": "google", "campaign": "spring", "utm_source": "google"},
    **{"utm_medium": "cpc", "utm_campaign": "spring", "page_url": "https://www.example.com/contact"},
    **{"domain": "www.example.com", "device_type": "desktop", "browser": "Firefox", "os": "Linux"},
    **{"form_name": "Contact us", "form_completion_percent": 100, "form_fields_completed": 4, "form_fields_total": 4},
    **{"confirmation": "confirmed", "custom_data": {"budget": "5000", "guests": 80}, "tags": ["VIP"]},
    **{"click_ids": {}, "first_touch": {}, "spam": False, "spam_reasons": [], "event_date": "2026-06-01"},
}
_SAMPLE_SESSION: Final[Row] = {
    **{"form_name": "Contact us", "state": "abandoned", "completion_percent": 60, "fields_completed": 3},
    **{"fields_total": 5, "last_field": "phone", "page_url": "https://www.example.com/contact"},
    **{"device_type": "mobile", "utm_source": "google", "referrer": "https://www.google.com/"},
}


@dataclass(frozen=True, slots=True)
class Tried:
    """`error` says why there is no text; `lead_id` is None where it was the sample."""

    text: str
    cut: bool
    error: str | None
    lead_id: str | None
    lead_name: str = ""

    def json(self) -> dict[str, Any]:
        return {"text": self.text, "cut": self.cut, "error": self.error, "lead_id": self.lead_id}


async def preview(
    services: Services, workspace_id: str, template: str, lead_id: str | None = None, event: str = "lead.created"
) -> Tried:
    """Try a template; an empty one gives the usual message. Raises InvalidInput for one that can't be saved, NotFound
    for a lead that isn't there."""
    if event not in templates.TOLD:
        message = f"A template tells of: {', '.join(sorted(templates.TOLD))}."
        raise InvalidInput(message, fields=["event"])
    templates.check(template, "template")
    lead, session = await _subject(services, workspace_id, lead_id)
    data = {"lead": lead, "session": session if event.startswith("form.") else None, **_change(event, lead)}
    found = None if lead is SAMPLE else str(lead["id"])
    name = str(lead.get("name") or lead.get("email") or "")
    workspace = await _workspace(services.database, workspace_id)
    if not template.strip():
        return Tried(_usual(event, data, workspace), False, None, found, name)
    about = {"id": new_id(), "type": event, "at": clock.rfc3339(clock.now())}
    try:
        rendered = templates.render(template, data, about, workspace)
    except templates.TemplateFailed as failed:
        return Tried("", False, f"The usual message would be sent: {failed}.", found, name)
    return Tried(rendered.text, rendered.cut, None, found, name)


def _usual(event: str, data: Row, workspace: Row) -> str:
    """Give the message that every channel shows in its own dress, bare."""
    payload = {"data": data}
    parcel = Parcel("", "", event, clock.now(), "", b"", payload, {}, workspace)
    told = summarize(parcel)
    facts = "\n".join(f"{label}: {value}" for label, value in told.facts)
    return "\n\n".join(filter(None, (told.title, facts, told.message)))


def _change(event: str, lead: Row) -> Row:
    if event != "lead.stage_changed":
        return {}
    return {"from_stage": "New", "to_stage": lead["stage"] if lead["stage"] != "New" else "Contacted"}


async def _subject(services: Services, workspace_id: str, lead_id: str | None) -> tuple[Row, Row]:
    """Give the lead that was asked for, else the latest that is no spam, with its visit; else samples of both."""
    row = await _lead(services.database, workspace_id, lead_id)
    if row is None:
        return SAMPLE, _SAMPLE_SESSION
    visit = await services.database.fetch_one(
        "SELECT * FROM sessions WHERE lead_id = $1 ORDER BY started_at DESC LIMIT 1", row["id"]
    )
    shown = lead_json(row, services.settings.public_url)
    return shown, session_json(visit) if visit else _SAMPLE_SESSION


async def _lead(database: Database, workspace_id: str, lead_id: str | None) -> dict[str, Any] | None:
    select = "SELECT * FROM leads WHERE workspace_id = $1 AND deleted_at IS NULL"
    if lead_id is None:
        newest = f"{select} AND NOT spam ORDER BY created_at DESC, id DESC LIMIT 1"
        return await database.fetch_one(newest, workspace_id)
    row = await database.fetch_one(f"{select} AND id = $2", workspace_id, lead_id) if is_id(lead_id) else None
    if row is None:
        raise NotFound("There is no such lead.")
    return row


async def _workspace(database: Database, workspace_id: str) -> Row:
    return await database.fetch_one("SELECT name, timezone FROM workspaces WHERE id = $1", workspace_id) or {}
