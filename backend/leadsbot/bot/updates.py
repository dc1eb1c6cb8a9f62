"""One update from Telegram: who is asked for what, and the answer. The same however it came, polled or pushed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import structlog
from telegram import Bot, Message, Update

from leadsbot.bot import presses, replies, standing
from leadsbot.bot.answers import Answer, Place, say
from leadsbot.bot.commands import commands
from leadsbot.bot.line import Line
from leadsbot.bot.said import Said, understand
from leadsbot.errors import LeadsBotError, Unavailable
from leadsbot.services import Services

WANTED: Final = ("message", "channel_post", "callback_query", "my_chat_member")
log = structlog.get_logger("leadsbot.bot")

_TOO_MUCH = "That is more than I can answer at once. Try again in a minute."


def read(told: Mapping[str, Any], bot: Bot) -> Update | None:
    """Give an update as Telegram tells it; None for one that the library can't read, as when the Bot API has moved on.
    It is passed over, or nobody would be heard any more."""
    try:
        return Update.de_json(dict(told), bot)
    except Exception as error:
        log.error("bot.update_unread", update=told.get("update_id"), error=repr(error))
        return None


def lasts(update: Update) -> bool:
    """Tell whether an update is to be handled however late: a note, or how the bot stands in a chat."""
    message = update.message or update.channel_post
    told = message is not None and (message.migrate_to_chat_id or message.reply_to_message)
    return bool(told or update.my_chat_member)


async def handle(services: Services, line: Line, update: Update) -> None:
    """Answer an update. Raises `Unavailable` where the database can't take it now: it is to be handled again."""
    if update.callback_query:
        await presses.handle(services, line, update.callback_query)
    elif update.my_chat_member:
        await standing.changed(services, line, update.my_chat_member)
    elif message := update.message or update.channel_post:
        await _hear(services, line, message)


async def _hear(services: Services, line: Line, message: Message) -> None:
    """Answer what was said. In groups the bot speaks only when asked: people talk there, and other bots listen."""
    if message.migrate_to_chat_id:
        await standing.moved(services, line, message.chat, message.migrate_to_chat_id)
        return
    said = understand(message, line)
    if said is None or _is_service(message):
        return
    reply = replies.is_reply(said)
    if not (reply or said.private or said.command in commands()):
        return
    if reply:
        await _keep(services, line, said)
        return
    verdict = line.pace.judge(said.chat.id)
    if verdict == "tell":
        await say(line, said.place, Answer(_TOO_MUCH))
    elif verdict == "answer" and (answer := await _answer(services, said, False)):
        await say(line, said.place, answer)


async def _keep(services: Services, line: Line, said: Said) -> None:
    """Keep every note, however many come at once, as after an hour in which nobody listened. Only what there is to say
    about them is bounded."""
    answer = await _answer(services, said, True)
    if answer and line.presses.judge((said.chat.id, "notes")) == "answer":
        await say(line, Place(said.chat.id, said.thread_id, said.message.message_id), answer)


async def _answer(services: Services, said: Said, reply: bool) -> Answer | None:
    command = commands().get(said.command) or commands()["help"]
    try:
        answer = await (replies.keep(services, said) if reply else command.run(services, said))
    except Unavailable:
        raise
    except LeadsBotError as error:
        answer = error.message
    return Answer.of(answer) if isinstance(answer, str) else answer


def _is_service(message: Message) -> bool:
    """Tell whether Telegram itself says something: somebody came, something was pinned, a timer was set."""
    return not message.effective_attachment and not (message.text or message.caption)
