"""What somebody said in a chat, in the bot's own terms, and what a command is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from telegram import Chat, Message

from leadsbot.bot.answers import Answer, Place
from leadsbot.bot.line import Line
from leadsbot.services import Services


@dataclass(frozen=True, slots=True)
class Said:
    """A message that `line` heard: `command` in lower case without slash (empty: none), `argument` the rest of its
    text."""

    message: Message
    command: str
    argument: str
    line: Line

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

    @property
    def place(self) -> Place:
        """Where an answer to it goes."""
        return Place(self.chat.id, self.thread_id)


@dataclass(frozen=True, slots=True)
class Command:
    """One thing the bot understands. `help` is its line in the help and in Telegram's menu, as `/name ARGUMENT - what
    it does` (empty: not shown), `place` where it stands there. `run` gives the answer, in plain text or laid out, or
    None where it has answered itself."""

    names: tuple[str, ...]
    help: str
    run: Callable[[Services, Said], Awaitable[str | Answer | None]]
    place: int = 5

    @property
    def offered(self) -> str:
        """The name in its help, without the slash."""
        return self.help.split()[0].removeprefix("/")

    @property
    def words(self) -> str:
        """What it does, as its help says."""
        return self.help.partition(" - ")[2]


def understand(message: Message, line: Line) -> Said | None:
    """Read a message; None where it speaks to another bot (`/help@other_bot`). While Telegram doesn't say what ours is
    called, whatever is said to a bot may be for it: a group shows it little else."""
    text = (message.text or "").replace("\0", "").strip()  # which no database keeps
    if not text.startswith("/"):
        return Said(message, "", text, line)
    first, *rest = text[1:].split(maxsplit=1)[:2] or [""]
    command, _, addressee = first.partition("@")
    if addressee and line.username and addressee.lower() != line.username.lower():
        return None
    return Said(message, command.lower(), rest[0].strip() if rest else "", line)
