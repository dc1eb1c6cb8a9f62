"""Where Telegram channels lead, beside their encrypted config: so that a chat, or a bot, finds its own by an index.

Both are numbers that Telegram shows anyhow: no secret. The config stays what is true.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_LONGEST: Final = {"chat": 100, "bot": 32}


def of_config(config: Mapping[str, Any]) -> dict[str, str]:
    """Give the columns for a channel's config: its chat's number or @name, and the number of a bot of its own."""
    chat = config.get("chat_id")
    places = {"chat": "" if chat is None else str(chat).lower(), "bot": bot_number(str(config.get("bot_token") or ""))}
    return {column: place[: _LONGEST[column]] for column, place in places.items()}


def bot_number(token: str) -> str:
    """Give the number that a bot's token begins with, as its column has it."""
    return token.partition(":")[0][: _LONGEST["bot"]]
