"""Buttons that somebody pressed: what they ask is checked like anything else, done, and answered.

A press comes from whoever can see a message, maybe twice, maybe long after the lead went elsewhere. Every press is
answered, or Telegram lets its button spin. Messages about the lead are edited by `routing`, from what happened to it.
"""

from __future__ import annotations

from typing import Final

import structlog
from telegram import CallbackQuery
from telegram.error import TelegramError

from leadsbot.bot import pages
from leadsbot.bot.deeds import DEEDS
from leadsbot.bot.line import Line
from leadsbot.bot.pressed import admitted
from leadsbot.bot.redrawing import renew
from leadsbot.channels.telegram import presses
from leadsbot.channels.telegram.text import cut
from leadsbot.errors import Conflict, Forbidden, LeadsBotError, Unavailable
from leadsbot.services import Services

MAX_ANSWER: Final = 200  # https://core.telegram.org/bots/api#answercallbackquery
_TOO_MUCH = "That is too quick for me. Try again in a minute."
_BROKE = "Something broke here. Try again, or open the lead in the dashboard."

log = structlog.get_logger("leadsbot.bot")


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
        raise Conflict(pages.STALE)
    if press.verb == presses.PAGE:
        return await pages.turn(services, line, query, press)
    pressed = await admitted(services, line, query, query.message.chat, press)
    said = await DEEDS[press.verb](pressed)
    await renew(pressed)
    return said


async def _answer(line: Line, query: CallbackQuery, text: str, alert: bool) -> None:
    """Stop the button's spinning; one pressed too long ago doesn't spin any more."""
    try:
        await line.bot.answer_callback_query(query.id, text=cut(text, MAX_ANSWER) or None, show_alert=alert)
    except TelegramError as error:
        log.info("bot.press_unanswered", error=error.message)
