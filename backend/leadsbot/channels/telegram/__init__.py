"""Alerts in a Telegram chat, group or topic, through the Bot API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message
from telegram.error import BadRequest, TelegramError

from leadsbot.channels.base import DeliveryFailed, Parcel, Receipt, Summary, summarize
from leadsbot.channels.telegram.api import OutboundRequest, make_bot
from leadsbot.channels.telegram.failures import explain
from leadsbot.channels.telegram.text import Text, render
from leadsbot.errors import InvalidInput
from leadsbot.outbound import Outbound

PUBLIC_API = "https://api.telegram.org"

_CHANNEL_NAME = re.compile(r"@[A-Za-z][A-Za-z0-9_]{3,31}")
_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
_LARGEST_ID = 2**52  # https://core.telegram.org/bots/api#chat: at most 52 significant bits


class Telegram:
    """Config: `chat_id`, `thread_id` (a topic) and `bot_token`; routing adds the instance's token and `api_base`."""

    kind = "telegram"
    label = "Telegram"

    def check_config(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """Check ids and token by their form. All may be missing: a chat is then linked later, by the deep link."""
        checked: dict[str, Any] = {}
        if config.get("chat_id") is not None:
            checked["chat_id"] = _chat_id(config["chat_id"])
        if config.get("thread_id") is not None:
            checked["thread_id"] = _number(config["thread_id"], "thread_id", least=1)
        if config.get("bot_token") is not None:
            token = config["bot_token"]
            if not isinstance(token, str) or not _TOKEN.fullmatch(token.strip()):
                raise InvalidInput("A bot's token looks like 123456:ABC-DEF.", fields=["config.bot_token"])
            checked["bot_token"] = token.strip()
        return checked

    def destination(self, config: Mapping[str, Any]) -> str:
        place = f"{self.kind}:{config.get('chat_id', '')}"
        return f"{place}/{config['thread_id']}" if config.get("thread_id") else place

    async def send(self, parcel: Parcel, outbound: Outbound) -> Receipt:
        """Send the alert; the receipt's state has `chat_id` and `message_id` for later edits."""
        config = parcel.config
        if not config.get("chat_id"):
            raise DeliveryFailed("No chat is linked yet. Open the channel's link in Telegram and press Start.")
        if not config.get("bot_token"):
            raise DeliveryFailed("This server has no Telegram bot. Set LEADSBOT_TELEGRAM_TOKEN or the channel's own.")
        request = OutboundRequest(outbound, f"{parcel.workspace_id}:{self.destination(config)}")
        try:
            bot = make_bot(str(config["bot_token"]), str(config.get("api_base") or PUBLIC_API), request)
            message = await _deliver(bot, config, summarize(parcel))
        except TelegramError as error:
            raise DeliveryFailed(**explain(error, request.status, request.from_api)) from error
        return Receipt(request.status, state={"chat_id": message.chat_id, "message_id": message.message_id})


async def _deliver(bot: Bot, config: Mapping[str, Any], summary: Summary) -> Message:
    """Send the summary; if Telegram minds its dress, send it plainly: the alert matters more than its looks."""
    parts = (summary.title, summary.facts, summary.message, summary.link)
    try:
        return await _post(bot, config, render(*parts))
    except BadRequest as refused:
        said = refused.message.lower()
        if "can't parse entities" in said:
            return await _post(bot, config, render(*parts), plain=True)
        if summary.link and ("button" in said or "url" in said):
            return await _post(bot, config, render(*parts, buttons=False))
        raise


async def _post(bot: Bot, config: Mapping[str, Any], text: Text, *, plain: bool = False) -> Message:
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Open", url=text.button)]]) if text.button else None
    return await bot.send_message(
        chat_id=config["chat_id"],
        message_thread_id=config.get("thread_id"),
        text=text.plain if plain else text.html,
        parse_mode=None if plain else "HTML",
        reply_markup=keyboard,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )


def _chat_id(value: object) -> int | str:
    if isinstance(value, str) and _CHANNEL_NAME.fullmatch(value.strip()):
        return value.strip()
    return _number(value, "chat_id", least=-_LARGEST_ID)


def _number(value: object, name: str, *, least: int) -> int:
    text = str(value).strip()
    if isinstance(value, bool) or not re.fullmatch(r"-?[0-9]{1,16}", text) or not least <= int(text) <= _LARGEST_ID:
        raise InvalidInput(f"{name} is a number that Telegram gives.", fields=[f"config.{name}"])
    return int(text)


CHANNEL = Telegram()
