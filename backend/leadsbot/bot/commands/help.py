"""`/help`: what the bot is for and what it understands."""

from __future__ import annotations

from leadsbot.bot.commands import commands
from leadsbot.bot.rights import ACCOUNT_PAGE
from leadsbot.bot.said import Command, Said
from leadsbot.services import Services


async def run(services: Services, said: Said) -> str:
    lines = dict.fromkeys(command.help for command in commands().values() if command.help)
    url = services.settings.public_url
    return "\n".join(
        [
            f"I bring new leads to every chat that is linked with a code from {url}/channels",
            f"Press the buttons under a lead, or reply to it to keep a note. So that I know you: {url}{ACCOUNT_PAGE}",
            "",
            *lines,
        ]
    )


COMMAND = Command(("help",), "/help - this", run, place=9)
