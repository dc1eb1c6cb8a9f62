"""Limits that hold across nodes: counted in the database, one row per limited thing and window."""

from __future__ import annotations

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.workspaces.tables import RateCount


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
