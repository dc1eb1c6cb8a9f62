"""A socket as httpcore asks for it, on the event loop's own transports.

What is written in one go of the loop leaves in one piece, head and body together. Time limits are the caller's.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, cast

import httpcore

# So much may have come that nobody has read yet, and so much is read at once: parsing it holds up everybody else.
_UNREAD: Final = 64 * 1024
_AT_ONCE: Final = 16 * 1024

_allowed: ContextVar[list[int] | None] = ContextVar("allowed", default=None)


@contextmanager
def at_most(size: int) -> Iterator[None]:
    """Let this task read no more than so many bytes meanwhile: what comes then is no HTTP any more."""
    token = _allowed.set([size])
    try:
        yield
    finally:
        _allowed.reset(token)


class Sockets:
    """Opens them."""

    async def connect_tcp(self, address: str, port: int, timeout: float) -> Socket:
        """Connect to an address within so many seconds. Raises httpcore's ConnectError."""
        try:
            async with asyncio.timeout(timeout):
                _, socket = await asyncio.get_running_loop().create_connection(Socket, address, port)
        except OSError as error:  # TimeoutError too
            raise httpcore.ConnectError(str(error)) from error
        return socket


class Socket(asyncio.Protocol, httpcore.AsyncNetworkStream):
    """An open connection. Raises httpcore's errors."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._came = bytearray()
        self._ended = False
        self._error: Exception | None = None
        self._changed = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._came += data
        if len(self._came) > _UNREAD and self._transport:
            self._transport.pause_reading()
        self._changed.set()

    def eof_received(self) -> bool:
        self._ended = True
        self._changed.set()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended, self._error = True, exc
        self._changed.set()
        self._writable.set()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        while not self._came and not self._ended:
            self._changed.clear()
            await self._changed.wait()
        if not self._came and self._error:
            raise httpcore.ReadError(str(self._error)) from self._error
        size = min(max_bytes, _AT_ONCE)
        data = bytes(self._came[:size])
        del self._came[:size]
        if (left := _allowed.get()) is not None:
            left[0] -= len(data)
            if left[0] < 0:
                raise httpcore.RemoteProtocolError("More has come than any answer needs.")
        if self._transport and not self._transport.is_closing():
            self._transport.resume_reading()
        if len(data) == _AT_ONCE:
            await asyncio.sleep(0)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if self._transport is None or self._transport.is_closing():
            raise httpcore.WriteError("The connection is closed.")
        if buffer:
            self._transport.write(buffer)
        await self._writable.wait()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        loop = asyncio.get_running_loop()
        assert self._transport is not None
        try:
            secured = await loop.start_tls(self._transport, self, ssl_context, server_hostname=server_hostname)
        except OSError as error:  # an SSLError too
            await self.aclose()
            raise httpcore.ConnectError(str(error)) from error
        self._transport = secured
        return self

    async def aclose(self) -> None:
        if self._transport:
            self._transport.abort()

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":  # on a connection that nothing is asked of: it was closed, or isn't to be trusted
            return bool(self._came) or self._ended
        return self._transport.get_extra_info(info) if self._transport else None
