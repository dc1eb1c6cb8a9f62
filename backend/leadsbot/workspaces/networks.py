"""Whom an address stands for, where requests and leads are counted."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address
from typing import Final

SUBSCRIBER_BITS: Final = 64


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """Give an IPv6 address as its /64, which one subscriber has to himself (RFC 6177); any other text as it is."""
    if ":" not in address:
        return address
    try:
        return f"{int(IPv6Address(address.partition('%')[0])) >> SUBSCRIBER_BITS:x}::/{SUBSCRIBER_BITS}"
    except AddressValueError:
        return address
