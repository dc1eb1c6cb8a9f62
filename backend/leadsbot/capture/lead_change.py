"""What a body says is to change of a lead: the same fields and spellings as a new one's, and nothing clears a field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from leadsbot.capture import lead_values
from leadsbot.capture.lead_body import ASIDE, ASKED, COLUMNS, CONTACT, KNOWN, check_custom, refuse, spelled, values_of
from leadsbot.leads.contact import split_name

READ_ONLY: Final = frozenset(
    {"id", "workspace_id", "created_at", "updated_at", "lead_url", "confirmation", "spam", "spam_reasons"}
)
_CLEARED: Final = {**dict.fromkeys(lead_values.COUNTS), **dict.fromkeys(lead_values.OBJECTS, "{}"), "tags": "[]"}


class Changed(Struct):
    """`columns` as the lead's row holds them, `asked` what the workspace must know of, `custom` entries of
    `custom_data`; "" in `asked` and None in `custom` take away."""

    columns: dict[str, Any]
    asked: dict[str, str]
    custom: dict[str, Any]


def read_change(body: Mapping[str, Any]) -> Changed:
    """Read what is to change; what isn't named stays, null and "" clear. Raises `InvalidInput` naming what is wrong."""
    said: dict[str, Any] = {}
    custom: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name in sorted(body, key=lambda name: name != spelled(name)):
        plain = spelled(name)
        if plain in READ_ONLY:
            wrong[plain] = "can't be changed this way"
        elif plain in KNOWN and plain not in said:
            said[plain] = body[name]
        else:
            custom[name] = body[name]
    values, misfits = values_of(said)
    wrong |= misfits
    for name in ASIDE:
        _merge(custom, said, name, wrong)
    for name in ("stage", "status"):
        if name in values and not values[name]:
            wrong[name] = "must not be empty"
    if values.get("ip_address") and not lead_values.is_address(values["ip_address"]):
        wrong["ip_address"] = "is not an IP address"
    check_custom(custom, wrong)
    refuse(wrong)
    return Changed(_columns(values), {name: values[name] for name in ASKED if name in values}, custom)


def _merge(custom: dict[str, Any], said: Mapping[str, Any], name: str, wrong: dict[str, str]) -> None:
    if name not in said:
        return
    if not isinstance(said[name], dict):
        wrong[name] = "must be an object; an entry that is null is taken away"
        return
    custom.update(said[name])


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    columns = {name: values[name] for name in (*CONTACT, *COLUMNS) if name in values}
    columns = {name: _CLEARED.get(name, "") if value in (None, "") else value for name, value in columns.items()}
    if "name" in values:
        first, last = split_name(values["name"])
        columns = {"first_name": first, "last_name": last, **columns}
    return columns
