"""The bots as the application starts and stops them."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from leadsbot.bot.crew import LOOK_S, Crew
from leadsbot.bot.hooks import Hooks
from leadsbot.bot.polling import Poller
from leadsbot.services import Services


class BotService:
    """Listens to Telegram while it runs: to the instance's bot, where there is one, and to those that workspaces
    brought along. By polling, or by telling Telegram where to push."""

    def __init__(self, services: Services, look_s: float = LOOK_S) -> None:
        self._services = services
        self._look_s = look_s
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        settings = self._services.settings
        if settings.telegram_mode == "webhook":
            self._begin(Hooks(self._services, self._look_s).run(), "telegram-hooks")
            return
        if settings.telegram_token:
            self._begin(Poller(self._services).run(), "telegram-bot")
        self._begin(Crew(self._services, self._look_s).run(), "telegram-crew")

    async def stop(self) -> None:
        """Stop listening at once; what wasn't answered yet comes again after the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    def _begin(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._tasks.append(asyncio.create_task(work, name=name))
