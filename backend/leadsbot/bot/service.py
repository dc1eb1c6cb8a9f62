"""The bot as the application starts and stops it."""

from __future__ import annotations

import asyncio

from leadsbot.bot.polling import Poller
from leadsbot.services import Services


class BotService:
    """Listens to Telegram while it runs, where the instance has a bot and hears it by polling; else it does nothing."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        settings = self._services.settings
        if settings.telegram_token and settings.telegram_mode == "polling":
            self._task = asyncio.create_task(Poller(self._services).run(), name="telegram-bot")

    async def stop(self) -> None:
        """Stop listening at once; what wasn't answered yet comes again after the next start."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
