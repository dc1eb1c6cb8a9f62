"""A job table without a runner: adding, claiming as a node does, settling. What the tests of the queue share."""

from __future__ import annotations

from typing import Any

from leadsbot.db import Database, Tx
from leadsbot.jobs import outcomes
from leadsbot.jobs.claiming import Look, Taken, Turns, claim
from leadsbot.jobs.outcomes import Outcome
from leadsbot.jobs.places import Places
from leadsbot.jobs.queue import LEASE_MS, Claim, enqueue

KINDS = ("greet",)


async def add(database: Database, *names: str, **how: Any) -> list[str]:
    async def unit(tx: Tx) -> list[str]:
        return [enqueue(tx, "greet", {"name": name}, **how) for name in names]

    return await database.write(unit)


class Node:
    """What a node knows: which places are taken, whose turn it is."""

    def __init__(self, *kinds: str, together: tuple[str, ...] = ()) -> None:
        self.places = Places()
        self._look = Look(kinds or KINDS, together, self.places, Turns())

    async def look(self, database: Database) -> Taken:
        """Claim once."""
        taken: Taken = await database.put(claim, self._look)
        for first, *_ in taken.works:
            self.places.take(first.workspace_id, first.lane)
        return taken

    async def works(self, database: Database) -> list[list[Claim]]:
        """Claim until there is nothing to be claimed any more."""
        works: list[list[Claim]] = []
        while (taken := await self.look(database)).more:
            works += taken.works
        return works

    async def take(self, database: Database) -> list[Claim]:
        return [one for work in await self.works(database) for one in work]


async def take(database: Database, *kinds: str) -> list[Claim]:
    """Claim all that there is, as a node that has nothing to do yet."""
    return await Node(*kinds).take(database)


async def settle(database: Database, held: Claim, outcome: Outcome) -> bool:
    return bool(await database.put(outcomes.settle, ([held], outcome)))


def names(claims: list[Claim]) -> list[str]:
    return [one.payload["name"] for one in claims]


async def row_of(database: Database, job_id: str) -> dict[str, Any] | None:
    return await database.fetch_one("SELECT * FROM jobs WHERE id = $1", job_id)


async def lapse(database: Database, job_id: str) -> None:
    async def unit(tx: Tx) -> None:
        await tx.execute("UPDATE jobs SET lease_until = lease_until - $2 WHERE id = $1", job_id, LEASE_MS + 1)

    await database.write(unit)


async def make_due(database: Database) -> None:
    async def unit(tx: Tx) -> None:
        await tx.execute("UPDATE jobs SET due = 0 WHERE state = 'ready'")

    await database.write(unit)
