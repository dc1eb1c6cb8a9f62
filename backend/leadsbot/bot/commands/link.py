"""`/start CODE` from the dashboard's deep link, `/link CODE` in a group or topic: from now on leads arrive here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadsbot.bot import links
from leadsbot.bot.commands import help as help_command
from leadsbot.bot.said import Command, Said
from leadsbot.errors import Forbidden, NotFound
from leadsbot.routing.channels import link_chat
from leadsbot.routing.destination import open_config
from leadsbot.services import Services

_TITLE = 200


async def run(services: Services, said: Said) -> str:
    """Link the chat and say so; a code that doesn't fit raises a LeadsBotError whose message is the answer."""
    if not said.argument:
        return await help_command.run(services, said)
    channel = await _channel(services, links.read_code(services.vault, said.argument.split()[0]))
    place = {"chat_id": said.chat.id, "thread_id": said.thread_id, "title": _title(said)}
    await _link(services, channel, place)
    return f"Linked: new leads of {channel['workspace_name']} arrive here."


async def _channel(services: Services, channel_id: str) -> dict[str, Any]:
    row = await services.database.fetch_one(
        "SELECT c.*, w.name AS workspace_name FROM channels c JOIN workspaces w ON w.id = c.workspace_id"
        " WHERE c.id = $1 AND c.kind = 'telegram'",
        channel_id,
    )
    if row is None:
        raise NotFound("The channel of this code has been deleted. Make a new one on the channels page.")
    return row


async def _link(services: Services, channel: dict[str, Any], place: Mapping[str, Any]) -> None:
    """Link once: Telegram may deliver a message twice, but a code that was used opens no second chat."""
    config = open_config(services.vault, channel["config"])
    if config.get("chat_id") is None:
        if await link_chat(services, channel, place):
            return
        config = open_config(services.vault, (await _channel(services, channel["id"]))["config"])
    if any(config.get(key) != place[key] for key in ("chat_id", "thread_id")):
        raise Forbidden("This code has been used for another chat. Make a new channel for this one.")


def _title(said: Said) -> str:
    return (said.chat.title or said.chat.full_name or "")[:_TITLE]


COMMAND = Command(("start", "link"), "/link CODE - let new leads arrive in this chat, group or topic", run)
