"""A digest as a Telegram message: a line for each lead, its name the link; as many as one message holds."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from leadsbot.channels.base import Parcel
from leadsbot.channels.base.digest import Entry, digest, named
from leadsbot.channels.base.hooks import can_open
from leadsbot.channels.telegram.text import MAX_UNITS, Text, cut, units_of

MOST_ENTRIES: Final = 90
"""Telegram shows the first 100 pieces of markup of a message; the title and each link are one."""
_TITLE, _LINK = 200, 500
_ENDING: Final = 40


def laid_out(parcels: Sequence[Parcel]) -> tuple[Text, int]:
    """Give the message, and how many of the parcels, from the first on, it names."""
    entries = digest(parcels).entries
    count = _fitting(entries)
    told = named(parcels, count)
    title, ending = cut(told.title, _TITLE), told.ending
    html = [f"<b>{escape(title)}</b>", *map(_marked, told.entries), *filter(None, [ending])]
    plain = [title, *map(_bare, told.entries), *filter(None, [ending])]
    return Text("\n".join(html), "\n".join(plain), None), count


def _fitting(entries: Sequence[Entry]) -> int:
    """Count the entries that fit; Telegram measures a message without its markup."""
    room = MAX_UNITS - _TITLE - 2 - _ENDING
    for count, entry in enumerate(entries[:MOST_ENTRIES]):
        room -= units_of(_bare(entry)) + 1
        if room < 0 and count:
            return count
    return min(len(entries), MOST_ENTRIES)


def _bare(entry: Entry) -> str:
    """Give an entry without markup; an address that Telegram wouldn't open stands below it."""
    below = f"\n{cut(entry.link, _LINK)}" if entry.link and not can_open(entry.link) else ""
    return f"• {entry.line}{below}"


def _marked(entry: Entry) -> str:
    if entry.link and can_open(entry.link):
        linked = f'<a href="{escape(entry.link)}">{escape(entry.name)}</a>'
        return " · ".join((f"• {linked}", *map(escape, entry.details)))
    return escape(_bare(entry))
