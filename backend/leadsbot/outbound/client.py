"""The connections of each destination, and the one request that is made over them."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache

import aiohttp
import httpx
from yarl import URL

from leadsbot.outbound.addresses import is_public
from leadsbot.outbound.connections import Connections
from leadsbot.outbound.errors import OutboundError
from leadsbot.outbound.failures import told
from leadsbot.outbound.resolver import Resolver
from leadsbot.outbound.transport import Checked, Resolve
from leadsbot.outbound.urls import check_url, host_and_port

DESTINATIONS_KEPT = 256
IDLE_SECONDS = 60.0
SWEEP_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, whatever its status. `headers` is case-insensitive; `body` is cut at the caller's `max_body` bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Outbound:
    """Sends requests to addresses that users chose. Lives in one event loop; `aclose()` at its end.

    `allow_private` lets private and loopback addresses through (development, tests). `trusted` are base URLs that the
    operator set, such as the Bot API server: their host and port are exempt, for what says that it goes there.
    `resolve` and `tls` replace the system's name resolution and the public certificate authorities.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        trusted: Iterable[str] = (),
        resolve: Resolve | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.allow_private = allow_private
        self._trusted = {host_and_port(check_url(url)) for url in trusted}
        self._resolver = Resolver()
        self._tls = tls or _public_tls()
        self._tls.set_alpn_protocols(["http/1.1"])
        resolve = resolve or self._resolver
        self._checked = {False: Checked(resolve, self._allows), True: Checked(resolve, lambda address: True)}
        self._kept: OrderedDict[tuple[str, bool], Connections] = OrderedDict()
        self._closed = False
        self._swept = 0.0
        # Below WARNING whole addresses would be logged, and a Bot API address contains the bot's token.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)

    async def send(
        self,
        destination: str,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        content: bytes = b"",
        timeout: float = 15.0,
        max_body: int = 1024,
        to_trusted: bool = False,
    ) -> Response:
        """Make one request and give its answer, whatever the status; redirects are answers too.

        `destination` names whose connections are used (at most 8 each, so that a slow one holds up no other), `timeout`
        is in seconds for the whole exchange, `max_body` in bytes: what comes after either is dropped, but an answer
        whose status came in time is one. `to_trusted`: `url` is below a base URL that the operator set, and never one
        that a user chose. Raises OutboundError.
        """
        target = _target(url)
        kept = self._connections(destination, to_trusted and target.server in self._trusted)
        until = asyncio.get_running_loop().time() + timeout
        kept.busy += 1
        try:
            async with asyncio.timeout_at(until):
                answer = await kept.ask(method, target.url, headers, content)
            body = await _body(answer, max_body, until)
        except TimeoutError:
            raise OutboundError("timeout", f"{target.named[0]} took longer than {timeout:g} seconds.") from None
        except aiohttp.ClientError as error:
            raise told(error, *target.named) from None
        finally:
            kept.busy -= 1
            await self._used(kept)
        return Response(answer.status, httpx.Headers(answer.raw_headers), body)

    async def aclose(self) -> None:
        """Close every connection, those in use as soon as they have their answer."""
        self._closed = True
        for kept in [kept for kept in self._kept.values() if not kept.busy]:
            await kept.close()
        self._kept.clear()
        self._resolver.close()

    def _allows(self, address: str) -> bool:
        return self.allow_private or is_public(address)

    def _connections(self, destination: str, exempt: bool) -> Connections:
        kept = self._kept.get((destination, exempt))
        if kept is None:
            kept = self._kept[destination, exempt] = Connections(self._checked[exempt], self._tls)
        self._kept.move_to_end((destination, exempt))
        return kept

    async def _used(self, kept: Connections) -> None:
        kept.used = now = asyncio.get_running_loop().time()
        if self._closed and not kept.busy:
            await kept.close()
        elif len(self._kept) > DESTINATIONS_KEPT or now >= self._swept + SWEEP_SECONDS:
            self._swept = now
            await self._let_go_of_idle(now - IDLE_SECONDS)

    async def _let_go_of_idle(self, since: float) -> None:
        idle = [name for name, kept in self._kept.items() if not kept.busy]
        surplus = max(0, len(self._kept) - DESTINATIONS_KEPT)
        gone = [
            self._kept.pop(name) for place, name in enumerate(idle) if place < surplus or self._kept[name].used <= since
        ]
        for kept in gone:
            await kept.close()


@dataclass(frozen=True, slots=True)
class _Target:
    """An address as its requests need it: `server` is its host as it goes on the wire and its port, `named` is both as
    people read them.
    """

    url: URL
    server: tuple[str, int]
    named: tuple[str, int]


@lru_cache(maxsize=1024)
def _target(address: str) -> _Target:
    url = check_url(address)
    host, port = host_and_port(url)
    wire = f"{url.scheme}://{url.netloc.decode('ascii')}{url.raw_path.decode('ascii')}"
    return _Target(URL(wire, encoded=True), (host, port), (url.host, port))


async def _body(answer: aiohttp.ClientResponse, most: int, until: float) -> bytes:
    """Read up to `most` bytes; an answer whose head has come is one, however it goes on."""
    body = bytearray()
    try:
        with suppress(TimeoutError, aiohttp.ClientError):
            async with asyncio.timeout_at(until):
                async for chunk in answer.content.iter_any():
                    body += chunk
                    if len(body) >= most:
                        break
    finally:
        answer.close()
    return bytes(body[:most])


@cache
def _public_tls() -> ssl.SSLContext:
    """Trust who the web trusts, whatever the environment says; reading all their certificates takes a while."""
    return httpx.create_ssl_context(trust_env=False)
