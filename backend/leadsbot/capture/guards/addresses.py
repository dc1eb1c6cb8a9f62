"""Which addresses may send: single ones and networks, IPv4 and IPv6; IPv4 mapped into IPv6 is that IPv4."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_interface, ip_network
from typing import Final

from leadsbot.errors import InvalidInput

FIELD: Final = "allowed_ips"
MAPPED_BITS: Final = 96  # RFC 4291, section 2.5.5.2: ::ffff:0:0/96
LONGEST_SHOWN: Final = 60

Network = IPv4Network | IPv6Network

_ALLOWED: Final = re.compile(r"[0-9a-fA-F:.]+(?:/[0-9]{1,3})?")


def check_network(text: str) -> str:
    """Give what a user typed as an address or a network in its normal form: `203.0.113.7`, `10.0.0.0/8`,
    `2001:db8::/32`. `InvalidInput` says how it should look, and nothing else is raised."""
    text = text.strip()
    if not _ALLOWED.fullmatch(text):
        raise _no_address(text)
    try:
        interface = ip_interface(text)
    except ValueError:
        raise _no_address(text) from None
    network = _unmapped(interface.network)
    if interface.ip != interface.network.network_address:
        raise InvalidInput(
            f'"{text}" is one address with a network\'s length: write "{_short(network)}" for the network, or'
            f' "{_plain(interface.ip)}" for the address alone.',
            fields=[FIELD],
        )
    return _short(network)


def allowed(address: str, networks: Iterable[str]) -> bool:
    """Tell whether an address lies in one of the networks, each of `check_network`. What is no address lies in none."""
    plain = _address(address)
    return plain is not None and any(plain in network for network in map(_network, networks))


def hint(address: str) -> str:
    """Say in a sentence for the dashboard who was refused and what would let them in."""
    return f"{address} is not on the list of allowed addresses; did you mean to add it?"


@lru_cache(maxsize=4096)
def _network(text: str) -> Network:
    return ip_network(text)


@lru_cache(maxsize=4096)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return _plain(ip_address(text.partition("%")[0]))
    except ValueError:
        return None


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


def _unmapped(network: Network) -> Network:
    if isinstance(network, IPv6Network) and network.prefixlen >= MAPPED_BITS:
        inner = network.network_address.ipv4_mapped
        if inner is not None:
            return IPv4Network((int(inner), network.prefixlen - MAPPED_BITS))
    return network


def _short(network: Network) -> str:
    return str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)


def _no_address(text: str) -> InvalidInput:
    shown = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
    sentence = f'"{shown}" is no address: write it like "203.0.113.7", "10.0.0.0/8" or "2001:db8::/32".'
    return InvalidInput(sentence, fields=[FIELD])
