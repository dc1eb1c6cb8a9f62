"""Lanes of which nothing is begun for a while: a chat service that names a time, a bucket that is empty."""

from __future__ import annotations

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.db.sql import now_ms

KEEP_MS = clock.HOUR


async def hold(tx: Tx, lane: str, wait: int) -> None:
    """Begin nothing of a lane for `wait` ms, on any node; a longer hold stands. What waits in it isn't touched."""
    later = "max" if tx.dialect == "sqlite" else "greatest"
    await tx.execute(
        f"INSERT INTO lane_holds (lane, until) VALUES ($1, {tx.now_ms} + $2)"
        f" ON CONFLICT (lane) DO UPDATE SET until = {later}(lane_holds.until, excluded.until)",
        lane,
        wait,
    )


async def held(tx: Tx) -> set[str]:
    """Give the lanes that are held now."""
    rows = await tx.fetch(f"SELECT lane FROM lane_holds WHERE until > {tx.now_ms}")
    return {row["lane"] for row in rows}


async def wait_of(database: Database, lane: str) -> int:
    """Give for how many ms nothing of a lane is begun; 0 where it isn't held."""
    now = now_ms(database.dialect)
    row = await database.fetch_one(f"SELECT until - {now} AS ms FROM lane_holds WHERE lane = $1", lane)
    return max(0, int(row["ms"])) if row else 0


async def purge(tx: Tx) -> int:
    """Forget holds that ended."""
    return await tx.execute(f"DELETE FROM lane_holds WHERE until < {tx.now_ms} - {KEEP_MS}")
