"""Which channels a chat is linked to. A chat's numbers are those of one bot: the same number means another chat to
another bot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from telegram import Chat

from leadsbot.bot.line import Line
from leadsbot.db.tx import Row
from leadsbot.routing import places
from leadsbot.routing.destination import open_config
from leadsbot.routing.kinds import TELEGRAM
from leadsbot.services import Services
from leadsbot.vault import Undecipherable, Vault

_HERE: Final = "c.kind = $1 AND c.chat IN ($2, $3)"
_REMEMBERED = 20_000  # a config is decrypted once, not for every word that is said


@dataclass(frozen=True, slots=True)
class Linked:
    """A channel that speaks in a chat; `enabled` ones alone let it ask for anything."""

    channel_id: str
    workspace_id: str
    workspace_name: str
    timezone: str
    thread_id: int | None
    enabled: bool


async def linked(services: Services, line: Line, chat: Chat, thread_id: int | None = None) -> list[Linked]:
    """Give the channels of this chat, those of its topic `thread_id` first."""
    return await _linked_where(services, line, chat, thread_id, "")


async def linked_of(services: Services, line: Line, chat: Chat, workspace_id: str) -> list[Linked]:
    """Give the channels of this chat that are a workspace's."""
    return await _linked_where(services, line, chat, None, " AND c.workspace_id = $4", workspace_id)


async def _linked_where(
    services: Services, line: Line, chat: Chat, thread_id: int | None, where: str, *args: str
) -> list[Linked]:
    rows = await services.database.fetch(
        "SELECT c.id, c.workspace_id, c.config, c.enabled, w.name, w.timezone FROM channels c"
        f" JOIN workspaces w ON w.id = c.workspace_id WHERE {_HERE}{where} ORDER BY c.created_at, c.id",
        *_here(chat),
        *args,
    )
    found = [_linked(row, config) for row, config in _of_bot(services, line.token, rows) if _is(config, chat)]
    return sorted(found, key=lambda one: one.thread_id != thread_id)


async def channels_in(services: Services, line: Line, chat: Chat) -> list[Row]:
    """Give the rows of the channels that speak in a chat, as they are stored."""
    rows = await services.database.fetch(f"SELECT c.* FROM channels c WHERE {_HERE}", *_here(chat))
    return [row for row, config in _of_bot(services, line.token, rows) if _is(config, chat)]


def same_bot(services: Services, line: Line, row: Row) -> bool:
    """Tell whether a channel speaks through this bot."""
    return bool(_of_bot(services, line.token, [row]))


async def own_tokens(services: Services) -> list[str]:
    """Give the tokens of the bots that workspaces brought along, those of the oldest channels first; the instance's is
    none. Several may begin with one bot's number; at most one of these is right, and only Telegram knows which."""
    tokens = await _tokens(services, "bot > ''")
    return [token for token in tokens if token != services.settings.telegram_token]


async def tokens_of(services: Services, bot_id: str) -> list[str]:
    """Give the tokens that begin with a bot's number, the instance's first."""
    ours = services.settings.telegram_token
    tokens = dict.fromkeys([ours, *await _tokens(services, "bot = $2", places.bot_number(f"{bot_id}:"))])
    return [token for token in tokens if token and token.partition(":")[0] == bot_id]


async def workspaces_of(services: Services, token: str) -> list[str]:
    """Give the workspaces that speak through the bot with this token, by channels that are switched on."""
    rows = await services.database.fetch(
        "SELECT workspace_id, config FROM channels WHERE kind = $1 AND enabled ORDER BY workspace_id", TELEGRAM
    )
    return list(dict.fromkeys(row["workspace_id"] for row, _ in _of_bot(services, token, rows)))


async def own_token(services: Services, workspace_id: str) -> str | None:
    """Give the token of a bot that a workspace brought along; None where it has none."""
    return next(iter(await _tokens(services, "bot > '' AND workspace_id = $2", workspace_id)), None)


async def _tokens(services: Services, where: str, *args: str) -> list[str]:
    rows = await services.database.fetch(
        f"SELECT config FROM channels WHERE kind = $1 AND enabled AND {where} ORDER BY created_at, id", TELEGRAM, *args
    )
    configs = [_config(services.vault, row["config"]) for row in rows]
    return list(dict.fromkeys(str(config["bot_token"]) for config in configs if config and config.get("bot_token")))


def _here(chat: Chat) -> tuple[str, ...]:
    return TELEGRAM, str(chat.id), f"@{chat.username or ''}".lower()


def _of_bot(services: Services, token: str, rows: Sequence[Row]) -> list[tuple[Row, dict[str, Any]]]:
    opened = [(row, _config(services.vault, row["config"])) for row in rows]
    ours = services.settings.telegram_token
    return [
        (row, config) for row, config in opened if config is not None and (config.get("bot_token") or ours) == token
    ]


def _linked(row: Row, config: dict[str, Any]) -> Linked:
    return Linked(
        row["id"], row["workspace_id"], row["name"], row["timezone"], config.get("thread_id"), bool(row["enabled"])
    )


def _is(config: dict[str, Any], chat: Chat) -> bool:
    """Tell whether a config names this chat: by its number, or, where it is public, by its @name."""
    named = config.get("chat_id")
    if isinstance(named, str):
        return named.lower() == f"@{chat.username or ''}".lower()
    return bool(named == chat.id)


@lru_cache(maxsize=_REMEMBERED)
def _config(vault: Vault, stored: str) -> dict[str, Any] | None:
    """Give a config, or None for one that was stored under another key. Nobody may change what this gives."""
    try:
        return open_config(vault, stored)
    except Undecipherable:
        return None
