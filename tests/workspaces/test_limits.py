"""Limits that hold across nodes: counted per window, and over when it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.errors import TooManyRequests
from leadsbot.workspaces import limits

HOUR = clock.HOUR


async def hit(database: Database, key: str = "key") -> tuple[int, int]:
    async def unit(tx: Tx) -> tuple[int, int]:
        return await limits.hit(tx, key, HOUR)

    return await database.write(unit)


async def test_it_counts_and_says_what_is_left_of_the_window(database: Database) -> None:
    with clock.freeze(1_000 * HOUR + 60_000):
        assert await hit(database) == (1, HOUR - 60_000)
        assert await hit(database) == (2, HOUR - 60_000)


@pytest.mark.parametrize("key", ["key", "k" * 400])
async def test_the_next_window_counts_from_one(database: Database, key: str) -> None:
    with clock.freeze(1_000 * HOUR) as advance:
        await hit(database, key)
        advance(HOUR - 1)
        assert (await hit(database, key))[0] == 2
        advance(1)
        assert (await hit(database, key))[0] == 1


async def test_keys_count_apart(database: Database) -> None:
    with clock.freeze(1_000 * HOUR):
        await hit(database, "one")
        assert (await hit(database, "two"))[0] == 1


async def test_two_hits_of_one_transaction_count_twice(database: Database) -> None:
    async def unit(tx: Tx) -> list[int]:
        return [(await limits.hit(tx, "key", HOUR))[0] for _ in range(2)]

    assert await database.write(unit) == [1, 2]


async def test_a_purge_takes_windows_that_are_over_and_leaves_the_rest(database: Database) -> None:
    with clock.freeze(1_000 * HOUR) as advance:
        await hit(database)
        advance(HOUR)
        await hit(database)
        assert await database.write(limits.purge) == 0
        advance(1)
        assert await database.write(limits.purge) == 1
        assert (await hit(database))[0] == 2


async def take(database: Database, limit: int, amount: int = 1, key: str = "leads", window: int = HOUR) -> None:
    async def unit(tx: Tx) -> None:
        await limits.take(tx, key, amount, limit, window)

    await database.write(unit)


async def wait_of(database: Database, limit: int, amount: int = 1, key: str = "leads", window: int = HOUR) -> int:
    """Take what doesn't fit, and give the ms to wait."""
    with pytest.raises(TooManyRequests) as caught:
        await take(database, limit, amount, key, window)
    assert caught.value.retry_after is not None
    return round(caught.value.retry_after * 1_000)


async def test_any_hour_lets_so_many_through_and_tells_to_the_moment_when_the_next_fits(database: Database) -> None:
    with clock.freeze(1_000 * HOUR + 1_234_567) as advance:
        for _ in range(3):
            await take(database, 3)
            advance(10 * clock.MINUTE)
        wait = await wait_of(database, 3)
        assert wait == HOUR - 30 * clock.MINUTE
        advance(wait - 1)
        assert await wait_of(database, 3) == 1
        advance(1)
        await take(database, 3)
        assert await wait_of(database, 3) == 10 * clock.MINUTE


async def test_being_refused_counts_for_nothing(database: Database) -> None:
    with clock.freeze(1_000 * HOUR + 1_234_567) as advance:
        await take(database, 1)
        waits = {await wait_of(database, 1) for _ in range(5)}
        assert waits == {HOUR}
        advance(HOUR)
        await take(database, 1)


async def test_several_at_once_fit_whole_or_not_at_all(database: Database) -> None:
    with clock.freeze(1_000 * HOUR + 1_234_567) as advance:
        await take(database, 5, amount=2)
        advance(clock.MINUTE)
        await take(database, 5, amount=2)
        assert await wait_of(database, 5, amount=2) == HOUR - clock.MINUTE
        assert await wait_of(database, 5, amount=4) == HOUR
        await take(database, 5)


async def test_a_limit_raised_holds_at_once_and_a_lowered_one_too(database: Database) -> None:
    with clock.freeze(1_000 * HOUR + 1_234_567):
        await take(database, 2, amount=2)
        await wait_of(database, 2)
        await take(database, 3)
        await wait_of(database, 1)


async def test_keys_that_begin_alike_count_apart(database: Database) -> None:
    with clock.freeze(1_000 * HOUR + 1_234_567):
        for key in ("day:a:10.0.0.1", "day:a:10.0.0.10", "day:a:10.0.0.1@", "day:a:10.0.0.1@9", "DAY:a:10.0.0.1"):
            await take(database, 1, key=key)
            await wait_of(database, 1, key=key)


async def test_a_large_limit_is_counted_in_parts_and_its_wait_is_true(database: Database) -> None:
    limit = limits.EXACT + 1
    with clock.freeze(1_000 * HOUR + 1_234_567) as advance:
        await take(database, limit, amount=limit)
        wait = await wait_of(database, limit)
        assert HOUR - HOUR // limits.PARTS <= wait <= HOUR
        advance(wait)
        await take(database, limit)


async def test_it_purges_what_no_window_reaches_any_more(database: Database) -> None:
    with clock.freeze(1_000 * HOUR + 1_234_567) as advance:
        await take(database, 5)
        advance(HOUR - 1_000)
        assert await database.write(limits.purge) == 0
        advance(2_000)
        assert await database.write(limits.purge) == 1


async def test_many_at_once_on_two_nodes_never_pass_the_limit(database: Database) -> None:
    """On PostgreSQL a second writer stands for another node; SQLite has one."""
    async with nodes_of(database) as nodes:
        let = await asyncio.gather(*(fits(nodes[number % len(nodes)], 10, "leads") for number in range(100)))
    assert sum(let) == 10


async def test_two_nodes_that_count_several_things_crosswise_lose_nobody(database: Database) -> None:
    """What they lock they hold until their batches end, in whatever order it came: a deadlock is tried anew."""
    keys = ["leads:a", "leads:b"]
    async with nodes_of(database) as nodes:
        orders = zip(nodes, (keys, keys[::-1]), strict=False)
        let = await asyncio.gather(*(fits(node, 10, key) for node, order in orders for key in order * 10))
    assert sum(let) == 20


async def fits(node: Database, limit: int, key: str) -> bool:
    try:
        await take(node, limit, key=key)
    except TooManyRequests:
        return False
    return True


@asynccontextmanager
async def nodes_of(database: Database) -> AsyncIterator[list[Database]]:
    if database.dialect == "sqlite":
        yield [database]
        return
    async with Database.opened(database.url) as other:
        database.bind()
        yield [database, other]
