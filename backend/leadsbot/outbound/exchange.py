"""One connection and what comes back on it: HTTP/1.1 by llhttp, on the event loop's own transports.

Head and body of a request leave in one write, and an answer is read as it comes: nothing that nobody wants is kept.
Who answers oddly (bare line feeds, folded headers) is understood, as long as it is HTTP. Time limits are the caller's.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import Final, cast

import httptools

from leadsbot.outbound.errors import OutboundError

# What may come of an answer before the other side is cut off: of its head (interim ones, which HTTP allows without end,
# count), and of a body in chunks of a byte each.
HEAD_BYTES: Final = 128 * 1024
FRAMED: Final = 8
_SWITCHING: Final = 101


class Disconnected(Exception):
    """The other side closed the connection before anything of its answer had come."""


class Unreadable(Exception):
    """What came is no answer: not HTTP, more than any answer needs, or cut off within its head."""


class Answer:
    """What has come of one answer. `status` is 0 until its head is there, and `body` is cut at `max_body` bytes."""

    def __init__(self, max_body: int) -> None:
        self._max_body = max_body
        self.begin()

    def begin(self) -> None:
        """Be there for an answer of which nothing has come."""
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = bytearray()
        self.reusable = False
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._left = HEAD_BYTES + FRAMED * self._max_body
        self._came = False
        self._headed = False
        self._parser = parser = httptools.HttpResponseParser(self)
        parser.set_dangerous_leniencies(
            lenient_headers=True,
            lenient_chunked_length=True,
            lenient_optional_lf_after_cr=True,
            lenient_optional_cr_before_lf=True,
        )

    def feed(self, data: bytes) -> None:
        """Take what has come; what is behind its end makes the connection of no more use."""
        if self.ended.done():
            self.reusable = False
            return
        self._came = True
        data = data[: self._left]
        self._left -= len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.reusable = False
        except httptools.HttpParserError:
            self.reusable = False
            self.cut(Unreadable())
        if self._left <= 0:
            self.cut(Unreadable())

    def cut(self, error: Exception | None = None) -> None:
        """End it: an answer whose status has come is one, however it breaks off."""
        if self.ended.done():
            return
        if self.status:
            self.ended.set_result(None)
        else:
            self.ended.set_exception(error or (Unreadable() if self._came else Disconnected()))

    def let_go(self) -> None:
        """Part from the parser, which points back here."""
        del self._parser
        if self.ended.done() and not self.ended.cancelled():
            self.ended.exception()

    def on_message_begin(self) -> None:
        if self.ended.done():
            self.reusable = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._headed:
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if self._headed:  # of another, which nobody asked for
            return
        if status >= 200 or status == _SWITCHING:
            self.status, self._headed = status, True
        else:
            self.headers.clear()

    def on_body(self, chunk: bytes) -> None:
        if self.ended.done():
            return
        self.body += chunk[: self._max_body - len(self.body)]
        if len(self.body) >= self._max_body:
            self.cut()

    def on_message_complete(self) -> None:
        if self._headed and not self.ended.done():
            self.reusable = self._parser.should_keep_alive() and self.status != _SWITCHING
            self.cut()


class Connection(asyncio.Protocol):
    """An open socket, on which one request at a time is answered. `idle_since` is loop time, in seconds."""

    def __init__(self) -> None:
        self.idle_since = 0.0
        self._transport: asyncio.Transport | None = None
        self._wire: asyncio.Transport | None = None  # what TLS writes to, else the same
        self._answer: Answer | None = None

    @classmethod
    async def opened(cls, address: str, port: int, timeout: float) -> Connection:
        """Connect to an address within so many seconds. Raises OSError, of which TimeoutError is one."""
        async with asyncio.timeout(timeout):
            _, connection = await asyncio.get_running_loop().create_connection(cls, address, port)
        return connection

    async def encrypt(self, context: ssl.SSLContext, host: str) -> None:
        """Go on with TLS, if the other side can show that it is `host`. Raises OSError, of which SSLError is one."""
        assert self._transport is not None
        loop = asyncio.get_running_loop()
        self._transport = await loop.start_tls(self._transport, self, context, server_hostname=host)

    @property
    def stands(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    @property
    def _unsent(self) -> bool:
        """Whether the other side answered before it had taken all: what is said next, it may never come to."""
        return any(one and one.get_write_buffer_size() for one in (self._transport, self._wire))

    async def exchange(self, request: bytes, answer: Answer) -> None:
        """Send a request and let `answer` take what comes. Raises Disconnected or Unreadable where that is none."""
        if not self.stands:
            raise Disconnected
        assert self._transport is not None
        self._answer = answer
        try:
            self._transport.write(request)
            await answer.ended
        except BaseException:  # whoever asked may have gone as the answer came: nobody takes the connection back
            answer.reusable = False
            raise
        finally:
            self._answer = None
            answer.let_go()
            if not answer.reusable or self._unsent:
                self.abort()
            self.idle_since = asyncio.get_running_loop().time()

    def abort(self) -> None:
        if self._transport:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = self._wire = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._answer is None:  # nothing was asked
            self.abort()
        else:
            self._answer.feed(data)

    def eof_received(self) -> bool:
        self._end()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()

    def _end(self) -> None:
        if self._answer is None:
            self.abort()
        else:
            self._answer.reusable = False
            self._answer.cut()


def told(error: Disconnected | Unreadable, host: str) -> OutboundError:
    """Say what came of asking `host`."""
    if isinstance(error, Unreadable):
        return OutboundError("protocol", f"{host} answered with something that is not HTTP.")
    return OutboundError("connect", f"{host} closed the connection before it had answered.")
