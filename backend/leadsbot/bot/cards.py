"""One lead in a chat, with the buttons of its alert; and finding the one that somebody means."""

from __future__ import annotations

import re

from leadsbot.bot.answers import Answer
from leadsbot.bot.lists import PAGE_SIZE, Asked, page
from leadsbot.bot.rights import House
from leadsbot.channels.base import Parcel, name_of, summarize
from leadsbot.channels.telegram.keyboard import keyboard
from leadsbot.channels.telegram.text import render
from leadsbot.db.tx import Row
from leadsbot.errors import NotFound
from leadsbot.ids import is_id
from leadsbot.leads import reading
from leadsbot.leads.filters import LeadFilter
from leadsbot.leads.present import lead_json
from leadsbot.routing import snoozing, standing
from leadsbot.services import Services

_HIGHEST = 10_000  # of a place in the list; more digits are a phone's, and so is a zero in front
_PLACE = re.compile("[1-9][0-9]{0,4}")


async def find(services: Services, houses: list[House], said: str) -> Answer:
    """Give the lead that somebody means: by its place among the latest (from 1), its email, phone or id; where a text
    finds several, their list. Raises NotFound."""
    for house in houses:
        row = await _exactly(services, house, said)
        if row is not None:
            return await card(services, house, row)
    for house in houses if not _is_place(said) else ():
        rows, total = await reading.leads_on_page(services.database, house.id, LeadFilter(search=said), 1, PAGE_SIZE)
        if total == 1:
            return await card(services, house, rows[0])
        if total:
            return await page(services, [house], Asked(said))
    raise NotFound("I found no such lead. Name its email, its phone, or its number in /leads.")


async def card(services: Services, house: House, row: Row) -> Answer:
    """Lay a lead out as its alert is, as it stands now and with who did what to it last."""
    parcel = Parcel(
        delivery_id="",
        event_id="",
        event_type="lead",
        timestamp=row["created_at"],
        workspace_id=house.id,
        body=b"",
        payload={"data": {"lead": lead_json(row, services.settings.public_url)}},
        config={},
        workspace={"name": house.name, "timezone": house.timezone},
    )
    sleeper = await snoozing.sleeper(services.database, row["id"])
    stands = await standing.load(services.database, house.id, row["id"], sleeper)
    told = summarize(parcel)
    deeds = [line for _, line in stands.deeds] if stands else []
    text = render(name_of(row, "A lead"), told.facts, told.message, told.link, quoted=True, deeds=deeds)
    return Answer(text.html, keyboard(stands, text.button))


async def _exactly(services: Services, house: House, said: str) -> Row | None:
    database = services.database
    if is_id(said):
        try:
            return await reading.get_lead(database, house.id, said.lower())
        except NotFound:
            return None
    if _is_place(said):
        rows, _ = await reading.leads_on_page(database, house.id, LeadFilter(), int(said), 1)
        return rows[0] if rows else None
    asked = LeadFilter(email=said) if "@" in said else LeadFilter(phone=said)
    rows, _ = await reading.leads_on_page(database, house.id, asked, 1, 1)
    return rows[0] if rows else None


def _is_place(said: str) -> bool:
    """Tell whether a number is one of the list. It is looked for nowhere else: most leads have some digits of it."""
    return bool(_PLACE.fullmatch(said)) and int(said) <= _HIGHEST


async def person(services: Services, user_id: str | None) -> str:
    """Give a member's name, or their email where they have none; empty for nobody."""
    if not user_id:
        return ""
    user = await services.database.fetch_one("SELECT name, email FROM users WHERE id = $1", user_id)
    return str(user["name"] or user["email"]) if user else "Somebody"
