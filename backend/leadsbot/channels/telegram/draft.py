"""A parcel as a message: its text, and the buttons under it."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from telegram import InlineKeyboardMarkup

from leadsbot.channels.base import REMINDER, UNCLAIMED, Deed, Parcel, one_line, summarize
from leadsbot.channels.telegram.keyboard import keyboard
from leadsbot.channels.telegram.text import Text, render

DELETED: Final = "This lead was deleted."

# What sort of news it is, seen before a word is read. The rest speaks for itself.
_SIGNS: Final[Mapping[str, str]] = {
    "lead.created": "🟢",
    "lead.updated": "🔁",
    "lead.stage_changed": "➡️",
    "form.abandoned": "🟡",
    UNCLAIMED: "⏰",
    REMINDER: "⏰",
    "site.alert": "⚠️",
    "webhook.disabled": "⚠️",
    "channel.disabled": "⚠️",
    "destination.restored": "✅",
}
_DEEDS: Final[Mapping[Deed, str]] = {
    "moved": "➡️",
    "claimed": "✅",
    "released": "↩️",
    "snoozed": "💤",
    "spam": "🚫",
    "not_spam": "↩️",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """What is posted: `text` as HTML and plain, `buttons` or None."""

    text: Text
    buttons: InlineKeyboardMarkup | None

    @property
    def mark(self) -> str:
        """Tell drafts apart: the same mark, the same message."""
        said = self.text.html + (self.buttons.to_json() if self.buttons else "")
        return f"{zlib.crc32(said.encode()):08x}"


def draft(parcel: Parcel, *, buttons: bool = True, address: bool = True) -> Draft:
    """Lay out a parcel. Where no button may have an `address` it stands in the text."""
    standing = parcel.standing
    if standing and standing.deleted:
        return Draft(render(DELETED, (), "", None), None)
    told = summarize(parcel)
    sign = _SIGNS.get(parcel.event_type, "")
    deeds = [f"{_DEEDS[deed]} {one_line(line)}" for deed, line in standing.deeds] if standing else []
    title = f"{sign} {told.title}".strip()
    can_press = buttons and address
    text = render(title, told.facts, told.message, told.link, quoted=told.quoted, buttons=can_press, deeds=deeds)
    opens = "Open" if parcel.data.get("lead") else told.opens
    return Draft(text, keyboard(standing, text.button, opens) if buttons else None)
