"""What forms of the dashboard have in common: each field is checked by itself, and told what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from leadsbot.dashboard.posted import Posted
from leadsbot.errors import InvalidInput

MAX_NAME: Final = 200
MAX_LINES: Final = 200
MOST_LEADS: Final = 1_000_000
MOST_REQUESTS: Final = 100_000

Values = dict[str, Any]
Errors = dict[str, str]
Check = Callable[[Posted, str], Any]


def read(posted: Posted, checks: Mapping[str, Check]) -> tuple[Values, Errors]:
    """Give the values that are right by name, and a sentence for each that is not."""
    values, errors = {}, {}
    for name, check in checks.items():
        try:
            values[name] = check(posted, name)
        except InvalidInput as error:
            errors[name] = error.message
    return values, errors


def name(posted: Posted, field: str) -> str:
    """Give what a thing is to be called. Raises InvalidInput, as all of these."""
    text = short(posted, field)
    if not text:
        raise InvalidInput("Give it a name.")
    return text


def short(posted: Posted, field: str) -> str:
    """Give a line of up to `MAX_NAME` characters, or none."""
    text = posted.text(field)
    if len(text) > MAX_NAME:
        raise InvalidInput(f"At most {MAX_NAME} characters, please.")
    return text


def lines(posted: Posted, field: str) -> list[str]:
    """Give up to `MAX_LINES` lines."""
    found = posted.lines(field)
    if len(found) > MAX_LINES:
        raise InvalidInput(f"At most {MAX_LINES} lines, please.")
    return found


def names(posted: Posted, field: str) -> list[str]:
    """Give up to `MAX_LINES` lines of up to `MAX_NAME` characters, each once."""
    found = lines(posted, field)
    if any(len(line) > MAX_NAME for line in found):
        raise InvalidInput(f"At most {MAX_NAME} characters in a line, please.")
    return list(dict.fromkeys(found))


def one_of(*known: str) -> Check:
    """Give a check for a menu."""

    def check(posted: Posted, field: str) -> str:
        text = posted.text(field)
        if text not in known:
            raise InvalidInput("Choose one of these.")
        return text

    return check


def number(most: int) -> Check:
    """Give a check for a whole number from 1 to `most`."""

    def check(posted: Posted, field: str) -> int:
        text = posted.text(field)
        if not (text.isascii() and text.isdecimal() and len(text) < 12 and 1 <= int(text) <= most):
            raise InvalidInput(f"A whole number from 1 to {most:,}.")
        return int(text)

    return check


def number_or_none(most: int) -> Check:
    """Give a check for a whole number, or None where the field is empty."""
    check = number(most)
    return lambda posted, field: check(posted, field) if posted.text(field) else None
