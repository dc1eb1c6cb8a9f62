"""`/leads`: the latest ones, a page at a time."""

from __future__ import annotations

from leadsbot.bot.answers import Answer
from leadsbot.bot.lists import Asked, page
from leadsbot.bot.rights import asked_by
from leadsbot.bot.said import Command, Said
from leadsbot.services import Services


async def run(services: Services, said: Said) -> Answer:
    return await page(services, await asked_by(services, said), Asked())


COMMAND = Command(("leads",), "/leads - the latest leads", run, place=1)
