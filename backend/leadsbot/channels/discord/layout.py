"""A message laid out for Discord: an embed, cut until it fits, in which nothing that a visitor typed acts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from leadsbot.channels.base import Parcel, Summary
from leadsbot.channels.base.cutting import fitted, units
from leadsbot.channels.base.digest import Entry, digest, named
from leadsbot.channels.base.hooks import can_open

# https://discord.com/developers/docs/resources/message#embed-object-embed-limits
MAX_TITLE, MAX_DESCRIPTION, MAX_FIELDS, MAX_NAME, MAX_VALUE = 256, 4_096, 25, 256, 1_024
MAX_FOOTER, MAX_EMBED, MAX_CONTENT, MAX_THREAD = 2_048, 6_000, 2_000, 100
_NO_PREVIEWS = 1 << 2  # https://discord.com/developers/docs/resources/message#message-object-message-flags
_LEAST_MESSAGE = 1_500
_LABEL, _FOOTER, _ENDING = 80, 100, 60
_VALUES = (MAX_VALUE, 512, 256, 120, 60)
_SHORT = 40
_COLOURS = {"lead.created": 0x2F855A, "form.abandoned": 0xB7791F, "webhook.disabled": 0xC53030, "site.alert": 0xC53030}
_COLOUR = 0x4A5568

# What Discord reads as markup, a mention or a link with another name. A web address it takes as it is up to the next
# blank, so nothing in one acts, and a backslash would become part of it. Escaped, a "[" begins no link: what follows it
# may stay.
_ACTS = re.compile(
    r'(https?://[^\W_][^\s<>"\\`|\[\]]+)|([\\*_~`|\[<#@])|^([ \t]*)(?:(>{1,3}|[-+])|([0-9]+)\.)(?=\s)', re.M
)


def laid_out(parcel: Parcel, summary: Summary) -> dict[str, Any]:
    """Give the message as an embed; it is cut value by value until the whole is within Discord's limits."""
    embed: dict[str, Any] = {
        "title": fitted(summary.title, MAX_TITLE, escaped),
        "color": _COLOURS.get(parcel.event_type, _COLOUR),
        "footer": {"text": fitted(str(parcel.workspace.get("name") or "LeadsBot"), _FOOTER)},
    }
    link = summary.link or ""
    tail = "" if can_open(link) else link
    if can_open(link):
        embed["url"] = link
    room = MAX_EMBED - units(embed["title"]) - units(embed["footer"]["text"])
    text = "\n\n".join(filter(None, (summary.message, tail)))
    fields, left = _fields(summary.facts, room - min(units(escaped(text)), _LEAST_MESSAGE))
    if text:
        embed["description"] = fitted(text, min(MAX_DESCRIPTION, room - left), escaped)
    return {"embeds": [{**embed, "fields": fields}]}


def listed(parcels: Sequence[Parcel]) -> tuple[dict[str, Any], int]:
    """Give a digest as an embed, and how many of the parcels it names."""
    lines: list[str] = []
    for entry in digest(parcels).entries:
        if lines and units("\n".join([*lines, _line(entry)])) > MAX_DESCRIPTION - _ENDING:
            break
        lines.append(_line(entry))
    told = named(parcels, len(lines))
    embed = {
        "title": fitted(told.title, MAX_TITLE, escaped),
        "description": fitted("\n".join([*lines, *filter(None, [told.ending])]), MAX_DESCRIPTION),
        "color": _COLOUR,
        "footer": {"text": fitted(str(parcels[0].workspace.get("name") or "LeadsBot"), _FOOTER)},
    }
    return {"embeds": [embed]}, len(lines)


def _line(entry: Entry) -> str:
    """Give a line whose link has a name of ours: in a link's name Discord shows the backslashes too."""
    opened = [f"[Open](<{entry.link}>)"] if can_open(entry.link) else []
    return " · ".join((f"• {escaped(entry.name)}", *map(escaped, entry.details), *opened))


def plainly(summary: Summary) -> dict[str, Any]:
    """Give the message as text alone, without previews of what a visitor links to."""
    facts = [f"{label}: {value}" for label, value in summary.facts]
    text = "\n".join(filter(None, (summary.title, *facts, summary.message)))
    link = f"\n{summary.link}" if summary.link else ""
    return {"content": fitted(text, MAX_CONTENT - units(link), escaped) + link, "flags": _NO_PREVIEWS}


def threaded(message: Mapping[str, Any], title: str) -> dict[str, Any]:
    """Give a message that begins a thread by this title, for a forum. Nothing in a thread's name is markup."""
    return {**message, "thread_name": fitted(title, MAX_THREAD)}


def escaped(text: str) -> str:
    """Give text that Discord shows as it is, with nothing bold, named, quoted or linked by another name."""
    return _ACTS.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    address, sign, indent, bullet, number = found.groups()
    if address:
        return address
    if sign:
        return f"\\{sign}"
    return f"{indent}\\{bullet}" if bullet else f"{indent}{number}\\."


def _fields(facts: Sequence[tuple[str, str]], room: int) -> tuple[list[dict[str, Any]], int]:
    """Give the facts as fields, with how many units they take: as much of each value as lets all of them in."""
    fields: list[dict[str, Any]] = []
    for most in _VALUES:
        fields = [_field(label, value, most) for label, value in facts[:MAX_FIELDS]]
        if _size(fields) <= room:
            break
    while _size(fields) > room:
        fields.pop()
    return fields, _size(fields)


def _field(label: str, value: str, most: int) -> dict[str, Any]:
    name = fitted(label, min(_LABEL, MAX_NAME), escaped)
    is_address = value.startswith(("http://", "https://"))
    return {"name": name, "value": fitted(value, most, escaped), "inline": units(value) <= _SHORT and not is_address}


def _size(fields: Sequence[Mapping[str, Any]]) -> int:
    return sum(units(field["name"]) + units(field["value"]) for field in fields)
