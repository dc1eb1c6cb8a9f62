"""`/lead`: one lead with its buttons, by its number in the list, its email, phone or id."""

from __future__ import annotations

from leadsbot.bot import cards
from leadsbot.bot.answers import Answer
from leadsbot.bot.rights import asked_by
from leadsbot.bot.said import Command, Said
from leadsbot.leads.filters import LONGEST_SEARCH
from leadsbot.services import Services


async def run(services: Services, said: Said) -> Answer | str:
    houses = await asked_by(services, said)
    if not said.argument:
        return "Which one? /lead 3 is the third of /leads; an email, a phone or an id will do as well."
    return await cards.find(services, houses, said.argument[:LONGEST_SEARCH])


COMMAND = Command(("lead",), "/lead NUMBER, EMAIL or PHONE - one lead, to act on or reply to", run, place=2)
