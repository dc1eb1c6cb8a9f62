"""What conditions can ask about: a lead's fields (contract, section 6), its visit's, and a change of stage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

Kind = Literal["text", "number", "time", "date", "flag", "list", "any"]

MAX_FIELD: Final = 200

_TEXTS = (
    "id", "first_name", "last_name", "name", "email", "phone", "company", "message", "notes", "stage", "status",
    "source", "lead_type", "event_type", "domain", "page_url", "landing_page", "campaign", "utm_source", "utm_medium",
    "utm_campaign", "utm_term", "utm_content", "referrer", "ip_address", "user_agent", "browser", "os", "device_type",
    "form_id", "form_name", "confirmation", "assigned_to", "lead_url", "from_stage", "to_stage",
)  # fmt: skip
_SESSION_TEXTS = (
    "id", "site_id", "form_id", "form_name", "lead_id", "state", "last_field", "page_url", "device_type", "utm_source",
    "utm_medium", "utm_campaign", "utm_term", "utm_content", "referrer",
)  # fmt: skip
_SESSION_NUMBERS = ("completion_percent", "fields_completed", "fields_total")
_SESSION_TIMES = ("started_at", "last_activity_at", "abandoned_at", "submitted_at")

OBJECTS: Final = ("custom_data", "click_ids", "first_touch")
"""Fields that hold others, asked for by name: `custom_data.budget`."""

SESSION: Final = "session."

FIELDS: Final[Mapping[str, Kind]] = {
    **dict.fromkeys(_TEXTS, "text"),
    **dict.fromkeys(("form_completion_percent", "form_fields_completed", "form_fields_total"), "number"),
    **dict.fromkeys(("created_at", "updated_at"), "time"),
    "event_date": "date",
    "spam": "flag",
    **dict.fromkeys(("tags", "spam_reasons"), "list"),
    **{f"{SESSION}{name}": "text" for name in _SESSION_TEXTS},
    **{f"{SESSION}{name}": "number" for name in _SESSION_NUMBERS},
    **{f"{SESSION}{name}": "time" for name in _SESSION_TIMES},
}


def kind_of(field: str) -> Kind | None:
    """Give what a field holds (`any`: whatever an integration sent), or None for one that nobody knows."""
    holder, dot, name = field.partition(".")
    if dot and name and holder in OBJECTS:
        return "any"
    return FIELDS.get(field)
