"""What the bot says: HTML that is sent as plain text rather than not at all, never longer than Telegram takes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from html import escape, unescape

import structlog
from telegram import InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from leadsbot.bot.line import Line
from leadsbot.bot.turns import LONGEST_S
from leadsbot.channels.telegram.posting import Dress, insist
from leadsbot.channels.telegram.text import MAX_CAPTION, MAX_UNITS, cut, units_of

_TAG = re.compile(r"<[^<>]*>")

log = structlog.get_logger("leadsbot.bot")

_Send = Callable[[str, str | None, InlineKeyboardMarkup | None], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A message of the bot. Whatever somebody typed is escaped in `html`; `plain` is the same without markup. A
    `picture` (PNG) stands above it, where the chat takes pictures."""

    html: str
    keyboard: InlineKeyboardMarkup | None = None
    picture: bytes | None = None

    @classmethod
    def of(cls, text: str) -> Answer | None:
        """Give plain text as an answer; none for an empty one."""
        return cls(escape(text, quote=False)) if text else None

    @property
    def plain(self) -> str:
        return unescape(_TAG.sub("", self.html))


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer goes: a chat, one of its topics, and the message it answers, if it is to show which."""

    chat_id: int
    thread_id: int | None = None
    message_id: int | None = None


async def say(line: Line, place: Place, answer: Answer, *, again: bool = True) -> int | None:
    """Send an answer and give its message's number; None where the chat can't be written to. Where Telegram asks to
    wait it waits, if that isn't long; else whoever asked asks again."""
    if line.turns:
        await line.turns.take(place.chat_id)
    try:
        if answer.picture:
            return await _pictured(line, place, answer)
        return await _formatted(answer, partial(_send, line, place))
    except RetryAfter as error:
        await _too_fast(line, place, error)
        if not again or seconds_of(error) > LONGEST_S:
            return None
        await asyncio.sleep(seconds_of(error))
        return await say(line, place, answer, again=False)
    except TelegramError as error:  # blocked meanwhile, or no right to write: there is nobody to tell
        log.warning("bot.unheard", error=error.message)
        return None


async def show(line: Line, place: Place, answer: Answer) -> None:
    """Let a message of the bot's read otherwise; that it reads so already is no failure."""

    async def send() -> None:
        await _formatted(answer, partial(_edit, line, place))

    await _changed(line, place, send)


async def dress(line: Line, place: Place, keyboard: InlineKeyboardMarkup | None) -> None:
    """Put other buttons under a message of the bot's."""

    async def send() -> None:
        await line.bot.edit_message_reply_markup(
            chat_id=place.chat_id, message_id=place.message_id, reply_markup=keyboard
        )

    await _changed(line, place, send)


async def _changed(line: Line, place: Place, send: Callable[[], Awaitable[None]]) -> None:
    """Change a message in its chat's turn, as its limits count changes too."""
    if line.turns:
        await line.turns.take(place.chat_id)
    try:
        await send()
    except RetryAfter as error:  # whoever pressed presses again
        await _too_fast(line, place, error)
    except TelegramError as error:
        if "message is not modified" not in error.message.lower():
            log.warning("bot.unedited", error=error.message)


async def _too_fast(line: Line, place: Place, error: RetryAfter) -> None:
    if line.turns:
        await line.turns.refused(place.chat_id, seconds_of(error))
    log.info("bot.too_fast", seconds=seconds_of(error))


def seconds_of(error: RetryAfter) -> float:
    """Give how long Telegram asks to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


async def _pictured(line: Line, place: Place, answer: Answer) -> int:
    fits = units_of(answer.plain) <= MAX_CAPTION
    try:
        message = await line.bot.send_photo(
            place.chat_id,
            answer.picture or b"",
            caption=answer.html if fits else cut(answer.plain, MAX_CAPTION),
            parse_mode="HTML" if fits else None,
            message_thread_id=place.thread_id,
        )
    except (BadRequest, Forbidden):  # a chat may take words and no photos
        return await _formatted(answer, partial(_send, line, place))
    return message.message_id


async def _formatted(answer: Answer, send: _Send) -> int:
    """Send an answer, the more plainly the more of it Telegram refuses, as alerts are."""
    fits = units_of(answer.plain) <= MAX_UNITS

    async def post(dress: Dress) -> int:
        buttons = answer.keyboard if dress.address else _without_addresses(answer.keyboard)
        if fits and dress.markup:
            return await send(answer.html, "HTML", buttons if dress.buttons else None)
        return await send(cut(answer.plain, MAX_UNITS), None, buttons if dress.buttons else None)

    return await insist(post)


def _without_addresses(keyboard: InlineKeyboardMarkup | None) -> InlineKeyboardMarkup | None:
    rows = [[button for button in row if not button.url] for row in keyboard.inline_keyboard] if keyboard else []
    return InlineKeyboardMarkup([row for row in rows if row]) if any(rows) else None


async def _send(line: Line, place: Place, text: str, mode: str | None, keyboard: InlineKeyboardMarkup | None) -> int:
    about = None
    if place.message_id is not None:
        about = ReplyParameters(place.message_id, allow_sending_without_reply=True)
    message = await line.bot.send_message(
        place.chat_id,
        text,
        parse_mode=mode,
        message_thread_id=place.thread_id,
        reply_parameters=about,
        reply_markup=keyboard,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
    return message.message_id


async def _edit(line: Line, place: Place, text: str, mode: str | None, keyboard: InlineKeyboardMarkup | None) -> int:
    assert place.message_id is not None  # what is edited stands somewhere
    await line.bot.edit_message_text(
        text,
        chat_id=place.chat_id,
        message_id=place.message_id,
        parse_mode=mode,
        reply_markup=keyboard,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
    return place.message_id
