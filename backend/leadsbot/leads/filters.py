"""Which leads a list is about: what people and programs may ask for, and the SQL that finds it on both databases."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from leadsbot.db import Database
from leadsbot.db.paging import Where
from leadsbot.errors import InvalidInput
from leadsbot.leads import phone_numbers
from leadsbot.leads.contact import phone_e164

LONGEST_SEARCH = 200
NOBODY = "nobody"
# SQLite's parser gives up on calls nested more than 25 deep (before 3.46; its stack holds a hundred symbols).
MOST_FOLDED = 20

_SEARCHED = ("first_name || ' ' || last_name", "email", "phone", "company", "message")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_MS = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LeadFilter:
    """What a list of leads is narrowed to; None narrows nothing.

    `since` (included) and `until` (left out) are ms. `stage` is as the workspace spells it; `source`, `campaign`,
    `lead_type`, `event_type` and `tag` are whole values and `search` a substring, all without case; a phone is found
    whatever stands between its digits. `assigned_to` is a member's id, or `NOBODY` for leads that are nobody's.
    `email` (in its matching form) and `phone` (as dialled in `country`) are whole. Spam stands `out` of a list, among
    the rest (`in`), or `only` spam is asked for.
    """

    stage: str | None = None
    search: str | None = None
    email: str | None = None
    phone: str | None = None
    country: str = ""
    source: str | None = None
    campaign: str | None = None
    lead_type: str | None = None
    event_type: str | None = None
    tag: str | None = None
    assigned_to: str | None = None
    since: int | None = None
    until: int | None = None
    spam: Literal["out", "in", "only"] = "out"


def first_moment(text: str, timezone: str) -> int:
    """Give the ms at which `from=text` begins: a date (the whole day in `timezone`) or an RFC 3339 time."""
    return _moment(text, timezone, "from", days=0)


def end_of(text: str, timezone: str) -> int:
    """Give the ms before which `to=text` ends: a date's whole day and a time's own millisecond are included."""
    return _moment(text, timezone, "to", days=1)


def _moment(text: str, timezone: str, field: str, days: int) -> int:
    try:
        if _DATE.fullmatch(text):
            day = date.fromisoformat(text) + timedelta(days=days)
            return _ms(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(timezone)))
        if _RFC3339.fullmatch(text):
            return ms_of(text.upper()) + (1 if days else 0)
    except (ValueError, OverflowError):
        pass
    raise InvalidInput(
        f'"{field}" is a date like 2026-05-31, or a time like 2026-05-31T09:30:00Z (a "+" in an address is %2B).',
        fields=[field],
    )


def ms_of(text: str) -> int:
    """Give the ms of an RFC 3339 time in capitals, as `clock.rfc3339()` writes it; ValueError for anything else."""
    return _ms(datetime.fromisoformat(text))


def _ms(at: datetime) -> int:
    return (at.astimezone(UTC) - _EPOCH) // _MS


def where(database: Database, workspace_id: str, wanted: LeadFilter) -> Where:
    """Give the conditions that a workspace's leads must meet; deleted ones meet none."""
    found = Where()
    found.equal("workspace_id", workspace_id)
    found.also("deleted_at IS NULL")
    found.equal("stage", wanted.stage)
    found.equal("email_key", None if wanted.email is None else wanted.email.lower())
    if wanted.phone is not None:
        found.also(_whole_phone(found, wanted.phone, wanted.country))
    for column in ("source", "campaign", "lead_type", "event_type"):
        value = getattr(wanted, column)
        if value is not None:
            folded = f"lower({_folded(found, column, value)}) = lower({found.value(_lower(value))})"
            found.also(f"({column} = {found.value(value)} OR {folded})")
    if wanted.since is not None:
        found.also(f"created_at >= {found.value(wanted.since)}")
    if wanted.until is not None:
        found.also(f"created_at < {found.value(wanted.until)}")
    if wanted.assigned_to == NOBODY:
        found.also("assigned_to IS NULL")
    else:
        found.equal("assigned_to", wanted.assigned_to)
    if wanted.tag is not None:
        found.also(database.holds("tags", found.number(wanted.tag)))
    if wanted.search:
        found.also(_search(database, found, wanted.search))
    if wanted.spam != "in":
        found.also("spam" if wanted.spam == "only" else "NOT spam")
    return found


def _search(database: Database, found: Where, text: str) -> str:
    number = found.number(_lower(text))
    tests = _phone_tests(database, found, phone_numbers.sought(text))
    tests += [database.contains(_folded(found, column, text), number) for column in _SEARCHED]
    if len(_with_capitals(text)) > MOST_FOLDED:
        as_typed = found.number(text)
        tests += [database.contains(column, as_typed) for column in _SEARCHED]
    return f"({' OR '.join(tests)})"


def _phone_tests(database: Database, found: Where, sought: Collection[str]) -> list[str]:
    """Give the tests for a phone that holds one of some runs of digits, whatever stands between its own."""
    plain = _digits("phone") if sought else ""
    numbers = [found.number(digits) for digits in sought]
    return [database.contains(column, number) for number in numbers for column in (plain, "phone_e164")]


def _whole_phone(found: Where, text: str, country: str) -> str:
    """Give the test for one number: as it is dialled in `country`, else the same digits, else the same text."""
    tests = [f"phone = {found.value(text)}"]
    if e164 := phone_e164(text, country):
        tests.append(f"phone_e164 = {found.value(e164)}")
    if digits := phone_numbers.forms_of(text):
        tests.append(f"{_digits('phone')} IN ({', '.join(found.value(one) for one in digits)})")
    return f"({' OR '.join(tests)})"


def _digits(column: str) -> str:
    """Give a phone's column without what people write between the digits."""
    for sign in phone_numbers.BETWEEN:
        column = f"replace({column}, '{sign}', '')"
    return column


def _folded(found: Where, column: str, sought: str) -> str:
    """Give `column` with those capitals made small that the database's `lower()` may leave alone.

    SQLite's knows ASCII only, PostgreSQL's what its collation knows. Only letters that are sought can matter, so each
    of the first `MOST_FOLDED` is replaced by name, and a search in plain ASCII costs nothing.
    """
    for letter in _with_capitals(sought)[:MOST_FOLDED]:
        column = f"replace({column}, {found.value(letter.upper())}, {found.value(letter)})"
    return column


def _with_capitals(sought: str) -> list[str]:
    """Give the small letters of `sought` beyond ASCII that have a capital of one letter."""
    letters = (letter for letter in dict.fromkeys(_lower(sought)) if not letter.isascii())
    return [letter for letter in letters if letter.upper() != letter and len(letter.upper()) == 1]


def _lower(text: str) -> str:
    """Make small letter by letter: some capitals become two, which no column that was folded so would match."""
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)
