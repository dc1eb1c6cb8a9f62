"""`/help`: what the bot is for and what it understands."""

from __future__ import annotations

from leadsbot.bot.commands import commands
from leadsbot.bot.said import Command, Said
from leadsbot.services import Services


async def run(services: Services, said: Said) -> str:
    lines = dict.fromkeys(command.help for command in commands().values() if command.help)
    where = f"{services.settings.public_url}/channels"
    return "\n".join([f"I bring new leads to this chat. Link it with the code from {where}", *lines])


COMMAND = Command(("help",), "/help - this", run)
