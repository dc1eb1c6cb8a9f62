"""Where sockets may lead: names resolved here, every address judged here, and again as its socket is made."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

from leadsbot.outbound.errors import OutboundError

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
Allows = Callable[[str], bool]

_NUMERIC = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV


class Checked(AbstractResolver):
    """Finds the addresses of names for aiohttp, and makes its sockets: only to addresses that `allows` lets through.

    aiohttp asks no resolver about a host that is an address, so what holds for all is asked as the socket is made.
    """

    def __init__(self, resolve: Resolve, allows: Allows) -> None:
        self._resolve = resolve
        self._allows = allows

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Give the addresses of `host`, all of which may be called. Raises OutboundError."""
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError):
            addresses = ()
        if not addresses:
            raise OutboundError("dns", f"The name {host} can't be found.")
        if not all(map(self._allows, addresses)):
            raise refused(host)
        return [_found(host, port, address) for address in addresses]

    async def close(self) -> None:
        """Nothing to close: whoever finds names belongs to the client."""

    def socket(self, found: tuple[Any, ...]) -> socket.socket:
        """Make a socket for a row of `getaddrinfo`. Raises OutboundError."""
        family, kind, protocol, _, (address, *_) = found
        if not self._allows(address):
            raise refused(address)
        return socket.socket(family, kind, protocol)


def refused(host: str) -> OutboundError:
    """Say that `host` is not called."""
    message = (
        f"{host} leads to a private or reserved address, which is not called from here"
        " unless the server is started with LEADSBOT_ALLOW_PRIVATE_TARGETS=1."
    )
    return OutboundError("blocked_address", message, permanent=True)


def _found(host: str, port: int, address: str) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=_NUMERIC)
