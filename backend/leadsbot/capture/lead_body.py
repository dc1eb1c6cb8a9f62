"""A lead as programs and integrations send it: one object, both spellings of each name, nothing thrown away.

`firstName` and `first_name` are the same field. What isn't a field of a lead is kept in `custom_data` under the name it
came with. A value that a field can't hold is an error that names the field; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final

import msgspec
from msgspec import Struct

from leadsbot.errors import InvalidInput
from leadsbot.leads.contact import Contact, normalise_email, split_name

LONGEST_TEXT: Final = 2_000
LONGEST_PROSE: Final = 20_000
LONGEST_NAME: Final = 200
MOST_CUSTOM: Final = 500
LARGEST_CUSTOM: Final = 200_000
DEEPEST_CUSTOM: Final = 20
MOST_TAGS: Final = 100
MOST_DIGITS: Final = 2_147_483_647  # what the databases' integers hold

_PROSE = ("message", "notes")
_CONTACT = ("email", "phone", "first_name", "last_name", "company", "message", "event_date")
_TEXTS = (
    *("notes", "domain", "page_url", "landing_page", "campaign", "referrer"),
    *("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "form_name"),
)
_VISITOR = ("ip_address", "user_agent", "browser", "os", "device_type")
_COUNTS = ("form_completion_percent", "form_fields_completed", "form_fields_total")
_OBJECTS = ("click_ids", "first_touch")
_ASIDE = ("custom_data", "data")
# What the door looks at by itself: where a lead stands, what it is about, whose it is.
_ASKED = ("name", "stage", "status", "source", "lead_type", "event_type", "assigned_to")
_LENGTHS = {"domain": 255, "ip_address": 45, "user_agent": 512, "browser": 100, "os": 100, "form_name": 200}
_DEVICES = ("desktop", "mobile", "tablet", "bot")
_KNOWN = frozenset((*_CONTACT, *_TEXTS, *_VISITOR, *_COUNTS, *_OBJECTS, *_ASIDE, *_ASKED, "tags"))
_ALIASES = {
    "full_name": "name",
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
    must know of (`stage`, `source`, `lead_type`, …); empty where nothing was said."""

    contact: Contact
    columns: dict[str, Any]
    asked: dict[str, str]

    def present(self) -> set[str]:
        """Name the fields that were filled in, for required ones to be held against."""
        named = {name for name in _CONTACT if getattr(self.contact, name)}
        named |= {name for name, value in {**self.columns, **self.asked}.items() if value}
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


def read(body: Mapping[str, Any], *, believes: bool) -> Told:
    """Read a lead out of a body. What is said of the visitor's address and browser counts only where the sender is to
    be believed (`believes`), else it is kept aside. Raises `InvalidInput` naming every field that is wrong."""
    return _Reading(believes).run(body)


class _Reading:
    def __init__(self, believes: bool) -> None:
        self._known = _KNOWN if believes else _KNOWN - set(_VISITOR)
        self._custom: dict[str, Any] = {}
        self._wrong: dict[str, str] = {}

    def run(self, body: Mapping[str, Any]) -> Told:
        said = self._sorted(body)
        contact = Contact(**{name: self._contact(name, said.get(name)) for name in _CONTACT}, custom=self._custom)
        if name := self._text("name", said.get("name")):
            _name(contact, name)
        columns: dict[str, Any] = {name: self._text(name, said.get(name)) for name in (*_TEXTS, *_VISITOR)}
        columns |= {name: self._object(name, said.get(name)) for name in _OBJECTS}
        columns |= {name: self._count(name, said.get(name)) for name in _COUNTS}
        columns = {name: value for name, value in columns.items() if value not in (None, "")}
        if tags := self._tags(said.get("tags")):
            columns["tags"] = msgspec.json.encode(tags).decode()
        if columns.get("device_type", "desktop") not in _DEVICES:
            self._wrong["device_type"] = f"is one of: {', '.join(_DEVICES)}"
        asked = {name: value for name in _ASKED[1:] if (value := self._text(name, said.get(name)))}
        for name in _ASIDE:
            self._aside(name, said.get(name))
        self._check_custom()
        if self._wrong:
            sentence = " ".join(f'"{name}" {why}.' for name, why in self._wrong.items())
            raise InvalidInput(sentence, fields=list(self._wrong))
        return Told(contact, columns, asked)

    def _sorted(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Give what is known by its own name; of two spellings the exact one counts, the other is kept aside."""
        said: dict[str, Any] = {}
        for name in sorted(body, key=lambda name: name != spelled(name)):
            plain = spelled(name)
            if body[name] is None:
                continue
            if plain in self._known and plain not in said:
                said[plain] = body[name]
            else:
                self._custom[name] = body[name]
        return said

    def _contact(self, name: str, value: Any) -> str | None:
        text = self._text(name, value)
        if not text:
            return None
        if name == "email":
            found = normalise_email(text)
            if found is None:
                self._wrong[name] = "is not a mail address"
            return found
        if name == "event_date" and not _is_date(text):
            self._wrong[name] = "is a date like 2026-05-31"
        return text

    def _text(self, name: str, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self._wrong[name] = "must be a text"
            return ""
        text = str(value).strip()
        longest = LONGEST_PROSE if name in _PROSE else _LENGTHS.get(name, LONGEST_TEXT)
        if name in _ASKED and name != "name":
            longest = LONGEST_NAME
        if len(text) > longest:
            self._wrong[name] = f"has more than {longest:,} characters"
        return text

    def _count(self, name: str, value: Any) -> int | None:
        if value is None or value == "":
            return None
        if isinstance(value, str) and value.strip().isascii() and value.strip().isdecimal():
            value = int(value) if len(value) < 12 else -1
        most = 100 if name.endswith("percent") else MOST_DIGITS
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            self._wrong[name] = f"is a whole number from 0 to {most}"
            return None
        return value

    def _object(self, name: str, value: Any) -> str:
        if value is None:
            return ""
        if not isinstance(value, dict):
            self._wrong[name] = "must be an object"
            return ""
        text = msgspec.json.encode(value).decode()
        if len(text) > LONGEST_PROSE:
            self._wrong[name] = f"has more than {LONGEST_PROSE:,} characters"
        return text

    def _tags(self, value: Any) -> list[str]:
        parts = value.split(",") if isinstance(value, str) else value
        if parts is None:
            return []
        if not isinstance(parts, list) or not all(isinstance(one, str) and len(one) <= LONGEST_NAME for one in parts):
            self._wrong["tags"] = f"is a list of texts of up to {LONGEST_NAME} characters"
            return []
        tags = list(dict.fromkeys(one.strip() for one in parts if one.strip()))
        if len(tags) > MOST_TAGS:
            self._wrong["tags"] = f"has more than {MOST_TAGS} entries"
        return tags

    def _aside(self, name: str, value: Any) -> None:
        if value is None:
            return
        if not isinstance(value, dict):
            self._wrong[name] = "must be an object"
            return
        for key, inner in value.items():
            self._custom.setdefault(key, inner)

    def _check_custom(self) -> None:
        if len(self._custom) > MOST_CUSTOM:
            self._wrong["custom_data"] = f"has more than {MOST_CUSTOM} entries"
        elif _depth(self._custom) > DEEPEST_CUSTOM:
            self._wrong["custom_data"] = f"is nested more than {DEEPEST_CUSTOM} deep"
        elif len(msgspec.json.encode(self._custom)) > LARGEST_CUSTOM:
            self._wrong["custom_data"] = f"is larger than {LARGEST_CUSTOM:,} bytes"


def _name(contact: Contact, full: str) -> None:
    """A whole name says what its parts leave open."""
    first, last = split_name(full)
    if not contact.first_name and not contact.last_name:
        contact.first_name, contact.last_name = first, last or None
    elif not contact.first_name:
        contact.first_name = full.removesuffix(contact.last_name or "").strip() or full
    elif not contact.last_name:
        contact.last_name = full.removeprefix(contact.first_name).strip() or None


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _depth(value: Any) -> int:
    deepest, level = 0, [value]
    while level:
        deepest += 1
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
            if isinstance(inner, dict | list)
        ]
    return deepest
