"""The bot's answers take their turn among the alerts of a chat: at most one message a second (contract, section 8)."""

from __future__ import annotations

import asyncio
from typing import Final

from leadsbot import clock
from leadsbot.channels.base.pace import Limit
from leadsbot.channels.telegram.pace import limits_of
from leadsbot.routing import pace
from leadsbot.services import Services

LONGEST_S: Final = 5.0
"""Somebody waits for the answer: after that it goes out, and Telegram says if it is too much."""


class Turns:
    """The turns of one bot's chats, counted with those of its channels on all nodes."""

    def __init__(self, services: Services, token: str) -> None:
        self._services = services
        self._token = token

    async def take(self, chat_id: int) -> None:
        """Come back once the chat may be written to."""
        left = LONGEST_S
        while left > 0 and (wait := await pace.take(self._services, self._limits(chat_id)) / clock.SECOND) > 0:
            await asyncio.sleep(min(wait, left))
            left -= wait

    async def refused(self, chat_id: int, seconds: float) -> None:
        """Let nobody write there for so long: Telegram said so."""
        limits = self._limits(chat_id)
        await self._services.database.write(lambda tx: pace.pause(tx, limits, round(seconds * clock.SECOND)))

    def _limits(self, chat_id: int) -> tuple[Limit, ...]:
        config = {"bot_token": self._token, "chat_id": chat_id}
        # None of them is held until Telegram has answered: an answer that is lost holds up no alert.
        return tuple(Limit(limit.key, limit.every, limit.burst) for limit in limits_of(config))
