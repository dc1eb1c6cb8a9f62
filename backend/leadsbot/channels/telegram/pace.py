"""How fast Telegram lets a bot write (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this):
a message a second to a chat, twenty a minute to a group, about thirty a second in all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from leadsbot.channels.base.pace import Limit
from leadsbot.channels.telegram.api import mark_of

CHAT_MS: Final = 1_000
GROUP_MS, GROUP_BURST = 4_000, 5
"""Within any minute five and then fifteen more: twenty."""
BOT_MS, BOT_BURST = 40, 5
"""Within any second five and then twenty-five more: thirty."""


def limits_of(config: Mapping[str, Any]) -> Sequence[Limit]:
    """Give the limits for the chat that a config names; topics of a group share theirs."""
    token, chat = str(config.get("bot_token") or ""), config.get("chat_id")
    if not token or chat is None:
        return ()
    bot = mark_of(token)
    place = f"telegram:{bot}:{chat}"
    group = [Limit(f"{place}:group", GROUP_MS, GROUP_BURST)] if is_group(chat) else []
    return (Limit(place, CHAT_MS, serial=True), *group, Limit(f"telegram:{bot}", BOT_MS, BOT_BURST))


def is_group(chat: int | str) -> bool:
    """Tell whether a chat is a group or a channel: those have negative numbers, or names."""
    return isinstance(chat, str) or chat < 0
