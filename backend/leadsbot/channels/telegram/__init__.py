"""Alerts in a Telegram chat, group or topic, through the Bot API."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from telegram import Bot, LinkPreviewOptions, ReplyParameters
from telegram.error import BadRequest, TelegramError

from leadsbot.channels.base import DeliveryFailed, Parcel, Receipt, summarize
from leadsbot.channels.base.chart import drawn
from leadsbot.channels.base.fields import ConfigField
from leadsbot.channels.base.pace import Limit
from leadsbot.channels.telegram.api import OutboundRequest, make_bot
from leadsbot.channels.telegram.digest import laid_out
from leadsbot.channels.telegram.draft import draft
from leadsbot.channels.telegram.failures import explain, is_unchanged
from leadsbot.channels.telegram.keyboard import of_digest
from leadsbot.channels.telegram.pace import limits_of
from leadsbot.channels.telegram.posting import Dress, insist
from leadsbot.channels.telegram.text import MAX_CAPTION, Text, cut, units_of
from leadsbot.errors import InvalidInput
from leadsbot.outbound import Outbound

PUBLIC_API = "https://api.telegram.org"

_CHANNEL_NAME = re.compile(r"@[A-Za-z][A-Za-z0-9_]{3,31}")
_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
_UNLINKED = "No chat is linked yet. Open the channel's link in Telegram and press Start."
_GENERAL = 1  # a group's General topic, as its links call it; the Bot API knows no such thread and wants none named
_LARGEST_ID = 2**52  # https://core.telegram.org/bots/api#chat: at most 52 significant bits


class Telegram:
    """Config: `chat_id`, `thread_id` (a topic) and `bot_token`; routing adds the instance's token and `api_base`."""

    kind = "telegram"
    label = "Telegram"
    kept = ("title",)
    fields = (
        ConfigField("chat_id", "Chat id", "A number such as -1001234567890. The bot must be a member of the chat."),
        ConfigField("thread_id", "Topic", "The topic's number, in a group that has topics."),
        ConfigField("bot_token", "Your bot's token", "Only for a bot of your own, from @BotFather.", "secret"),
    )

    def check_config(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """Check ids and token by their form. All may be missing: a chat is then linked later, by the deep link."""
        checked: dict[str, Any] = {}
        if config.get("chat_id") is not None:
            checked["chat_id"] = _chat_id(config["chat_id"])
        if config.get("thread_id") is not None:
            thread_id = _number(config["thread_id"], "thread_id", least=1)
            checked |= {"thread_id": thread_id} if thread_id != _GENERAL else {}
        if config.get("bot_token") is not None:
            token = config["bot_token"]
            if not isinstance(token, str) or not _TOKEN.fullmatch(token.strip()):
                raise InvalidInput("A bot's token looks like 123456:ABC-DEF.", fields=["config.bot_token"])
            checked["bot_token"] = token.strip()
        return checked

    def destination(self, config: Mapping[str, Any]) -> str:
        place = f"{self.kind}:{config.get('chat_id', '')}"
        return f"{place}/{config['thread_id']}" if config.get("thread_id") else place

    def limits(self, config: Mapping[str, Any]) -> Sequence[Limit]:
        return limits_of(config)

    async def send(self, parcel: Parcel, outbound: Outbound) -> Receipt:
        """Send the alert; the receipt's state has `chat_id` and `message_id` for later edits, and what it shows."""
        config = parcel.config
        if not config.get("chat_id"):
            raise DeliveryFailed(_UNLINKED)
        state: dict[str, Any] = {"shown": self.shown(parcel), **_topic(config)}
        place = {"chat_id": config["chat_id"], "message_thread_id": config.get("thread_id")}
        picture = await drawn(summarize(parcel).chart)

        async def post(bot: Bot, dress: Dress) -> None:
            if picture and dress.picture:
                message = await bot.send_photo(photo=picture, **place, **_captioned(parcel, dress))
            else:
                about = _in_reply_to(parcel)
                message = await bot.send_message(reply_parameters=about, **place, **_wearing(parcel, dress))
            state.update(chat_id=message.chat_id, message_id=message.message_id)

        return Receipt(await self._call(parcel, outbound, post), state=state)

    async def send_digest(self, parcels: Sequence[Parcel], outbound: Outbound) -> Sequence[Receipt]:
        """Send what fits into one message; each receipt's state says where it stands, and that it is a digest's."""
        config = parcels[0].config
        if not config.get("chat_id"):
            raise DeliveryFailed(_UNLINKED)
        text, count = laid_out(parcels)
        state: dict[str, Any] = {"digest": True, **_topic(config)}

        async def post(bot: Bot, dress: Dress) -> None:
            worn = {**_worn(text, dress), "reply_markup": of_digest(parcels) if dress.buttons else None}
            place = {"chat_id": config["chat_id"], "message_thread_id": config.get("thread_id")}
            message = await bot.send_message(**place, **worn)
            state.update(chat_id=message.chat_id, message_id=message.message_id)

        status = await self._call(parcels[0], outbound, post)
        return [Receipt(status, state=dict(state)) for _ in range(count)]

    def shown(self, parcel: Parcel) -> str:
        return draft(parcel).mark

    async def edit(self, parcel: Parcel, state: Mapping[str, Any], outbound: Outbound) -> Receipt:
        """Edit the message in the chat where it stands, whichever chat the channel leads to by now."""

        async def post(bot: Bot, dress: Dress) -> None:
            await _edit(bot, state, _wearing(parcel, dress))

        return Receipt(await self._call(parcel, outbound, post), state={**state, "shown": self.shown(parcel)})

    async def edit_digest(self, parcels: Sequence[Parcel], state: Mapping[str, Any], outbound: Outbound) -> Receipt:
        text, _ = laid_out(parcels)

        async def post(bot: Bot, dress: Dress) -> None:
            buttons = of_digest(parcels) if dress.buttons else None
            await _edit(bot, state, {**_worn(text, dress), "reply_markup": buttons})

        return Receipt(await self._call(parcels[0], outbound, post), state=state)

    async def _call(
        self, parcel: Parcel, outbound: Outbound, post: Callable[[Bot, Dress], Awaitable[None]]
    ) -> int | None:
        """Call the Bot API with the channel's bot; gives the answer's status. Raises DeliveryFailed."""
        config = parcel.config
        if not config.get("bot_token"):
            raise DeliveryFailed("This server has no Telegram bot. Set LEADSBOT_TELEGRAM_TOKEN or the channel's own.")
        request = OutboundRequest(outbound, f"{parcel.workspace_id}:{self.destination(config)}")
        try:
            bot = make_bot(str(config["bot_token"]), str(config.get("api_base") or PUBLIC_API), request)
            await insist(lambda dress: post(bot, dress))
        except TelegramError as error:
            raise DeliveryFailed(**explain(error, request.status, request.from_api)) from error
        return request.status


def _wearing(parcel: Parcel, dress: Dress) -> dict[str, Any]:
    """Give the message's text and buttons as the Bot API takes them."""
    drawn = draft(parcel, buttons=dress.buttons, address=dress.address)
    return {**_worn(drawn.text, dress), "reply_markup": drawn.buttons}


def _worn(text: Text, dress: Dress) -> dict[str, Any]:
    return {
        "text": text.html if dress.markup else text.plain,
        "parse_mode": "HTML" if dress.markup else None,
        "link_preview_options": LinkPreviewOptions(is_disabled=True),
    }


def _captioned(parcel: Parcel, dress: Dress) -> dict[str, Any]:
    """Give what stands below a picture: as much as Telegram takes there, which is less than in a message."""
    drafted = draft(parcel, buttons=dress.buttons, address=dress.address)
    fits = units_of(drafted.text.plain) <= MAX_CAPTION
    return {
        "caption": drafted.text.html if fits and dress.markup else cut(drafted.text.plain, MAX_CAPTION),
        "parse_mode": "HTML" if fits and dress.markup else None,
        "reply_markup": drafted.buttons,
    }


async def _edit(bot: Bot, state: Mapping[str, Any], worn: Mapping[str, Any]) -> None:
    try:
        await bot.edit_message_text(chat_id=state["chat_id"], message_id=state["message_id"], **worn)
    except BadRequest as refused:
        if not is_unchanged(refused):
            raise


def _topic(config: Mapping[str, Any]) -> dict[str, Any]:
    return {"thread_id": config["thread_id"]} if config.get("thread_id") else {}


def _in_reply_to(parcel: Parcel) -> ReplyParameters | None:
    """Answer the message that the parcel is about, as long as it stands there."""
    message_id = parcel.data.get("reply_to")
    return ReplyParameters(message_id, allow_sending_without_reply=True) if message_id else None


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
