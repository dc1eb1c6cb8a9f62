"""Limits that hold across nodes: counted per window, and over when it is."""

from __future__ import annotations

import pytest

from leadsbot import clock
from leadsbot.db import Database, Tx
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
