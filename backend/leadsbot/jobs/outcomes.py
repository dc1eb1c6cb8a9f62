"""How a job ends. What the work wrote and the settling are one transaction, under the claim's fence."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.jobs.chains import release
from leadsbot.jobs.queue import ERROR_LENGTH, Claim, still_held

Writes = Callable[[Tx], Awaitable[None]]
Record = Callable[[Tx, Sequence[Any]], Awaitable[None]]

LEAVES_LINE_AFTER = 3
"""Failures of its own code after which a job no longer holds up the others of its chain."""


@dataclass(frozen=True, slots=True)
class Done:
    """The job is finished. `writes` is run for it alone; `record` is given, with those of the other jobs that are
    settled in the same transaction and name the same function, its `entry`."""

    writes: Writes | None = None
    record: Record | None = None
    entry: Any = None


@dataclass(frozen=True, slots=True)
class Again:
    """Run it again `after` ms; its place is given back meanwhile. A failure counts, a mere postponement doesn't."""

    after: int
    writes: Writes | None = None
    error: str = ""
    failed: bool = False
    record: Record | None = None
    entry: Any = None


@dataclass(frozen=True, slots=True)
class Dead:
    """Never again by itself: kept, visible, replayable."""

    error: str
    writes: Writes | None = None


@dataclass(frozen=True, slots=True)
class Back:
    """It wasn't begun: it stands where it stood."""


Outcome = Done | Again | Dead | Back
Settled = tuple[Sequence[Claim], Outcome]


async def settle(tx: Tx, settled: Sequence[Settled]) -> list[bool]:
    """Batch handler: write each outcome, of one job or of several done together, if all its claims hold; gives, in
    order, whether they did."""
    held = await still_held(tx, [claim for claims, _ in settled for claim in claims])
    stands = [all(claim.id in held for claim in claims) for claims, _ in settled]
    standing = [one for one, whether in zip(settled, stands, strict=True) if whether]
    await _write(tx, [outcome for _, outcome in standing])
    each = [(claim, outcome) for claims, outcome in standing for claim in claims]
    await _finish(tx, [claim.id for claim, outcome in each if isinstance(outcome, Done)])
    await _put_back(tx, each)
    await _bury(tx, each)
    await release(tx, sorted({claim.chain for claim, outcome in each if claim.chain and _ends(claim, outcome)}))
    return stands


async def _write(tx: Tx, outcomes: Sequence[Outcome]) -> None:
    recorded: dict[Record, list[Any]] = {}
    for outcome in outcomes:
        if isinstance(outcome, Back):
            continue
        if outcome.writes:
            await outcome.writes(tx)
        if not isinstance(outcome, Dead) and outcome.record:
            recorded.setdefault(outcome.record, []).append(outcome.entry)
    for record, entries in recorded.items():
        await record(tx, entries)


async def _finish(tx: Tx, ids: list[str]) -> None:
    """Delete finished jobs; those with a unique key stay a while, so that nobody enqueues them anew."""
    if not ids:
        return
    # Not by the index of unique keys, in which SQLite would read all that wait.
    without = "(unique_key || '') IS NULL"
    gone = await tx.execute(f"DELETE FROM jobs WHERE {without} AND id {tx.one_of(1)}", tx.many(ids))
    if gone < len(ids):
        await tx.execute(
            f"UPDATE jobs SET state = 'done', done_at = $2 WHERE id {tx.one_of(1)}", tx.many(ids), clock.now()
        )


async def _put_back(tx: Tx, settled: Sequence[tuple[Claim, Outcome]]) -> None:
    # Of one that was wanted while it ran (`queue.hasten`), `due` is by when.
    await tx.execute_many(
        "UPDATE jobs SET state = 'ready', waits = $3, lease_until = NULL, error = $4, failures = failures + $5,"
        f" chain = $6, due = CASE WHEN waits = 'time' AND due < {tx.now_ms} + $2 THEN due ELSE {tx.now_ms} + $2 END"
        " WHERE id = $1",
        [
            (
                claim.id,
                outcome.after,
                "time" if outcome.after > 0 else "",
                _storable(outcome.error),
                int(outcome.failed),
                "" if _ends(claim, outcome) else claim.chain,
            )
            for claim, outcome in settled
            if isinstance(outcome, Again)
        ],
    )
    await tx.execute_many(
        "UPDATE jobs SET state = 'ready', waits = '', lease_until = NULL,"
        f" due = CASE WHEN due > {tx.now_ms} THEN {tx.now_ms} ELSE due END WHERE id = $1",
        [(claim.id,) for claim, outcome in settled if isinstance(outcome, Back)],
    )


async def _bury(tx: Tx, settled: Sequence[tuple[Claim, Outcome]]) -> None:
    await tx.execute_many(
        "UPDATE jobs SET state = 'dead', error = $2, done_at = $3 WHERE id = $1",
        [(claim.id, _storable(outcome.error), clock.now()) for claim, outcome in settled if isinstance(outcome, Dead)],
    )


def _storable(error: str) -> str:
    return error[:ERROR_LENGTH].replace("\x00", "\N{REPLACEMENT CHARACTER}")  # PostgreSQL keeps no NUL


def _ends(claim: Claim, outcome: Outcome) -> bool:
    """Tell whether the others of its chain may go: it is over, or its own code fails, not who it talks to."""
    if isinstance(outcome, Again):
        return outcome.failed and claim.failures + 1 >= LEAVES_LINE_AFTER
    return not isinstance(outcome, Back)
