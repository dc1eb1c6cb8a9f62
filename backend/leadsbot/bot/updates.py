"""One update from Telegram: who is asked for what, and the answer. The same however it came, polled or pushed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import structlog
from telegram import Bot, Message, Update

from leadsbot import clock
from leadsbot.bot import presses, replies, standing
from leadsbot.bot.answers import Answer, Place, say
from leadsbot.bot.commands import commands
from leadsbot.bot.line import Line
from leadsbot.bot.said import Said, understand
from leadsbot.errors import LeadsBotError, Unavailable
from leadsbot.services import Services

WANTED: Final = ("message", "edited_message", "channel_post", "callback_query", "my_chat_member")
STALE_MS: Final = clock.HOUR
"""What was asked longer ago than this is asked again by people themselves. What they told us is kept however late."""
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
    """Tell whether an update is to be handled however late: a note, a code, or how the bot stands in a chat."""
    message = update.message or update.edited_message or update.channel_post
    told = message is not None and (message.migrate_to_chat_id or message.reply_to_message or _has_code(message))
    return bool(told or update.my_chat_member)


def _is_stale(update: Update, message: Message) -> bool:
    return message.date < clock.to_datetime(clock.now() - STALE_MS) and not lasts(update)


def _has_code(message: Message) -> bool:
    words = (message.text or "").split()
    return len(words) > 1 and words[0].partition("@")[0].lower() in ("/start", "/link")


async def handle(services: Services, line: Line, update: Update) -> None:
    """Answer an update. Raises `Unavailable` where the database can't take it now: it is to be handled again."""
    if update.callback_query:
        await presses.handle(services, line, update.callback_query)
    elif update.my_chat_member:
        await standing.changed(services, line, update.my_chat_member)
    elif update.edited_message:
        await _hear_again(services, line, update.edited_message)
    elif (message := update.message or update.channel_post) and not _is_stale(update, message):
        await _hear(services, line, message)


async def _hear_again(services: Services, line: Line, message: Message) -> None:
    """Take in what somebody has edited: of a note what it says now. Nothing else is asked twice."""
    said = understand(message, line)
    if said is not None and replies.is_reply(said):
        await _reply(services, line, said, replies.change)


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
        await _reply(services, line, said, replies.keep)
        return
    verdict = line.pace.judge(said.chat.id)
    if verdict == "tell":
        await say(line, said.place, Answer(_TOO_MUCH))
    elif verdict == "answer":
        command = commands().get(said.command) or commands()["help"]
        if answer := await _answer(services, said, command.run):
            await say(line, said.place, answer)


async def _reply(services: Services, line: Line, said: Said, take: Callable[[Services, Said], Awaitable[str]]) -> None:
    """Take in every note, however many come at once, as after an hour in which nobody listened. Only what there is to
    say about them is bounded."""
    answer = await _answer(services, said, take)
    if answer and line.presses.judge((said.chat.id, "notes")) == "answer":
        await say(line, Place(said.chat.id, said.thread_id, said.message.message_id), answer)


async def _answer(
    services: Services, said: Said, run: Callable[[Services, Said], Awaitable[str | Answer | None]]
) -> Answer | None:
    try:
        answer = await run(services, said)
    except Unavailable:
        raise
    except LeadsBotError as error:
        answer = error.message
    return Answer.of(answer) if isinstance(answer, str) else answer


def _is_service(message: Message) -> bool:
    """Tell whether Telegram itself says something: somebody came, something was pinned, a timer was set."""
    return not message.effective_attachment and not (message.text or message.caption)
