"""Turns to write to a chat: token buckets that all nodes share, for channels whose service minds how fast (`Paced`).

A turn is asked for before each message, edits and summaries too, and never waited for in place: who is told to wait
gives its place back. A limit that is `serial` stays taken until the message was answered, or for `UNANSWERED_MS`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from leadsbot import clock
from leadsbot.channels.base.pace import Limit, Paced
from leadsbot.db import Tx
from leadsbot.routing import kinds
from leadsbot.routing.destination import Destination
from leadsbot.services import Services
from leadsbot.vault import Undecipherable
from leadsbot.workspaces import limits as counts

UNANSWERED_MS: Final = 20 * clock.SECOND
WIDE: Final = 3
WIDE_MS: Final = 10 * clock.SECOND
"""So many refusals of one bot within that time, and it isn't the chats that are written to too fast."""

Limits = tuple[Limit, ...]
Row = dict[str, Any]


def limits_of(services: Services, destination: Destination) -> Limits:
    """Give the limits that hold for a destination; none for most kinds."""
    channel = services.channels.get(destination.kind)
    if channel is None or not isinstance(channel, Paced):
        return ()
    try:
        config = destination.config(services.vault)
    except Undecipherable:  # the attempt itself will say so
        return ()
    return tuple(channel.limits(kinds.lent(services.settings, destination.kind, config)))


async def turn(services: Services, destination: Destination, spare: int = 0) -> int:
    """Take a turn to write there: 0, or in how many ms to ask again, and nothing is taken.

    For what is no delivery, such as an edit: from now on the chat is written to no sooner than its limits say. Where
    these allow several in a row, `spare` of them are left to what is more urgent.
    """
    return await take(services, tuple(_loose(limit, spare) for limit in limits_of(services, destination)))


async def take(services: Services, limits: Limits) -> int:
    """Take a turn of all these limits at once, as `turn()` does; whoever takes a serial one says `answered()` after."""
    return int(await services.database.put(_take, limits)) if limits else 0


async def answered(tx: Tx, limits: Limits) -> None:
    """Give a serial limit back once the other side has answered: the next message comes `every` ms from now."""
    for limit in limits:
        if limit.serial:
            await tx.execute(
                "UPDATE rate_counts SET window_ends_at = $2, hits = 0 WHERE id = $1 AND hits > 0",
                _row_id(limit),
                clock.now() + tx.ahead + limit.every,
            )


async def pause(tx: Tx, limits: Limits, wait: int) -> None:
    """Let nobody write there for `wait` ms: the other side said so. Where it says so of many places in a row, the
    widest limit (a bot's) waits as well: asking on would only make it longer.
    """
    if not limits:
        return
    refused, _ = await counts.hit(tx, f"refused:{limits[-1].key}", WIDE_MS)
    for limit in {limits[0], *limits[-1:]} if refused >= WIDE else {limits[0]}:
        until = clock.now() + tx.ahead + wait + (limit.burst - 1) * limit.every
        await _open(tx, [_row_id(limit)])
        await tx.execute(
            "UPDATE rate_counts SET window_ends_at = $2, hits = 0 WHERE id = $1 AND (window_ends_at < $2 OR hits > 0)",
            _row_id(limit),
            until,
        )


async def _take(tx: Tx, asked: Sequence[Limits]) -> list[int]:
    """Batch handler: all rows are locked in one order, so that nodes never wait for each other crosswise."""
    ids = sorted({_row_id(limit) for limits in asked for limit in limits})
    await _open(tx, ids)
    lock = " FOR UPDATE" if tx.dialect == "postgres" else ""
    found = await tx.fetch(
        f"SELECT id, window_ends_at, hits FROM rate_counts WHERE id {tx.one_of(1)} ORDER BY id{lock}", tx.many(ids)
    )
    rows = {row["id"]: dict(row) for row in found}
    now = clock.now() + tx.ahead
    waits = [_one(rows, limits, now) for limits in asked]
    await tx.execute_many(
        "UPDATE rate_counts SET window_ends_at = $2, hits = $3 WHERE id = $1",
        [(row["id"], row["window_ends_at"], row["hits"]) for row in rows.values()],
    )
    return waits


def _one(rows: dict[str, Row], limits: Limits, now: int) -> int:
    wait = max(_wait(rows[_row_id(limit)], limit, now) for limit in limits)
    if wait > 0:
        return wait
    for limit in limits:
        row = rows[_row_id(limit)]
        free = max(row["window_ends_at"], now) + limit.every
        row |= {"window_ends_at": now + UNANSWERED_MS, "hits": 1} if limit.serial else {"window_ends_at": free}
    return 0


def _wait(row: Row, limit: Limit, now: int) -> int:
    """`window_ends_at` is when the bucket is full again (GCRA); `hits` says that somebody waits for an answer."""
    left = int(row["window_ends_at"]) - now
    if row["hits"] and left > 0:
        return min(left, limit.every)
    return max(0, left - (limit.burst - 1) * limit.every)


async def _open(tx: Tx, ids: Sequence[str]) -> None:
    await tx.execute_many(
        "INSERT INTO rate_counts (id, window_ends_at, hits) VALUES ($1, 0, 0) ON CONFLICT (id) DO NOTHING",
        [(row_id,) for row_id in ids],
    )


def _row_id(limit: Limit) -> str:
    return f"turn:{limit.key}"[:200]


def _loose(limit: Limit, spare: int) -> Limit:
    return Limit(limit.key, limit.every, max(1, limit.burst - spare))
