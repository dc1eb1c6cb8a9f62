"""The demo site's server: static pages on an origin of their own, as somebody else's site would be.

Pages may hold `{{LEADSBOT_URL}}` and `{{LEADSBOT_TOKEN}}`. Forms are answered as a site's own server would answer them.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Awaitable, Callable, Mapping
from html import escape
from pathlib import Path
from typing import Any

from leadsbot.cli.support import demo_answers
from leadsbot.cli.support.demo_answers import THANKS, Answer

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

API_PREFIX = "/api-demo/"
LARGEST_FORM = 65_536  # bytes


class DemoSite:
    """An ASGI application that serves `folder` and nothing outside of it."""

    def __init__(self, folder: Path, *, leadsbot_url: str, token: str) -> None:
        self._folder = folder.resolve()
        self._blanks = {"{{LEADSBOT_URL}}": leadsbot_url, "{{LEADSBOT_TOKEN}}": token}

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["method"] == "POST":
            status, headers, body = await _to_form(scope, receive)
        else:
            status, headers, body = self._answer(scope["method"], scope["path"])
        headers |= {"content-length": str(len(body)), "cache-control": "no-store"}
        await send({"type": "http.response.start", "status": status, "headers": _encoded(headers)})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    def _answer(self, method: str, path: str) -> Answer:
        if method not in ("GET", "HEAD"):
            return 405, {"allow": "GET, HEAD, POST"}, b""
        file = self._file(path)
        if file is None:
            return 404, {"content-type": "text/plain; charset=utf-8"}, b"There is no such page.\n"
        return 200, {"content-type": _type_of(file)}, self._content(file)

    def _file(self, path: str) -> Path | None:
        """Give the file of a URL's path (percent-decoded already), or None for one hidden or outside of the folder."""
        try:
            file = (self._folder / path.lstrip("/")).resolve()
            if file.is_dir():
                file /= "index.html"
            inside = file.relative_to(self._folder).parts
        except (ValueError, OSError):  # a NUL or a name too long; a place outside
            return None
        return file if file.is_file() and not any(part.startswith(".") for part in inside) else None

    def _content(self, file: Path) -> bytes:
        if file.suffix != ".html":
            return file.read_bytes()
        text = file.read_text(encoding="utf-8")
        for blank, value in self._blanks.items():
            text = text.replace(blank, escape(value))
        return text.encode()


async def _to_form(scope: Mapping[str, Any], receive: Receive) -> Answer:
    """Answer a form sent to the demo's API by what is in it, one sent to a page with thanks."""
    body = await _read(receive)
    if not scope["path"].startswith(API_PREFIX):
        return 303, {"location": THANKS}, b""
    if body is None:
        return 413, {"content-type": "text/plain; charset=utf-8"}, b"That is too much for a form.\n"
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    return demo_answers.answer(headers, body)


async def _read(receive: Receive) -> bytes | None:
    """Take the whole body, which a browser wants to have sent before it reads the answer; None for one too large."""
    body, more = b"", True
    while more:
        message = await receive()
        body = (body + message.get("body", b""))[: LARGEST_FORM + 1]
        more = message.get("more_body", False)
    return body if len(body) <= LARGEST_FORM else None


def _type_of(file: Path) -> str:
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
