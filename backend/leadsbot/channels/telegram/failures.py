"""What Telegram's refusals mean for a delivery and for its channel.

Descriptions are what the Bot API sends; it documents only that they are for people and may change, so whatever is not
known here is tried again rather than taken as the end of the channel.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from telegram.error import BadRequest, ChatMigrated, InvalidToken, RetryAfter, TelegramError

from leadsbot.outbound import OutboundError

_GONE = {
    "bot was blocked by the user": "The bot was blocked in this chat. Unblock it and switch the channel on again.",
    "bot was kicked": "The bot was removed from this group. Add it again and switch the channel on.",
    "bot is not a member": "The bot is not in this group or channel. Add it and switch the channel on.",
    "user is deactivated": "The Telegram account behind this chat was deleted. Link another chat.",
    "bot can't initiate conversation": "Telegram lets the bot write only after you pressed Start in its chat.",
    "chat not found": "Telegram doesn't know this chat. Link it again.",
    "group chat was deleted": "The group was deleted. Link another chat.",
    "group chat was deactivated": "The group was closed. Link another chat.",
    "message thread not found": "The topic was deleted. Link another topic or the group itself.",
    "topic_deleted": "The topic was deleted. Link another topic or the group itself.",
    "topic_closed": "The topic is closed. Reopen it and switch the channel on again.",
    "topic closed": "The topic is closed. Reopen it and switch the channel on again.",
    "peer_id_invalid": "Telegram doesn't know this chat. Link it again.",
    "no write access": "The bot may not write in this chat. Allow it and switch the channel on again.",
    "chat_send_plain_forbidden": "The bot may not write in this chat. Allow it and switch the channel on again.",
    "chat_restricted": "Telegram has restricted this chat. Link another one.",
    "not enough rights to send": "The bot may not write in this chat. Allow it and switch the channel on again.",
    "have no rights to send": "The bot may not write in this chat. Allow it and switch the channel on again.",
    "chat_write_forbidden": "The bot may not write in this chat. Allow it and switch the channel on again.",
    "need administrator rights": "The bot must be an administrator of this channel to write in it.",
}
# A message that is gone, or too old for Telegram, while its chat may be quite well.
_MESSAGE_GONE = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "message_edit_time_expired",
)
_UNCHANGED = "message is not modified"
_BAD_TOKEN = "Telegram doesn't accept the bot's token. Check it with @BotFather and switch the channel on again."  # noqa: S105


def explain(error: TelegramError, status: int | None, from_api: bool) -> dict[str, Any]:
    """Give the arguments of the DeliveryFailed that `error` amounts to.

    `status` is the HTTP status, `from_api` whether the Bot API itself spoke: a proxy's 403 says nothing of a chat.
    """
    if isinstance(error, RetryAfter):
        wait = error.retry_after
        seconds = wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
        message = f"Telegram asks to wait {seconds:g} seconds before the next message."
        return {"message": message, "status_code": status, "retry_after": seconds}
    if isinstance(error, ChatMigrated):
        message = "The group became a supergroup; messages follow it."
        return {"message": message, "status_code": status, "moved": {"chat_id": error.new_chat_id}}
    if from_api and (why := _why_gone(error)):
        return {"message": why, "status_code": status, "permanent": True, "disable": why}
    unfit = from_api and isinstance(error, BadRequest)
    return {"message": _sentence(error), "status_code": status, "permanent": _is_final(error), "unfit": unfit}


def is_about_the_chat(error: TelegramError) -> bool:
    """Tell whether this refusal is of the chat itself, whatever is written to it."""
    return _why_gone(error) is not None


def is_about_the_message(error: TelegramError) -> bool:
    """Tell whether what was to be edited can't be, any more, or shows it all already."""
    said = error.message.lower()
    return _UNCHANGED in said or any(sign in said for sign in _MESSAGE_GONE)


def is_unchanged(error: TelegramError) -> bool:
    """Tell whether an edit was refused because the message says it already."""
    return _UNCHANGED in error.message.lower()


def _why_gone(error: TelegramError) -> str | None:
    if isinstance(error, InvalidToken):
        return _BAD_TOKEN
    said = error.message.lower()
    return next((why for sign, why in _GONE.items() if sign in said), None)


def _is_final(error: TelegramError) -> bool:
    """An address that may not be called stays forbidden."""
    return isinstance(error.__cause__, OutboundError) and error.__cause__.permanent


def _sentence(error: TelegramError) -> str:
    if isinstance(error.__cause__, OutboundError):
        return error.__cause__.message
    return f"Telegram answered: {error.message[:300]}"
