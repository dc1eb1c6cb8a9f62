"""A hosted form between its page and its definition: what the inputs say, and back again with what is wrong."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from leadsbot.dashboard.posted import Posted
from leadsbot.dashboard.views import Form
from leadsbot.forms.hosted import MAX_FIELDS, WITH_OPTIONS

Raw = dict[str, Any]

_TEXTS = ("title", "intro", "button", "redirect")
_GROUPS = {
    "thanks": ("title", "text"),
    "consent": ("text", "link_text", "link_url"),
    "words": ("sending", "check", "required", "kept", "refused"),
}
_FIELD_TEXTS = ("name", "label", "type", "placeholder", "help", "autocomplete", "width")
_NEW: Raw = {"type": "text", "width": "full", "options": [], "required": False}


def posted_definition(posted: Posted) -> Raw:
    """Give the definition as it was typed, right or wrong; a question without a name is named after its label."""
    count = posted.text("rows")
    rows = range(min(int(count), MAX_FIELDS)) if count.isascii() and count.isdecimal() and len(count) < 4 else range(0)
    raw: Raw = {name: posted.text(name) for name in _TEXTS}
    for group, names in _GROUPS.items():
        raw[group] = {name: posted.text(f"{group}.{name}") for name in names}
    raw["fields"] = [_posted_field(posted, f"f{number}") for number in rows]
    _name(raw["fields"])
    return raw


def act(raw: Raw, action: str) -> str:
    """Add, remove or move a question, as a button's value says (`up:3`), and give the id of what to go on with."""
    verb, _, number = action.partition(":")
    fields = raw["fields"]
    at = int(number) if number.isascii() and number.isdecimal() and len(number) < 4 else len(fields)
    if verb == "add" and len(fields) < MAX_FIELDS:
        fields.append({**_NEW, **dict.fromkeys(("name", "label", "placeholder", "help", "autocomplete"), "")})
        return f"f{len(fields) - 1}-label"
    if at >= len(fields):
        return ""
    if verb == "remove":
        del fields[at]
        return f"f{min(at, len(fields) - 1)}-label" if fields else "add"
    to = at + {"up": -1, "down": 1}.get(verb, 0)
    if verb in ("up", "down") and 0 <= to < len(fields):
        fields.insert(to, fields.pop(at))
        first, last = to == 0, to == len(fields) - 1
        return f"f{to}-{'down' if first and not last else 'up' if last else verb}"
    return ""


def shown(raw: Mapping[str, Any], name: str, mistakes: Mapping[str, str]) -> Form:
    """Give the inputs' values by their names, and what is wrong by the input beside which it stands."""
    values = {"name": name, **{key: str(raw.get(key, "")) for key in _TEXTS}}
    for group, names in _GROUPS.items():
        values |= {f"{group}.{key}": str(raw.get(group, {}).get(key, "")) for key in names}
    for number, field in enumerate(raw["fields"]):
        values |= {f"f{number}.{key}": str(field.get(key, "")) for key in _FIELD_TEXTS}
        values[f"f{number}.required"] = "yes" if field.get("required") else ""
        values[f"f{number}.options"] = "\n".join(field.get("options", ()))
    return Form(values, {_input(place): sentence for place, sentence in mistakes.items()})


def _posted_field(posted: Posted, prefix: str) -> Raw:
    field: Raw = {name: posted.text(f"{prefix}.{name}") for name in _FIELD_TEXTS}
    field["required"] = bool(posted.text(f"{prefix}.required"))
    # What was typed for a list is kept in the page's input as long as it is one.
    takes = field["type"] in (*WITH_OPTIONS, "checkbox")
    field["options"] = posted.lines(f"{prefix}.options") if takes else []
    return field


def _name(fields: list[Raw]) -> None:
    taken = {field["name"].casefold() for field in fields}
    for field in fields:
        if not field["name"] and field["label"]:
            field["name"] = _free(_slug(field["label"]), taken)
            taken.add(field["name"])


def _slug(label: str) -> str:
    """ "Wie viele Gäste?" becomes "wie_viele_gaste"."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_0123456789")[:40].strip("_") or "field"


def _free(name: str, taken: set[str]) -> str:
    number = 2
    free = name if name != "consent" else "consent_2"
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free


def _input(place: str) -> str:
    """Give the name of the input that a place in the definition belongs to: `fields[2].options[0]` is `f2.options`."""
    found = re.match(r"fields\[(\d+)\](?:\.(\w+))?", place)
    if found:
        return f"f{found[1]}.{found[2] or 'label'}"
    return re.sub(r"\[\d+\]", "", place) or "fields"
