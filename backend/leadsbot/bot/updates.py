"""One update from Telegram: who is asked for what, and the answer. The same however it came, polled or pushed."""

from __future__ import annotations

from telegram import Update

from leadsbot.bot import replies
from leadsbot.bot.answers import Answer, Place, say
from leadsbot.bot.commands import commands
from leadsbot.bot.line import Line
from leadsbot.bot.said import Said, understand
from leadsbot.errors import LeadsBotError, Unavailable
from leadsbot.services import Services

WANTED = ("message", "channel_post", "callback_query", "my_chat_member")
_TOO_MUCH = "That is more than I can answer at once. Try again in a minute."


async def handle(services: Services, line: Line, update: Update) -> None:
    """Answer an update. Raises `Unavailable` where the database can't take it now: it is to be handled again."""
    message = update.message or update.channel_post
    said = understand(message, line) if message else None
    if said is not None:
        await _hear(services, said)


async def _hear(services: Services, said: Said) -> None:
    """Answer what was said. In groups the bot speaks only when asked: people talk there, and other bots listen."""
    reply = replies.is_reply(said)
    if not (reply or said.private or said.command in commands()):
        return
    verdict = said.line.pace.judge(said.chat.id)
    if verdict != "answer":
        if verdict == "tell":
            await say(said.line, said.place, Answer(_TOO_MUCH))
        return
    answer = await _answer(services, said, reply)
    if answer:
        about = Place(said.chat.id, said.thread_id, said.message.message_id) if reply else said.place
        await say(said.line, about, answer)


async def _answer(services: Services, said: Said, reply: bool) -> Answer | None:
    command = commands().get(said.command) or commands()["help"]
    try:
        answer = await (replies.keep(services, said) if reply else command.run(services, said))
    except Unavailable:
        raise
    except LeadsBotError as error:
        answer = error.message
    return Answer.of(answer) if isinstance(answer, str) else answer
