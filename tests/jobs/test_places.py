"""Everybody gets a turn: workspaces, in them lanes; and nobody takes all places."""

from __future__ import annotations

from collections import Counter

import pytest

from leadsbot.db import Database, Tx
from leadsbot.jobs import lanes
from leadsbot.jobs.places import (
    ALL,
    HOUSE,
    LANE_AHEAD,
    LANE_LIMIT,
    LANE_SLOW,
    OF_WORKSPACE,
    QUICK_S,
    SLOW_S,
    Deal,
    Places,
)
from leadsbot.jobs.tables import Job
from tests.jobs.desk import Node, add, names


def held(places: Places, lane: str, space: str = "w") -> int:
    """Take all that a lane gets; gives how much that is."""
    count = 0
    while places.of_lane(space, lane) > 0:
        places.take(space, lane)
        count += 1
    return count


def after(took: float, *, failed: bool = False) -> Places:
    """Places that have seen a work of lane `x` end."""
    places = Places()
    places.take("w", "x")
    places.give_back("w", "x", took, failed=failed)
    return places


def test_a_lane_has_the_more_places_the_quicker_it_is() -> None:
    assert held(Places(), "x") == LANE_LIMIT
    assert held(after(QUICK_S / 2), "x") == LANE_AHEAD
    assert held(after(1.0), "x") == LANE_LIMIT
    assert held(after(SLOW_S), "x") == LANE_SLOW


def test_a_lane_that_fails_has_one_place_until_it_works() -> None:
    places = after(0.01, failed=True)
    assert held(places, "x") == 1
    places.give_back("w", "x", 0.01)
    assert held(places, "x") > 1


def test_a_workspace_has_its_share_of_the_places_and_another_has_its_own() -> None:
    places = Places()
    taken = sum(held(places, f"lane {number}") for number in range(100))
    assert taken == OF_WORKSPACE < ALL
    assert held(places, "of another", "v") == LANE_LIMIT


def test_work_without_a_lane_has_places_of_its_own() -> None:
    places = Places()
    for number in range(ALL):
        places.take(f"w{number}", f"lane {number}")
    deal = Deal(places)
    assert not deal.take("v", "lane")
    assert deal.take("v", "") and deal.take("", "")
    assert sum(deal.take("", "") for _ in range(2 * HOUSE)) <= HOUSE


def test_places_that_are_given_back_are_free_again() -> None:
    places = Places()
    for _ in range(3):
        count = held(places, "x")
        for _ in range(count):
            places.give_back("w", "x", 1.0)
    assert held(places, "x") == LANE_LIMIT


async def fill(database: Database, space: str, lanes_of: int, count: int) -> None:
    """Let many jobs wait that were due long ago."""

    async def unit(tx: Tx) -> None:
        for number in range(count):
            lane = f"{space}:{number % lanes_of}"
            row = {"id": f"{space}-{number}", "kind": "greet", "workspace_id": space, "lane": lane, "due": 1}
            tx.insert(Job, {**row, "payload": '{"name": "waiting"}', "created_at": 1})

    await database.write(unit)


@pytest.mark.parametrize("lanes_of", [1, 400])
async def test_one_workspaces_many_hold_up_no_other(database: Database, lanes_of: int) -> None:
    await fill(database, "busy", lanes_of, 2_000)
    node = Node()
    first = await node.take(database)
    assert len(first) == (LANE_LIMIT if lanes_of == 1 else OF_WORKSPACE)
    await add(database, "fresh", workspace_id="other", lane="other")
    await add(database, "house")
    assert sorted(names(await node.take(database))) == ["fresh", "house"]


async def test_places_are_dealt_to_workspaces_in_turn(database: Database) -> None:
    for space in "abcde":
        await fill(database, space, 10, 100)
    taken = Counter(one.workspace_id for one in await Node().take(database))
    assert set(taken) == set("abcde") and max(taken.values()) - min(taken.values()) <= 1
    assert taken.total() == ALL


async def test_a_lane_of_many_in_a_workspace_comes_round_too(database: Database) -> None:
    await fill(database, "w", 100, 300)
    node, seen = Node(), set()
    for _ in range(6):
        claims = await node.take(database)
        seen |= {one.lane for one in claims}
        for one in claims:
            node.places.give_back(one.workspace_id, one.lane, 1.0)
    assert len(seen) == 100


async def test_a_held_lane_is_left_alone_and_nothing_of_it_is_touched(database: Database) -> None:
    await fill(database, "w", 1, 5)
    await add(database, "other", workspace_id="w", lane="w:other")
    await database.write(lambda tx: lanes.hold(tx, "w:0", 60_000))
    node = Node()
    assert names(await node.take(database)) == ["other"]
    idle = (await node.look(database)).idle
    assert idle is not None and 30_000 < idle <= 60_000
    await database.write(lambda tx: lanes.hold(tx, "w:0", 1))
    assert await node.take(database) == [], "a longer hold stands"
    await database.write(lambda tx: tx.execute("UPDATE lane_holds SET until = 1"))
    assert len(await node.take(database)) == 5


async def test_old_holds_are_forgotten(database: Database) -> None:
    await database.write(lambda tx: lanes.hold(tx, "w:0", 60_000))
    assert await database.write(lanes.purge) == 0
    await database.write(lambda tx: tx.execute("UPDATE lane_holds SET until = 1"))
    assert await database.write(lanes.purge) == 1
