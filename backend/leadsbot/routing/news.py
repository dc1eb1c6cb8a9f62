"""Events as they go out: the contract's envelope (section 5), made once, whoever gets it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any
from urllib.parse import urlencode

import msgspec

from leadsbot import clock
from leadsbot.db import Database
from leadsbot.leads.changes import SNOOZED, WOKEN
from leadsbot.leads.present import lead_json, lead_url

Row = Mapping[str, Any]

# What the log knows of who did it; it is for the house alone.
_INTERNAL = frozenset({"did", "by", "until"})
_IN_CHATS = frozenset({SNOOZED, WOKEN})


@dataclass(frozen=True, slots=True)
class News:
    """An event with its body. `returning`: a visitor's submission caused this `lead.updated`, rather than an edit.
    `data` is the body's, `zone` the workspace's. `unchanged`: it is about an alert in a chat, the lead is as it was.
    """

    event: Row
    body: bytes
    lead: Row | None
    returning: bool
    data: Row = field(default_factory=dict)
    zone: tzinfo = UTC
    unchanged: bool = False

    @property
    def type(self) -> str:
        return str(self.event["type"])

    @property
    def workspace_id(self) -> str:
        return str(self.event["workspace_id"])

    @property
    def spam(self) -> bool:
        return bool(self.lead and self.lead.get("spam"))


async def workspaces_of(database: Database, event_ids: Sequence[str]) -> set[str]:
    """Give the workspaces in which these events happened."""
    rows = await database.fetch(
        f"SELECT DISTINCT workspace_id FROM events WHERE id {database.one_of(1)}", database.many(list(event_ids))
    )
    return {str(row["workspace_id"]) for row in rows}


async def load(database: Database, event_ids: Sequence[str], public_url: str) -> list[News]:
    """Give the news for these events in the order they happened. Events that are gone are left out."""
    events = await database.fetch(
        "SELECT e.seq, e.id, e.workspace_id, e.type, e.lead_id, e.session_id, e.data, e.at, w.timezone FROM events e"
        f" JOIN workspaces w ON w.id = e.workspace_id WHERE e.id {database.one_of(1)} ORDER BY e.seq",
        database.many(list(event_ids)),
    )
    decoded = [(event, msgspec.json.decode(event["data"], type=dict[str, Any])) for event in events]
    leads = await _missing_leads(database, decoded)
    returns = await _returns(database, events)
    return [_news(event, data, leads, returns, public_url) for event, data in decoded]


def envelope(event: Row, data: Row) -> bytes:
    """Give the body of an event, which has `id`, `type`, `at` (ms) and `workspace_id`."""
    return msgspec.json.encode(
        {
            "id": event["id"],
            "type": event["type"],
            "timestamp": clock.rfc3339(event["at"]),
            "workspace_id": event["workspace_id"],
            "data": data,
        }
    )


def not_spam(body: str) -> str:
    """Give the body of an event about a lead that was taken for spam, as it is now that it isn't."""
    said = msgspec.json.decode(body, type=dict[str, Any])
    lead = said["data"].get("lead")
    if lead:
        lead.update(spam=False, spam_reasons=[])
    return msgspec.json.encode(said).decode()


def _news(
    event: Row, data: dict[str, Any], leads: Mapping[str, Row], returns: set[tuple[str, int]], public_url: str
) -> News:
    lead = data.get("lead") or leads.get(event["lead_id"] or "")
    if lead is not None and event["type"] != "lead.deleted":
        lead = {**lead, "lead_url": lead_url(lead["id"], public_url)}
    if alert := data.get("alert"):
        path = alert.get("path") or f"/attempts?{urlencode({'door': alert['door_id']})}"
        data["alert"] = {**alert, "url": f"{public_url}{path}"}
    if event["type"] == "webhook.disabled":
        data["webhook"] = {**data["webhook"], "dashboard_url": f"{public_url}/webhooks"}
    returning = event["type"] == "lead.updated" and (event["lead_id"], event["at"]) in returns
    shown = {name: value for name, value in data.items() if name not in _INTERNAL}
    whole = {**shown, "lead": lead}
    unchanged = data.get("did") in _IN_CHATS
    return News(event, envelope(event, whole), lead, returning, whole, clock.zone(event["timezone"]), unchanged)


async def _missing_leads(database: Database, decoded: Sequence[tuple[Row, Row]]) -> dict[str, Row]:
    """Load the leads that `form.*` events name but don't carry."""
    ids = {str(event["lead_id"]) for event, data in decoded if event["lead_id"] and not data.get("lead")}
    if not ids:
        return {}
    rows = await database.fetch(
        f"SELECT * FROM leads WHERE id {database.one_of(1)} AND deleted_at IS NULL", database.many(sorted(ids))
    )
    return {row["id"]: lead_json(row) for row in rows}


async def _returns(database: Database, events: Sequence[Row]) -> set[tuple[str, int]]:
    """Give lead and time of the visitors' submissions behind these events: both are written in one transaction."""
    ids = {str(event["lead_id"]) for event in events if event["type"] == "lead.updated" and event["lead_id"]}
    if not ids:
        return set()
    rows = await database.fetch(
        "SELECT lead_id, received_at FROM submissions"
        f" WHERE lead_id {database.one_of(1)} AND received_at >= $2 AND site_id IS NOT NULL",
        database.many(sorted(ids)),
        min(event["at"] for event in events),
    )
    return {(row["lead_id"], row["received_at"]) for row in rows}
