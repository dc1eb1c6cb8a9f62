"""Which texts are addresses that may be called at all."""

from __future__ import annotations

import re
from ipaddress import IPv4Address

import httpx

from leadsbot.outbound.errors import OutboundError

MAX_URL = 2_000

_HOST = re.compile(rb"[a-z0-9._:-]+", re.IGNORECASE)


def check_url(url: str) -> httpx.URL:
    """Parse an address that may be called: http or https, with a host, without a password in it.

    Raises OutboundError with the reason `invalid_url`. What the host leads to is judged only when the socket opens.
    """
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise OutboundError("invalid_url", "This is not a web address.", permanent=True) from None
    if len(url) > MAX_URL:
        problem = f"The address is longer than {MAX_URL} characters."
    elif parsed.scheme not in ("http", "https") or not _HOST.fullmatch(parsed.raw_host):
        problem = "The address must start with http:// or https:// and name a host."
    elif _is_odd_number(parsed.host):
        problem = "Write the host's number the usual way, as in 93.184.216.34."
    elif parsed.userinfo:
        problem = "The address must not carry a user name or password."
    elif parsed.port is not None and not 0 < parsed.port < 65_536:
        problem = "The address names no usable port."
    else:
        return parsed
    raise OutboundError("invalid_url", problem, permanent=True)


def _is_odd_number(host: str) -> bool:
    """Tell whether `host` is an IPv4 address as only old ways of writing have them: 2130706433, 127.1, 0177.0.0.1."""
    if not host.replace(".", "").isdigit():
        return False
    try:
        IPv4Address(host)
    except ValueError:
        return True
    return False


def without_query(url: str) -> str:
    """Give an address as it may be shown to anybody: what stands behind its `?` is often a key."""
    before, mark, _ = url.partition("?")
    return f"{before}?…" if mark else url


def host_and_port(url: httpx.URL) -> tuple[str, int]:
    """Give the host as it goes on the wire (IDNA, no brackets) and the port, the scheme's own where none is named."""
    return url.raw_host.decode("ascii"), url.port or (443 if url.scheme == "https" else 80)
