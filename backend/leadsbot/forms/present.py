"""A session as answers and webhooks show it (contract, section 9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadsbot.clock import rfc3339

_AS_THEY_ARE = (
    "id", "site_id", "form_id", "form_name", "lead_id", "state", "completion_percent", "fields_completed",
    "fields_total", "last_field", "page_url", "device_type", "utm_source", "utm_medium", "utm_campaign", "utm_term",
    "utm_content", "referrer",
)  # fmt: skip
_TIMES = ("started_at", "last_activity_at", "abandoned_at", "submitted_at")


def session_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give the session's public shape; it holds no value that the visitor typed."""
    shown: dict[str, Any] = {column: row[column] for column in _AS_THEY_ARE}
    for column in _TIMES:
        shown[column] = None if row[column] is None else rfc3339(row[column])
    return shown
