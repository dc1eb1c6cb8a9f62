"""From a form's fields to a person: each answer where it belongs, and every other one by its label."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Final

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from leadsbot.leads.meanings import FieldLike, is_sure, meaning_of

MAX_EMAIL: Final = 320
MAX_PHONE: Final = 100
# RFC 5321, section 4.5.3.1: a local part and a whole address; shorter than what the library would take on.
MAX_LOCAL: Final = 64
MAX_PLAIN: Final = 200

_PLAIN_LOCAL: Final = re.compile(r"[A-Za-z0-9_+\-]+(?:\.[A-Za-z0-9_+\-]+)*")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_SINGLE: Final = ("phone", "first_name", "last_name", "company")


@dataclass(slots=True)
class Contact:
    """A person as a form told it. `email` is valid and in its matching form, `phone` as it came, `event_date`
    YYYY-MM-DD; `custom` holds every other answer by its label."""

    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    message: str | None = None
    event_date: str | None = None
    custom: dict[str, str] = field(default_factory=dict)


def normalise_email(text: str) -> str | None:
    """Give a mail address in its matching form: lower case, NFC, an international domain in its own script (RFC 6531).
    None when it is none; the DNS isn't asked."""
    return _email(text.strip()) if len(text) <= MAX_EMAIL * 2 else None


def phone_e164(text: str, country: str) -> str | None:
    """Give a phone number as E.164 (`+43660…`), read as dialled in `country` (ISO 3166 alpha-2, "" for unknown).

    None when it can't be one there. Numbers of ranges that nobody handed out yet count: plans change faster than we do.
    """
    if len(text) > MAX_PHONE:
        return None
    try:
        number = phonenumbers.parse(text, country.upper() or None)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def split_name(full: str) -> tuple[str, str]:
    """Split a full name on its first space; one word is a first name."""
    first, _, last = full.strip().partition(" ")
    return first, last.strip()


def from_fields(fields: Iterable[FieldLike]) -> Contact:
    """Read a person out of a form. Nothing filled in is lost: a second phone, an invalid mail address, a date that
    isn't YYYY-MM-DD and every unknown field stay in `custom`, under the label, else the name."""
    contact = Contact()
    full_name = ""
    for one, value, meaning in _meant(fields):
        if meaning == "name" and not full_name:
            full_name = value
        elif not _fill(contact, meaning, value):
            _add_custom(contact.custom, one, value)
    if full_name:
        _fill_name(contact, full_name)
    return contact


def _meant(fields: Iterable[FieldLike]) -> Iterator[tuple[FieldLike, str, str]]:
    """Give each answer with its value and meaning; what may be a phone is none beside what surely is one."""
    answered = [(one, value, meaning_of(one)) for one in fields if (value := one.value.strip())]
    sure = any(meaning == "phone" and is_sure(one) and _has_digit(value) for one, value, meaning in answered)
    for one, value, meaning in answered:
        yield one, value, "" if sure and meaning == "phone" and not is_sure(one) else meaning


def _has_digit(value: str) -> bool:
    return any(c.isdecimal() for c in value)


def _email(text: str) -> str | None:
    """Judge the usual kind of address by its domain alone, which repeats: the library takes 25 µs for a whole one."""
    local, _, domain = text.rpartition("@")
    if _PLAIN_LOCAL.fullmatch(local) and len(local) <= MAX_LOCAL and len(text) <= MAX_PLAIN:
        known = _domain(domain)
        return known and f"{local.lower()}@{known}"
    return _validated(text)


@lru_cache(maxsize=4096)
def _domain(domain: str) -> str | None:
    found = _validated(f"a@{domain}")
    return found and found.removeprefix("a@")


def _validated(text: str) -> str | None:
    try:
        # test_environment: addresses at `.test` are what people try a new form with.
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except (EmailNotValidError, ValueError):
        return None
    return found.normalized.lower()


def _fill(contact: Contact, meaning: str, value: str) -> bool:
    """Put `value` where it belongs; False when it can't stand there or another does."""
    if meaning == "email":
        found = normalise_email(value) if contact.email is None else None
        contact.email = contact.email or found
        return found is not None
    if meaning == "message":
        contact.message = f"{contact.message}\n\n{value}" if contact.message else value
        return True
    if meaning == "event_date":
        return _fill_date(contact, value)
    if meaning == "phone" and not _has_digit(value):
        return False
    if meaning not in _SINGLE or getattr(contact, meaning) is not None:
        return False
    setattr(contact, meaning, value)
    return True


def _fill_date(contact: Contact, value: str) -> bool:
    if contact.event_date is not None or not _DATE.fullmatch(value):
        return False
    try:
        contact.event_date = date.fromisoformat(value).isoformat()
    except ValueError:
        return False
    return True


def _fill_name(contact: Contact, full: str) -> None:
    """A form with a first name and a "name" means the last name by it ("Nom, Prénom"), one with a last name the first
    ("Nombre, Apellidos"); one with both asks for another person's."""
    if contact.first_name is None and contact.last_name is None:
        first, last = split_name(full)
        contact.first_name, contact.last_name = first, last or None
    elif contact.last_name is None:
        contact.last_name = full
    elif contact.first_name is None:
        contact.first_name = full
    else:
        _put(contact.custom, "Name", full)


def _add_custom(custom: dict[str, str], one: FieldLike, value: str) -> None:
    _put(custom, one.label.strip() or one.name.strip() or "Field", value)


def _put(custom: dict[str, str], label: str, value: str) -> None:
    key, number = label, 1
    while key in custom:
        number += 1
        key = f"{label} ({number})"
    custom[key] = value
