"""What a field is about: by what its page declares, else its type, else the words of its name and label."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, Protocol

from leadsbot.forms import sensitive
from leadsbot.forms.words import words_of
from leadsbot.leads.vocabulary import (
    AFTER,
    BEFORE,
    COMPANY,
    EMAIL,
    FIRST_NAME,
    JOINTS,
    LAST_NAME,
    NAME,
    OWNERS,
    PHONE,
    PHRASES,
)

# A longer label is a question, which may mention anything.
MAX_WORDS: Final = 10
CONTACT: Final = frozenset({EMAIL, PHONE, NAME, FIRST_NAME, LAST_NAME})

# HTML standard, "Autofill detail tokens". What names another thing than ours is taken at its word: nothing of a person.
_AUTOFILL: Final = {
    "email": EMAIL,
    "tel": PHONE,
    "tel-national": PHONE,
    "tel-local": PHONE,
    "name": NAME,
    "given-name": FIRST_NAME,
    "family-name": LAST_NAME,
    "organization": "company",
}
_OTHER_THINGS: Final = """
honorific-prefix additional-name honorific-suffix nickname organization-title street-address address-line1
address-line2 address-line3 address-level1 address-level2 address-level3 address-level4 country country-name
postal-code bday bday-day bday-month bday-year sex url photo language impp tel-country-code tel-area-code
tel-local-prefix tel-local-suffix tel-extension transaction-currency transaction-amount
"""
_GROUPS: Final = frozenset({"shipping", "billing", "home", "work", "mobile"})
_OTHERS: Final = frozenset(_OTHER_THINGS.split())
# What a label may say more precisely of a field that is merely called a name.
_NAMES: Final = frozenset({FIRST_NAME, LAST_NAME, COMPANY})
_ELSEWHERE: Final = frozenset({"fax", "pager"})
# An `autocomplete` and an `inputmode` of one word look alike, and a keyboard with digits is put before many a thing.
_MODES: Final = {"tel": PHONE, "email": EMAIL, "url": ""}
_OTHER_NUMBERS: Final = re.compile(
    r"\b(?:zip|plz|cep|pin|post ?codes?|postal ?codes?|post ?leit ?zahl|codes? postal|codigo postal|codice postale"
    r"|kod pocztowy|индекс|fax|age|alter|year|jahr|date|datum|time|quantity|qty|amount|price|budget|anzahl|betrag"
    r"|preis|menge|guests|people|persons|personen|haus ?(?:nummer|nr)|house ?(?:number|no)|room|size|(?:order|customer"
    r"|invoice|member|vat|account|reference) ?(?:number|no|id)|(?:kunden|bestell|rechnungs|mitglieds)"
    r" ?(?:nummer|nr))\b"
)
_TYPES: Final = {"email": EMAIL, "tel": PHONE}
_UNNAMED_TYPES: Final = frozenset({"checkbox", "radio", "hidden"})
_ADDRESS: Final = re.compile(r"[^\s@]+@[^\s@]+")
_E_MAIL: Final = re.compile(r"\be mail")
_NOTHING: Final = ""
_END: Final = ""
_Tree = dict[str, "_Tree"]


class FieldLike(sensitive.FieldLike, Protocol):
    """A field as a form sent it; `means` is what the page says of it, or None."""

    @property
    def means(self) -> str | None: ...


def meaning_of(one: FieldLike) -> str:
    """Give `email`, `phone`, `name`, `first_name`, `last_name`, `company`, `message`, `event_date`, or "" for neither.

    In this order: `data-leadsbot-field`, `autocomplete`, type, name, label, `inputmode`. The page's hint (`means`) is
    the first of its kind that is there; one that may be an `inputmode` (`tel`, `email`, `url`) counts as that.
    """
    mode = _MODES.get(one.means.strip().lower()) if one.means else None
    hinted = _hinted(one.means) if one.means and mode is None else None
    if hinted is not None:
        return hinted
    kind = one.type.strip().lower()
    if kind in _TYPES:
        return _TYPES[kind]
    if kind in _UNNAMED_TYPES:
        return mode or _NOTHING
    return _by_words(one, mode or _NOTHING)


def is_sure(one: FieldLike) -> bool:
    """Tell whether a field's meaning has more to it than what may be an `inputmode`."""
    if not one.means or one.means.strip().lower() not in _MODES:
        return True
    return one.type.strip().lower() in _TYPES or meaning_of(one) in (guess(one.name), guess(one.label))


def _by_words(one: FieldLike, mode: str) -> str:
    said = (guess(one.name), guess(one.label))
    if (mode and mode in said) or (mode == EMAIL and _ADDRESS.fullmatch(one.value.strip())):
        return mode
    if mode == PHONE and any(_OTHER_NUMBERS.search(words_of(text)) for text in (one.name, one.label)):
        mode = _NOTHING
    if said[0] == NAME and said[1] in _NAMES:
        return said[1]
    return said[0] or said[1] or mode


@lru_cache(maxsize=1024)
def _hinted(hint: str) -> str | None:
    """Give what a hint says, "" when it says something else, None when it says nothing that is known."""
    said = hint.strip().lower()
    if (word := said.replace("-", "_")) in PHRASES:
        return word
    tokens = said.split()
    if tokens and tokens[-1] == "webauthn":
        tokens.pop()
    if not tokens:
        return None
    *groups, field = tokens
    if any(group in _ELSEWHERE for group in groups):
        return _NOTHING
    if not all(group in _GROUPS or group.startswith("section-") for group in groups):
        return None
    return _NOTHING if field in _OTHERS or field.startswith("cc-") else _AUTOFILL.get(field)


@lru_cache(maxsize=4096)
def guess(text: str) -> str:
    """Give what a name or label says in whole words, else ""."""
    words = _words(text)
    if len(words) > MAX_WORDS:
        return _NOTHING
    kept = [word for word in words if word not in _PARTICLES]
    for start in range(len(kept)):
        for end in range(len(kept), start, -1):
            found = _KNOWN.get("".join(kept[start:end]))
            if found:
                return found
            if kept[end - 1] not in _AFTER:
                break
        if kept[start] not in _BEFORE:
            break
    return _NOTHING


def _words(text: str) -> list[str]:
    # Its "e" is no "and", though it stands by itself.
    return _E_MAIL.sub("email", words_of(text)).split()


def _plain_words(text: str) -> frozenset[str]:
    return frozenset(words_of(text).split())


def _known() -> dict[str, str]:
    known: dict[str, str] = {}
    for meaning, languages in PHRASES.items():
        for phrase in "|".join(languages).split("|"):
            words = [word for word in _words(phrase) if word not in _PARTICLES]
            known.setdefault("".join(words), meaning)
    return known


_PARTICLES: Final = _plain_words(OWNERS + JOINTS)
_BEFORE: Final = _plain_words(BEFORE)
_AFTER: Final = _plain_words(AFTER)
_KNOWN: Final = _known()


@lru_cache(maxsize=1)
def contact_pattern() -> str:
    """Give a regular expression source that matches the words of what is an email, a phone or a person's name.

    It is held against each of a field's hint, type, name and label by itself, in lower case with one space between and
    around its words: " first name ". Python and JavaScript read it alike; it has no flags.
    """
    phrases = [phrase for meaning in PHRASES if meaning in CONTACT for phrase in "|".join(PHRASES[meaning]).split("|")]
    phrases += [token.replace("-", " ") for token, meaning in _AUTOFILL.items() if meaning in CONTACT]
    # What is a company with it and somebody's own without is no courtesy here: "business name".
    before = sorted({*OWNERS.split(), *BEFORE.split(), *_GROUPS} - {"business"})
    opening = rf"^ (?:section (?:[^ ]+ ){{1,4}})?(?:{_any_of(before)} )*"
    return rf"{opening}{_any_of(phrases)} (?:(?:{_any_of(AFTER.split())}|\d+) )*$"


def _any_of(phrases: Iterable[str]) -> str:
    """Give one of these as a regular expression, what they begin with in common written once."""
    tree: _Tree = {}
    for phrase in phrases:
        at = tree
        for piece in _pieces(phrase):
            at = at.setdefault(piece, {})
        at[_END] = {}
    return _written(tree)


def _written(tree: _Tree) -> str:
    ways = [piece + _written(rest) for piece, rest in tree.items() if piece != _END]
    if not ways:
        return ""
    alone = len(ways) == 1 and (_END not in tree or ways[0] in tree)
    return (ways[0] if alone else f"(?:{'|'.join(ways)})") + ("?" if _END in tree else "")


def _pieces(phrase: str) -> Iterator[str]:
    """Give a phrase letter by letter; the space between two words may be missing, and what joins them."""
    *words, last = re.sub(r"\bemail", "e mail", phrase).split()
    for word in words:
        if words_of(word) in _PARTICLES:
            yield f"(?:{''.join(map(_letter, word))} ?)?"
        else:
            yield from map(_letter, word)
            yield " ?"
    yield from map(_letter, last)


def _letter(letter: str) -> str:
    plain = words_of(letter)
    return letter if plain == letter else f"[{plain}{letter}]"
