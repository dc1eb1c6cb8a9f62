"""Answers of the dashboard: every one carries the strict policy, and none is kept by a cache."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from litestar import Response
from litestar.enums import MediaType
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER

from leadsbot.dashboard.render import CONTENT_SECURITY_POLICY

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def page(html: str, status: int = HTTP_200_OK) -> Response[str]:
    """Answer with a page, or a part of one."""
    return Response(html, media_type=MediaType.HTML, status_code=status, headers=dict(HEADERS))


def go(path: str) -> Response[str]:
    """Send the browser on to one of our own pages, with GET."""
    headers = {**HEADERS, "Location": local(path)}
    return Response("", media_type=MediaType.TEXT, status_code=HTTP_303_SEE_OTHER, headers=headers)


def bare(status: int, sentence: str = "") -> Response[str]:
    """Answer with a status, and with a sentence at most."""
    return Response(sentence, media_type=MediaType.TEXT, status_code=status, headers=dict(HEADERS))


def local(path: str, otherwise: str = "/") -> str:
    r"""Give `path` where it is one of this server's, else `otherwise`.

    Browsers read a backslash as a slash and skip tabs and line ends, so `/\evil.example` and `/<tab>/evil.example` lead
    away as surely as `//evil.example` does.
    """
    if (
        not path.startswith("/")
        or path.startswith("//")
        or "\\" in path
        or not path.isascii()
        or not path.isprintable()
    ):
        return otherwise
    parts = urlsplit(path)
    return otherwise if parts.scheme or parts.netloc else path


def is_htmx(headers: Mapping[str, Any]) -> bool:
    """Tell whether the page's script asks, and wants a part of a page."""
    return headers.get("hx-request") == "true"
