"""The commands that Telegram offers while somebody types a slash (https://core.telegram.org/bots/api#setmycommands)."""

from __future__ import annotations

import structlog
from telegram import Bot, BotCommand
from telegram.error import TelegramError

from leadsbot.bot.commands import commands

_LONGEST = 256

log = structlog.get_logger("leadsbot.bot")


def menu() -> list[BotCommand]:
    """Give the commands with what they do, as the help tells them, each under its first name."""
    shown = dict.fromkeys(command for command in commands().values() if command.help)
    return [BotCommand(command.offered, command.words[:_LONGEST]) for command in shown]


async def introduce(bot: Bot) -> None:
    """Tell Telegram what the bot understands. It understands that as well where Telegram doesn't offer it."""
    try:
        await bot.set_my_commands(menu())
    except TelegramError as error:
        log.info("bot.menu_refused", error=error.message)
