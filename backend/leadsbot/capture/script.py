"""`GET /widget.js` and the file it loads for hosted forms: read once at start, compressed once, served with an `ETag`
(contract, section 3)."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import brotli

from leadsbot.capture.edge import Door, Request, Response
from leadsbot.errors import MethodNotAllowed, NotFound

SCRIPTS = ("widget.js", "widget-engaged.js", "widget-rare.js", "hosted-form.js")
FRESH_S = 3600
_STALE_S = 24 * 3600


def script_doors(public: Path) -> dict[str, Door]:
    """Give a door for each script that pages load, by its path."""
    return {f"/{name}": ScriptDoor(public / name) for name in SCRIPTS}


class ScriptDoor:
    """Serves one built script under its file's name, best encoding first."""

    def __init__(self, built: Path) -> None:
        self._path = f"/{built.name}"
        script = built.read_bytes()
        self._etag = f'"{hashlib.sha256(script).hexdigest()[:20]}"'.encode()
        self._bodies = _encoded(script)

    async def __call__(self, request: Request) -> Response:
        if request.path != self._path:
            raise NotFound("There is nothing here.")
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            raise MethodNotAllowed("The script is there to be read.", allowed=("GET", "HEAD", "OPTIONS"))
        headers = self._headers()
        if _matches(request.headers.get(b"if-none-match", b""), self._etag):
            return Response(304, headers)
        encoding = _best(request.headers.get(b"accept-encoding", b""))
        body = self._bodies[encoding]
        headers += [
            (b"content-type", b"text/javascript; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
        ]
        if encoding:
            headers.append((b"content-encoding", encoding))
        return Response(200, headers, body)

    def _headers(self) -> list[tuple[bytes, bytes]]:
        return [
            (b"etag", self._etag),
            (b"cache-control", f"public, max-age={FRESH_S}, stale-while-revalidate={_STALE_S}".encode()),
            (b"vary", b"Accept-Encoding"),
            (b"access-control-allow-origin", b"*"),
            (b"cross-origin-resource-policy", b"cross-origin"),
            (b"x-content-type-options", b"nosniff"),
        ]


def _matches(header: bytes, etag: bytes) -> bool:
    tags = {tag.strip().removeprefix(b"W/") for tag in header.split(b",")}
    return etag in tags or b"*" in tags


def _best(accepted: bytes) -> bytes:
    """Pick an encoding the client takes; one refused with `q=0` is not taken."""
    offers = {}
    for offer in accepted.lower().split(b","):
        name, _, quality = offer.strip().partition(b";")
        offers[name.strip()] = quality.replace(b" ", b"") not in (b"q=0", b"q=0.0", b"q=0.00", b"q=0.000")
    return next((encoding for encoding in (b"br", b"gzip") if offers.get(encoding)), b"")


@cache
def _encoded(script: bytes) -> Mapping[bytes, bytes]:
    """Give a script by each encoding that it is served in, as small as that gets it."""
    return {
        b"br": brotli.compress(script, quality=11, mode=brotli.MODE_TEXT),
        b"gzip": gzip.compress(script, 9, mtime=0),
        b"": script,
    }
