"""Phone numbers as people write and look for them: spacing, `00` for `+`, and the zero that stands for a country."""

from __future__ import annotations

import re
from typing import Final

import phonenumbers

from leadsbot.leads.contact import phone_e164

FEWEST_DIGITS: Final = 4
# What people write between a number's digits; the last ones are spaces and hyphens that word processors make.
BETWEEN: Final = " -/.()+\u00a0\u202f\u2011\u2013"
_LOOKS_LIKE_ONE: Final = re.compile(rf"[0-9{re.escape(BETWEEN)}]+")


def sought(text: str) -> tuple[str, ...]:
    """Give the runs of digits of which a phone that somebody looks for holds one; none where it can't be a phone: it
    has other signs, or fewer than `FEWEST_DIGITS` digits.

    `0660 1234` is looked for without its zero too, since abroad it isn't dialled; `+43 660 1234567` and
    `0043 660 1234567` as it is dialled at home too, since it may have been given so.
    """
    forms = forms_of(text)
    shorter = [forms[0].lstrip("0")] if forms else []
    return tuple(dict.fromkeys(form for form in (*forms, *shorter) if len(form) >= FEWEST_DIGITS))


def forms_of(text: str) -> tuple[str, ...]:
    """Give the digits that a text is as a phone, first as they stand there; none where it can't be one."""
    digits = digits_of(text)
    if not _LOOKS_LIKE_ONE.fullmatch(text) or len(digits) < FEWEST_DIGITS:
        return ()
    abroad = text.strip().startswith("+") or digits.startswith("00")
    return tuple(dict.fromkeys((digits, *(_whole(digits.removeprefix("00"), text) if abroad else ()))))


def digits_of(text: str) -> str:
    """Give the digits of a text (0 to 9) in their order."""
    return "".join(sign for sign in text if "0" <= sign <= "9")


def _whole(digits: str, text: str) -> tuple[str, ...]:
    """Give a whole number with its country's code, then as it is dialled there; nothing where it isn't whole."""
    e164 = phone_e164(text, "") or phone_e164(f"+{digits}", "")
    if e164 is None:
        return ()
    number = phonenumbers.parse(e164)
    return e164[1:], digits_of(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL))
