"""What a site's forms may say, checked field by field, so that each is told what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from leadsbot.capture.guards.origins import check_pattern
from leadsbot.dashboard.posted import Posted
from leadsbot.errors import InvalidInput
from leadsbot.workspaces.site_editing import LONGEST_IDLE_MINUTES, SHORTEST_IDLE_MINUTES, check_web_address

MAX_NAME = 200
MAX_LINES = 200

Values = dict[str, Any]
Errors = dict[str, str]
Check = Callable[[Posted, str], Any]


def new_site(posted: Posted) -> tuple[Values, Errors]:
    """Read the form for a new site."""
    return _read(posted, {"name": _name, "allowed_origins": _origins})


def origins(posted: Posted) -> tuple[Values, Errors]:
    """Read the list of allowed origins."""
    return _read(posted, {"allowed_origins": _origins})


def settings(posted: Posted) -> tuple[Values, Errors]:
    """Read everything else."""
    return _read(
        posted,
        {
            "name": _name,
            "partial_values": _one_of("off", "contact", "all"),
            "consent": _one_of("none", "required"),
            "privacy_signals": _one_of("ignore", "honour"),
            "abandon_after_minutes": _minutes,
            "masked_fields": _names,
            "hidden_fields": _names,
            "ignored_forms": _names,
            "honeypot_field": _short,
            "thank_you_url": _url,
        },
    )


def _read(posted: Posted, checks: dict[str, Check]) -> tuple[Values, Errors]:
    """Give the values that are right by column, and a sentence for each that is not."""
    values, errors = {}, {}
    for name, check in checks.items():
        try:
            values[name] = check(posted, name)
        except InvalidInput as error:
            errors[name] = error.message
    return values, errors


def _name(posted: Posted, name: str) -> str:
    text = _short(posted, name)
    if not text:
        raise InvalidInput("Give it a name.")
    return text


def _short(posted: Posted, name: str) -> str:
    text = posted.text(name)
    if len(text) > MAX_NAME:
        raise InvalidInput(f"At most {MAX_NAME} characters, please.")
    return text


def _origins(posted: Posted, name: str) -> list[str]:
    return list(dict.fromkeys(check_pattern(line) for line in _lines(posted, name)))


def _names(posted: Posted, name: str) -> list[str]:
    lines = _lines(posted, name)
    if any(len(line) > MAX_NAME for line in lines):
        raise InvalidInput(f"At most {MAX_NAME} characters in a line, please.")
    return list(dict.fromkeys(lines))


def _lines(posted: Posted, name: str) -> list[str]:
    lines = posted.lines(name)
    if len(lines) > MAX_LINES:
        raise InvalidInput(f"At most {MAX_LINES} lines, please.")
    return lines


def _one_of(*known: str) -> Check:
    def check(posted: Posted, name: str) -> str:
        text = posted.text(name)
        if text not in known:
            raise InvalidInput("Choose one of these.")
        return text

    return check


def _minutes(posted: Posted, name: str) -> float:
    try:
        minutes = float(posted.text(name).replace(",", "."))
    except ValueError:
        minutes = 0.0
    if not SHORTEST_IDLE_MINUTES <= minutes <= LONGEST_IDLE_MINUTES:
        raise InvalidInput(f"A number of minutes, such as 30; at most {LONGEST_IDLE_MINUTES:,}.")
    return minutes


def _url(posted: Posted, name: str) -> str:
    text = posted.text(name)
    return check_web_address(text) if text else ""
