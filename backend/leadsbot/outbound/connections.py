"""The connections of one destination: at most 8, kept for the next request.

No client library's: those offer more than is wanted here (cookies, redirects, proxies of the environment) and cost
several times the CPU of the exchange itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from leadsbot.outbound.exchange import Answer, Connection, Disconnected

CONNECTIONS_PER_DESTINATION: Final = 8
KEEPALIVE_SECONDS: Final = 30.0

Origin = tuple[str, str, int]
"""Scheme, host and port."""


class Connections:
    """Opens them by `open`. One request at a time on each; who comes ninth waits."""

    def __init__(self, open: Callable[[Origin], Awaitable[Connection]]) -> None:
        self._open = open
        self._places = asyncio.Semaphore(CONNECTIONS_PER_DESTINATION)
        self._idle: list[tuple[Origin, Connection]] = []
        self._closed = False

    async def exchange(self, origin: Origin, request: bytes, answer: Answer) -> None:
        """Send a request and let `answer` take what comes, as `Connection.exchange` does.

        A server may close a kept connection just as the request leaves (RFC 9112, section 9.5): then it goes over a new
        one, once. Whoever sends would send again in any case, only later and with a failure to show.
        """
        async with self._places:
            kept = self._kept(origin)
            if kept is not None:
                try:
                    return await self._over(kept, origin, request, answer)
                except Disconnected:
                    answer.begin()
            await self._over(await self._open(origin), origin, request, answer)

    def close(self) -> None:
        """Close them; one that is used just now goes once it has its answer."""
        self._closed = True
        idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.abort()

    async def _over(self, connection: Connection, origin: Origin, request: bytes, answer: Answer) -> None:
        await connection.exchange(request, answer)
        if self._closed:
            connection.abort()
        elif connection.stands:
            self._idle.append((origin, connection))

    def _kept(self, origin: Origin) -> Connection | None:
        """Give the connection used last that still stands; what the other side has closed, or leads elsewhere, goes."""
        oldest = asyncio.get_running_loop().time() - KEEPALIVE_SECONDS
        while self._idle:
            to, connection = self._idle.pop()
            if to == origin and connection.stands and connection.idle_since > oldest:
                return connection
            connection.abort()
        return None
