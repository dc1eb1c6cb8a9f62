"""How much one chat may ask of the bot: who hammers it is told once, then not heard for a while."""

from __future__ import annotations

from collections import deque
from time import monotonic
from typing import Final, Literal

MOST: Final = 20
MOST_PRESSES: Final = 40
WINDOW_S: Final = 60.0
_CHATS: Final = 10_000

Verdict = Literal["answer", "tell", "ignore"]


class Pace:
    """Counts what chats ask within `WINDOW_S`, up to `MOST` each, in this process: one node hears a bot at a time."""

    def __init__(self, most: int = MOST, window_s: float = WINDOW_S) -> None:
        self._most = most
        self._window_s = window_s
        self._asked: dict[object, deque[float]] = {}

    def judge(self, chat: object) -> Verdict:
        """Count one more of a chat: `answer` it, `tell` that it is too much (once), or `ignore` it."""
        now = monotonic()
        asked = self._asked.pop(chat, None) or deque()
        while asked and asked[0] <= now - self._window_s:
            asked.popleft()
        self._asked[chat] = asked
        if len(self._asked) > _CHATS:
            del self._asked[next(iter(self._asked))]
        if len(asked) > self._most:
            return "ignore"
        asked.append(now)
        return "tell" if len(asked) > self._most else "answer"
