"""Bursts: token buckets per site and address, in this process's memory, at about a microsecond a request."""

from __future__ import annotations

from collections import OrderedDict
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address
from typing import Final

SITE_NETWORK: Final = 64


class Bursts:
    """Token buckets that hold one second's requests each; at most `capacity_of_table` keys are remembered.

    A key that is forgotten begins with a full bucket: under an attack from more addresses than the table holds the
    limit loosens, memory doesn't grow.
    """

    def __init__(self, capacity_of_table: int = 50_000) -> None:
        self._capacity = capacity_of_table
        # Key -> time (ms) at which its bucket is full again ("theoretical arrival time" of the GCRA, ATM Forum 4.0).
        # An OrderedDict, because a dict looks for its first key past all that were deleted before it (13 µs).
        self._full_at: OrderedDict[tuple[str, str], float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, key: tuple[str, str], rate_per_second: float, now_ms: int) -> float:
        """Count a request of `key` (site, address): 0.0 when let through, else the seconds until the next would be.

        An IPv6 address counts as its /64, which one subscriber has to himself (RFC 6177).
        A rate of 0 or less limits nothing. Below one a second, one request is let through at a time.
        """
        if rate_per_second <= 0:
            return 0.0
        step = 1_000.0 / rate_per_second
        table = self._full_at
        if ":" in key[1]:
            key = key[0], _network(key[1])
        full_at = table.pop(key, None)
        # A clock set back must not lock anyone out for longer than an empty bucket does.
        level = 0.0 if full_at is None else min(max(full_at - now_ms, 0.0), max(1_000.0, step))
        over = level + step - max(1_000.0, step)
        # Half a microsecond of rounding is no reason to refuse.
        if over > 0.0005:
            table[key] = now_ms + level
            return over / 1_000.0
        # Taken out and put in again, keys stand in the order of last use: the first is the stalest.
        table[key] = now_ms + level + step
        if len(table) > self._capacity:
            table.popitem(last=False)
        return 0.0


@lru_cache(maxsize=4096)
def _network(address: str) -> str:
    try:
        return f"{int(IPv6Address(address.partition('%')[0])) >> SITE_NETWORK:x}::/64"
    except AddressValueError:
        return address
