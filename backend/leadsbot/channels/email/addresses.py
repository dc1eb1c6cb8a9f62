"""Addresses of mail: who may be named, and in which form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from email_validator import EmailNotValidError, validate_email

from leadsbot.channels.base import one_line
from leadsbot.errors import InvalidInput

GROUPS: Final[Mapping[str, str]] = {"owners": "owner", "admins": "admin", "members": "member"}
"""Words that stand for everybody of a role, whoever that is when a mail is sent."""


def checked_list(given: Sequence[object], field: str) -> list[str]:
    """Give addresses and groups in their normal form, once each. Raises InvalidInput for `field`."""
    return list(dict.fromkeys(_checked(value, field) for value in given))


def valid(value: object) -> str | None:
    """Give an address in its normal form, or None. Hosts without a dot are fine: they stand on an intranet. One that
    mail programs would decode to another (RFC 2047) isn't."""
    if not isinstance(value, str) or "=?" in value:
        return None
    try:
        found = validate_email(
            value.strip(), check_deliverability=False, globally_deliverable=False, test_environment=True
        )
    except EmailNotValidError:
        return None
    return found.ascii_email or found.normalized  # mail servers know an international domain by its ASCII form


def _checked(value: object, field: str) -> str:
    if isinstance(value, str) and value.strip().lower() in GROUPS:
        return value.strip().lower()
    found = valid(value)
    if found is None:
        shown = one_line(value)[:100]
        raise InvalidInput(f"“{shown}” is not an email address.", fields=[field])
    return found
