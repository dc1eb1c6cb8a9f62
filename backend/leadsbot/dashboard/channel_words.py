"""Channels' settings in people's words: events, fields, operators, and a sentence on how a channel is set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from leadsbot.conditions import leaves
from leadsbot.routing.options import Options
from leadsbot.routing.template_sandbox import FILTERS
from leadsbot.routing.wants import as_conditions

EVENTS: Final[Mapping[str, tuple[str, str]]] = {
    "lead.created": ("A new lead", ""),
    "lead.updated": ("A lead comes back", "Somebody you know sends a form again."),
    "lead.stage_changed": ("A lead changes its stage", ""),
    "lead.deleted": ("A lead is deleted", ""),
    "form.started": ("Somebody begins a form", "On a busy site that is often."),
    "form.abandoned": ("Somebody leaves a form half-way", "Also when nobody knows who it was."),
    "form.submitted": ("A form is sent", "Each time, by whomever."),
    "webhook.disabled": ("Something is out of order", "A webhook or channel was switched off, a site falls silent."),
}

FIELDS: Final = (
    *(("source", "Source"), ("campaign", "Campaign"), ("stage", "Stage"), ("form_name", "Form")),
    *(("form_completion_percent", "Form completed (%)"), ("email", "Email"), ("phone", "Phone"), ("name", "Name")),
    *(("company", "Company"), ("message", "Message"), ("page_url", "Page"), ("domain", "Site's domain")),
    *(("device_type", "Device"), ("lead_type", "Lead type"), ("event_type", "Event type"), ("event_date", "Date")),
    *(("tags", "Tags"), ("assigned_to", "Assigned to"), ("from_stage", "Stage before"), ("to_stage", "Stage after")),
    *(("utm_source", "UTM source"), ("utm_medium", "UTM medium"), ("utm_campaign", "UTM campaign")),
    *(("referrer", "Referrer"), ("confirmation", "Confirmation"), ("session.last_field", "Last field")),
    ("created_at", "Created"),
)

OPS: Final = (
    *(("==", "is"), ("!=", "is not"), ("in", "is one of"), ("not_in", "is none of"), ("contains", "contains")),
    *(("exists", "is there"), ("missing", "is missing"), (">=", "is at least"), (">", "is more than")),
    *(("<=", "is at most"), ("<", "is less than"), ("matches", "matches the pattern")),
)

DAYS: Final = (
    *(("mon", "Monday"), ("tue", "Tuesday"), ("wed", "Wednesday"), ("thu", "Thursday"), ("fri", "Friday")),
    *(("sat", "Saturday"), ("sun", "Sunday")),
)

# The kinds that can be added, in this order; others come after them under their own names.
KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "telegram": ("Telegram", "A chat, a group or one topic of it. You claim, move and answer leads right there."),
    "email": ("Email", "Owners and admins, or whichever addresses you name."),
    "slack": ("Slack", "A channel, through an incoming webhook."),
    "discord": ("Discord", "A channel or thread, through its webhook."),
    "apprise": (
        "Another service",
        "Microsoft Teams, Google Chat, Pushover, ntfy, SMS by Twilio, and more, by Apprise.",
    ),
}

ICONS: Final[Mapping[str, str]] = {"telegram": "telegram", "email": "mail", "webhook": "webhook"}

EXAMPLE: Final = "{{ lead.name }} from {{ lead.company | d('somewhere') }}\nCall {{ lead.phone }}\n{{ lead.message }}"

TEMPLATE_FIELDS: Final = (
    *(
        "name",
        "email",
        "phone",
        "company",
        "message",
        "stage",
        "source",
        "campaign",
        "page_url",
        "form_name",
        "device_type",
    ),
    *("created_at", "event_date", "tags", "assigned_to", "lead_url"),
)
TEMPLATE_FILTERS: Final = FILTERS

_NAMES: Final = dict(FIELDS)
_BY_LABEL: Final = {label.casefold(): name for name, label in FIELDS}
_OP_WORDS: Final = dict(OPS)
_SHOWN = 2


def label_of(field: str) -> str:
    """Give what people call a field; the name itself of one that has no other."""
    return _NAMES.get(field, field)


def field_of(typed: str) -> str:
    """Give the field that somebody means who typed its name, or what it is called."""
    return _BY_LABEL.get(typed.strip().casefold(), typed.strip())


def events_in_words(types: Iterable[str]) -> str:
    """Write what a channel is told: "A new lead, a lead comes back"."""
    words = [EVENTS[type][0] for type in types if type in EVENTS]
    return ", ".join(word if not place else word[:1].lower() + word[1:] for place, word in enumerate(words))


def filter_in_words(filter: Mapping[str, Any]) -> str:
    """Write of which leads: "only where Source is google and 1 more"; nothing for all of them."""
    conditions = as_conditions(filter)
    if "not" in conditions or any("field" not in one for one in _flat(conditions)):
        return f"only where {len(list(leaves(conditions)))} conditions say so" if conditions else ""
    said = [_question(leaf) for leaf in _flat(conditions)]
    joined = f" {'or' if 'any' in conditions else 'and'} ".join(said[:_SHOWN])
    more = f" and {len(said) - _SHOWN} more" if len(said) > _SHOWN else ""
    return f"only where {joined}{more}" if said else ""


def options_in_words(options: Options) -> str:
    """Write when and how: "quiet from 20:00 to 07:00, an hourly digest, own words"."""
    hours, said = options.quiet_hours, []
    if hours and hours.start:
        said.append(f"quiet from {hours.start} to {hours.end}")
    if hours and hours.days_off:
        said.append(f"quiet on {', '.join(name for day, name in DAYS if day in hours.days_off)}")
    said += [f"{'an' if options.digest == 'hourly' else 'a'} {options.digest} digest"] * (options.digest != "off")
    said += ["in your own words"] * bool(options.template)
    if options.escalate_after_minutes:
        said.append(f"told again after {options.escalate_after_minutes} min")
    said += [f"{' and '.join(options.summaries)} summaries"] * bool(options.summaries)
    return ", ".join(said)


def _flat(conditions: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if "field" in conditions:
        return [conditions]
    return list(conditions.get("all") or conditions.get("any") or ())


def _question(leaf: Mapping[str, Any]) -> str:
    value = leaf.get("value", "")
    shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    field = _NAMES.get(leaf["field"], leaf["field"].removeprefix("custom_data."))
    op = "is" if leaf["op"] == "in" and isinstance(value, list) and len(value) == 1 else _OP_WORDS[leaf["op"]]
    return f"{field} {op} {shown}".strip()[:80]
