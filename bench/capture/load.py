"""A lean load generator: keep-alive connections, one request under way on each, latencies measured at the socket."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Measured:
    """Latencies in ms, whatever was not answered with 202, and how long it all took in seconds."""

    latencies: list[float] = field(default_factory=list)
    refused: int = 0
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class _Connection(asyncio.Protocol):
    """Sends the next request as soon as the last was answered."""

    def __init__(self, requests: Iterator[bytes], measured: Measured, done: asyncio.Future[None]) -> None:
        self._requests = requests
        self._measured = measured
        self._done = done
        self._buffer = b""
        self._sent = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def _next(self) -> None:
        assert self._transport is not None
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
            return
        self._sent = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        lower = head.lower()
        start = lower.index(b"content-length:") + 15
        length = int(lower[start : lower.find(b"\r\n", start) if b"\r\n" in lower[start:] else None])
        if len(body) < length:
            return
        self._measured.latencies.append((time.perf_counter() - self._sent) * 1000)
        self._measured.refused += not head.startswith(b"HTTP/1.1 202")
        self._buffer = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_result(None)


async def drive(port: int, streams: list[Iterator[bytes]]) -> Measured:
    """Send every stream over a connection of its own, all at once."""
    loop = asyncio.get_running_loop()
    measured = Measured()
    ends = [loop.create_future() for _ in streams]
    begun = time.perf_counter()
    for stream, end in zip(streams, ends, strict=True):
        await loop.create_connection(lambda s=stream, e=end: _Connection(s, measured, e), "127.0.0.1", port)
    await asyncio.gather(*ends)
    measured.seconds = time.perf_counter() - begun
    return measured


def http(path: str, body: bytes, headers: str = "") -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body
