"""What an endpoint's form may say, checked field by field, so that each is told what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from leadsbot.capture import endpoint_input
from leadsbot.dashboard.posted import Posted
from leadsbot.errors import InvalidInput

MAX_NAME = 200
MAX_LINES = 200
MOST_LEADS = 1_000_000
MOST_REQUESTS = 100_000

Values = dict[str, Any]
Errors = dict[str, str]
Check = Callable[[Posted, str], Any]


def new_endpoint(posted: Posted) -> tuple[Values, Errors]:
    """Read the form for a new endpoint."""
    return _read(posted, {"name": _name, "allowed_origins": _origins})


def rules(posted: Posted) -> tuple[Values, Errors]:
    """Read an endpoint's rules. A CAPTCHA secret that was left empty stays as it is."""
    values, errors = _read(
        posted,
        {
            "name": _name,
            "required_fields": lambda posted, name: endpoint_input.required_fields(posted.all(name)),
            "allow_all_ips": lambda posted, name: posted.text(name) != "listed",
            "allowed_ips": _ips,
            "allowed_origins": _origins,
            "leads_per_ip_per_day": _leads,
            "burst_per_second": _requests,
            "captcha_provider": lambda posted, name: endpoint_input.captcha_provider(posted.text(name)),
            "captcha_secret": lambda posted, name: endpoint_input.captcha_secret(posted.raw(name)),
        },
    )
    if not values.get("captcha_secret", ""):
        values.pop("captcha_secret", None)
    return values, errors


def _read(posted: Posted, checks: dict[str, Check]) -> tuple[Values, Errors]:
    values, errors = {}, {}
    for name, check in checks.items():
        try:
            values[name] = check(posted, name)
        except InvalidInput as error:
            errors[name] = error.message
    return values, errors


def _name(posted: Posted, name: str) -> str:
    text = posted.text(name)
    if not text:
        raise InvalidInput("Give it a name.")
    if len(text) > MAX_NAME:
        raise InvalidInput(f"At most {MAX_NAME} characters, please.")
    return text


def _ips(posted: Posted, name: str) -> list[str]:
    return endpoint_input.allowed_ips(_lines(posted, name))


def _origins(posted: Posted, name: str) -> list[str]:
    return endpoint_input.allowed_origins(_lines(posted, name))


def _lines(posted: Posted, name: str) -> list[str]:
    lines = posted.lines(name)
    if len(lines) > MAX_LINES:
        raise InvalidInput(f"At most {MAX_LINES} lines, please.")
    return lines


def _leads(posted: Posted, name: str) -> int | None:
    return _number(posted.text(name), MOST_LEADS) if posted.text(name) else None


def _requests(posted: Posted, name: str) -> int:
    return _number(posted.text(name), MOST_REQUESTS)


def _number(text: str, most: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 12 and 1 <= int(text) <= most):
        raise InvalidInput(f"A whole number from 1 to {most:,}.")
    return int(text)
