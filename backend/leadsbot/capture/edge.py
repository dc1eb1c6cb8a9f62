"""HTTP for the hot path: a small ASGI application in front of Litestar.

Measured (bench/capture), a Litestar route with a decoded body costs several times what this does, and a visitor's page
sends many small batches. So the widget's own addresses are answered here; everything else passes on untouched.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import structlog

from leadsbot.errors import LeadsBotError, MethodNotAllowed, TooLarge
from leadsbot.ids import new_id

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

log = structlog.get_logger("leadsbot.capture")

JSON: tuple[bytes, bytes] = (b"content-type", b"application/json")


@dataclass(slots=True)
class Request:
    """What a door needs of a request. Header names are lower-case bytes; the first of equals counts."""

    method: str
    path: str
    query: bytes
    headers: Mapping[bytes, bytes]
    every_header: Sequence[tuple[bytes, bytes]]
    peer: str
    receive: Receive
    cors: list[tuple[bytes, bytes]] = field(default_factory=list)

    def header(self, name: bytes) -> str | None:
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    def whole_header(self, name: bytes) -> str | None:
        """Give a header that is a list, whole: sent twice it means the same as joined by a comma (RFC 9110, 5.3)."""
        values = [value.decode("latin-1") for key, value in self.every_header if key == name]
        return ", ".join(values) if values else None

    async def body(self, limit: int) -> bytes:
        """Read the body, `TooLarge` as soon as it is known to exceed `limit` bytes."""
        declared = self.headers.get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > limit:
            raise TooLarge(f"The body is larger than {limit // 1024} KiB.")
        message = await self.receive()
        if not message.get("more_body"):
            first: bytes = message.get("body", b"")
            _within(len(first), limit)
            return first
        chunks, size = [message.get("body", b"")], len(message.get("body", b""))
        while message.get("more_body"):
            message = await self.receive()
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            _within(size, limit)
        return b"".join(chunks)


def _within(size: int, limit: int) -> None:
    if size > limit:
        raise TooLarge(f"The body is larger than {limit // 1024} KiB.")


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes = b""


Door = Callable[[Request], Awaitable[Response]]


def front(doors: Mapping[str, Door], behind: App) -> App:
    """Answer paths that begin with a key of `doors`; pass the rest on to `behind`."""
    prefixes = tuple(doors.items())

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path = scope["path"]
            for prefix, door in prefixes:
                if path.startswith(prefix):
                    await _answer(door, _request(scope, receive), send)
                    return
        await behind(scope, receive, send)

    return app


def _request(scope: Scope, receive: Receive) -> Request:
    client = scope.get("client")
    return Request(
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"],
        headers=dict(reversed(scope["headers"])),
        every_header=scope["headers"],
        peer=client[0] if client else "",
        receive=receive,
    )


async def _answer(door: Door, request: Request, send: Send) -> None:
    try:
        response = await door(request)
    except LeadsBotError as error:
        response = _refusal(error, new_id())
    except Exception:
        request_id = new_id()
        log.error("capture.failed", request_id=request_id, path_length=len(request.path), exc_info=True)
        response = _refusal(LeadsBotError("Something went wrong on our side."), request_id)
    headers = response.headers + request.cors
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else response.body})


def _refusal(error: LeadsBotError, request_id: str) -> Response:
    body = msgspec.json.encode(error.body(request_id))
    headers = [JSON, (b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store")]
    if isinstance(error, MethodNotAllowed):
        headers.append((b"allow", ", ".join(error.allowed).encode()))
    if error.retry_after is not None:
        headers.append((b"retry-after", str(max(1, math.ceil(error.retry_after))).encode()))
        headers.append((b"access-control-expose-headers", b"retry-after"))
    return Response(error.status, headers, body)
