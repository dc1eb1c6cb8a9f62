"""Bursts are let through up to the rate, told when to come back, and never fill the memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsbot import clock
from leadsbot.db import Database
from leadsbot.errors import Unavailable
from leadsbot.workspaces.bursts import QUIET_SHARE, Bursts, NodesTogether
from tests.support.postgres import Pool

KEY = ("site", "203.0.113.7")
START = 1_720_000_000_000


def test_a_second_s_worth_is_let_through_and_the_next_is_not() -> None:
    bursts = Bursts()
    assert [bursts.take(KEY, 50, START) for _ in range(50)] == [0.0] * 50
    assert bursts.take(KEY, 50, START) == pytest.approx(0.02)


def test_who_waits_as_told_is_let_through_and_who_comes_early_is_not() -> None:
    bursts = Bursts()
    for _ in range(10):
        bursts.take(KEY, 10, START)
    wait = bursts.take(KEY, 10, START)
    assert bursts.take(KEY, 10, START + int(wait * 1_000) - 1) > 0
    assert bursts.take(KEY, 10, START + int(wait * 1_000)) == 0.0


def test_being_refused_costs_nothing() -> None:
    bursts = Bursts()
    waits = [bursts.take(KEY, 2, START) for _ in range(100)]
    assert waits[2] == waits[-1] == pytest.approx(0.5)


def test_others_are_not_held_up() -> None:
    bursts = Bursts()
    bursts.take(KEY, 1, START)
    assert bursts.take(KEY, 1, START) > 0
    assert bursts.take(("site", "203.0.113.8"), 1, START) == 0.0
    assert bursts.take(("other site", "203.0.113.7"), 1, START) == 0.0


def test_ipv6_counts_by_its_64_and_the_next_64_does_not() -> None:
    bursts = Bursts()
    bursts.take(("site", "2001:db8:0:1::1"), 1, START)
    assert bursts.take(("site", "2001:db8:0:1:ffff::2"), 1, START) > 0
    assert bursts.take(("site", "2001:db8:0:2::1"), 1, START) == 0.0


def test_less_than_one_a_second_is_a_rate_and_none_is_no_limit() -> None:
    bursts = Bursts()
    assert bursts.take(KEY, 0.5, START) == 0.0
    assert bursts.take(KEY, 0.5, START) == pytest.approx(2.0)
    assert [bursts.take(KEY, 0, START) for _ in range(100)] == [0.0] * 100


def test_a_clock_set_back_locks_nobody_out() -> None:
    bursts = Bursts()
    for _ in range(10):
        bursts.take(KEY, 10, START)
    assert bursts.take(KEY, 10, START - 3_600_000) == pytest.approx(0.1)


def test_the_table_is_bounded_and_forgets_the_stalest_first() -> None:
    bursts = Bursts(capacity_of_table=3)
    for number in range(3):
        bursts.take(("site", str(number)), 1, START)
    bursts.take(("site", "0"), 1, START)
    bursts.take(("site", "new"), 1, START)
    assert len(bursts) == 3
    assert bursts.take(("site", "0"), 1, START) > 0
    assert bursts.take(("site", "1"), 1, START) == 0.0


@given(st.lists(st.integers(0, 400), max_size=60), st.integers(1, 20))
def test_no_second_lets_more_than_twice_the_rate_through(gaps: list[int], rate: int) -> None:
    bursts, now, let = Bursts(), START, []
    for gap in gaps:
        now += gap
        if bursts.take(KEY, rate, now) == 0.0:
            let.append(now)
    assert all(sum(at <= other < at + 1_000 for other in let) <= 2 * rate for at in let)


@given(st.text(), st.floats(allow_nan=False, allow_infinity=False, max_value=1e6))
def test_any_address_and_rate_is_taken(address: str, rate: float) -> None:
    assert Bursts().take(("site", address), rate, START) == 0.0


@asynccontextmanager
async def two_nodes(url: str) -> AsyncIterator[list[Bursts]]:
    async with Database.opened(url) as one, Database.opened(url) as other:
        yield [Bursts(NodesTogether(one)), Bursts(NodesTogether(other))]


@pytest.fixture
def postgres_url(migrated_postgres: Pool) -> Iterator[str]:
    with migrated_postgres.lent() as url:
        yield url


async def admitted(nodes: list[Bursts], requests: int, rate: int, address: str = "203.0.113.7") -> list[float]:
    """Send so many at once to each node; give the waits."""
    asked = [node.admit("site", address, rate) for _ in range(requests) for node in nodes]
    return list(await asyncio.gather(*asked))


async def test_two_nodes_let_no_more_through_than_the_rate_and_a_node_s_quiet_share(postgres_url: str) -> None:
    async with two_nodes(postgres_url) as nodes:
        with clock.freeze(START + 250) as advance:
            waits = await admitted(nodes, 60, rate=40)
            assert 40 <= waits.count(0.0) <= 40 + 40 // QUIET_SHARE
            advance(int(max(waits) * 1_000))
            assert 0.0 in await admitted(nodes, 1, rate=40)
            advance(1_000)
            assert (await admitted(nodes, 60, rate=40)).count(0.0) >= 40


async def test_visitors_who_send_little_are_never_written_down(postgres_url: str) -> None:
    async with two_nodes(postgres_url) as nodes, Database.opened(postgres_url) as database:
        with clock.freeze(START + 250):
            waits = [await admitted(nodes, 5, rate=40, address=f"203.0.113.{n}") for n in range(20)]
        assert {wait for some in waits for wait in some} == {0.0}
        assert await database.fetch("SELECT id FROM rate_counts") == []


async def test_another_address_is_not_held_up_and_ipv6_counts_by_its_64_on_all_nodes(postgres_url: str) -> None:
    async with two_nodes(postgres_url) as nodes:
        with clock.freeze(START + 250):
            await admitted(nodes, 20, rate=8, address="2001:db8:0:1::1")
            assert 0.0 not in await admitted(nodes, 1, rate=8, address="2001:db8:0:1::ffff")
            assert await admitted(nodes, 1, rate=8, address="2001:db8:0:2::1") == [0.0, 0.0]


async def test_where_the_database_cannot_be_asked_each_node_holds_by_itself() -> None:
    class Gone:
        async def at_once(self, *_: object) -> list[object]:
            raise Unavailable("gone")

    nodes = [Bursts(NodesTogether(Gone())) for _ in range(2)]  # type: ignore[arg-type]
    with clock.freeze(START + 250):
        assert (await admitted(nodes, 60, rate=40)).count(0.0) == 80


async def test_one_node_needs_nobody() -> None:
    with clock.freeze(START):
        waits = await admitted([Bursts()], 12, rate=10)
        assert waits.count(0.0) == 10 and max(waits) == pytest.approx(0.1)
