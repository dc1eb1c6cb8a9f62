"""The connections of each destination, and the one request that is made over them."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cache, lru_cache

import httpcore
import httpx

from leadsbot import __version__
from leadsbot.outbound.addresses import is_public
from leadsbot.outbound.connections import Connections
from leadsbot.outbound.errors import OutboundError
from leadsbot.outbound.resolver import Resolver
from leadsbot.outbound.sockets import at_most
from leadsbot.outbound.transport import CheckedBackend, Resolve
from leadsbot.outbound.urls import check_url, host_and_port

DESTINATIONS_KEPT = 256
IDLE_SECONDS = 60.0
SWEEP_SECONDS = 1.0

# What may come of an answer before the other side is cut off: of its head (interim ones, which HTTP allows without end,
# count), and of a body in chunks of a byte each.
_HEAD_BYTES = 128 * 1024
_FRAMED = 8

# A compressed answer could unpack to far more than `max_body`, hence identity.
_HEADERS = {"user-agent": f"LeadsBot/{__version__}", "accept": "*/*", "accept-encoding": "identity"}


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, whatever its status. `headers` is case-insensitive; `body` is cut at the caller's `max_body` bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class _Kept:
    """A destination's connections; `used` (loop time, s) and `busy` (exchanges under way) decide when they go."""

    connections: Connections
    used: float = 0.0
    busy: int = 0


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
        resolve = resolve or self._resolver
        self._backends = {
            False: CheckedBackend(resolve, self._allows),
            True: CheckedBackend(resolve, self._allows_trusted),
        }
        self._tls = tls or _public_tls()
        self._clients: OrderedDict[tuple[str, bool], _Kept] = OrderedDict()
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
        request = httpcore.Request(
            method,
            httpcore.URL(scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path),
            headers=_headers(target, headers, content if method != "GET" else None),
            content=content,
        )
        answer: httpcore.Response | None = None
        body = bytearray()
        try:
            with at_most(_HEAD_BYTES + _FRAMED * max_body):
                async with (
                    self._connections((destination, to_trusted)) as connections,
                    asyncio.timeout(timeout),
                    connections.exchange(request) as answer,
                ):
                    await _read(answer, max_body, body)
        except TimeoutError:
            if answer is None:
                raise OutboundError("timeout", f"{target.host} took longer than {timeout:g} seconds.") from None
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise _translated(error, target.host) from error
        return Response(answer.status, httpx.Headers(answer.headers), bytes(body[:max_body]))

    async def aclose(self) -> None:
        """Close every connection. Requests under way fail."""
        while self._clients:
            await self._clients.popitem()[1].connections.aclose()
        self._resolver.close()

    def _allows(self, host: str, port: int, address: str) -> bool:
        return self.allow_private or is_public(address)

    def _allows_trusted(self, host: str, port: int, address: str) -> bool:
        return (host, port) in self._trusted or self._allows(host, port, address)

    @asynccontextmanager
    async def _connections(self, key: tuple[str, bool]) -> AsyncIterator[Connections]:
        loop = asyncio.get_running_loop()
        kept = self._clients.get(key)
        if kept is None:
            kept = self._clients[key] = _Kept(Connections(self._backends[key[1]], self._tls))
        self._clients.move_to_end(key)
        kept.busy += 1
        try:
            yield kept.connections
        finally:
            kept.busy -= 1
            kept.used = loop.time()
            await self._let_go_of_idle(kept.used)

    async def _let_go_of_idle(self, now: float) -> None:
        if len(self._clients) <= DESTINATIONS_KEPT and now < self._swept + SWEEP_SECONDS:
            return
        self._swept = now
        idle = [name for name, kept in self._clients.items() if not kept.busy]
        surplus = max(0, len(self._clients) - DESTINATIONS_KEPT)
        gone = [
            self._clients.pop(name)
            for place, name in enumerate(idle)
            if place < surplus or now - self._clients[name].used >= IDLE_SECONDS
        ]
        for kept in gone:
            await kept.connections.aclose()


_target = lru_cache(maxsize=1024)(check_url)


def _headers(target: httpx.URL, headers: Mapping[str, str], content: bytes | None) -> list[tuple[bytes, bytes]]:
    given = {name.lower() for name in headers}
    own = {"host": target.netloc.decode("ascii"), **_HEADERS}
    if content is not None:
        own["content-length"] = str(len(content))
    said = [*((name, value) for name, value in own.items() if name not in given), *headers.items()]
    return [(name.encode("ascii"), value.encode("ascii")) for name, value in said]


async def _read(answer: httpcore.Response, max_body: int, body: bytearray) -> None:
    # An answer that breaks off after its status line is still that answer.
    with suppress(httpcore.NetworkError, httpcore.RemoteProtocolError):
        async for chunk in answer.aiter_stream():
            body += chunk
            if len(body) >= max_body:
                break


def _translated(error: Exception, host: str) -> OutboundError:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return OutboundError("tls", f"{host} shows a certificate that can't be trusted: {cause.verify_message}.")
        if isinstance(cause, ssl.SSLError):
            return OutboundError("tls", f"{host} and this server found no common way to encrypt.")
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpcore.ProtocolError) and "disconnected" not in str(error):
        return OutboundError("protocol", f"{host} answered with something that is not HTTP.")
    return OutboundError("connect", f"{host} closed the connection before it had answered.")


@cache
def _public_tls() -> ssl.SSLContext:
    """Trust who the web trusts, whatever the environment says; reading all their certificates takes a while."""
    return httpx.create_ssl_context(trust_env=False)
