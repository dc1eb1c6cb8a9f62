"""A reply to what the bot said of a lead: a note on it, by whoever wrote it."""

from __future__ import annotations

from dataclasses import dataclass

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
    about = await _about(services, said)
    if about is None:
        return _NO_LEAD if said.private else ""
    text, first = _text(said), _is_first_of_album(said)
    if not text and not first:
        return ""
    if not text:
        raise InvalidInput(_NOTHING)
    await changes.add_note(services.database, *about.lead, text, about.by, note_id=_note_id(said))
    await _confirm(said)
    return "" if said.message.text else "Noted, the text alone: I keep no pictures or files."


async def change(services: Services, said: Said) -> str:
    """Let a note read as its reply does since it was edited. Raises a LeadsBotError whose message is the answer."""
    about, text = await _about(services, said), _text(said)
    if about and text:
        await changes.edit_note(services.database, *about.lead, _note_id(said), text)
    return ""


@dataclass(frozen=True, slots=True)
class _About:
    """Which lead a reply is about (its workspace's id and its own), and who says it."""

    lead: tuple[str, str]
    by: str


async def _about(services: Services, said: Said) -> _About | None:
    """Give what a reply is about; None where that is no lead. Raises LeadsBotError for who may not write about it."""
    answered = said.message.reply_to_message
    assert answered is not None  # see is_reply()
    leads = await _leads(services, said, answered)
    if len(leads) > 1:
        raise Conflict(_SEVERAL)
    if not leads:
        return None
    (lead_id,) = leads
    row = await services.database.fetch_one(
        "SELECT workspace_id FROM leads WHERE id = $1 AND deleted_at IS NULL", lead_id
    )
    if row is None:
        raise NotFound("This lead has been deleted. Your note was not kept.")
    try:
        who = await actor(services, said.line, said.chat, said.message.from_user, row["workspace_id"])
    except Forbidden as error:
        raise Forbidden(f"Your note was not kept. {error.message}") from None
    return _About((row["workspace_id"], lead_id), who.by)


def _text(said: Said) -> str:
    return (said.message.text or said.message.caption or "").replace("\0", "").strip()


def _note_id(said: Said) -> str:
    return derived_id("telegram note", said.line.bot_id, f"{said.chat.id}:{said.message.message_id}")


def _is_first_of_album(said: Said) -> bool:
    """Tell whether this is no part of an album, or its first: each picture of one is a message that replies alike."""
    album = said.message.media_group_id
    return not album or said.line.albums.judge((said.chat.id, album)) == "answer"


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
