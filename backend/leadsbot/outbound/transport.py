"""The sockets under httpcore: resolved here, judged here, opened to exactly what was judged."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence

import httpcore

from leadsbot.outbound.errors import OutboundError
from leadsbot.outbound.sockets import Sockets

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

# One unreachable address of several must leave time for the others within the exchange's total.
_CONNECT_SECONDS = 5.0


class CheckedBackend(httpcore.AsyncNetworkBackend):
    """Opens sockets only to addresses it has judged. httpcore keeps the name for TLS and for the Host header."""

    def __init__(self, resolve: Resolve, allows: Callable[[str, int, str], bool]) -> None:
        self._resolve = resolve
        self._allows = allows
        self._sockets = Sockets()

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
                return await self._sockets.connect_tcp(address, port, _CONNECT_SECONDS)
            except httpcore.ConnectError:
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
