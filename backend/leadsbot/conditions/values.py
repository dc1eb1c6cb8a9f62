"""Values made comparable: text whatever its case and spelling, numbers, dates and moments as such."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

# Of what an integration sent as one value, no more than this is looked at.
MOST_PARTS = 100
_LONGEST_NUMBER = 40


def normal(value: Any) -> str:
    """Give a value as the text that is compared: NFKC, without case and blanks around it; nothing is the empty text."""
    text = unicodedata.normalize("NFKC", as_text(value)).casefold()
    return unicodedata.normalize("NFKC", text).strip()


def as_text(value: Any) -> str:
    """Give a scalar as text: `true`, `5` rather than `5.0`, and the empty text for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def parts(value: Any) -> list[Any]:
    """Give the scalars of a value that say something: one, a list's, or all inside an object."""
    found: list[Any] = []
    for part in _parts(value):
        if normal(part):
            found.append(part)
        if len(found) == MOST_PARTS:
            break
    return found


def _parts(value: Any, depth: int = 0) -> Iterator[Any]:
    if isinstance(value, dict | list | tuple):
        if depth < 8:
            for inner in value.values() if isinstance(value, dict) else value:
                yield from _parts(inner, depth + 1)
    else:
        yield value


def number(value: Any) -> Decimal | None:
    """Give a number, also one written as text; None for what is none."""
    if isinstance(value, bool):
        return None
    text = as_text(value).strip()
    if not text or len(text) > _LONGEST_NUMBER:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def moment(value: Any, zone: tzinfo | None = None) -> date | datetime | None:
    """Give a date (`2026-05-04`) or a moment with its zone (RFC 3339); None for what is neither. One without a zone, as
    a form's own fields for times send it, is of `zone` where that is given."""
    text = value.strip() if isinstance(value, str) else ""
    if len(text) < 10 or len(text) > _LONGEST_NUMBER or text[4:5] != "-":
        return None
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone) if zone else None


def as_day(value: date | datetime, zone: tzinfo) -> date:
    """Give the day of a moment where the team lives."""
    if not isinstance(value, datetime):
        return value
    try:
        return value.astimezone(zone).date()
    except OverflowError:
        return value.date()
