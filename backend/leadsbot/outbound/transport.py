"""The sockets under httpx: resolved here, judged here, opened to exactly what was judged."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence

import httpcore
import httpx

from leadsbot.outbound.errors import OutboundError

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

CONNECTIONS_PER_DESTINATION = 8
KEEPALIVE_SECONDS = 30.0

# One unreachable address of several must leave time for the others within the exchange's total.
_CONNECT_SECONDS = 5.0


class CheckedBackend(httpcore.AsyncNetworkBackend):
    """Opens sockets only to addresses it has judged. httpcore keeps the name for TLS and for the Host header."""

    def __init__(self, resolve: Resolve, allows: Callable[[str, int, str], bool]) -> None:
        self._resolve = resolve
        self._allows = allows
        self._sockets = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        for address in await self._checked(host, port):
            try:
                return await self._sockets.connect_tcp(address, port, _CONNECT_SECONDS, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        raise OutboundError("connect", f"{host} accepts no connection on port {port}.")

    async def _checked(self, host: str, port: int) -> Sequence[str]:
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError):
            addresses = ()
        if not addresses:
            raise OutboundError("dns", f"The name {host} can't be found.")
        if not all(self._allows(host, port, address) for address in addresses):
            message = (
                f"{host} leads to a private or reserved address, which is not called from here"
                " unless the server is started with LEADSBOT_ALLOW_PRIVATE_TARGETS=1."
            )
            raise OutboundError("blocked_address", message, permanent=True)
        return addresses

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _Body(httpx.AsyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._response.aiter_stream()

    async def aclose(self) -> None:
        await self._response.aclose()


class Transport(httpx.AsyncBaseTransport):
    """httpx's own transport takes no network backend, so this one puts httpcore's pool under httpx."""

    def __init__(self, backend: httpcore.AsyncNetworkBackend, tls: ssl.SSLContext) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=CONNECTIONS_PER_DESTINATION,
            keepalive_expiry=KEEPALIVE_SECONDS,
            network_backend=backend,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        answer = await self._pool.handle_async_request(
            httpcore.Request(request.method, url, headers=request.headers.raw, content=await request.aread())
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    async def aclose(self) -> None:
        await self._pool.aclose()
