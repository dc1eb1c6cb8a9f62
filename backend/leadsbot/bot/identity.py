"""Which bot this is: its name, asked of Telegram once and remembered."""

from __future__ import annotations

import asyncio
from time import monotonic

from telegram import Bot
from telegram.error import TelegramError

from leadsbot.channels.telegram.api import OutboundRequest, make_bot
from leadsbot.services import Services

_SECONDS = 5.0  # a page waits for this
_KNOWN_FOR = 3600.0
_UNKNOWN_FOR = 30.0

_names: dict[tuple[str, str], tuple[float, str | None]] = {}


def instance_bot(services: Services, destination: str) -> Bot:
    """Give the instance's own bot; `destination` names whose connections its calls use."""
    settings = services.settings
    request = OutboundRequest(services.outbound, destination)
    return make_bot(settings.telegram_token, settings.telegram_api, request)


async def bot_username(services: Services) -> str | None:
    """Give the name of the instance's bot without the @, or None without a bot, or while Telegram won't say."""
    key = (services.settings.telegram_api, services.settings.telegram_token)
    if not services.settings.telegram_token:
        return None
    until, name = _names.get(key, (0.0, None))
    if monotonic() < until:
        return name
    name = await _ask(services)
    _names[key] = (monotonic() + (_KNOWN_FOR if name else _UNKNOWN_FOR), name)
    return name


async def _ask(services: Services) -> str | None:
    try:
        async with asyncio.timeout(_SECONDS):
            return (await instance_bot(services, "telegram:bot").get_me()).username
    except (TelegramError, TimeoutError):
        return None
