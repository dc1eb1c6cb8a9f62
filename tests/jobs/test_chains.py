"""Jobs of a chain are done one after the other, whoever works on them, whatever becomes of them."""

from __future__ import annotations

import asyncio
import random

import pytest

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.jobs import outcomes
from leadsbot.jobs.chains import EARLIER, untangle, withdraw
from leadsbot.jobs.claiming import TOGETHER
from leadsbot.jobs.outcomes import LEAVES_LINE_AFTER, Again, Back, Dead, Done, Outcome
from leadsbot.jobs.queue import Claim, enqueue
from tests.jobs.desk import Node, add, lapse, make_due, names, settle, take

both_at_once = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.mark.parametrize("outcome", [Done(), Dead("no")], ids=["done", "dead"])
async def test_the_next_goes_at_once_when_the_one_before_has_ended(database: Database, outcome: Outcome) -> None:
    await add(database, "first", "second", chain="c")
    (first,) = await take(database)
    assert first.payload == {"name": "first"}
    await settle(database, first, outcome)
    assert names(await take(database)) == ["second"]


@pytest.mark.parametrize("outcome", [Again(60_000), Again(0), Back()], ids=["later", "again", "back"])
async def test_the_next_waits_while_the_one_before_is_open(database: Database, outcome: Outcome) -> None:
    await add(database, "first", "second", chain="c")
    (first,) = await take(database)
    await settle(database, first, outcome)
    assert names(await take(database)) == ([] if outcome == Again(60_000) else ["first"])


async def test_a_job_that_waits_for_its_time_holds_up_its_chain_until_it_is_done(database: Database) -> None:
    await add(database, "first", chain="c", due=clock.now() + clock.HOUR)
    await add(database, "second", chain="c")
    assert await take(database) == []
    await make_due(database)
    (first,) = await take(database)
    await settle(database, first, Done())
    assert names(await take(database)) == ["second"]


async def test_chains_do_not_wait_for_each_other(database: Database) -> None:
    await add(database, "a1", "a2", chain="a")
    await add(database, "b1", "b2", chain="b")
    await add(database, "free")
    assert sorted(names(await take(database))) == ["a1", "b1", "free"]


async def test_a_position_says_who_comes_first_not_who_came_first(database: Database) -> None:
    await add(database, "second", chain="c", position=2)
    await add(database, "first", chain="c", position=1)
    (first,) = await take(database)
    assert first.payload == {"name": "first"}
    await settle(database, first, Done())
    assert names(await take(database)) == ["second"]


async def test_a_job_that_is_lapsed_goes_before_what_came_later(database: Database) -> None:
    job_id, _ = await add(database, "first", "second", chain="c")
    await take(database)
    await lapse(database, job_id)
    assert names(await take(database)) == ["first"]


async def test_who_was_behind_a_job_that_is_withdrawn_goes(database: Database) -> None:
    (first,) = await add(database, "first", chain="c", due=clock.now() + clock.HOUR)
    await add(database, "second", chain="c")
    assert await take(database) == []
    await database.write(lambda tx: withdraw(tx, [first]))
    assert names(await take(database)) == ["second"]


async def test_who_waits_behind_nobody_is_found_by_the_hourly_look(database: Database) -> None:
    await add(database, "first", "second", chain="a")
    await add(database, "lone", chain="b", behind=True)
    (first,) = await take(database)
    assert await database.write(untangle) == 1
    assert names(await take(database)) == ["lone"]
    await settle(database, first, Done())


async def test_a_follower_of_the_same_transaction_is_parked_as_it_is_written(database: Database) -> None:
    async def unit(tx: Tx) -> None:
        enqueue(tx, "greet", {"name": "first"}, chain="c", position=1)
        enqueue(tx, "greet", {"name": "second"}, chain="c", position=2, behind=True)

    await database.write(unit)
    (first,) = await take(database)
    await settle(database, first, Done())
    assert names(await take(database)) == ["second"]


async def test_code_that_breaks_again_and_again_leaves_the_line(database: Database) -> None:
    await add(database, "broken", "next", chain="c")
    for _ in range(LEAVES_LINE_AFTER):
        (broken,) = await take(database)
        assert broken.payload == {"name": "broken"}
        await settle(database, broken, Again(0, failed=True))
    assert sorted(names(await take(database))) == ["broken", "next"]


async def test_a_receiver_that_fails_again_and_again_keeps_its_line(database: Database) -> None:
    await add(database, "first", "next", chain="c")
    for _ in range(2 * LEAVES_LINE_AFTER):
        (held,) = await take(database)
        await settle(database, held, Again(0, error="it answered 500"))
    assert names(await take(database)) == ["first"]


async def test_what_can_be_done_together_is_taken_together_in_order(database: Database) -> None:
    for name in map(str, range(TOGETHER + 5)):
        await add(database, name, chain="c")
    node = Node(together=("greet",))
    (work,) = await node.works(database)
    assert names(list(work)) == list(map(str, range(TOGETHER)))
    assert await database.put(outcomes.settle, (work, Done()))
    assert names(await node.take(database)) == list(map(str, range(TOGETHER, TOGETHER + 5)))


async def test_what_was_done_together_ends_together_or_not_at_all(database: Database) -> None:
    first, *_ = await add(database, "a", "b", "c", chain="c")
    (work,) = await Node(together=("greet",)).works(database)
    await lapse(database, first)
    assert names(await take(database)) == ["a"]
    assert not await database.put(outcomes.settle, (work, Done()))
    states = await database.fetch("SELECT state FROM jobs")
    assert [row["state"] for row in states] == ["running"] * 3


async def test_together_nothing_is_taken_past_one_that_waits(database: Database) -> None:
    await add(database, "a", chain="c", position=1)
    await add(database, "b", chain="c", position=2, due=clock.now() + clock.HOUR)
    await add(database, "c", chain="c", position=3)
    assert names(await Node(together=("greet",)).take(database)) == ["a"]


async def random_walk(databases: list[Database], seed: int) -> list[str]:
    """Let nodes claim and end jobs of some chains in any order and way; gives who was done, in order."""
    dice = random.Random(seed)
    nodes = [Node(together=("greet",) if dice.random() < 0.3 else ()) for _ in databases]
    held: list[tuple[Database, list[Claim]]] = []
    done: list[str] = []
    while True:
        at = dice.randrange(len(databases))
        held += [(databases[at], work) for work in (await nodes[at].look(databases[at])).works]
        if not held:
            left = await databases[at].fetch("SELECT id FROM jobs")
            if not left:
                return done
            await make_due(databases[at])
            continue
        database, work = held.pop(dice.randrange(len(held)))
        outcome: Outcome = dice.choice([Done(), Done(), Again(0), Again(50), Back(), Again(0, failed=True)])
        if isinstance(outcome, Again) and outcome.failed and work[0].failures + 1 >= LEAVES_LINE_AFTER:
            outcome = Done()
        nodes[databases.index(database)].places.give_back(work[0].workspace_id, work[0].lane, 0.1)
        assert await database.put(outcomes.settle, (work, outcome))
        done += names(list(work)) if isinstance(outcome, Done) else []


def in_order(done: list[str]) -> bool:
    """Names are `chain-number`."""
    chains: dict[str, list[int]] = {}
    for name in done:
        chain, number = name.split("-")
        chains.setdefault(chain, []).append(int(number))
    return all(numbers == sorted(numbers) for numbers in chains.values())


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_whatever_happens_each_chain_ends_in_order(database: Database, seed: int) -> None:
    dice = random.Random(seed)
    names_of = [f"{chain}-{number}" for number in range(6) for chain in "abc"]
    for name in names_of:
        await add(database, name, chain=name[0], lane=dice.choice(["", "x", "y"]), workspace_id=dice.choice("uv"))
    done = await random_walk([database], seed)
    assert sorted(done) == sorted(names_of) and in_order(done)


@both_at_once
async def test_two_nodes_end_each_chain_in_order(database: Database) -> None:
    names_of = [f"{chain}-{number}" for number in range(6) for chain in "abc"]
    for name in names_of:
        await add(database, name, chain=name[0], lane="x")
    async with Database.opened(database.url) as other:
        done = await random_walk([database, other], 7)
    database.bind()
    assert sorted(done) == sorted(names_of) and in_order(done)


async def test_who_comes_before_is_looked_for_up_to_oneself(database: Database) -> None:
    """However long the chain is behind it, and whatever the statistics say of a table that fills and empties."""
    await add(database, *(str(number) for number in range(300)), chain="c")
    sql = f"SELECT EXISTS (SELECT 1 FROM jobs e WHERE {EARLIER}) FROM jobs j WHERE j.id = $1"

    async def unit(tx: Tx) -> str:
        await tx.execute("ANALYZE jobs")
        rows = await tx.fetch(f"{'EXPLAIN QUERY PLAN' if tx.dialect == 'sqlite' else 'EXPLAIN'} {sql}", "x")
        return "\n".join(str(row.get("detail") or row.get("QUERY PLAN")) for row in rows)

    plan = await database.write(unit)
    assert "jobs_chain" in plan and ("position<?" in plan or '"position" <= j."position"' in plan), plan


@both_at_once
async def test_nobody_waits_for_one_that_ends_as_the_look_is_taken(database: Database) -> None:
    """A look parks the second while another node ends the first: whichever comes first, the second goes."""
    async with Database.opened(database.url) as other:
        for number in range(25):
            await add(database, "first", chain=f"c{number}", position=1)
            (first,) = await take(database)
            await add(database, "second", chain=f"c{number}", position=2)
            _, seen = await asyncio.gather(settle(database, first, Done()), Node().look(other))
            rest = [one for work in seen.works for one in work] or await take(other)
            assert names(rest) == ["second"]
            await settle(other, rest[0], Done())
    database.bind()
