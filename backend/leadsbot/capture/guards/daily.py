"""Leads per address and day: so many of a door's leads may one address begin, on all nodes together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.errors import TooManyRequests
from leadsbot.workspaces import limits
from leadsbot.workspaces.networks import network_of


class Begun(NamedTuple):
    """A lead that was begun at a door (a site, an endpoint) from an address, of which `limit` are let in within 24
    hours."""

    door_id: str
    address: str
    limit: int


async def hold(tx: Tx, begun: Iterable[Begun]) -> None:
    """Count the transaction's own leads, whose address is an IPv6 subscriber's /64 or an IPv4 address; raise
    `TooManyRequests` where they are among too many, with when the next will be let in."""
    amounts = Counter(one._replace(address=network_of(one.address)) for one in begun)
    for one, amount in sorted(amounts.items()):
        try:
            await limits.take(tx, f"day:{one.door_id}:{one.address}", amount, one.limit, clock.DAY)
        except TooManyRequests as error:
            clause = f"one address may send {one.limit:,} {'lead' if one.limit == 1 else 'leads'} here in 24 hours"
            raise TooManyRequests.over(clause, error.retry_after or 1, code="leads_per_day") from None
