"""`python -m bench.delivery.sink PORT`: somebody's webhook endpoint in a process of its own, as lean as can be.

It answers every POST with 204, but for addresses that say otherwise: `/hang` never answers, `/fail` answers 500.
`GET /` tells what has come so far, `DELETE /` forgets it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from typing import cast

import uvloop

OK = b"HTTP/1.1 204 No Content\r\n\r\n"
BROKEN = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"


class Seen:
    """Deliveries by path, how many came again, and when the first and the last came (seconds since the epoch)."""

    def __init__(self) -> None:
        self.paths: Counter[str] = Counter()
        self.ids: set[bytes] = set()
        self.first = self.last = 0.0
        self.lasts: dict[str, float] = {}

    def add(self, path: str, head: bytes) -> None:
        now = time.time()
        self.paths[path] += 1
        self.ids.add(_header(head, b"x-leadsbot-delivery:"))
        self.first = self.first or now
        self.last = self.lasts[path] = now

    def json(self) -> bytes:
        told = {"count": self.paths.total(), "ids": len(self.ids), "first": self.first, "last": self.last}
        return json.dumps(told | {"paths": self.paths, "lasts": self.lasts}).encode()


class Connection(asyncio.Protocol):
    """Reads requests whose bodies have a length, as httpx sends them."""

    def __init__(self, seen: list[Seen]) -> None:
        self._seen = seen
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            whole = end + 4 + int(_header(head, b"content-length:") or 0)
            if len(self._buffer) < whole:
                return
            self._buffer = self._buffer[whole:]
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        assert self._transport is not None
        method, path, *_ = head.split(b" ", 2)
        if method == b"get":
            body = self._seen[0].json()
            self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        elif method == b"delete":
            self._seen[0] = Seen()
            self._transport.write(OK)
        else:
            self._seen[0].add(path.decode(), head)
            if not path.startswith(b"/hang"):
                self._transport.write(BROKEN if path.startswith(b"/fail") else OK)


def _header(head: bytes, name: bytes) -> bytes:
    start = head.find(b"\r\n" + name)
    if start < 0:
        return b""
    start += 2 + len(name)
    end = head.find(b"\r\n", start)
    return head[start : end if end >= 0 else None].strip()


async def main(port: int) -> None:
    seen = [Seen()]
    server = await asyncio.get_running_loop().create_server(lambda: Connection(seen), "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
