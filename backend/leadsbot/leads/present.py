"""A lead as answers, webhooks and exports show it (contract, section 6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from leadsbot.clock import rfc3339

_AS_THEY_ARE = (
    "first_name", "last_name", "email", "phone", "company", "message", "notes", "stage", "source", "lead_type",
    "event_type", "event_date", "domain", "page_url", "landing_page", "campaign", "utm_source", "utm_medium",
    "utm_campaign", "utm_term", "utm_content", "referrer", "ip_address", "user_agent", "browser", "os", "device_type",
    "form_id", "form_name", "form_completion_percent", "form_fields_completed", "form_fields_total", "confirmation",
    "assigned_to", "spam",
)  # fmt: skip
_JSON = ("click_ids", "first_touch", "custom_data", "tags")


def full_name(row: Mapping[str, Any]) -> str:
    return f"{row['first_name']} {row['last_name']}".strip()


def status_of(row: Mapping[str, Any]) -> str:
    """Give the coarse status: the stage in lower case, with underscores."""
    return str(row["stage"]).lower().replace(" ", "_")


def lead_json(row: Mapping[str, Any], public_url: str = "") -> dict[str, Any]:
    """Give the lead's public shape. `lead_url` is empty where the caller doesn't know the public URL yet."""
    return _shown(row, msgspec.json.decode, lead_url(row["id"], public_url) if public_url else "")


def lead_snapshot(row: Mapping[str, Any]) -> msgspec.Raw:
    """Give the lead's public shape as finished JSON, for the event log; whoever sends it adds `lead_url`."""
    return msgspec.Raw(msgspec.json.encode(_shown(row, _as_json, "")))


def _as_json(column: str) -> msgspec.Raw:
    return msgspec.Raw(column.encode())


def _shown(row: Mapping[str, Any], json_column: Callable[[str], Any], url: str) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": row["id"],
        "created_at": rfc3339(row["created_at"]),
        "updated_at": rfc3339(row["updated_at"]),
        "name": full_name(row),
        "status": status_of(row),
    }
    for column in _AS_THEY_ARE:
        shown[column] = row[column]
    for column in _JSON:
        shown[column] = json_column(row[column])
    # Of a lead that was taken back from the spam they are kept, in case it goes there again.
    shown["spam_reasons"] = json_column(row["spam_reasons"]) if row["spam"] else []
    shown["lead_url"] = url
    return shown


def lead_url(lead_id: str, public_url: str) -> str:
    return f"{public_url}/leads/{lead_id}"
