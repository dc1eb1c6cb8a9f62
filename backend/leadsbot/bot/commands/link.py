"""`/start CODE` from one of the dashboard's deep links, or `/link CODE`: from now on leads arrive in this chat, or
this Telegram account is known as a person's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadsbot.bot import accounts, links
from leadsbot.bot.chats import same_bot
from leadsbot.bot.commands import help as help_command
from leadsbot.bot.links import AccountCode
from leadsbot.bot.rights import ACCOUNT_PAGE
from leadsbot.bot.said import Command, Said
from leadsbot.errors import Forbidden, NotFound
from leadsbot.routing.channels import link_chat
from leadsbot.routing.destination import open_config
from leadsbot.services import Services

_TITLE = 200
_YOU = "I know you now as {name}: what you press and reply counts as yours. If that isn't you, send /unlink."


async def run(services: Services, said: Said) -> str:
    """Link and say so; a code that doesn't fit raises a LeadsBotError whose message is the answer."""
    if not said.argument:
        return await help_command.run(services, said)
    code = links.read_code(services.vault, said.argument.split()[0])
    if isinstance(code, AccountCode):
        return await _link_account(services, said, code)
    channel = await _channel(services, code.channel_id)
    if not same_bot(services, said.line, channel):
        raise Forbidden("This code is for another bot. Send it there: the channels page has its link.")
    place = {"chat_id": said.chat.id, "thread_id": said.thread_id, "title": _title(said)}
    await _link(services, channel, place)
    answer = f"Linked: new leads of {channel['workspace_name']} arrive here."
    return "\n".join(filter(None, (answer, await _stranger(services, said))))


async def _link_account(services: Services, said: Said, code: AccountCode) -> str:
    """Let the account be the person's. In private alone: a code that others see could be used by them."""
    who = said.message.from_user
    if not said.private or who is None:
        raise Forbidden("This code is for you alone: send it to me in a private chat.")
    name = await accounts.link(services.database, code.user_id, who, code.issued_at)
    return _YOU.format(name=name)


async def _stranger(services: Services, said: Said) -> str:
    """Say how to be known, to somebody who links their own chat and isn't. The channel's link doesn't tell who they
    are: it may well have been made for them by a colleague."""
    who = said.message.from_user
    if who is None or not said.private or await accounts.holder_of(services.database, who.id):
        return ""
    return f"If you belong to the team, let me know who you are: {services.settings.public_url}{ACCOUNT_PAGE}"


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


COMMAND = Command(("start", "link"), "/link CODE - let new leads arrive in this chat, group or topic", run, place=7)
