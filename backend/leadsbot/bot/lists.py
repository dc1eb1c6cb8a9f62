"""Leads in a chat, a page at a time: the latest ones, those that wait for somebody, those at a stage, or those that a
text finds. Buttons turn pages and open leads.

A page goes on where the one before it ended, at a lead and not at a number: of those that wait, some may have been
claimed meanwhile. A button's data has no room for what was sought, so that stands in the message's own first line and
is read from there: the message is the bot's, nobody else can write it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

import msgspec
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from leadsbot.bot.answers import Answer
from leadsbot.bot.rights import House
from leadsbot.bot.times import ago
from leadsbot.channels.base import name_of, one_line
from leadsbot.channels.telegram.presses import HERE, PAGE, WAITING, Press, data_of, mark
from leadsbot.channels.telegram.text import cut
from leadsbot.db.tx import Row
from leadsbot.errors import NotFound
from leadsbot.leads import pipeline, reading
from leadsbot.leads.filters import LONGEST_SEARCH, NOBODY, LeadFilter
from leadsbot.services import Services

PAGE_SIZE: Final = 8
OPEN: Final = "o"
AFTER, BEFORE, FIRST = ">", "<", "1"
_FIND: Final = "Leads with “"
_END: Final = "”"
_NAME, _CONTACT, _STAGE, _HOUSE, _SOUGHT = 60, 80, 40, 60, 100


@dataclass(frozen=True, slots=True)
class Asked:
    """Which list, and which part of it: its beginning, or what stands `AFTER` or `BEFORE` (`way`) the place of a lead,
    `beside`. `house` is the mark of the workspace it is of; empty: the first. `at` is `WAITING`, a stage's mark, or
    empty for all leads."""

    sought: str = ""
    way: str = ""
    beside: str = ""
    house: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class _List:
    """What a list is narrowed to, its title without the number, and what it says where it is empty."""

    wanted: LeadFilter
    title: str
    nothing: str


def chosen(houses: Sequence[House], wanted: str) -> House:
    """Give the workspace that a button means among those that may be asked about. Raises NotFound."""
    for house in houses:
        if wanted in ("", mark(house.id)):
            return house
    raise NotFound("This list is not here any more.")


def read_page(press: Press, text: str) -> Asked:
    """Read what a page's button asks for; `text` is that of the message it stands under. Raises ValueError."""
    way, _, rest = press.argument.partition(".")
    house, _, at = rest.partition(".")
    if way not in ((AFTER, BEFORE) if press.subject else (FIRST, HERE)):
        raise ValueError(press.argument)
    first, _, _ = text.partition("\n")
    sought = first[len(_FIND) :].rpartition(_END)[0] if first.startswith(_FIND) else ""
    return Asked(sought, way, press.subject, house, at)


async def stages_of(services: Services, house: House) -> list[str]:
    """Give a workspace's pipeline."""
    row = await services.database.fetch_one("SELECT stages FROM workspaces WHERE id = $1", house.id)
    return msgspec.json.decode(row["stages"], type=list[str]) if row else []


async def page(services: Services, houses: Sequence[House], asked: Asked) -> Answer:
    """Give a page of leads of one of `houses`; one beyond the last gives the last. Raises NotFound."""
    house = chosen(houses, asked.house)
    told = await _list(services, house, asked)
    rows, ahead, total = await _part(services, house, told.wanted, asked)
    lines = [f"{told.title}: {total:,}\n", *(_line(ahead + place, row) for place, row in enumerate(rows, 1))]
    if not rows:
        lines.append(told.nothing)
    turners = _turners(f"{mark(house.id)}.{asked.at}".rstrip("."), rows, ahead, total)
    return Answer("\n".join(lines), _keyboard([_openers(rows, ahead), turners, *_others(houses, house, asked.at)]))


async def _part(services: Services, house: House, wanted: LeadFilter, asked: Asked) -> tuple[list[Row], int, int]:
    """Give a page's leads, how many are ahead of them, and how many there are."""
    if not asked.beside:
        rows, total = await reading.leads_on_page(services.database, house.id, wanted, 1, PAGE_SIZE)
        return rows, 0, total
    before = asked.way == BEFORE
    return await reading.leads_beside(services.database, house.id, wanted, asked.beside, PAGE_SIZE, before=before)


async def _list(services: Services, house: House, asked: Asked) -> _List:
    name = escape(cut(house.name, _HOUSE).replace(_END, '"'))
    if sought := one_line(asked.sought)[:_SOUGHT]:
        wanted = LeadFilter(search=sought[:LONGEST_SEARCH])
        return _List(wanted, f"<b>{escape(_FIND + sought + _END)}</b> in {name}", "No lead says that.")
    if not asked.at:
        return _List(LeadFilter(), f"<b>Leads of {name}</b>", "No leads yet. The next one arrives here by itself.")
    stages = await stages_of(services, house)
    if asked.at == WAITING:
        wanted = LeadFilter(stage=pipeline.arrived(stages), assigned_to=NOBODY)
        return _List(wanted, f"<b>Leads of {name} that nobody has claimed</b>", "None: somebody looks after each.")
    stage = next((stage for stage in stages if mark(stage) == asked.at), None)
    if stage is None:
        raise NotFound("The pipeline has no such stage any more. Ask anew with /leads.")
    return _List(
        LeadFilter(stage=stage), f"<b>Leads of {name} at {escape(cut(stage, _STAGE))}</b>", "None stands there now."
    )


def _line(number: int, row: Row) -> str:
    contact = one_line(row["email"] or row["phone"])
    name = name_of(row, "Somebody")
    told = [escape(cut(row["stage"], _STAGE)), ago(row["created_at"])]
    if contact and contact != name:
        told.insert(0, escape(cut(contact, _CONTACT)))
    return f"{number}. <b>{escape(cut(name, _NAME))}</b> · {' · '.join(told)}"


def _openers(rows: Sequence[Row], ahead: int) -> list[InlineKeyboardButton]:
    return [_button(str(ahead + place), OPEN, row["id"]) for place, row in enumerate(rows, 1)]


def _turners(where: str, rows: Sequence[Row], ahead: int, total: int) -> list[InlineKeyboardButton]:
    back = [_button("◀", f"{BEFORE}.{where}", rows[0]["id"])] if rows and ahead else []
    return back + ([_button("▶", f"{AFTER}.{where}", rows[-1]["id"])] if ahead + len(rows) < total else [])


def _others(houses: Sequence[House], house: House, at: str) -> list[list[InlineKeyboardButton]]:
    """Give a button for each other workspace; a stage is one workspace's own."""
    others = [one for one in houses if one.id != house.id][:PAGE_SIZE]
    alike = f".{at}" if at == WAITING else ""
    return [[_button(cut(one.name, _HOUSE), f"{FIRST}.{mark(one.id)}{alike}")] for one in others]


def _keyboard(rows: Sequence[Sequence[InlineKeyboardButton]]) -> InlineKeyboardMarkup | None:
    shown = [row for row in rows if row]
    return InlineKeyboardMarkup(shown) if shown else None


def _button(label: str, argument: str, lead_id: str = "") -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=data_of(Press(PAGE, lead_id, argument)))
