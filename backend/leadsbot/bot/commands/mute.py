"""`/mute`: no alerts in this chat or topic for a while; what came meanwhile arrives afterwards, folded together."""

from __future__ import annotations

from leadsbot.bot import chats, times
from leadsbot.bot.rights import actor
from leadsbot.bot.said import Command, Said
from leadsbot.errors import Forbidden, NotFound
from leadsbot.routing.muting import mute
from leadsbot.services import Services

USUAL = "1h"
OFF = "off"


async def run(services: Services, said: Said) -> str:
    """Mute or unmute the channels of this chat, or of the topic it was said in."""
    here = [one for one in await chats.linked(services, said.line, said.chat, said.thread_id) if one.enabled]
    heard = [one for one in here if one.thread_id == said.thread_id] or here
    if not heard:
        raise Forbidden("No alerts arrive in this chat, so there is nothing to mute.")
    chosen = [one for one in heard if one.workspace_id == heard[0].workspace_id]
    try:
        await actor(services, said.line, said.chat, said.message.from_user, chosen[0].workspace_id)
    except NotFound:
        raise Forbidden("You may not mute this chat.") from None
    off = said.command == "unmute" or said.argument.strip().lower() == OFF
    until = None if off else times.until(said.argument or USUAL, chosen[0].timezone)
    await mute(services.database, chosen[0].workspace_id, [one.channel_id for one in chosen], until)
    if until is None:
        return "Alerts arrive again."
    return (
        f"Quiet until {times.moment(until, chosen[0].timezone)}. What comes meanwhile arrives then. /mute off ends it."
    )


COMMAND = Command(("mute", "unmute"), "/mute 1h - no alerts here for a while: 30m, 4h, tomorrow, off", run, place=6)
