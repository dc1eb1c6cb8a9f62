"""The connections of one destination: at most 8, kept for the next request.

httpcore's connections without its pool and without httpx's client, which offer more than is wanted here (cookies,
redirects, proxies of the environment) and cost as much CPU again as the exchange itself.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import httpcore

CONNECTIONS_PER_DESTINATION: Final = 8
KEEPALIVE_SECONDS: Final = 30.0


class Connections:
    """Opens sockets through `backend`. One request at a time on each; who comes ninth waits."""

    def __init__(self, backend: httpcore.AsyncNetworkBackend, tls: ssl.SSLContext) -> None:
        self._backend = backend
        self._tls = tls
        self._places = asyncio.Semaphore(CONNECTIONS_PER_DESTINATION)
        self._idle: list[tuple[httpcore.Origin, httpcore.AsyncHTTPConnection]] = []

    @asynccontextmanager
    async def exchange(self, request: httpcore.Request) -> AsyncIterator[httpcore.Response]:
        """Send a request and give the answer, whose body is there to be read as long as the block lasts."""
        async with self._places:
            connection = await self._kept(request.url.origin) or self._new(request.url.origin)
            try:
                answer = await connection.handle_async_request(request)
                try:
                    yield answer
                finally:
                    await answer.aclose()
            finally:
                if connection.is_idle():
                    self._idle.append((request.url.origin, connection))
                else:
                    await connection.aclose()

    async def aclose(self) -> None:
        idle, self._idle = self._idle, []
        for _, connection in idle:
            await connection.aclose()

    async def _kept(self, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection | None:
        """Give the connection used last that still stands; what the other side has closed, or leads elsewhere, goes."""
        while self._idle:
            to, connection = self._idle.pop()
            if to == origin and not connection.has_expired():
                return connection
            await connection.aclose()
        return None

    def _new(self, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        return httpcore.AsyncHTTPConnection(
            origin, ssl_context=self._tls, keepalive_expiry=KEEPALIVE_SECONDS, network_backend=self._backend
        )
