"""Leads in a chat, a page at a time: the latest ones, or those that a text finds. Buttons turn pages and open leads.

A button's data has no room for what was sought, so that stands in the message's own first line and is read from there:
the message is the bot's, nobody else can write it.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from leadsbot.bot.answers import Answer
from leadsbot.bot.rights import House
from leadsbot.bot.times import ago
from leadsbot.channels.base import one_line
from leadsbot.channels.telegram.presses import PAGE, Press, data_of
from leadsbot.channels.telegram.text import cut
from leadsbot.db.tx import Row
from leadsbot.errors import NotFound
from leadsbot.leads import reading
from leadsbot.leads.filters import LONGEST_SEARCH, LeadFilter
from leadsbot.leads.present import full_name
from leadsbot.services import Services

PAGE_SIZE: Final = 8
OPEN: Final = "o"
_FIND: Final = "Leads with “"
_END: Final = "”"
_NAME, _CONTACT, _STAGE, _HOUSE, _SOUGHT = 60, 80, 40, 60, 100


@dataclass(frozen=True, slots=True)
class Asked:
    """Which list, and which page of it, from 1. `house` is the mark of the workspace it is of; empty: the first."""

    sought: str = ""
    page: int = 1
    house: str = ""


def house_mark(house_id: str) -> str:
    """Give what a button says of a workspace."""
    return f"{zlib.crc32(house_id.encode()):08x}"


def chosen(houses: Sequence[House], mark: str) -> House:
    """Give the workspace that a button means among those that may be asked about. Raises NotFound."""
    for house in houses:
        if mark in ("", house_mark(house.id)):
            return house
    raise NotFound("This list is not here any more.")


def read_page(argument: str, text: str) -> Asked:
    """Read what a page's button asks for; `text` is that of the message it stands under. Raises ValueError."""
    number, _, mark = argument.partition(".")
    first, _, _ = text.partition("\n")
    sought = first[len(_FIND) :].rpartition(_END)[0] if first.startswith(_FIND) else ""
    return Asked(sought, int(number[:9]), mark)


async def page(services: Services, houses: Sequence[House], asked: Asked) -> Answer:
    """Give a page of leads of one of `houses`; one beyond the last gives the last."""
    house = chosen(houses, asked.house)
    sought = one_line(asked.sought)[:_SOUGHT]
    wanted = LeadFilter(search=sought[:LONGEST_SEARCH] or None)
    total = await reading.count_leads(services.database, house.id, wanted)
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(max(1, asked.page), pages)
    rows, total = await reading.leads_on_page(services.database, house.id, wanted, number, PAGE_SIZE)
    first = (number - 1) * PAGE_SIZE + 1
    lines = [_title(house, sought, total), *(_line(first + place, row) for place, row in enumerate(rows))]
    if not rows:
        lines.append("No lead says that." if sought else "No leads yet. The next one arrives here by itself.")
    return Answer("\n".join(lines), _keyboard(houses, house, rows, first, number, pages))


def _title(house: House, sought: str, total: int) -> str:
    name = cut(house.name, _HOUSE).replace(_END, '"')
    if sought:
        return f"<b>{escape(_FIND + sought + _END)}</b> in {escape(name)}: {total:,}\n"
    return f"<b>Leads of {escape(name)}</b>: {total:,}\n"


def _line(number: int, row: Row) -> str:
    contact = one_line(row["email"] or row["phone"])
    name = one_line(full_name(row)) or contact or "Somebody"
    told = [escape(cut(row["stage"], _STAGE)), ago(row["created_at"])]
    if contact and contact != name:
        told.insert(0, escape(cut(contact, _CONTACT)))
    return f"{number}. <b>{escape(cut(name, _NAME))}</b> · {' · '.join(told)}"


def _keyboard(
    houses: Sequence[House], house: House, rows: Sequence[Row], first: int, page: int, pages: int
) -> InlineKeyboardMarkup | None:
    mark = house_mark(house.id)
    keyboard = [[_button(str(first + place), OPEN, row["id"]) for place, row in enumerate(rows)]] if rows else []
    turn = [_button("◀", f"{page - 1}.{mark}")] if page > 1 else []
    turn += [_button("▶", f"{page + 1}.{mark}")] if page < pages else []
    keyboard += [turn] if turn else []
    others = [one for one in houses if one.id != house.id]
    keyboard += [[_button(cut(one.name, _HOUSE), f"1.{house_mark(one.id)}")] for one in others[:PAGE_SIZE]]
    return InlineKeyboardMarkup(keyboard) if keyboard else None


def _button(label: str, argument: str, lead_id: str = "") -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=data_of(Press(PAGE, lead_id, argument)))
