"""A reply to what the bot said of a lead: a note on it, by whoever wrote it."""

from __future__ import annotations

import structlog
from telegram import Message
from telegram.constants import ReactionEmoji
from telegram.error import RetryAfter, TelegramError

from leadsbot.bot import chats
from leadsbot.bot.answers import Answer, Place, say, seconds_of
from leadsbot.bot.rights import actor
from leadsbot.bot.said import Said
from leadsbot.channels.telegram import presses
from leadsbot.errors import Conflict, Forbidden, InvalidInput, NotFound
from leadsbot.ids import derived_id
from leadsbot.leads import changes
from leadsbot.services import Services

log = structlog.get_logger("leadsbot.bot")

_SEVERAL = "This message tells of several leads. Open the one you mean with /lead and reply to that message."
_NOTHING = "I keep text alone, no pictures, voice or files. Write your note as a reply to the lead's message."
_NO_LEAD = "I don't know which lead that is about. Reply to a lead's own message, or open one with /lead."


def is_reply(said: Said) -> bool:
    """Tell whether somebody replied to the bot rather than asked it something."""
    answered = said.message.reply_to_message
    if said.command or answered is None or answered.from_user is None:
        return False
    return str(answered.from_user.id) == said.line.bot_id


async def keep(services: Services, said: Said) -> str:
    """Keep a reply as a note and mark it as kept; gives what else there is to say. Raises a LeadsBotError whose
    message is the answer: then nothing was kept."""
    answered = said.message.reply_to_message
    assert answered is not None  # see is_reply()
    leads = await _leads(services, said, answered)
    if len(leads) > 1:
        raise Conflict(_SEVERAL)
    if not leads:
        return _NO_LEAD if said.private else ""
    (lead_id,) = leads
    text = (said.message.text or said.message.caption or "").replace("\0", "").strip()
    row = await services.database.fetch_one(
        "SELECT workspace_id FROM leads WHERE id = $1 AND deleted_at IS NULL", lead_id
    )
    if row is None:
        raise NotFound("This lead has been deleted. Your note was not kept.")
    try:
        who = await actor(services, said.line, said.chat, said.message.from_user, row["workspace_id"])
    except Forbidden as error:
        raise Forbidden(f"Your note was not kept. {error.message}") from None
    if not text:
        raise InvalidInput(_NOTHING)
    note_id = derived_id("telegram note", said.line.bot_id, f"{said.chat.id}:{said.message.message_id}")
    await changes.add_note(services.database, row["workspace_id"], lead_id, text, who.by, note_id=note_id)
    await _confirm(said)
    return "" if said.message.text else "Noted, the text alone: I keep no pictures or files."


async def _leads(services: Services, said: Said, answered: Message) -> set[str]:
    """Give the leads that a message of the bot's is about: as it was remembered, else as its buttons say."""
    rows = await services.database.fetch(
        "SELECT channel_id, lead_id, workspace_id FROM messages WHERE place = $1 AND lead_id IS NOT NULL",
        f"{said.chat.id}:{answered.message_id}",
    )
    here: set[str] = set()
    for workspace_id in {row["workspace_id"] for row in rows}:
        found = await chats.linked_of(services, said.line, said.chat, workspace_id)
        here |= {one.channel_id for one in found}
    return {str(row["lead_id"]) for row in rows if row["channel_id"] in here} or of_buttons(answered)


def of_buttons(message: Message) -> set[str]:
    """Give the leads that the buttons under a message are about."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    data = (button.callback_data for row in rows for button in row)
    said = (presses.read(text) for text in data if isinstance(text, str))
    return {press.subject for press in said if press and press.subject}


async def _confirm(said: Said) -> None:
    """Mark the reply as kept; where a group allows no such mark, say so instead, unless it is written to too fast."""
    try:
        await said.line.bot.set_message_reaction(said.chat.id, said.message.message_id, ReactionEmoji.WRITING_HAND)
    except RetryAfter as error:
        log.info("bot.too_fast", seconds=seconds_of(error))
    except TelegramError:
        await say(said.line, Place(said.chat.id, said.thread_id, said.message.message_id), Answer("Noted."))
