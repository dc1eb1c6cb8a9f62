"""Webhook mode: telling Telegram where to push each bot's updates, and with which secret
(https://core.telegram.org/bots/api#setwebhook)."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

import structlog
from telegram import Bot, WebhookInfo
from telegram.error import InvalidToken, TelegramError

from leadsbot import clock
from leadsbot.bot import chats, menu, rivals
from leadsbot.bot.identity import make_line_bot
from leadsbot.bot.lease import Lease
from leadsbot.bot.updates import WANTED
from leadsbot.errors import LeadsBotError
from leadsbot.services import Services
from leadsbot.vault import Vault

PATH: Final = "/telegram"
AGAIN_S: Final = 60.0
_WRONG_TOKEN_S: Final = 300.0
CHECK_S: Final = 300.0
"""So often Telegram is asked whether it still pushes here: another program may have told it otherwise."""
_CONNECTIONS: Final = 20
_MARK: Final = 4
USED_ELSEWHERE: Final = (
    "Another program has this bot's updates pushed to it, so it is left alone: take a bot of its own."
)

log = structlog.get_logger("leadsbot.bot")


def secret_of(vault: Vault, token: str) -> str:
    """Give what Telegram sends along for a bot, so that nobody else can: up to 256 of `A-Z a-z 0-9 _ -`."""
    return vault.mac("telegram webhook", token.encode()).hex()


def address_of(services: Services, token: str) -> str:
    """Give where a bot's updates are pushed to. Telegram says an address it was told, but never the secret: a mark in
    the address tells whether that is still the one of this token and of this instance's key."""
    bot_id, mark = token.partition(":")[0], services.vault.mac("telegram webhook mark", token.encode())[:_MARK].hex()
    return f"{services.settings.public_url}{PATH}/{bot_id}?v={mark}"


def is_ours(services: Services, url: str) -> bool:
    """Tell whether an address that Telegram pushes to is one of this instance's."""
    return url.startswith(f"{services.settings.public_url}{PATH}/")


class Hooks:
    """Sees to it, from one node, that each bot's updates come here. What stands at Telegram already is left alone."""

    def __init__(self, services: Services, look_s: float, check_s: float = CHECK_S) -> None:
        self._services = services
        self._look_s = look_s
        self._check_s = check_s
        self._lease = Lease(services.database, "telegram hooks")
        self._done: set[str] = set()
        self._known: set[str] = set()
        self._not_before: dict[str, float] = {}

    async def run(self) -> None:
        try:
            while True:
                await self._look()
                await asyncio.sleep(min(self._look_s, self._lease.length_ms / 3 / clock.SECOND))
        finally:
            with contextlib.suppress(LeadsBotError):
                await self._lease.release()

    async def _look(self) -> None:
        try:
            held = await self._lease.take()
            tokens = set(await chats.own_tokens(self._services)) if held else set()
        except LeadsBotError as error:
            log.warning("bot.lease_failed", error=error.message)
            return
        if held and self._services.settings.telegram_token:
            tokens.add(self._services.settings.telegram_token)
        for token in self._done - tokens:
            await self._forget(token, held)
        self._known &= tokens
        now = asyncio.get_running_loop().time()
        for token in sorted(tokens):
            if self._not_before.get(token, 0.0) <= now:
                await self._set(token, now)

    async def _forget(self, token: str, held: bool) -> None:
        """Stop the pushing for a bot whose channel is gone. Another node that took over goes on with it."""
        self._done.discard(token)
        self._not_before.pop(token, None)
        if held:
            with contextlib.suppress(TelegramError):
                await self._bot(token).delete_webhook()

    async def _set(self, token: str, now: float) -> None:
        bot_id = token.partition(":")[0]
        bot = self._bot(token)
        try:
            told = await self._tell(bot, token, await bot.get_webhook_info())
        except TelegramError as error:
            wrong = isinstance(error, InvalidToken)
            self._not_before[token] = now + (_WRONG_TOKEN_S if wrong else AGAIN_S)
            log.error("bot.webhook_refused", bot=bot_id, error=error.message)
            return
        self._not_before[token] = now + self._check_s
        if told:
            log.info("bot.webhook_set", bot=bot_id)
            await menu.introduce(bot)

    async def _tell(self, bot: Bot, token: str, info: WebhookInfo) -> bool:
        """Tell Telegram where to push, unless it does so already or another program is pushed to; gives whether it was
        told. The instance's bot is taken from another program at the start alone: two that take it from each other
        would never end."""
        known = token in self._known
        self._known.add(token)
        if self._stands(info, token):
            self._done.add(token)
            return False
        yields = known or token != self._services.settings.telegram_token
        if info.url and not is_ours(self._services, info.url) and yields:
            log.error("bot.used_elsewhere", bot=token.partition(":")[0], hint=USED_ELSEWHERE)
            self._done.discard(token)
            with contextlib.suppress(LeadsBotError):
                await rivals.note(self._services, token, "is pushed to")
            return False
        await bot.set_webhook(
            address_of(self._services, token),
            allowed_updates=WANTED,
            secret_token=secret_of(self._services.vault, token),
            max_connections=_CONNECTIONS,
        )
        self._done.add(token)
        return True

    def _stands(self, info: WebhookInfo, token: str) -> bool:
        """Tell whether Telegram has it so already, and didn't fail to push."""
        same = info.url == address_of(self._services, token) and set(info.allowed_updates or ()) == set(WANTED)
        return same and info.last_error_date is None

    def _bot(self, token: str) -> Bot:
        return make_line_bot(self._services, token, f"telegram:bot:{token.partition(':')[0]}")
