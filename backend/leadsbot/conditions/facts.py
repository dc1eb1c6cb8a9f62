"""What conditions are held against: a lead as answers show it, and the visit that the news is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any

from leadsbot.conditions.fields import OBJECTS, SESSION
from leadsbot.conditions.values import normal

Data = Mapping[str, Any]

# Of a form's news the visit knows best how far it went, whatever the lead did before.
_OF_THE_FORM = {
    "form_id": "form_id",
    "form_name": "form_name",
    "form_completion_percent": "completion_percent",
    "form_fields_completed": "fields_completed",
    "form_fields_total": "fields_total",
}
# Where there is no lead yet, or it doesn't say, the visit may.
_ELSE_OF_THE_VISIT = {
    **{name: name for name in ("page_url", "device_type", "referrer")},
    **{name: name for name in ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")},
    "source": "utm_source",
    "campaign": "utm_campaign",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """`zone` is where a date's day begins and ends. Without lead and session every field is missing."""

    lead: Data | None = None
    session: Data | None = None
    change: Data = field(default_factory=dict)
    zone: tzinfo = UTC

    @classmethod
    def of(cls, data: Data, zone: tzinfo = UTC) -> Facts:
        """Give the facts of an event's `data` (contract, section 5)."""
        return cls(data.get("lead"), data.get("session"), data, zone)

    def value(self, name: str) -> Any:
        """Give a field's value; None where there is none."""
        lead, session = self.lead or {}, self.session or {}
        if name.startswith(SESSION):
            return session.get(name.removeprefix(SESSION))
        if name in ("from_stage", "to_stage"):
            return self.change.get(name)
        holder, dot, inner = name.partition(".")
        if dot and holder in OBJECTS:
            return _inside(lead.get(holder), inner)
        if session and name in _OF_THE_FORM:
            return session.get(_OF_THE_FORM[name])
        value = lead.get(name)
        return session.get(_ELSE_OF_THE_VISIT[name]) if value in (None, "") and name in _ELSE_OF_THE_VISIT else value


def _inside(held: Any, name: str) -> Any:
    """Give a value by its whole name, whatever its case, else by a path: names themselves may have dots."""
    if not isinstance(held, Mapping):
        return None
    if name in held:
        return held[name]
    wanted = normal(name)
    for key, value in held.items():
        if normal(key) == wanted:
            return value
    first, dot, rest = name.partition(".")
    return _inside(_inside(held, first), rest) if dot and rest else None
