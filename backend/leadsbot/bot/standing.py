"""How the bot stands in a chat: blocked, removed, silenced, or the group became another. Telegram says so by itself,
so nobody has to wait until an alert fails."""

from __future__ import annotations

from typing import Final

import structlog
from telegram import Chat, ChatMember, ChatMemberRestricted, ChatMemberUpdated

from leadsbot.bot import chats
from leadsbot.bot.line import Line
from leadsbot.db import Tx
from leadsbot.db.tx import Row
from leadsbot.events.log import topic
from leadsbot.routing import places, resuming, trouble
from leadsbot.routing.destination import Destination, open_config, seal_config
from leadsbot.routing.kinds import TELEGRAM
from leadsbot.services import Services

BLOCKED: Final = "The bot was blocked in this chat. Unblock it and switch the channel on again."
REMOVED: Final = "The bot was removed from this chat. Add it again and switch the channel on."
SILENCED: Final = "The bot may not write in this chat. Allow it and switch the channel on again."

# What is right again once the bot may write; the last is what an alert that failed has found.
_MENDED: Final = (
    BLOCKED,
    REMOVED,
    SILENCED,
    "The bot was removed from this group. Add it again and switch the channel on.",
)

log = structlog.get_logger("leadsbot.bot")


async def changed(services: Services, line: Line, update: ChatMemberUpdated) -> None:
    """Switch the channels of a chat off that the bot can't write to any more, and on again that were off for that
    alone; the owners are told elsewhere."""
    reason = _reason(update)
    rows = await chats.channels_in(services, line, update.chat)

    async def unit(tx: Tx) -> None:
        for row in rows:
            await _switch(tx, row, reason)
            tx.signal(topic(row["workspace_id"]))

    if rows:
        await services.database.write(unit)
        log.info("bot.stands", channels=len(rows), reason=reason)


async def _switch(tx: Tx, row: Row, reason: str | None) -> None:
    destination = Destination(TELEGRAM, row)
    if reason is not None:
        await trouble.switch_off(tx, destination, row, reason, probed=False)
    elif not row["enabled"] and row["disabled_reason"] in _MENDED:
        await _switch_on(tx, destination)


async def _switch_on(tx: Tx, destination: Destination) -> None:
    if await trouble.switch_on(tx, destination, since="may be written to again now"):
        await resuming.after_trouble(tx, destination)


async def moved(services: Services, line: Line, old_chat: Chat, new_chat: int) -> None:
    """Let channels follow a group that became a supergroup, also one that was switched off since the bot seemed to be
    removed from the old one."""
    rows = await chats.channels_in(services, line, old_chat)

    async def unit(tx: Tx) -> None:
        for row in rows:
            await _follow(services, tx, row, new_chat)

    if rows:
        await services.database.write(unit)


async def _follow(services: Services, tx: Tx, row: Row, new_chat: int) -> None:
    config = {**open_config(services.vault, row["config"]), "chat_id": new_chat}
    back = row["disabled_reason"] == REMOVED
    await tx.execute(
        "UPDATE channels SET config = $3, chat = $4 WHERE id = $1 AND config = $2",
        row["id"],
        row["config"],
        seal_config(services.vault, config),
        places.of_config(config)["chat"],
    )
    if back:
        await _switch_on(tx, Destination(TELEGRAM, row))
    tx.signal(topic(row["workspace_id"]))


def _reason(update: ChatMemberUpdated) -> str | None:
    member = update.new_chat_member
    if member.status in (ChatMember.LEFT, ChatMember.BANNED):
        return BLOCKED if update.chat.type == update.chat.PRIVATE else REMOVED
    if isinstance(member, ChatMemberRestricted) and not member.can_send_messages:
        return SILENCED if member.is_member else REMOVED
    return None
