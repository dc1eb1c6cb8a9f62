"""What somebody said in a chat, in the bot's own terms, and what a command is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from telegram import Chat, Message

from leadsbot.services import Services


@dataclass(frozen=True, slots=True)
class Said:
    """A message: `command` in lower case without slash (empty: none), `argument` the rest of its text."""

    message: Message
    command: str
    argument: str

    @property
    def chat(self) -> Chat:
        return self.message.chat

    @property
    def private(self) -> bool:
        return self.chat.type == Chat.PRIVATE

    @property
    def thread_id(self) -> int | None:
        """The topic it was said in; a group without topics has threads of replies, which are none."""
        return self.message.message_thread_id if self.message.is_topic_message else None


@dataclass(frozen=True, slots=True)
class Command:
    """One thing the bot understands. `help` is its line in the help (empty: not shown); `run` gives the answer."""

    names: tuple[str, ...]
    help: str
    run: Callable[[Services, Said], Awaitable[str]]


def understand(message: Message, username: str | None) -> Said | None:
    """Read a message; None where it speaks to another bot (`/help@other_bot`)."""
    text = (message.text or "").strip()
    if not text.startswith("/"):
        return Said(message, "", text)
    first, _, argument = text[1:].partition(" ")
    command, _, addressee = first.partition("@")
    if addressee and addressee.lower() != (username or "").lower():
        return None
    return Said(message, command.lower(), argument.strip())
