"""The connections of one destination: an aiohttp session of its own, with at most 8, kept for the next request."""

from __future__ import annotations

import io
import ssl
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Final

import aiohttp
from aiohttp.connector import Connection
from yarl import URL

from leadsbot import __version__
from leadsbot.outbound.answers import Connector
from leadsbot.outbound.transport import Checked

CONNECTIONS_PER_DESTINATION: Final = 8
KEEPALIVE_SECONDS: Final = 30.0
HEADER_BYTES: Final = 32 * 1024  # the longest header of an answer that is read; how many, aiohttp limits

# A compressed answer could unpack to far more than anybody wants of it, hence identity.
_HEADERS: Final = {"user-agent": f"LeadsBot/{__version__}", "accept": "*/*", "accept-encoding": "identity"}
_AT_ONCE: Final = 1 << 20  # aiohttp wants larger bodies in pieces
_CALLERS: Final = aiohttp.ClientTimeout(total=None, sock_connect=None)  # whoever asks has a limit for all of it


class Connections:
    """Opens them as `checked` lets it. One request at a time on each; who comes ninth waits.

    `busy` counts the exchanges under way, `used` is when the last one ended (loop time, s); whoever exchanges says so.
    """

    def __init__(self, checked: Checked, tls: ssl.SSLContext) -> None:
        connector = Connector(
            resolver=checked,
            socket_factory=checked.socket,
            use_dns_cache=False,
            ssl=tls,
            limit=CONNECTIONS_PER_DESTINATION,
            keepalive_timeout=KEEPALIVE_SECONDS,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            request_class=_Request,
            headers=_HEADERS,
            skip_auto_headers=("content-type",),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            timeout=_CALLERS,
            max_line_size=HEADER_BYTES,
            max_field_size=HEADER_BYTES,
            trace_configs=[_telling_kept()],
        )
        self.busy = 0
        self.used = 0.0

    async def ask(self, method: str, url: URL, headers: Mapping[str, str], content: bytes) -> aiohttp.ClientResponse:
        """Send a request and give its answer as soon as the head is there; redirects are answers too.

        A server may close a kept connection just as the request leaves (RFC 9112, section 9.5): then it goes once more.
        Whoever sends would send again in any case, only later and with a failure to show. Raises aiohttp.ClientError.
        """
        way = SimpleNamespace(kept=False)
        try:
            return await self._once(method, url, headers, content, way)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
            if not way.kept:
                raise
        return await self._once(method, url, headers, content, way)

    async def close(self) -> None:
        """Close them, those in use too."""
        await self._session.close()

    async def _once(
        self, method: str, url: URL, headers: Mapping[str, str], content: bytes, way: SimpleNamespace
    ) -> aiohttp.ClientResponse:
        data = content if len(content) <= _AT_ONCE else io.BytesIO(content)
        return await self._session.request(
            method, url, headers=headers, data=data or None, allow_redirects=False, trace_request_ctx=way
        )


class _Request(aiohttp.ClientRequest):
    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        """Send it, unless the other side has said something unasked: that would be taken for the answer."""
        if conn.protocol is None or conn.protocol.should_close:
            raise aiohttp.ServerDisconnectedError
        return await super().send(conn)


def _telling_kept() -> aiohttp.TraceConfig:
    """Note on whatever accompanies a request that it goes over a connection that was there before."""

    async def note(session: aiohttp.ClientSession, context: SimpleNamespace, params: object) -> None:
        context.trace_request_ctx.kept = True

    telling: aiohttp.TraceConfig = aiohttp.TraceConfig()
    telling.on_connection_reuseconn.append(note)
    return telling
