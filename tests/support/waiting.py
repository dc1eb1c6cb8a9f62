"""Waiting for a condition instead of for a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

# How long what has to come may take: it never takes that long, but a machine that starves a test may need seconds.
PATIENCE_S = 120.0
LOOK_EVERY_S = 0.01


async def until(condition: Callable[[], Awaitable[T]], within: float = PATIENCE_S) -> T:
    """Give what `condition` gives as soon as it is true; fails after `within` seconds."""
    async with asyncio.timeout(within):
        while True:
            found = await condition()
            if found:
                return found
            await asyncio.sleep(LOOK_EVERY_S)
