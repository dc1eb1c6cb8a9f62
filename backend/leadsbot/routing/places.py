"""Where Telegram channels lead, beside their encrypted config: so that a chat, or a bot, finds its own by an index.

Both are numbers that Telegram shows anyhow: no secret. The config stays what is true.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leadsbot.db import Tx
from leadsbot.routing import kinds
from leadsbot.routing.destination import open_config
from leadsbot.services import Services
from leadsbot.vault import Undecipherable

_LONGEST: Final = {"chat": 100, "bot": 32}


def of_config(config: Mapping[str, Any]) -> dict[str, str]:
    """Give the columns for a channel's config: its chat's number or @name, and the number of a bot of its own."""
    chat = config.get("chat_id")
    places = {"chat": "" if chat is None else str(chat).lower(), "bot": bot_number(str(config.get("bot_token") or ""))}
    return {column: place[: _LONGEST[column]] for column, place in places.items()}


def bot_number(token: str) -> str:
    """Give the number that a bot's token begins with, as its column has it."""
    return token.partition(":")[0][: _LONGEST["bot"]]


async def note_old(services: Services) -> int:
    """Note where channels lead that were stored before this was noted; gives how many. One that was stored under
    another key is found by nobody."""
    rows = await services.database.fetch(
        "SELECT id, config FROM channels WHERE kind = $1 AND chat IS NULL", kinds.TELEGRAM
    )
    found = [(row, places) for row in rows if (places := _places(services, row)) is not None]

    async def unit(tx: Tx) -> None:
        await tx.execute_many(
            "UPDATE channels SET chat = $3, bot = $4 WHERE id = $1 AND config = $2",
            [(row["id"], row["config"], places["chat"], places["bot"]) for row, places in found],
        )

    if found:
        await services.database.write(unit)
    return len(found)


def _places(services: Services, row: Mapping[str, Any]) -> dict[str, str] | None:
    try:
        return of_config(open_config(services.vault, row["config"]))
    except Undecipherable:
        return None
