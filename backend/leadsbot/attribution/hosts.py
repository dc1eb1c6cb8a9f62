"""The host of an address as a browser sends it: never raises, whatever stands there."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

# Browsers read a backslash as a slash (WHATWG URL, "relative slash state").
_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.\-]*://([^/\\?#]*)", re.IGNORECASE)


@lru_cache(maxsize=2048)
def host_of(url: str) -> str:
    """Give the host of an absolute address in lower case, without credentials, port and closing dot; else ""."""
    found = _ADDRESS.match(url.strip())
    if found is None:
        return ""
    authority = found.group(1).rpartition("@")[2].lower()
    if authority.startswith("["):
        return authority.partition("]")[0] + "]"
    return authority.partition(":")[0].rstrip(".")


def same_site(first: str, second: str) -> bool:
    """Tell whether two hosts are one site: equal but for `www.`, or one a subdomain of the other."""
    first, second = first.removeprefix("www."), second.removeprefix("www.")
    if not first or not second:
        return False
    return first == second or first.endswith("." + second) or second.endswith("." + first)
