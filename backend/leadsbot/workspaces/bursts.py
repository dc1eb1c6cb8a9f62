"""Bursts: token buckets per door and address, in this process's memory, at about a microsecond a request.

Where several nodes serve, an address that is busy on one of them is counted with what the others let through: see
`NodesTogether`. Visitors who send little are never written down.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, defaultdict
from typing import Final, NamedTuple

import structlog

from leadsbot import clock
from leadsbot.db import Database
from leadsbot.errors import LeadsBotError
from leadsbot.workspaces.networks import network_of

# What an address may use within a second before nodes count it together: an eighth of its rate, and one at least.
QUIET_SHARE: Final = 8

Key = tuple[str, str]

log = structlog.get_logger("leadsbot.workspaces")


class Bursts:
    """Token buckets that hold one second's requests each; at most `capacity_of_table` keys are remembered.

    A key that is forgotten begins with a full bucket: under an attack from more addresses than the table holds the
    limit loosens, memory doesn't grow.
    """

    def __init__(self, together: NodesTogether | None = None, capacity_of_table: int = 50_000) -> None:
        self._together = together
        self._capacity = capacity_of_table
        # Key -> time (ms) at which its bucket is full again ("theoretical arrival time" of the GCRA, ATM Forum 4.0).
        # An OrderedDict, because a dict looks for its first key past all that were deleted before it (13 µs).
        self._full_at: OrderedDict[Key, float] = OrderedDict()
        self._second = 0
        self._in_second: dict[Key, int] = {}

    def __len__(self) -> int:
        return len(self._full_at)

    async def admit(self, door_id: str, address: str, rate_per_second: float) -> float:
        """Count a request at a door: 0.0 when let through, else the seconds until one would be.

        All nodes together let `rate_per_second` through, and on top what stays below each node's quiet share.
        """
        key, now = (door_id, network_of(address)), clock.now()
        wait = self.take(key, rate_per_second, now)
        if wait > 0 or self._together is None or rate_per_second <= 0:
            return wait
        hits, quiet = self._hits_in_second(key, now), max(1, int(rate_per_second / QUIET_SHARE))
        if hits <= quiet:
            return 0.0
        # What went before it unnoticed is told with the first that is too many to be quiet.
        return await self._together.count(key, hits if hits == quiet + 1 else 1, rate_per_second, now)

    def take(self, key: Key, rate_per_second: float, now_ms: int) -> float:
        """Count a request of `key` (site, address) on this node: 0.0 when let through, else the seconds until the next
        would be.

        An IPv6 address counts as its /64. A rate of 0 or less limits nothing. Below one a second, one request is let
        through at a time.
        """
        if rate_per_second <= 0:
            return 0.0
        step = 1_000.0 / rate_per_second
        table = self._full_at
        if ":" in key[1]:
            key = key[0], network_of(key[1])
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

    def _hits_in_second(self, key: Key, now_ms: int) -> int:
        second = now_ms // clock.SECOND
        if second != self._second:
            self._second = second
            self._in_second.clear()
        hits = self._in_second.get(key, 0) + 1
        if len(self._in_second) < self._capacity or hits > 1:
            self._in_second[key] = hits
        return hits


class _Asked(NamedTuple):
    """Requests of one key that want to know their place among all of a second's."""

    row_id: str
    ends_at: int
    hits: int
    place: asyncio.Future[int]


class NodesTogether:
    """Counts busy addresses for all nodes on PostgreSQL, one statement under way at a time and never in the writer's
    transaction: it holds up no lead, and no lead holds it up.

    A second is a whole one of the clock, so nodes' clocks must agree to a good part of a second. Where the database
    can't be asked, each node's own bucket is the limit.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asked: list[_Asked] = []
        self._counting: asyncio.Task[None] | None = None

    async def count(self, key: Key, hits: int, rate_per_second: float, now_ms: int) -> float:
        """Count `hits` more of `key`: 0.0 when they fit into the second, else the seconds that are left of it."""
        ends_at = now_ms - now_ms % clock.SECOND + clock.SECOND
        place: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._asked.append(_Asked(":".join(("burst", *key))[:200], ends_at, hits, place))
        if self._counting is None or self._counting.done():
            self._counting = asyncio.create_task(self._count(), name="bursts")
        return 0.0 if await place <= max(1.0, rate_per_second) else (ends_at - now_ms) / clock.SECOND

    async def _count(self) -> None:
        while self._asked:
            asked, self._asked = self._asked, []
            try:
                totals = await self._add(asked)
            except LeadsBotError:
                totals = {}
            except Exception as error:
                log.warning("bursts.uncounted", error=repr(error))
                totals = {}
            _tell(asked, totals)

    async def _add(self, asked: list[_Asked]) -> dict[str, int]:
        """Add to the counts and give them as they are now."""
        hits: defaultdict[str, int] = defaultdict(int)
        ends: dict[str, int] = {}
        for one in asked:
            hits[one.row_id] += one.hits
            ends[one.row_id] = max(one.ends_at, ends.get(one.row_id, 0))
        # In order, so that two nodes that count the same keys never wait for each other crosswise.
        keys = sorted(hits)
        rows = await self._database.at_once(_ADD, keys, [ends[key] for key in keys], [hits[key] for key in keys])
        return {row["id"]: int(row["hits"]) for row in rows}


def _tell(asked: list[_Asked], totals: dict[str, int]) -> None:
    """Give each its place: the first to ask come first."""
    for one in reversed(asked):
        place = totals.get(one.row_id, 0)
        totals[one.row_id] = place - one.hits
        if not one.place.done():
            one.place.set_result(place)


# A row is of one second; the next one's first request begins it anew.
_ADD = """
INSERT INTO rate_counts (id, window_ends_at, hits)
SELECT v.id, v.ends_at, v.hits FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS v(id, ends_at, hits)
ON CONFLICT (id) DO UPDATE SET
 hits = CASE WHEN excluded.window_ends_at > rate_counts.window_ends_at THEN excluded.hits
  ELSE rate_counts.hits + excluded.hits END,
 window_ends_at = greatest(rate_counts.window_ends_at, excluded.window_ends_at)
RETURNING id, hits
"""
