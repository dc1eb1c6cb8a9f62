"""The workspaces' own bots: each is heard while one of its channels is there, by one node at a time."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from leadsbot.bot import chats
from leadsbot.bot.polling import Poller
from leadsbot.errors import LeadsBotError
from leadsbot.services import Services

MOST_BOTS: Final = 100
LOOK_S: Final = 5.0

log = structlog.get_logger("leadsbot.bot")


class Crew:
    """Starts a poller for each bot that comes and stops it when it goes. Each waits for its own lease, so that another
    node hears what this one doesn't; a node looks after `MOST_BOTS` at most."""

    def __init__(self, services: Services, look_s: float = LOOK_S) -> None:
        self._services = services
        self._look_s = look_s
        self._pollers: dict[str, asyncio.Task[None]] = {}
        self._left_out = 0

    async def run(self) -> None:
        try:
            while True:
                await self._look()
                await asyncio.sleep(self._look_s)
        finally:
            await self._stop(set(self._pollers))

    async def _look(self) -> None:
        try:
            tokens = await chats.own_tokens(self._services)
        except LeadsBotError as error:  # the database is away: those who are heard go on
            log.warning("bot.crew_failed", error=error.message)
            return
        chosen = tokens[:MOST_BOTS]
        self._warn(len(tokens) - len(chosen))
        await self._stop(self._pollers.keys() - set(chosen))
        for token in chosen:
            if token not in self._pollers:
                poller = Poller(self._services, token=token)
                self._pollers[token] = asyncio.create_task(poller.run(), name="telegram-own-bot")

    def _warn(self, left_out: int) -> None:
        if left_out and left_out != self._left_out:
            log.warning("bot.too_many", heard=MOST_BOTS, left_out=left_out)
        self._left_out = left_out

    async def _stop(self, tokens: set[str]) -> None:
        going = [self._pollers.pop(token) for token in tokens]
        for task in going:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)
