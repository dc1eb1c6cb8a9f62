"""Rules of public doors, held for a moment: every request asks for them, and on this node a change is seen at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from leadsbot import clock

FRESH_MS = 1_500  # contract section 3: settings hold within 2 s on every node
MAX_REMEMBERED = 10_000

T = TypeVar("T")


class Remembered(Generic[T]):
    """Reads by key, at most every `FRESH_MS`, and once for all who ask meanwhile. What isn't there is remembered too,
    so that guessing costs little."""

    def __init__(self, read: Callable[[str], Awaitable[T | None]]) -> None:
        self._read = read
        self._known: dict[str, tuple[int, T | None]] = {}
        self._reading: dict[str, tuple[int, asyncio.Task[T | None]]] = {}

    async def get(self, key: str) -> T | None:
        """Give what stands under `key`, or None."""
        entry = self._known.get(key)
        if entry is not None and _is_fresh(entry[0]):
            return entry[1]
        begun = self._reading.get(key)
        if begun is None or not _is_fresh(begun[0]):  # one that hangs is not waited for by all who come after
            now = clock.now()
            begun = self._reading[key] = now, asyncio.create_task(self._fetch(key, now))
        return await asyncio.shield(begun[1])  # who asked first may go away; the others still wait

    async def _fetch(self, key: str, now: int) -> T | None:
        mine = now, asyncio.current_task()
        try:
            found = await self._read(key)
            if self._reading.get(key) == mine:  # else it was changed meanwhile: right a moment ago, not to be kept
                self._keep(key, now, found)
            return found
        finally:
            if self._reading.get(key) == mine:
                del self._reading[key]

    def _keep(self, key: str, at: int, found: T | None) -> None:
        if len(self._known) >= MAX_REMEMBERED:
            self._known.clear()
        self._known[key] = (at, found)

    def forget(self) -> None:
        """Read everything anew from the next request on."""
        self._known.clear()
        self._reading.clear()


def _is_fresh(at: int) -> bool:
    return 0 <= clock.now() - at < FRESH_MS
