"""A lead as programs and integrations send it: one object, both spellings of each name, nothing thrown away.

`firstName` and `first_name` are the same field. What isn't a field of a lead is kept in `custom_data` under the name it
came with. A value that a field can't hold is an error that names the field; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from leadsbot.capture import lead_values
from leadsbot.capture.lead_values import Misfit, depth, is_address, value_of
from leadsbot.errors import InvalidInput
from leadsbot.leads.contact import Contact, split_name

MOST_CUSTOM: Final = 500
LARGEST_CUSTOM: Final = 200_000
DEEPEST_CUSTOM: Final = lead_values.DEEPEST

CONTACT: Final = ("email", "phone", "first_name", "last_name", "company", "message", "event_date")
COLUMNS: Final = (
    *("notes", "domain", "page_url", "landing_page", "campaign", "referrer", "tags"),
    *("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "form_name"),
    *("ip_address", "user_agent", "browser", "os", "device_type"),
    *lead_values.COUNTS,
    *lead_values.OBJECTS,
)
# What the door looks at by itself: where a lead stands, what it is about, whose it is.
ASKED: Final = ("name", "stage", "status", "source", "lead_type", "event_type", "assigned_to", "form_id")
ASIDE: Final = ("custom_data", "data")
# Only who has a key is believed about the visitor.
UNBELIEVED: Final = ("ip_address", "user_agent")
KNOWN: Final = frozenset((*CONTACT, *COLUMNS, *ASKED, *ASIDE))
_ALIASES = {
    "full_name": "name",
    "fullname": "name",
    "firstname": "first_name",
    "lastname": "last_name",
    "email_address": "email",
    "phone_number": "phone",
    "lead_type_name": "lead_type",
}
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BREAK = re.compile(r"[\s.\-]+")


class Told(Struct):
    """What a body says of a lead. `columns` holds the lead's columns but for the contact's; `asked` what the workspace
    must know of (`stage`, `source`, `lead_type`, …) and the whole `name`; empty where nothing was said."""

    contact: Contact
    columns: dict[str, Any]
    asked: dict[str, str]

    def present(self) -> set[str]:
        """Name the fields that were filled in, for required ones to be held against."""
        named = {name for name in CONTACT if getattr(self.contact, name)}
        named |= {name for name, value in {**self.columns, **self.asked}.items() if value not in (None, "")}
        if self.contact.first_name:
            named.add("name")
        return named | {spelled(name) for name, value in self.contact.custom.items() if value not in (None, "", [])}


def spelled(name: str) -> str:
    """Give a name as the contract spells it: `firstName`, `First Name` and `first-name` are `first_name`."""
    plain = _BREAK.sub("_", _HUMP.sub("_", name.strip())).lower()
    return _ALIASES.get(plain, plain)


def controls(body: Mapping[str, Any], names: Collection[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split off what the door alone understands (`lead_id`, `honeypot`), by its own name; second comes the rest."""
    own: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for name, value in body.items():
        plain = spelled(name)
        if plain in names:
            own.setdefault(plain, value)
        else:
            rest[name] = value
    return own, rest


def read(body: Mapping[str, Any], *, believes: bool, aside: Collection[str] = ()) -> Told:
    """Read a lead out of a body. What is said of the visitor's address and browser counts only where the sender is to
    be believed (`believes`), else it is kept in `custom_data`, as are the fields named in `aside`. Raises
    `InvalidInput` naming every field that is wrong."""
    known = KNOWN.difference(aside, () if believes else UNBELIEVED)
    said, custom = in_order(body, known)
    values, wrong = values_of(said)
    for name in ASIDE:
        _keep_all(custom, said.get(name), name, wrong)
    if values.get("ip_address") and not is_address(values["ip_address"]):
        put(custom, "ip_address", values.pop("ip_address"))
    check_custom(custom, wrong)
    refuse(wrong)
    contact = Contact(**{name: values.get(name) or None for name in CONTACT}, custom=custom)
    if values.get("name"):
        _name(contact, values["name"])
    return Told(contact, _filled(values, COLUMNS), _filled(values, ASKED))


def in_order(body: Mapping[str, Any], known: Collection[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give what is known by its own name, then the rest as it came; of two spellings the exact one counts, the other is
    kept with the rest. What is null says nothing."""
    said: dict[str, Any] = {}
    custom: dict[str, Any] = {}
    for name in sorted(body, key=lambda name: name != spelled(name)):
        plain = spelled(name)
        if body[name] is None:
            continue
        if plain in known and plain not in said:
            said[plain] = body[name]
        else:
            custom[name] = body[name]
    return said, custom


def values_of(said: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Give each field as it is kept, then what is wrong by field."""
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, value in said.items():
        if name in ASIDE:
            continue
        try:
            values[name] = value_of(name, value)
        except Misfit as error:
            wrong[name] = str(error)
    return values, wrong


def refuse(wrong: Mapping[str, str]) -> None:
    """Raise `InvalidInput` for what is wrong, if anything is."""
    if wrong:
        raise InvalidInput(" ".join(f'"{name}" {why}.' for name, why in wrong.items()), fields=list(wrong))


def put(custom: dict[str, Any], name: str, value: Any) -> None:
    """Keep a value under its name, beside another of that name if need be."""
    key, number = name, 1
    while key in custom and repr(custom[key]) != repr(value):
        number += 1
        key = f"{name} ({number})"
    custom[key] = value


def check_custom(custom: Mapping[str, Any], wrong: dict[str, str]) -> None:
    """Hold `custom_data` to its limits."""
    if len(custom) > MOST_CUSTOM:
        wrong["custom_data"] = f"has more than {MOST_CUSTOM} entries"
    elif depth(custom) > DEEPEST_CUSTOM:
        wrong["custom_data"] = f"is nested more than {DEEPEST_CUSTOM} deep"
    elif len(msgspec.json.encode(custom)) > LARGEST_CUSTOM:
        wrong["custom_data"] = f"is larger than {LARGEST_CUSTOM:,} bytes"


def _keep_all(custom: dict[str, Any], value: Any, name: str, wrong: dict[str, str]) -> None:
    if value is None:
        return
    if not isinstance(value, dict):
        wrong[name] = "must be an object"
        return
    for key, inner in value.items():
        put(custom, key, inner)


def _filled(values: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    return {name: value for name in names if (value := values.get(name)) not in (None, "")}


def _name(contact: Contact, full: str) -> None:
    """A whole name says what its parts leave open; one that says something else is kept beside them."""
    first, last = split_name(full)
    if not contact.first_name and not contact.last_name:
        contact.first_name, contact.last_name = first, last or None
    elif not contact.first_name:
        rest = full.removesuffix(f" {contact.last_name}")
        contact.first_name = rest if rest != full else None if full == contact.last_name else first
    elif not contact.last_name:
        rest = full.removeprefix(f"{contact.first_name} ")
        contact.last_name = (rest if rest != full else last) or None
    if f"{contact.first_name or ''} {contact.last_name or ''}".split() != full.split():
        put(contact.custom, "name", full)
