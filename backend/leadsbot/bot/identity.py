"""Which bot this is: its name, asked of Telegram once and remembered."""

from __future__ import annotations

import asyncio
from time import monotonic

from telegram.error import TelegramError

from leadsbot.channels.telegram.api import OutboundRequest, PlainBot, make_bot
from leadsbot.services import Services

_SECONDS = 5.0  # a page waits for this
_KNOWN_FOR = 3600.0
_UNKNOWN_FOR = 30.0
_MOST = 1_000

_names: dict[tuple[str, str], tuple[float, str | None]] = {}


def make_line_bot(services: Services, token: str, destination: str) -> PlainBot:
    """Give a bot of the instance's Bot API server; `destination` names whose connections its calls use."""
    request = OutboundRequest(services.outbound, destination)
    return make_bot(token, services.settings.telegram_api, request)


async def bot_username(services: Services) -> str | None:
    """Give the name of the instance's bot without the @, or None without a bot, or while Telegram won't say."""
    return await username_of(services, services.settings.telegram_token)


async def username_of(services: Services, token: str) -> str | None:
    """Give the name of the bot with this token without the @; None for no token, or while Telegram won't say."""
    key = (services.settings.telegram_api, token)
    if not token:
        return None
    until, name = _names.get(key, (0.0, None))
    if monotonic() < until:
        return name
    name = await _ask(services, token)
    if len(_names) >= _MOST:
        _names.clear()
    _names[key] = (monotonic() + (_KNOWN_FOR if name else _UNKNOWN_FOR), name)
    return name


async def _ask(services: Services, token: str) -> str | None:
    try:
        async with asyncio.timeout(_SECONDS):
            return (await make_line_bot(services, token, "telegram:bot").get_me()).username
    except (TelegramError, TimeoutError):
        return None
