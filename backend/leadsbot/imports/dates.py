"""Dates as spreadsheets write them: RFC 3339, year first, or with dots, slashes and dashes in the file's own order.

A year that comes last may have two digits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

Order = Literal["dmy", "mdy"]

_YEAR_FIRST: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]+(.*))?", re.IGNORECASE)
_YEAR_LAST: Final = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?:[T, ]+(.*))?", re.IGNORECASE)
_TIME: Final = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(am|pm)?\s*(z|utc|[+-]\d\d:?\d\d)?", re.IGNORECASE)
# Every date is shorter: a longer cell is none, and no pattern is tried on it.
_LONGEST: Final = 64
# The month stands first there alone: elsewhere slashes mean day, month, year.
_MONTH_FIRST: Final = frozenset({"US", "PH", "FM", "MH", "PW"})


def order_of(values: Iterable[str], country: str) -> Order:
    """Tell in what order a file writes day and month: as the first date that can be read in one way says, else as the
    workspace's country does."""
    for value in values:
        found = _YEAR_LAST.fullmatch(_plain(value))
        if found is None or found[2] == ".":
            continue
        first, second = int(found[1]), int(found[3])
        if first > 12 >= second:
            return "dmy"
        if second > 12 >= first:
            return "mdy"
    return "mdy" if country.upper() in _MONTH_FIRST else "dmy"


def moment(text: str, order: Order, timezone: str) -> int | None:
    """Give the ms that a text says, in `timezone` where it names none itself; None where it says none."""
    parts = _parts(_plain(text), order)
    if parts is None:
        return None
    year, month, day, rest = parts
    try:
        clock = _time(rest)
        if clock is None:
            return None
        hour, minute, second, offset = clock
        at = datetime(year, month, day, hour, minute, second, tzinfo=ZoneInfo(timezone))
        if offset:
            at = datetime.fromisoformat(at.replace(tzinfo=None).isoformat() + offset)
        return int(at.astimezone(UTC).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


def day(text: str, order: Order) -> str | None:
    """Give the day that a text says as YYYY-MM-DD; None where it says none."""
    parts = _parts(_plain(text), order)
    if parts is None:
        return None
    try:
        return datetime(*parts[:3]).date().isoformat()
    except ValueError:
        return None


def _plain(text: str) -> str:
    """Give a cell with single blanks, "" for one that is too long for a date: a pattern takes long over many blanks."""
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST else ""


def _parts(text: str, order: Order) -> tuple[int, int, int, str] | None:
    if found := _YEAR_FIRST.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3]), found[4] or ""
    if found := _YEAR_LAST.fullmatch(text):
        one, other = int(found[1]), int(found[3])
        day, month = (other, one) if order == "mdy" and found[2] != "." else (one, other)
        return _year(found[4]), month, day, found[5] or ""
    return None


def _year(digits: str) -> int:
    """Give the year; of two digits as POSIX reads them (`strptime`, %y): 69 to 99 are of the last century."""
    year = int(digits)
    return year if len(digits) > 2 else year + (1900 if year >= 69 else 2000)


def _time(text: str) -> tuple[int, int, int, str] | None:
    """Give hour, minute, second and offset ("" for none); midnight for an empty text, None for what is no time."""
    if not text.strip():
        return 0, 0, 0, ""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    hour, half, zone = int(found[1]), (found[4] or "").lower(), (found[5] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    offset = "+00:00" if zone in ("z", "utc") else zone
    if offset and ":" not in offset:
        offset = f"{offset[:3]}:{offset[3:]}"
    return hour, int(found[2]), int(found[3] or 0), offset
