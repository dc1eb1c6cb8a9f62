"""Limits that hold across nodes: counted in the database, one row per limited thing and window."""

from __future__ import annotations

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.workspaces.tables import RateCount


async def hit(tx: Tx, key: str, window_ms: int) -> tuple[int, int]:
    """Count one more of `key` in the current window of `window_ms`; gives the count and the ms left of it."""
    now = clock.now()
    start = now - now % window_ms
    row = await tx.fetch(
        "INSERT INTO rate_counts (id, window_ends_at, hits) VALUES ($1, $2, 1)"
        " ON CONFLICT (id) DO UPDATE SET hits = rate_counts.hits + 1 RETURNING hits",
        f"{start}:{key}"[: RateCount.id.length],  # cut where it says whom, never when: the window must end
        start + window_ms,
    )
    return int(row[0]["hits"]), start + window_ms - now


async def purge(tx: Tx) -> int:
    """Delete counts of windows that are over."""
    return await tx.execute("DELETE FROM rate_counts WHERE window_ends_at < $1", clock.now())
