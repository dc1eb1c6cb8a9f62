"""What people say to the bot in Telegram: a door, like `capture`."""

from __future__ import annotations

from leadsbot.bot.identity import bot_username
from leadsbot.bot.service import BotService

__all__ = ["BotService", "bot_username"]
