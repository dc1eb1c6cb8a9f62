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
        self._reading: dict[str, asyncio.Task[T | None]] = {}

    async def get(self, key: str) -> T | None:
        """Give what stands under `key`, or None."""
        entry = self._known.get(key)
        if entry is not None and 0 <= clock.now() - entry[0] < FRESH_MS:
            return entry[1]
        reading = self._reading.get(key)
        if reading is None:
            reading = self._reading[key] = asyncio.create_task(self._fetch(key))
        return await asyncio.shield(reading)  # who asked first may go away; the others still wait

    async def _fetch(self, key: str) -> T | None:
        now, mine = clock.now(), asyncio.current_task()
        try:
            found = await self._read(key)
            if self._reading.get(key) is mine:  # else it was changed meanwhile: right a moment ago, not to be kept
                self._keep(key, now, found)
            return found
        finally:
            if self._reading.get(key) is mine:
                del self._reading[key]

    def _keep(self, key: str, at: int, found: T | None) -> None:
        if len(self._known) >= MAX_REMEMBERED:
            self._known.clear()
        self._known[key] = (at, found)

    def forget(self) -> None:
        """Read everything anew from the next request on."""
        self._known.clear()
        self._reading.clear()
