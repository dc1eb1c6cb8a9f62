"""`/find`: leads whose name, email, phone, company or message has a text."""

from __future__ import annotations

from leadsbot.bot.answers import Answer
from leadsbot.bot.lists import Asked, page
from leadsbot.bot.rights import asked_by
from leadsbot.bot.said import Command, Said
from leadsbot.channels.base import one_line
from leadsbot.services import Services


async def run(services: Services, said: Said) -> Answer | str:
    houses = await asked_by(services, said)
    if not one_line(said.argument):
        return "What shall I look for? /find grace, /find @navy.example"
    return await page(services, houses, Asked(said.argument))


COMMAND = Command(("find",), "/find TEXT - leads with this text", run, place=3)
