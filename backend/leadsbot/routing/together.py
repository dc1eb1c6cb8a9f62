"""Several leads at once, chosen in a list or named by a program: each is a transaction of its own, and the writer takes
them in few commits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from leadsbot.errors import NotFound

# Two pages of a list.
MOST_LEADS: Final = 100

Act = Callable[[str], Awaitable[Any]]


async def each(lead_ids: Sequence[str], act: Act) -> dict[str, Any]:
    """Give what came of each lead that is there, in the order of the ids; one that is not is left out."""

    async def one(lead_id: str) -> tuple[str, Any] | None:
        try:
            return lead_id, await act(lead_id)
        except NotFound:
            return None

    return dict(found for found in await asyncio.gather(*map(one, lead_ids)) if found)
