"""The connections of each destination, and the one request that is made over them."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

import httpx

from leadsbot import __version__
from leadsbot.outbound.addresses import is_public
from leadsbot.outbound.connections import Connections
from leadsbot.outbound.errors import OutboundError
from leadsbot.outbound.exchange import Answer, Disconnected, Unreadable, told
from leadsbot.outbound.resolver import Resolver
from leadsbot.outbound.transport import CheckedOpener, Resolve
from leadsbot.outbound.urls import check_url, host_and_port

DESTINATIONS_KEPT = 256
IDLE_SECONDS = 60.0
SWEEP_SECONDS = 1.0

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
        tls = tls or _public_tls()
        tls.set_alpn_protocols(["http/1.1"])
        self._openers = {
            False: CheckedOpener(resolve, self._allows, tls),
            True: CheckedOpener(resolve, self._allows_trusted, tls),
        }
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
        request = _request(target, method, headers, content)
        answer = Answer(max_body)
        kept = self._kept((destination, to_trusted))
        kept.busy += 1
        try:
            async with asyncio.timeout(timeout):
                await kept.connections.exchange(target.origin, request, answer)
        except TimeoutError:
            if not answer.status:
                raise OutboundError("timeout", f"{target.host} took longer than {timeout:g} seconds.") from None
        except (Disconnected, Unreadable) as error:
            raise told(error, target.host) from None
        finally:
            kept.busy -= 1
            kept.used = asyncio.get_running_loop().time()
            self._let_go_of_idle(kept.used)
        return Response(answer.status, httpx.Headers(answer.headers), bytes(answer.body))

    async def aclose(self) -> None:
        """Close every connection, those in use as soon as they have their answer."""
        while self._clients:
            self._clients.popitem()[1].connections.close()
        await asyncio.sleep(0)  # sockets are closed as the loop comes round
        self._resolver.close()

    def _allows(self, host: str, port: int, address: str) -> bool:
        return self.allow_private or is_public(address)

    def _allows_trusted(self, host: str, port: int, address: str) -> bool:
        return (host, port) in self._trusted or self._allows(host, port, address)

    def _kept(self, key: tuple[str, bool]) -> _Kept:
        kept = self._clients.get(key)
        if kept is None:
            kept = self._clients[key] = _Kept(Connections(self._openers[key[1]]))
        self._clients.move_to_end(key)
        return kept

    def _let_go_of_idle(self, now: float) -> None:
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
            kept.connections.close()


@dataclass(frozen=True, slots=True)
class _Target:
    """An address as its requests need it: `origin` is scheme, host as it goes on the wire, and port."""

    origin: tuple[str, str, int]
    host: str
    path: str
    named: str


@lru_cache(maxsize=1024)
def _target(address: str) -> _Target:
    url = check_url(address)
    host, port = host_and_port(url)
    return _Target((url.scheme, host, port), url.host, url.raw_path.decode("ascii"), url.netloc.decode("ascii"))


def _request(target: _Target, method: str, headers: Mapping[str, str], content: bytes) -> bytes:
    """Give a request as it goes out. Raises ValueError for headers that would end before they should."""
    given = {name.lower() for name in headers}
    own = {"host": target.named, **_HEADERS}
    if content or method != "GET":
        own["content-length"] = str(len(content))
    lines = [f"{method} {target.path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in own.items() if name not in given]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join(lines)
    if head.count("\r") != len(lines) - 1 or head.count("\n") != len(lines) - 1 or "\0" in head:
        raise ValueError("a header holds a line break")
    return head.encode("ascii") + b"\r\n\r\n" + content


@cache
def _public_tls() -> ssl.SSLContext:
    """Trust who the web trusts, whatever the environment says; reading all their certificates takes a while."""
    return httpx.create_ssl_context(trust_env=False)
