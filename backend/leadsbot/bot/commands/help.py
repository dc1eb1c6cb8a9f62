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
            f"I bring new leads to every chat that is linked: a code for that is at {url}/channels",
            "",
            "Press a button under a lead to act on it, or reply to it to leave a note. So that I know who you are, link"
            f" your Telegram account at {url}{ACCOUNT_PAGE}",
            "",
            *lines,
        ]
    )


COMMAND = Command(("help",), "/help - this", run, place=9)
