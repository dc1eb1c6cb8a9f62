"""Rules of public doors, held for a moment: every request asks for them, and on this node a change is seen at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from leadsbot import clock

FRESH_MS = 1_500  # contract section 3: settings hold within 2 s on every node
MAX_REMEMBERED = 10_000

T = TypeVar("T")


class Remembered(Generic[T]):
    """Reads by key, at most every `FRESH_MS`. What isn't there is remembered too, so that guessing costs little."""

    def __init__(self, read: Callable[[str], Awaitable[T | None]]) -> None:
        self._read = read
        self._known: dict[str, tuple[int, T | None]] = {}
        self._forgotten = 0

    async def get(self, key: str) -> T | None:
        """Give what stands under `key`, or None."""
        entry = self._known.get(key)
        now = clock.now()
        if entry is not None and 0 <= now - entry[0] < FRESH_MS:
            return entry[1]
        forgotten = self._forgotten
        found = await self._read(key)
        if forgotten != self._forgotten:  # changed while this was being read: right now, but not to be kept
            return found
        if len(self._known) >= MAX_REMEMBERED:
            self._known.clear()
        self._known[key] = (now, found)
        return found

    def forget(self) -> None:
        """Read everything anew from the next request on."""
        self._forgotten += 1
        self._known.clear()
