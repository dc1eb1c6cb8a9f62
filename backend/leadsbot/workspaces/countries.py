"""Countries by their two letters (ISO 3166-1 alpha-2), as phone numbers dialled without a prefix are read."""

from __future__ import annotations

from functools import cache

import phonenumbers

from leadsbot.errors import InvalidInput

# Of the standard, but nobody's numbering plan.
_UNPEOPLED = {
    "AQ": "Antarctica",
    "BV": "Bouvet Island",
    "GS": "South Georgia and the South Sandwich Islands",
    "HM": "Heard and McDonald Islands",
    "PN": "Pitcairn",
    "TF": "French Southern Territories",
    "UM": "U.S. Minor Outlying Islands",
}
# Of numbering plans, but not of the standard; Kosovo's XK is in common use.
_NOT_OF_THE_STANDARD = frozenset({"AC", "TA"})


def check_country(code: str) -> str:
    """Give a code in capitals, or an empty text as it is ("unknown"); else raise `InvalidInput`."""
    found = code.strip().upper()
    if found and found not in codes():
        raise InvalidInput("The country is two letters such as AT, DE or US (ISO 3166).", fields=["country"])
    return found


@cache
def codes() -> frozenset[str]:
    """Give every code there is."""
    return frozenset(phonenumbers.SUPPORTED_REGIONS) - _NOT_OF_THE_STANDARD | _UNPEOPLED.keys()


@cache
def names() -> tuple[tuple[str, str], ...]:
    """Give codes with their English names, by name."""
    from phonenumbers.geodata.locale import LOCALE_DATA  # half a megabyte that only a settings page needs

    def named(code: str) -> str:
        told = LOCALE_DATA.get(code, {})
        name: str = told.get("en", "")
        if name.startswith("*"):  # the same as in another language
            name = told.get(name[1:], "")
        return name or _UNPEOPLED.get(code, "") or {"XK": "Kosovo"}.get(code, code)

    return tuple(sorted(((code, named(code)) for code in codes()), key=lambda pair: pair[1].casefold()))
