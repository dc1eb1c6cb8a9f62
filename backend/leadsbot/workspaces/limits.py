"""Limits that hold across nodes: counted in the database, one row per limited thing and window or part of one."""

from __future__ import annotations

import zlib
from itertools import accumulate
from typing import Final

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.errors import TooManyRequests
from leadsbot.workspaces.tables import RateCount

EXACT: Final = 1_000
PARTS: Final = 3_600
SKEW_MS: Final = clock.MINUTE
_DIGITS: Final = 14
_LENGTH: Final = 200 - _DIGITS - 1  # of the id's column


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


async def count(tx: Tx, key: str, window_ms: int) -> int:
    """Give what was counted of `key` by `hit()` in the current window, without adding to it."""
    row = await tx.fetch_one("SELECT hits FROM rate_counts WHERE id = $1", _window(key, window_ms)[0])
    return int(row["hits"]) if row else 0


async def take(tx: Tx, key: str, amount: int, limit: int, window_ms: int) -> None:
    """Count `amount` more of `key` within any `window_ms`, in the caller's transaction, which must fail when this does:
    `TooManyRequests` once they are more than `limit`, with when as many will fit again.

    Up to a limit of `EXACT` each moment counts by itself. Above, a window is counted in `PARTS` parts and may be short
    by one. Time is the database's, so that nodes whose clocks differ count alike.
    """
    part_ms = 1 if limit <= EXACT else max(1, window_ms // PARTS)
    await _lock(tx, key)
    now = clock.now() + tx.ahead
    start = now - now % part_ms
    await tx.execute(
        "INSERT INTO rate_counts (id, window_ends_at, hits) VALUES ($1, $2, $3)"
        " ON CONFLICT (id) DO UPDATE SET hits = rate_counts.hits + excluded.hits",
        _part(key, start),
        start + part_ms + window_ms,
        amount,
    )
    # Another node's idea of the database's clock may be some ms ahead of this one's.
    held = await _held(tx, key, now - window_ms + 1, now + SKEW_MS)
    over = sum(hits for _, hits in held) - limit
    if over > 0:
        wait = _until_free(held, over) + window_ms - now
        raise TooManyRequests("Too Many Requests", retry_after=wait / clock.SECOND)


async def _held(tx: Tx, key: str, first: int, last: int) -> list[tuple[int, int]]:
    """Give what was counted of `key` from `first` to `last` (ms), in order: when, and how many."""
    rows = await tx.fetch(
        "SELECT id, hits FROM rate_counts WHERE id >= $1 AND id <= $2", _part(key, first), _part(key, last)
    )
    mine = _part(key, 0)[:-_DIGITS]  # a database may sort other texts between two of one key
    return sorted((int(row["id"][-_DIGITS:]), int(row["hits"])) for row in rows if row["id"][:-_DIGITS] == mine)


def _part(key: str, start: int) -> str:
    """Give a count's id: those of one key stand together, in order of time."""
    return f"{key[:_LENGTH]}@{start:0{_DIGITS}d}"


def _until_free(held: list[tuple[int, int]], over: int) -> int:
    """Give the time (ms) of the count with which `over` of what is held will have fallen out of the window."""
    gone = accumulate(hits for _, hits in held)
    return next((at for (at, _), sum_ in zip(held, gone, strict=True) if sum_ >= over), held[-1][0])


async def _lock(tx: Tx, key: str) -> None:
    """Let one node at a time count `key`, so that none misses what another has yet to commit."""
    if tx.dialect == "postgres":
        await tx.execute("SELECT pg_advisory_xact_lock($1)", zlib.crc32(f"rate:{key}".encode()))


async def clear(tx: Tx, key: str) -> None:
    """Forget what `take()` has counted of `key`."""
    mine = _part(key, 0)[:-_DIGITS]  # as in `_held()`
    await tx.execute(
        f"DELETE FROM rate_counts WHERE id >= $1 AND id <= $2 AND substr(id, 1, {len(mine)}) = $3",
        mine + "0" * _DIGITS,
        mine + "9" * _DIGITS,
        mine,
    )


def _window(key: str, window_ms: int) -> tuple[str, int]:
    now = clock.now()
    start = now - now % window_ms
    # Cut where it says whom, never when: the window must end.
    return f"{start}:{key}"[: RateCount.id.length], start + window_ms


async def purge(tx: Tx) -> int:
    """Delete counts of windows that are over."""
    return await tx.execute("DELETE FROM rate_counts WHERE window_ends_at < $1", clock.now())
