"""A summary as a Telegram message: escaped, and cut field by field so that the whole always fits.

Telegram counts at most 4,096 UTF-16 units after it has removed the markup
(https://core.telegram.org/bots/api#sendmessage; a caption #sendphoto, 1,024; https://core.telegram.org/api/entities#entity-length).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from leadsbot.channels.base.hooks import can_open

MAX_UNITS = 4_096
MAX_CAPTION = 1_024
_TITLE, _LABEL, _VALUE, _LINK, _DEED = 200, 60, 240, 500, 200
_MOST_DEEDS = 5
_LEAST_MESSAGE = 500
_JOINER = "\u200d"
_FLAGS = "".join(map(chr, range(0x1F1E6, 0x1F200)))  # letters that two by two are a flag
_SKINS = "".join(map(chr, range(0x1F3FB, 0x1F400)))


@dataclass(frozen=True, slots=True)
class Text:
    """The same message twice: `html` for `parse_mode=HTML`, `plain` without any markup; `button` is an address."""

    html: str
    plain: str
    button: str | None


def render(
    title: str,
    facts: Sequence[tuple[str, str]],
    message: str,
    link: str | None,
    *,
    buttons: bool = True,
    deeds: Sequence[str] = (),
) -> Text:
    """Lay out a message. A link stands in the text where `buttons` is false or Telegram would refuse its address;
    `deeds`, what was done about it since, stand right below the title, where a phone's first glance falls."""
    button = link if link and buttons and can_open(link) else None
    head = [("", cut(title, _TITLE)), *(("", cut(deed, _DEED)) for deed in deeds[:_MOST_DEEDS])]
    lines = [*head, *([("", "")] if deeds and facts else []), *_fitting(facts, sum(map(_size, head)) + 1)]
    tail = [("", "\n" + cut(link, _LINK))] if link and not button else []
    if message:
        room = MAX_UNITS - sum(map(_size, lines)) - sum(map(_size, tail)) - 2
        lines.append(("", "\n" + cut(message, room)))
    lines += tail
    return Text("\n".join(_marked(lines)), "\n".join(map(_bare, lines)), button)


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


def _fitting(facts: Sequence[tuple[str, str]], taken: int) -> Iterator[tuple[str, str]]:
    room = MAX_UNITS - taken - _LINK - _LEAST_MESSAGE
    for label, value in facts:
        line = (cut(label, _LABEL), cut(value, _VALUE))
        room -= _size(line)
        if room < 0:
            return
        yield line


def _size(line: tuple[str, str]) -> int:
    return units_of(_bare(line)) + 1


def _bare(line: tuple[str, str]) -> str:
    label, value = line
    return f"{label}: {value}" if label else value


def _marked(lines: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield f"<b>{escape(lines[0][1])}</b>"
    for label, value in lines[1:]:
        yield f"<b>{escape(label)}:</b> {escape(value)}" if label else escape(value)
