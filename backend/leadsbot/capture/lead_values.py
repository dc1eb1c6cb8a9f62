"""What each field of a lead can hold: one value as a program sends it, read or refused with the reason."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from datetime import date
from typing import Any, Final

import msgspec

from leadsbot.leads.contact import normalise_email

LONGEST_TEXT: Final = 2_000
LONGEST_PROSE: Final = 20_000
LONGEST_TAG: Final = 200
MOST_TAGS: Final = 100
DEEPEST: Final = 20
MOST_COUNTED: Final = 2_147_483_647  # what the databases' integers hold
DEVICES: Final = ("desktop", "mobile", "tablet", "bot")

PROSE: Final = ("message", "notes")
OBJECTS: Final = ("click_ids", "first_touch")
COUNTS: Final = ("form_completion_percent", "form_fields_completed", "form_fields_total")
# What is cut to its column: some browsers call themselves something longer, and that is no reason to lose a lead.
_CUT: Final = {"domain": 255, "user_agent": 512, "browser": 100, "os": 100, "form_name": 200}


Reader = Callable[[str, Any], Any]


class Misfit(ValueError):
    """A value that its field can't hold; the text goes on after the field's name."""


def value_of(name: str, value: Any) -> Any:
    """Read `value` as the field `name` keeps it: texts trimmed, objects and tags as JSON, "" or None for nothing.

    Raises `Misfit`.
    """
    reader: Reader = _READERS.get(name, text)
    return reader(name, value)


def text(name: str, value: Any) -> str:
    """Read a text; a number is one too."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Misfit("must be a text")
    told = str(value).strip()
    longest = LONGEST_PROSE if name in PROSE else LONGEST_TEXT
    if len(told) > longest:
        raise Misfit(f"has more than {longest:,} characters")
    return told[: _CUT.get(name)]


def is_address(told: str) -> bool:
    """Tell whether it is an IP address."""
    try:
        ipaddress.ip_address(told)
    except ValueError:
        return False
    return "%" not in told


def depth(value: Any) -> int:
    """Give how many objects and lists stand within each other, `value` itself included."""
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


def _email(name: str, value: Any) -> str:
    told = text(name, value)
    found = normalise_email(told) if told else ""
    if found is None:
        raise Misfit("is not a mail address")
    return found


def _date(name: str, value: Any) -> str:
    told = text(name, value)
    try:
        if told and date.fromisoformat(told).isoformat() != told:
            raise Misfit("is a date like 2026-05-31")
    except ValueError:
        raise Misfit("is a date like 2026-05-31") from None
    return told


def _device(name: str, value: Any) -> str:
    told = text(name, value).lower()
    if told and told not in DEVICES:
        raise Misfit(f"is one of: {', '.join(DEVICES)}")
    return told


def _count(name: str, value: Any) -> int | None:
    if value is None or value == "":
        return None
    percent = name.endswith("percent")
    most = 100 if percent else MOST_COUNTED
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdecimal() and len(value) < 12:
        value = int(value)
    if isinstance(value, float) and (percent or value.is_integer()):
        value = round(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise Misfit(f"is a whole number from 0 to {most}")
    return value


def _object(name: str, value: Any) -> str:
    if value is None or value == {}:
        return ""
    if not isinstance(value, dict):
        raise Misfit("must be an object")
    if depth(value) > DEEPEST:
        raise Misfit(f"is nested more than {DEEPEST} deep")
    told = msgspec.json.encode(value).decode()
    if len(told) > LONGEST_PROSE:
        raise Misfit(f"has more than {LONGEST_PROSE:,} characters")
    return told


def _tags(name: str, value: Any) -> str:
    parts = value.split(",") if isinstance(value, str) else [] if value is None else value
    if not isinstance(parts, list) or not all(isinstance(one, str) and len(one) <= LONGEST_TAG for one in parts):
        raise Misfit(f"is a list of texts of up to {LONGEST_TAG} characters")
    tags = list(dict.fromkeys(one.strip() for one in parts if one.strip()))
    if len(tags) > MOST_TAGS:
        raise Misfit(f"has more than {MOST_TAGS} entries")
    return msgspec.json.encode(tags).decode() if tags else ""


_READERS: Final[dict[str, Reader]] = {
    "email": _email,
    "event_date": _date,
    "device_type": _device,
    "tags": _tags,
    **dict.fromkeys(COUNTS, _count),
    **dict.fromkeys(OBJECTS, _object),
}
