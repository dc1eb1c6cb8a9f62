"""A summary as a Telegram message: escaped, and cut field by field so that the whole always fits.

Telegram counts at most 4,096 UTF-16 units after it has removed the markup
(https://core.telegram.org/bots/api#sendmessage; a caption #sendphoto, 1,024; https://core.telegram.org/api/entities#entity-length).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import takewhile

from leadsbot.channels.base.hooks import can_open

MAX_UNITS = 4_096
MAX_CAPTION = 1_024
_TITLE, _LABEL, _VALUE, _LINK, _DEED = 200, 60, 240, 500, 200
_MOST_DEEDS = 5
_LEAST_MESSAGE, _LONG = 500, 700
_REACH = ("Email", "Phone", "Company")
_JOINER = "\u200d"
_FLAGS = "".join(map(chr, range(0x1F1E6, 0x1F200)))  # letters that two by two are a flag
_SKINS = "".join(map(chr, range(0x1F3FB, 0x1F400)))


Fact = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Text:
    """The same message twice: `html` for `parse_mode=HTML`, `plain` without any markup; `button` is an address."""

    html: str
    plain: str
    button: str | None


def render(
    title: str,
    facts: Sequence[Fact],
    message: str,
    link: str | None,
    *,
    quoted: bool = False,
    buttons: bool = True,
    deeds: Sequence[str] = (),
) -> Text:
    """Lay out a message: who, how to reach them, what was written (`quoted` where a visitor did), and the rest. A link
    stands in the text where `buttons` is false or Telegram would refuse its address; `deeds`, what was done about it
    since, stand right below the title, where a phone's first glance falls."""
    button = link if link and buttons and can_open(link) else None
    head = [cut(title, _TITLE), *(cut(deed, _DEED) for deed in deeds[:_MOST_DEEDS]), *([""] if deeds and facts else [])]
    told = list(_fitting(facts, sum(map(_size, head)) + 1))
    reach = list(takewhile(lambda fact: fact[0] in _REACH, told))
    tail = ["", cut(link, _LINK)] if link and not button else []
    room = MAX_UNITS - sum(map(_size, [*head, *map(_bare, told), *tail])) - 3
    said = _said(cut(message, room), quoted, last=len(reach) == len(told)) if message else ("", "")
    rest = told[len(reach) :]
    html = [f"<b>{escape(head[0])}</b>", *map(escape, head[1:]), *map(_marked, reach), *filter(None, said[:1])]
    plain = [*head, *map(_bare, reach), *filter(None, said[1:])]
    html += [*map(_marked, rest), *map(escape, tail)]
    return Text("\n".join(html), "\n".join([*plain, *map(_bare, rest), *tail]), button)


def _said(message: str, quoted: bool, *, last: bool) -> tuple[str, str]:
    """Set what was written apart: as a quotation, which has space of its own, and one that is long can be unfolded."""
    apart = f"\n{message}" + ("" if last else "\n")
    if not quoted:
        return escape(apart), apart
    kind = " expandable" if units_of(message) > _LONG else ""
    return f"<blockquote{kind}>{escape(message)}</blockquote>", apart


def cut(text: str, units: int) -> str:
    """Give `text` in at most `units` UTF-16 units, ending in an ellipsis where something is missing."""
    if units_of(text) <= units:
        return text
    kept = text.encode("utf-16-le")[: 2 * (units - 1)].decode("utf-16-le", errors="ignore")
    return text[: _before(text, len(kept))].rstrip() + "…"


def _before(text: str, end: int) -> int:
    """Give where to cut at `end` at the latest so that no letter loses its accent, no emoji a part, no flag its half;
    `end` itself, where all before it is one such sign."""
    place = end
    while place and _belongs(text, place):
        place -= 1
    return place or end


def _belongs(text: str, place: int) -> bool:
    """Tell whether the character at `place` is part of the sign before it (roughly, https://unicode.org/reports/tr29)."""
    last, next = text[place - 1], text[place]
    if _is_flag(next) and _is_flag(last):
        flags = len(text[:place]) - len(text[:place].rstrip(_FLAGS))
        return flags % 2 == 1
    return _JOINER in (last, next) or unicodedata.category(next)[0] == "M" or next in _SKINS


def _is_flag(character: str) -> bool:
    return character in _FLAGS


def units_of(text: str) -> int:
    """Count UTF-16 units, the way Telegram measures."""
    return len(text.encode("utf-16-le")) // 2


def _fitting(facts: Sequence[Fact], taken: int) -> Iterator[Fact]:
    room = MAX_UNITS - taken - _LINK - _LEAST_MESSAGE
    for label, value in facts:
        fact = (cut(label, _LABEL), cut(value, _VALUE))
        room -= _size(_bare(fact))
        if room < 0:
            return
        yield fact


def _size(line: str) -> int:
    return units_of(line) + 1


def _bare(fact: Fact) -> str:
    return f"{fact[0]}: {fact[1]}"


def _marked(fact: Fact) -> str:
    return f"<b>{escape(fact[0])}:</b> {escape(fact[1])}"
