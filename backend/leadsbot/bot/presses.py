"""Buttons that somebody pressed: what they ask is checked like anything else, done, and answered.

A press comes from whoever can see a message, maybe twice, maybe long after the lead went elsewhere. Every press is
answered, or Telegram lets its button spin. Messages about the lead are edited by `routing`, from what happened to it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import msgspec
import structlog
from telegram import CallbackQuery, Chat, InlineKeyboardMarkup, Message
from telegram.error import TelegramError

from leadsbot.bot import cards, chats, lists, times
from leadsbot.bot.answers import Answer, Place, say, show
from leadsbot.bot.line import Line
from leadsbot.bot.replies import of_buttons
from leadsbot.bot.rights import ACCOUNT_PAGE, Actor, House, actor, houses
from leadsbot.channels.base.hooks import can_open
from leadsbot.channels.telegram import presses
from leadsbot.channels.telegram.keyboard import BACK, keyboard, snooze_choices
from leadsbot.channels.telegram.presses import Press
from leadsbot.channels.telegram.text import cut
from leadsbot.db import Tx
from leadsbot.db.tx import Row
from leadsbot.errors import Conflict, Forbidden, LeadsBotError, NotFound, Unavailable
from leadsbot.leads import changes, reading
from leadsbot.leads.merged import successor
from leadsbot.leads.present import lead_url
from leadsbot.routing import messages, snoozing, standing, withheld
from leadsbot.services import Services

MAX_ANSWER: Final = 200  # https://core.telegram.org/bots/api#answercallbackquery
_NOT_HERE = "This lead is not here."
_STALE = "This button does nothing any more."
_TOO_MUCH = "That is too quick for me. Try again in a minute."
_BROKE = "Something broke here. Try again, or open the lead in the dashboard."

log = structlog.get_logger("leadsbot.bot")


@dataclass(frozen=True, slots=True)
class Pressed:
    """A press by somebody who may act on this lead. `timezone` is the workspace's."""

    services: Services
    line: Line
    query: CallbackQuery
    chat: Chat
    press: Press
    lead: Row
    who: Actor

    @property
    def about(self) -> tuple[Any, str, str]:
        """Database, workspace and lead, as all that changes leads takes them."""
        return self.services.database, self.lead["workspace_id"], self.lead["id"]


async def handle(services: Services, line: Line, query: CallbackQuery) -> None:
    """Do what a press asks and answer it. Raises `Unavailable` where the database can't take it now."""
    try:
        text, alert = await _do(services, line, query), False
    except Unavailable:
        raise
    except LeadsBotError as error:
        text, alert = error.message, True
    except Exception:
        await _answer(line, query, _BROKE, True)
        raise
    await _answer(line, query, text, alert)


async def _do(services: Services, line: Line, query: CallbackQuery) -> str:
    if query.message is None:
        raise Forbidden("Nobody can act here. Open the lead in the dashboard.")
    if line.presses.judge((query.message.chat.id, query.from_user.id)) != "answer":
        raise Forbidden(_TOO_MUCH)
    press = presses.read(query.data or "")
    if press is None:
        raise Conflict(_STALE)
    if press.verb == presses.PAGE:
        return await _page(services, line, query, press)
    pressed = await _admitted(services, line, query, query.message.chat, press)
    said = await _DEEDS[press.verb](pressed)
    await _renew(pressed)
    return said


async def _admitted(services: Services, line: Line, query: CallbackQuery, chat: Chat, press: Press) -> Pressed:
    """Let those through who may act on the lead. A lead that is gone and one of elsewhere are told alike."""
    row = await _lead(services, press.subject)
    if row is None and (kept := await _kept(services, line, chat, press.subject)):
        row = await _lead(services, kept)
    if row is None:
        raise NotFound(_NOT_HERE)
    who = await actor(services, line, chat, query.from_user, row["workspace_id"])
    return Pressed(services, line, query, chat, press, row, who)


async def _lead(services: Services, lead_id: str) -> Row | None:
    return await services.database.fetch_one(
        "SELECT l.*, w.stages, w.timezone, w.name AS workspace_name FROM leads l"
        " JOIN workspaces w ON w.id = l.workspace_id WHERE l.id = $1 AND l.deleted_at IS NULL",
        lead_id,
    )


async def _kept(services: Services, line: Line, chat: Chat, lead_id: str) -> str | None:
    """Give the lead that this one became part of: an old message's buttons still mean the other."""
    for house_id in dict.fromkeys(one.workspace_id for one in await chats.linked(services, line, chat)):
        if kept := await successor(services.database, house_id, lead_id):
            return kept
    return None


async def _stage(pressed: Pressed) -> str:
    stages = msgspec.json.decode(pressed.lead["stages"], type=list[str])
    wanted = next((stage for stage in stages if presses.mark(stage) == pressed.press.argument), None)
    if wanted is None:
        await _refresh(pressed)
        raise Conflict("The pipeline has no such stage any more. The buttons change to those that it has.")
    before = await changes.move(*pressed.about, wanted, pressed.who.by, forward_only=True)
    return f"{'Already at' if before == wanted else 'Moved to'} {wanted}."


async def _claim(pressed: Pressed) -> str:
    user_id = _member(pressed)
    before = await changes.assign(*pressed.about, user_id, pressed.who.by, unless_taken=True)
    if before and before != user_id:
        raise Conflict(f"{await cards.person(pressed.services, before)} has claimed it already.")
    return "It is yours already." if before else "It is yours."


async def _release(pressed: Pressed) -> str:
    """Give a lead back, whoever's it is: somebody may be ill. The message says who did."""
    before = await changes.assign(*pressed.about, None, pressed.who.by)
    return "Free to be claimed." if before else "Nobody had claimed it."


async def _snooze(pressed: Pressed) -> str:
    """Offer for how long, or let the alert sleep so long."""
    message = await _message(pressed)
    if message is None:
        raise Conflict("Only a lead's alert can be snoozed.")
    timezone, said = pressed.lead["timezone"], pressed.press.argument
    if said in ("", BACK):
        await _show_buttons(pressed, snooze_choices(pressed.lead["id"]) if said == "" else await _usual(pressed))
        return ""
    until = times.until(f"{said}m" if said.isdecimal() else said, timezone)
    await snoozing.snooze(pressed.services.database, message, until, pressed.who.by)
    return f"Snoozed until {times.moment(until, timezone)}."


async def _usual(pressed: Pressed) -> InlineKeyboardMarkup | None:
    link = lead_url(pressed.lead["id"], pressed.services.settings.public_url)
    stands = await standing.load(*pressed.about)
    return keyboard(stands, link if can_open(link) else None)


async def _show_buttons(pressed: Pressed, buttons: InlineKeyboardMarkup | None) -> None:
    assert pressed.query.message is not None  # see _do()
    bot, number = pressed.line.bot, pressed.query.message.message_id
    try:
        await bot.edit_message_reply_markup(chat_id=pressed.chat.id, message_id=number, reply_markup=buttons)
    except TelegramError as error:
        log.info("bot.unedited", error=error.message)


async def _renew(pressed: Pressed) -> None:
    """Show what is so now in a message that somebody asked for; alerts are remembered, and edited by `routing`."""
    message = pressed.query.message
    if not isinstance(message, Message) or of_buttons(message) != {pressed.lead["id"]}:
        return
    if await _message(pressed) is not None:
        return
    house = House(pressed.lead["workspace_id"], pressed.lead["workspace_name"], pressed.lead["timezone"])
    row = await reading.get_lead(pressed.services.database, house.id, pressed.lead["id"])
    answer = await cards.card(pressed.services, house, row)
    await show(pressed.line, Place(pressed.chat.id, message_id=message.message_id), answer)


async def _refresh(pressed: Pressed) -> None:
    """Give a message whose buttons are of another time those of now."""
    message = await _message(pressed)
    if message is None:
        await _renew(pressed)
    else:
        await pressed.services.database.write(partial(_edit, message))


async def _edit(message: Row, tx: Tx) -> None:
    messages.refresh(tx, [message])


async def _message(pressed: Pressed) -> Row | None:
    """Give the row of the message under which it was pressed."""
    assert pressed.query.message is not None  # see _do()
    return await pressed.services.database.fetch_one(
        "SELECT * FROM messages WHERE workspace_id = $1 AND place = $2 AND lead_id = $3 ORDER BY id LIMIT 1",
        pressed.lead["workspace_id"],
        f"{pressed.chat.id}:{pressed.query.message.message_id}",
        pressed.lead["id"],
    )


async def _spam(pressed: Pressed) -> str:
    changed = await withheld.set_spam(*pressed.about, True, pressed.who.by)
    return "Marked as spam." if changed else "It is marked as spam already."


async def _not_spam(pressed: Pressed) -> str:
    changed = await withheld.set_spam(*pressed.about, False, pressed.who.by)
    return "Back among the leads." if changed else "It is among the leads already."


_DEEDS: Final[Mapping[str, Callable[[Pressed], Awaitable[str]]]] = {
    presses.STAGE: _stage,
    presses.CLAIM: _claim,
    presses.UNCLAIM: _release,
    presses.SNOOZE: _snooze,
    presses.SPAM: _spam,
    presses.NOT_SPAM: _not_spam,
}


async def _page(services: Services, line: Line, query: CallbackQuery, press: Press) -> str:
    """Turn a list's page in its message, or open one of its leads in a message of its own."""
    message = query.message
    if not isinstance(message, Message):
        raise Conflict("This message is too old for me. Ask anew with /leads.")
    thread_id = message.message_thread_id if message.is_topic_message else None
    found = await houses(services, line, message.chat, query.from_user, thread_id)
    if press.subject:
        await say(line, Place(message.chat.id, thread_id), await _card(services, found, press.subject))
        return ""
    try:
        asked = lists.read_page(press.argument, message.text or "")
    except ValueError:
        raise Conflict(_STALE) from None
    answer = await lists.page(services, found, asked)
    await show(line, Place(message.chat.id, message_id=message.message_id), answer)
    return ""


async def _card(services: Services, found: list[House], lead_id: str) -> Answer:
    for house in found:
        try:
            return await cards.card(services, house, await reading.get_lead(services.database, house.id, lead_id))
        except NotFound:
            continue
    raise NotFound(_NOT_HERE)


def _member(pressed: Pressed) -> str:
    if pressed.who.user_id is None:
        page = f"{pressed.services.settings.public_url}{ACCOUNT_PAGE}"
        raise Forbidden(f"Only members claim leads, and I don't know which one you are. Link your account: {page}")
    return pressed.who.user_id


async def _answer(line: Line, query: CallbackQuery, text: str, alert: bool) -> None:
    """Stop the button's spinning; one pressed too long ago doesn't spin any more."""
    try:
        await line.bot.answer_callback_query(query.id, text=cut(text, MAX_ANSWER) or None, show_alert=alert)
    except TelegramError as error:
        log.info("bot.press_unanswered", error=error.message)
