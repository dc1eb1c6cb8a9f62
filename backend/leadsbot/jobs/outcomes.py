"""How a job ends. What the work wrote (`writes`) and the settling are one transaction, under the claim's fence."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.jobs.queue import ERROR_LENGTH, Claim, still_held

Writes = Callable[[Tx], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Done:
    """The job is finished."""

    writes: Writes | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """Run it again `after` ms; its slot is given back meanwhile. A failure counts, a mere postponement doesn't."""

    after: int
    writes: Writes | None = None
    error: str = ""
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Dead:
    """Never again by itself: kept, visible, replayable."""

    error: str
    writes: Writes | None = None


Outcome = Done | Again | Dead


async def settle(tx: Tx, settled: Sequence[tuple[Claim, Outcome]]) -> list[bool]:
    """Batch handler: write each outcome whose claim still holds; gives, in order, whether it did."""
    held = await still_held(tx, [claim for claim, _ in settled])
    finished = []
    for claim, outcome in settled:
        if claim.id not in held:
            continue
        if outcome.writes:
            await outcome.writes(tx)
        if isinstance(outcome, Done):
            finished.append(claim.id)
        else:
            await _put_back(tx, claim, outcome)
    await _finish(tx, finished)
    return [claim.id in held for claim, _ in settled]


async def _finish(tx: Tx, ids: list[str]) -> None:
    """Delete finished jobs; those with a unique key stay a while, so that nobody enqueues them anew."""
    if ids:
        await tx.execute(
            f"UPDATE jobs SET state = 'done', done_at = $2 WHERE unique_key IS NOT NULL AND id {tx.one_of(1)}",
            tx.many(ids),
            clock.now(),
        )
        await tx.execute(f"DELETE FROM jobs WHERE unique_key IS NULL AND id {tx.one_of(1)}", tx.many(ids))


async def _put_back(tx: Tx, claim: Claim, outcome: Again | Dead) -> None:
    if isinstance(outcome, Again):
        await tx.execute(
            f"UPDATE jobs SET state = 'ready', due = {tx.now_ms} + $2, lease_until = NULL, error = $3,"
            " failures = failures + $4 WHERE id = $1",
            claim.id,
            outcome.after,
            outcome.error[:ERROR_LENGTH],
            int(outcome.failed),
        )
    else:
        await tx.execute(
            "UPDATE jobs SET state = 'dead', error = $2, done_at = $3 WHERE id = $1",
            claim.id,
            outcome.error[:ERROR_LENGTH],
            clock.now(),
        )
