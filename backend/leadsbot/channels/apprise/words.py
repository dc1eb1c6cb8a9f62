"""An alert as the text that a service of Apprise's gets: who, how to reach them and the link first of all.

Services take from 160 characters (a text message) to some ten thousand. What is too long is cut in what the visitor
wrote, then in the facts, and never in the link, so that nothing which only Apprise would cut is lost unseen.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from leadsbot.channels.base import Summary
from leadsbot.channels.base.cutting import fitted

_PARTED: Final = "\n\n"
_LEAST: Final = 3  # what was written gets at least such a part of the room
# What Microsoft Teams reads as markup, a mention or a list, as its cards show it again as typed.
_ACTS: Final = re.compile(r"[&<>\\*_~`\[\]]|^[#+-](?=\s)|(?<=^[0-9])\.(?=\s)", re.MULTILINE)


def told(summary: Summary, room: int, *, titled: bool) -> str:
    """Give an alert as plain text of at most `room` characters; `titled` where its title stands elsewhere."""
    facts = [f"{label}: {value}" for label, value in summary.facts]
    first = "" if titled else fitted(summary.title, room // 2)
    link = summary.link if summary.link and len(summary.link) + len(_PARTED) < room else ""
    return _joined(first, summary.message, facts, link, room) or summary.title[:room]


def card(summary: Summary, room: int) -> str:
    """Give an alert as a card of Microsoft Teams takes it, where a line of its own is a paragraph of its own and a link
    has a name.

    https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features
    """
    facts = [escaped(f"{label}: {value}") for label, value in summary.facts]
    link = f"[{summary.opens}]({summary.link})" if summary.link and not re.search(r"[\s()<>]", summary.link) else ""
    text = _joined(f"**{fitted(summary.title, 500, escaped)}**", summary.message, facts, link, room, escaped)
    return re.sub(r"\n+", _PARTED, text)


def escaped(text: str) -> str:
    """Give text in which nothing acts in Teams: entities, since its clients differ on backslashes."""
    return _ACTS.sub(lambda found: f"&#{ord(found[0])};", text)


def _joined(
    first: str, message: str, facts: list[str], link: str, room: int, escape: Callable[[str], str] = str
) -> str:
    left = room - sum(len(part) + len(_PARTED) for part in (first, link) if part)
    least = min(len(escape(message)) + len(_PARTED), max(left, 0) // _LEAST) if message else 0
    shown: list[str] = []
    for fact in facts:
        if sum(map(len, shown)) + len(shown) + len(fact) + len(_PARTED) > left - least:
            break
        shown.append(fact)
    about = "\n".join(shown)
    left -= len(about) + len(_PARTED) if about else 0
    said = fitted(message, left - len(_PARTED), escape) if message and left > len(_PARTED) else ""
    return _PARTED.join(filter(None, (first, said, about, link)))
