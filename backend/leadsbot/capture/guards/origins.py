"""Which sites may speak for a token: `Origin` (else `Referer`) against the site's list (contract section 3)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from leadsbot.errors import InvalidInput

OPAQUE: Final = "null"
MAX_ORIGIN: Final = 300
_DEFAULT_PORTS: Final = {"http": "80", "https": "443"}
_ORIGIN: Final = re.compile(r"(https?)://([^/\\?#@\s:\[\]]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?", re.IGNORECASE)
_HOST: Final = re.compile(r"(?:\*\.)?(?:[\w-]+\.)*[\w-]+\Z|\[[0-9a-f:.]+\]\Z")


def origin_of(headers_origin: str | None, headers_referer: str | None) -> str | None:
    """Give the origin a browser names, lower case and without a default port; None when it names none.

    "null" (a sandboxed frame, a file) stays "null", and a malformed `Origin` counts as that: it must not fall back to
    a `Referer` that says something nicer.
    """
    if headers_origin:
        return _normal(headers_origin, whole=True) or OPAQUE
    if headers_referer:
        return _normal(headers_referer, whole=False)
    return None


def allowed(origin: str | None, patterns: Iterable[str]) -> bool:
    """Tell whether `origin` (of `origin_of`) is on the list: exactly, or as a subdomain at any depth of
    `https://*.example.com`, whose scheme and port must match too. An empty list allows all, even no origin."""
    empty = True
    for pattern in patterns:
        empty = False
        if origin is not None and origin != OPAQUE and _matches(origin, pattern):
            return True
    return empty


def check_pattern(text: str) -> str:
    """Give what a user typed as an allowed origin in its normal form; `InvalidInput` says how it should look."""
    text = text.strip()
    if text == "*":
        raise InvalidInput('"*" is no origin: an empty list lets every origin send.', fields=["allowed_origins"])
    if "://" not in text:
        raise InvalidInput(
            f'"{text[:MAX_ORIGIN]}" needs its scheme: write "https://{text[:MAX_ORIGIN] or "example.com"}".',
            fields=["allowed_origins"],
        )
    found = _ORIGIN.match(text)
    normal = _normal(text.removesuffix("/"), whole=True)
    if found is None or len(text) > MAX_ORIGIN:
        raise InvalidInput(
            f'"{text[:MAX_ORIGIN]}" is no origin: write it like "https://example.com" or "https://*.example.com".',
            fields=["allowed_origins"],
        )
    if normal is None:
        raise InvalidInput(
            f'"{text}" has more than an origin: write "{found.group().lower()}", which covers all its pages.',
            fields=["allowed_origins"],
        )
    host = normal.partition("://")[2]
    if not _HOST.match(re.sub(r":\d+\Z", "", host)) or (host.startswith("*.") and "." not in host[2:]):
        raise InvalidInput(
            f'"{text}" is no origin: "*." may only stand first, before a whole domain, as in "https://*.example.com".',
            fields=["allowed_origins"],
        )
    return normal


def hint(origin: str | None, patterns: Iterable[str]) -> str:
    """Say in a sentence for the dashboard why `origin` was refused and what would let it in."""
    if origin is None:
        return "A request that names no origin was refused; browsers name theirs, so it came from elsewhere."
    if origin == OPAQUE:
        return "A page without an origin of its own (a sandboxed frame or a file) was refused; serve it from a site."
    near = next((pattern for pattern in patterns if _bare(pattern) == _bare(origin)), None)
    refused = f"origin {origin} is not on the list; did you mean to add it"
    return f"{refused} besides {near}?" if near else f"{refused}?"


@lru_cache(maxsize=2048)
def _normal(text: str, *, whole: bool) -> str | None:
    text = text.strip()
    found = _ORIGIN.fullmatch(text) if whole else _ORIGIN.match(text)
    if found is None:
        return None
    if not whole and text[found.end() : found.end() + 1] not in ("", "/", "?", "#"):
        return None
    scheme, host, port = found.group(1).lower(), _ascii(found.group(2).lower()), found.group(3)
    number = str(int(port)) if port else ""
    return f"{scheme}://{host}" + (f":{number}" if number and number != _DEFAULT_PORTS[scheme] else "")


def _ascii(host: str) -> str:
    # Browsers send a host with umlauts in its ASCII form; people type it as they read it.
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host


def _matches(origin: str, pattern: str) -> bool:
    scheme, found, domain = pattern.partition("://*.")
    if not found:
        return origin == pattern
    start, end = scheme + "://", "." + domain
    if not (origin.startswith(start) and origin.endswith(end)):
        return False
    subdomain = origin[len(start) : -len(end)]
    return bool(subdomain) and "/" not in subdomain


def _bare(origin: str) -> str:
    """What two spellings of a site have in common: the host without scheme, port, `www.` and `*.`."""
    host = re.sub(r":\d+\Z", "", origin.partition("://")[2])
    return host.removeprefix("*.").removeprefix("www.")
