"""Keeps personal data out of stored addresses: sites put mail addresses, tokens and phone numbers into them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_plus

from leadsbot.attribution.touch import CLICK_IDS

_WORDS: Final = re.compile(r"[a-z]+")
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PIECES: Final = re.compile(r"[&;?#]")
_EMAIL: Final = re.compile(r"[^\s@/=]@[^\s@/=]+\.\w")
_DIGITS: Final = re.compile(r"\d{9}|\+?(?:[\s().\-/]{0,3}\d){9,19}[\s().\-/]{0,3}\Z")
_AT: Final = re.compile(r"@|%(?:25)*40")
_SLASH: Final = re.compile(r"([/\\])")
_NO_PAGE: Final = re.compile(r"\s*(?:mailto|tel|sms|data|javascript):", re.IGNORECASE)
_AUTHORITY: Final = re.compile(r"(\s*[a-z][a-z0-9+.\-]*://)([^/\\?#]*)(.*)\Z", re.IGNORECASE | re.DOTALL)

_PERSONAL_WORDS: Final = """
email mail emailaddress phone phonenumber telephone tel mobile cell handy firstname lastname fullname surname fname
lname vorname nachname nom prenom nombre apellido username user login token jwt password passwd pwd pass passwort secret
auth authorization oauth session sessionid sid phpsessid jsessionid otp pin ssn iban dob birthday birthdate address
street apikey signature sig credential credentials
"""
# These say something private alone ("name=Ada", "code=8f3c") and nothing about a person in such company.
_AMBIGUOUS: Final = frozenset({"name", "code", "key"})
_HARMLESS_COMPANY_WORDS: Final = """
campaign product page form site file ad adset adgroup event category country currency lang language region promo coupon
discount voucher
"""
_PERSONAL: Final = frozenset(_PERSONAL_WORDS.split())
_HARMLESS_COMPANY: Final = frozenset(_HARMLESS_COMPANY_WORDS.split())
# Long numbers are what ad platforms call their campaigns.
_MARKETING: Final = frozenset(
    {*CLICK_IDS, "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id", "gad_source"}
    | {"gad_campaignid", "campaignid", "adgroupid", "adid", "campaign_id", "adset_id", "ad_id"}
)


@lru_cache(maxsize=1024)
def strip_personal(url: str) -> str:
    """Give `url` without credentials and without each query or fragment part that names or looks like personal data;
    a piece of its path with an "@" between two others is "-".

    Names are judged by their words (`user[firstName]`), values when they hold a mail address or nine digits in a row
    or a phone number; nested addresses are looked into. What stays, stays byte for byte; never raises, idempotent.
    `mailto:`, `tel:` and other addresses that are no page give "".
    """
    if _NO_PAGE.match(url):
        return ""
    found = _AUTHORITY.match(url)
    host = ""
    if found:
        host, url = found.group(1) + found.group(2).rpartition("@")[2], found.group(3)
    before, _, fragment = url.partition("#")
    path, _, query = before.partition("?")
    return host + _masked(path) + _with("?", _kept(query)) + _with("#", _kept_of_fragment(fragment))


def without_query(url: str) -> str:
    """Give the address of a page alone, without query and fragment."""
    return url.partition("#")[0].partition("?")[0]


def _masked(path: str) -> str:
    if not _AT.search(path):
        return path
    return "".join("-" if _holds_at(piece) else piece for piece in _SLASH.split(path))


def _holds_at(piece: str) -> bool:
    found = _AT.search(piece, 1)
    return found is not None and found.end() < len(piece)


def _with(mark: str, text: str) -> str:
    return mark + text if text else ""


def _kept_of_fragment(fragment: str) -> str:
    """A fragment is a route with a query of its own (`#/step?x=1`), a query (`#x=1`), or an anchor."""
    route, _, query = fragment.partition("?")
    return _kept(route) + _with("?", _kept(query))


def _kept(query: str) -> str:
    return "&".join(pair for pair in query.split("&") if pair and not is_personal(pair))


@lru_cache(maxsize=2048)
def is_personal(pair: str) -> bool:
    """Tell whether a part of a query ("name=value", percent-encoded or not) names or looks like personal data."""
    text = _decoded(pair)
    marketing = text.partition("=")[0].lower() in _MARKETING
    if _EMAIL.search(text):
        return True
    for piece in _PIECES.split(text):
        name, found, value = piece.partition("=")
        if found and _names_a_person(name):
            return True
        if not marketing and _DIGITS.search(value if found else name):
            return True
    return False


def _decoded(text: str) -> str:
    """Undo percent-encoding, also of addresses inside addresses inside addresses."""
    for _ in range(3):
        plain = unquote_plus(text)
        if plain == text:
            break
        text = plain
    return text


def _names_a_person(name: str) -> bool:
    words = set(_WORDS.findall(_CAMEL.sub(" ", name).lower()))
    if words & _PERSONAL or {"e", "mail"} <= words:
        return True
    return bool(words & _AMBIGUOUS) and not words & _HARMLESS_COMPANY
