"""Many events told as one message, in words: a title that counts them, and a line for each with the way to its lead.

Everything in a Digest is plain text that visitors may have typed. Whoever shows it escapes it for its own medium.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol, runtime_checkable
from urllib.parse import urlsplit

from leadsbot.channels.base.contract import Channel, Parcel, Receipt
from leadsbot.channels.base.summary import NUDGES, REMINDER, UNCLAIMED, name_of, one_line, summarize
from leadsbot.outbound import Outbound

DIGEST_EVENT: Final = "digest"
"""What a channel without `send_digest` is given for a digest: an event of this type with its title and text."""

PLAIN_ROOM: Final = 1_800
"""Characters of a digest's text that any channel's message has room for (Discord's plain ones take 2,000)."""

_NAME, _DETAIL = 80, 60
_NEW: Final = "New lead: "
_WHOLE: Final = "100 %"  # as nearly every form that is sent: it says nothing
_KINDS: Final = {
    "lead.created": ("new lead", "new leads"),
    "lead.updated": ("returning lead", "returning leads"),
    "lead.stage_changed": ("stage change", "stage changes"),
    "lead.deleted": ("deleted lead", "deleted leads"),
    UNCLAIMED: ("lead that nobody has claimed yet", "leads that nobody has claimed yet"),
    REMINDER: ("reminder", "reminders"),
    "form.started": ("form begun", "forms begun"),
    "form.abandoned": ("form left unsent", "forms left unsent"),
    "form.submitted": ("form sent", "forms sent"),
}
_OTHER: Final = ("notice", "notices")


@dataclass(frozen=True, slots=True)
class Entry:
    """One event in a line: who or what it is about, and in `details` contact, form or page, and how far that was
    filled in, where it wasn't wholly."""

    name: str
    details: tuple[str, ...]
    link: str | None

    @property
    def line(self) -> str:
        return " · ".join((self.name, *self.details))


@dataclass(frozen=True, slots=True)
class Digest:
    """`left` is how many follow in the next message."""

    title: str
    entries: tuple[Entry, ...]
    left: int = 0

    @property
    def ending(self) -> str:
        """Say that more follows; empty where nothing does."""
        return f"{self.left} more in the next message." if self.left else ""


@runtime_checkable
class TellsDigests(Protocol):
    """A channel that lays out digests by itself."""

    async def send_digest(self, parcels: Sequence[Parcel], outbound: Outbound) -> Sequence[Receipt]:
        """Tell of as many of the parcels, from the first on, as one message holds, under the first one's id; gives a
        receipt for each that it names. What is left goes out with the next message. Raises DeliveryFailed.
        """
        ...


def digest(parcels: Sequence[Parcel], left: int = 0) -> Digest:
    """Tell of these parcels in their order."""
    return Digest(title_of([parcel.event_type for parcel in parcels]), tuple(map(_entry, parcels)), left)


def named(parcels: Sequence[Parcel], count: int) -> Digest:
    """Tell of the first `count` of these parcels, and that the others follow."""
    return digest(parcels[:count], len(parcels) - count)


async def send_digest(channel: Channel, parcels: Sequence[Parcel], outbound: Outbound) -> Sequence[Receipt]:
    """Send a digest through any channel: its own, or a plain one like any other message. See `TellsDigests`."""
    if isinstance(channel, TellsDigests):
        return await channel.send_digest(parcels, outbound)
    parcel, count = plain_digest(parcels)
    receipt = await channel.send(parcel, outbound)
    return [receipt] * count


def plain_digest(parcels: Sequence[Parcel], room: int = PLAIN_ROOM) -> tuple[Parcel, int]:
    """Give a digest of the first parcels as one that `summarize()` tells in `room` characters, and how many of them it
    names: one at least."""
    count = 0
    for parcel in parcels:
        room -= len(_lines(_entry(parcel))) + 1
        if room < 0 and count:
            break
        count += 1
    told = named(parcels, count)
    text = "\n".join([*map(_lines, told.entries), *filter(None, [told.ending])])
    first = parcels[0]
    data = {"lead": None, "digest": {"title": told.title, "text": text}}
    return replace(first, event_type=DIGEST_EVENT, payload={**first.payload, "type": DIGEST_EVENT, "data": data}), count


def _lines(entry: Entry) -> str:
    return f"{entry.line}\n{entry.link}" if entry.link else entry.line


def title_of(event_types: Sequence[str]) -> str:
    """Count events of these types, in words."""
    counts = Counter(_KINDS.get(event_type, _OTHER) for event_type in event_types)
    return ", ".join(f"{count:,} {one if count == 1 else many}" for (one, many), count in counts.items())


def _entry(parcel: Parcel) -> Entry:
    told = summarize(replace(parcel, text=""))
    facts = dict(told.facts)
    nudge = parcel.event_type in NUDGES  # its title is a sentence about them
    name = name_of(parcel.data.get("lead") or {}) if nudge else told.title.removeprefix(_NEW)
    contact = [facts.get("Email") or facts.get("Phone"), facts.get("Form") or _path(facts.get("Page"))]
    completed = facts.get("Completed", "").partition(" (")[0].removeprefix(_WHOLE)
    about = [*contact, completed, facts.get("Address"), told.message if not parcel.data.get("lead") else ""]
    details = (_short(detail, _DETAIL) for detail in about if detail and detail not in name)
    # A percent sign stays with its number where the line breaks.
    return Entry(_short(name, _NAME), tuple(detail.replace(" %", "\xa0%") for detail in details), told.link)


def _path(page: str | None) -> str:
    """Give a page's path: its host and query say little that is new."""
    try:
        return urlsplit(page or "").path.strip("/")
    except ValueError:
        return ""


def _short(text: str, most: int) -> str:
    line = one_line(text)
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"
