"""`/leads`: the latest ones, those that nobody has claimed, or those at a stage; a page at a time."""

from __future__ import annotations

from leadsbot.bot.answers import Answer
from leadsbot.bot.lists import Asked, page, stages_of
from leadsbot.bot.rights import House, asked_by
from leadsbot.bot.said import Command, Said
from leadsbot.channels.base import one_line
from leadsbot.channels.telegram.presses import WAITING, mark
from leadsbot.errors import InvalidInput
from leadsbot.leads import pipeline
from leadsbot.services import Services


async def run(services: Services, said: Said) -> Answer | str:
    houses = await asked_by(services, said)
    at = await _at(services, houses[0], one_line(said.argument))
    return await page(services, houses, Asked(at=at))


async def _at(services: Services, house: House, asked: str) -> str:
    """Give what the list is narrowed to. Raises InvalidInput for what is no stage."""
    if asked.lower() in ("", WAITING):
        return asked.lower()
    stages = await stages_of(services, house)
    try:
        return mark(pipeline.find(stages, asked))
    except InvalidInput:
        known = ", ".join(stages)
        raise InvalidInput(f"I know /leads, /leads new and /leads with a stage: {known}.") from None


HELP = "/leads - the latest leads; /leads new: those that nobody has claimed; /leads and a stage: those there"

COMMAND = Command(("leads",), HELP, run, place=1)
