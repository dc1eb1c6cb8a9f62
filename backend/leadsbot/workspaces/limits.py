"""Limits that hold across nodes: counted in the database, one row per limited thing and window."""

from __future__ import annotations

import zlib

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.errors import TooManyRequests
from leadsbot.workspaces.tables import RateCount

PARTS = 60


async def hit(tx: Tx, key: str, window_ms: int) -> tuple[int, int]:
    """Count one more of `key` in the current window of `window_ms`; gives the count and the ms left of it."""
    row_id, ends_at = _window(key, window_ms)
    row = await tx.fetch(
        "INSERT INTO rate_counts (id, window_ends_at, hits) VALUES ($1, $2, 1)"
        " ON CONFLICT (id) DO UPDATE SET hits = rate_counts.hits + 1 RETURNING hits",
        row_id,
        ends_at,
    )
    return int(row[0]["hits"]), ends_at - clock.now()


async def take(tx: Tx, key: str, amount: int, limit: int, window_ms: int) -> None:
    """Count `amount` more of `key` within any `window_ms`, in the caller's transaction, which must fail when this does:
    `TooManyRequests` once they are more than `limit`, with when as many will fit again.

    A window is counted in `PARTS` parts, so it is too long by one part at most, never too short.
    """
    part_ms = window_ms // PARTS
    await _lock(tx, key)
    now = clock.now()
    start = now - now % part_ms
    await tx.execute(
        "INSERT INTO rate_counts (id, window_ends_at, hits) VALUES ($1, $2, $3)"
        " ON CONFLICT (id) DO UPDATE SET hits = rate_counts.hits + excluded.hits",
        f"{start}:{key}"[: RateCount.id.length],
        start + part_ms + window_ms,
        amount,
    )
    parts = [start - number * part_ms for number in range(PARTS + 1)]
    ids = {f"{at}:{key}"[: RateCount.id.length]: at for at in parts}
    rows = await tx.fetch(f"SELECT id, hits FROM rate_counts WHERE id {tx.one_of(1)}", tx.many(list(ids)))
    held = sorted((ids[row["id"]], int(row["hits"])) for row in rows)
    over = sum(hits for _, hits in held) - limit
    if over > 0:
        raise TooManyRequests(
            "Too Many Requests", retry_after=_until_free(held, over, part_ms, window_ms) / clock.SECOND
        )


def _until_free(held: list[tuple[int, int]], over: int, part_ms: int, window_ms: int) -> int:
    """Give the ms until parts that hold `over` have fallen out of the window."""
    now = clock.now()
    for at, hits in held:
        over -= hits
        if over <= 0:
            return at + part_ms + window_ms - now
    return window_ms


async def _lock(tx: Tx, key: str) -> None:
    """Let one node at a time count `key`, so that none misses what another has yet to commit."""
    if tx.dialect == "postgres":
        await tx.execute("SELECT pg_advisory_xact_lock($1)", zlib.crc32(f"rate:{key}".encode()))


async def clear(tx: Tx, key: str, window_ms: int) -> None:
    """Forget what was counted of `key` in the current window."""
    await tx.execute("DELETE FROM rate_counts WHERE id = $1", _window(key, window_ms)[0])


def _window(key: str, window_ms: int) -> tuple[str, int]:
    now = clock.now()
    start = now - now % window_ms
    # Cut where it says whom, never when: the window must end.
    return f"{start}:{key}"[: RateCount.id.length], start + window_ms


async def purge(tx: Tx) -> int:
    """Delete counts of windows that are over."""
    return await tx.execute("DELETE FROM rate_counts WHERE window_ends_at < $1", clock.now())
