"""One update from Telegram: who is asked for what, and the answer. The same however it came, polled or pushed."""

from __future__ import annotations

import structlog
from telegram import Bot, LinkPreviewOptions, Update
from telegram.error import TelegramError

from leadsbot.bot.commands import commands
from leadsbot.bot.said import Said, understand
from leadsbot.errors import LeadsBotError, Unavailable
from leadsbot.services import Services

WANTED = ("message", "channel_post")

log = structlog.get_logger("leadsbot.bot")


async def handle(services: Services, bot: Bot, username: str | None, update: Update) -> None:
    """Answer an update. Raises `Unavailable` where the database can't take it now: it is to be handled again."""
    message = update.message or update.channel_post
    said = understand(message, username) if message else None
    if said is None:
        return
    answer = await _answer(services, said)
    if answer:
        await _say(bot, said, answer)


async def _answer(services: Services, said: Said) -> str:
    """Give what to say. In groups the bot speaks only when asked: people talk there, and other bots listen."""
    command = commands().get(said.command)
    if command is None:
        if not said.private:
            return ""
        command = commands()["help"]
    try:
        return await command.run(services, said)
    except Unavailable:
        raise
    except LeadsBotError as error:
        return error.message


async def _say(bot: Bot, said: Said, text: str) -> None:
    try:
        await bot.send_message(
            said.chat.id,
            text,
            message_thread_id=said.thread_id,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )
    except TelegramError as error:  # blocked meanwhile, or no right to write: there is nobody to tell
        log.warning("bot.unheard", error=error.message)
