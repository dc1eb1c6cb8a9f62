"""Buttons under a list of leads: they turn its pages and open its leads."""

from __future__ import annotations

from telegram import CallbackQuery, Message

from leadsbot.bot import cards, lists
from leadsbot.bot.answers import Answer, Place, say, show
from leadsbot.bot.line import Line
from leadsbot.bot.rights import NOT_HERE, House, houses
from leadsbot.channels.telegram.presses import HERE, Press
from leadsbot.errors import Conflict, NotFound
from leadsbot.leads import reading
from leadsbot.leads.merged import successor
from leadsbot.services import Services

STALE = "This button does nothing any more."


async def turn(services: Services, line: Line, query: CallbackQuery, press: Press) -> str:
    """Turn a list's page in its message; open one of its leads, or a list from a digest, in a message of its own."""
    message = query.message
    if not isinstance(message, Message):
        raise Conflict("This message is too old for me. Ask anew with /leads.")
    thread_id = message.message_thread_id if message.is_topic_message else None
    found = await houses(services, line, message.chat, query.from_user, thread_id)
    if press.argument == lists.OPEN:
        await say(line, Place(message.chat.id, thread_id), await _card(services, found, press.subject))
        return ""
    try:
        asked = lists.read_page(press, message.text or "")
    except ValueError:
        raise Conflict(STALE) from None
    answer = await lists.page(services, found, asked)
    if asked.way == HERE:
        await say(line, Place(message.chat.id, thread_id), answer)
        return ""
    await show(line, Place(message.chat.id, message_id=message.message_id), answer)
    return ""


async def _card(services: Services, found: list[House], lead_id: str) -> Answer:
    """Lay a lead of the list out; for one that was merged since, the lead that was kept."""
    for house in found:
        kept = await successor(services.database, house.id, lead_id)
        try:
            row = await reading.get_lead(services.database, house.id, kept or lead_id)
        except NotFound:
            continue
        return await cards.card(services, house, row)
    raise NotFound(NOT_HERE)
