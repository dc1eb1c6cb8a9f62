"""The address of the visitor, not of our own proxies; nobody else's word on it is taken."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

Network = IPv4Network | IPv6Network
MAX_HOPS: Final = 32


def client_address(peer: str, forwarded_for_header: str | None, trusted_networks: Sequence[Network]) -> str:
    """Give the visitor's address in its normal form; `peer` is the socket's.

    `X-Forwarded-For` is read from the right, as each proxy appends whom it saw, and believed only as long as a trusted
    network says it: the first address that isn't ours is the visitor's. Junk ends the walk at the last address known.
    IPv4 mapped into IPv6 is unwrapped. Never raises; a `peer` that is no address (a Unix socket) is given as it is.
    """
    known = _parsed(peer)
    if known is None:
        return peer
    if not forwarded_for_header or not trusted_networks:
        return str(known)
    for hop in reversed(forwarded_for_header.split(",")[-MAX_HOPS:]):
        if not _trusted(known, trusted_networks):
            break
        said = _parsed(_without_port(hop.strip()))
        if said is None:
            break
        known = said
    return str(known)


def _trusted(address: IPv4Address | IPv6Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)


def _without_port(text: str) -> str:
    """Some proxies append the port: `203.0.113.7:4711`, `[2001:db8::1]:4711`."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


@lru_cache(maxsize=4096)
def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    # A zone ("fe80::1%eth0") is free text and means something on one machine only.
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
