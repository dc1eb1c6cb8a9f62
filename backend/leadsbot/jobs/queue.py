"""Putting work into the job table, and holding on to what was taken out of it.

A job is enqueued in the transaction of what it is about, so it exists if and only if that does. A claim is a lease
that is renewed while the work runs; `claims` counts them and is the fence: whoever settles with an older count finds
that the job is no longer theirs. All times are the database's, since nodes' clocks differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.ids import new_id
from leadsbot.jobs.tables import Job

SIGNAL = "jobs"
LEASE_MS = 20 * clock.SECOND
MAX_FAILURES = 20
ERROR_LENGTH = 500

NOTHING, TIME, TURN = "", "time", "turn"
"""What a job that is ready waits for."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that this process may work on until its lease ends; `claims` is the fence it settles with."""

    id: str
    kind: str
    workspace_id: str
    lane: str
    chain: str
    payload: dict[str, Any]
    claims: int
    failures: int


def enqueue(
    tx: Tx,
    kind: str,
    payload: Mapping[str, Any],
    *,
    due: int | None = None,
    lane: str = "",
    unique_key: str | None = None,
    workspace_id: str = "",
    chain: str = "",
    position: int | None = None,
    behind: bool = False,
    id: str | None = None,
) -> str:
    """Add a job to the caller's transaction and give its id. `due` is in ms; a known `unique_key` or `id` adds nothing.

    Jobs of one `chain` are done one after the other, in order of `position` or, without one, as they come. `behind`
    says that an earlier one of the chain stands in this transaction too. `workspace_id` is whose share of the places
    it takes.
    """
    now = clock.now()
    job_id = id or new_id()
    row = {
        "id": job_id,
        "kind": kind,
        "workspace_id": workspace_id,
        "lane": lane,
        "chain": chain,
        "unique_key": unique_key,
        "payload": msgspec.json.encode(payload).decode(),
        "waits": TIME if due is not None and due > now else TURN if behind else NOTHING,
        "due": (now if due is None else due) + tx.ahead,
        "created_at": now,
    }
    if position is None:
        position = _arrival(tx)
    if position is not None:
        row["position"] = position
    tx.insert(Job, row, "ON CONFLICT DO NOTHING" if unique_key or id else "")
    tx.signal(SIGNAL)
    return job_id


async def hasten(tx: Tx, unique_key: str, at: int) -> None:
    """Let a job be claimed at `at` (ms) at the latest; one that runs just now comes back by then, however long it
    wants to rest: it may not have seen what it is wanted for."""
    await tx.execute(
        "UPDATE jobs SET due = $2, waits = 'time' WHERE unique_key = $1"
        " AND (due > $2 AND state = 'ready' OR (due > $2 OR waits = '') AND state = 'running')",
        unique_key,
        at + tx.ahead,
    )


_arrived = 0


def _arrival(tx: Tx) -> int | None:
    """Give a position behind all that came before; PostgreSQL counts by itself, for several nodes."""
    global _arrived
    if tx.dialect == "postgres":
        return None
    _arrived = max(_arrived + 1, clock.now() * 1_000)
    return _arrived


async def renew(tx: Tx, claims: Sequence[Claim]) -> None:
    """Batch handler: push the leases of work that still runs."""
    await tx.execute_many(
        f"UPDATE jobs SET lease_until = {tx.now_ms} + {LEASE_MS} WHERE id = $1 AND claims = $2 AND state = 'running'",
        sorted((claim.id, claim.claims) for claim in claims),
    )


async def still_held(tx: Tx, claims: Sequence[Claim]) -> set[str]:
    """Give the ids of those that nobody has taken over; what a stale holder did must not be written.

    On PostgreSQL they stay locked, so that no other node takes one over before this transaction has settled it.
    """
    lock = " FOR UPDATE" if tx.dialect == "postgres" else ""
    rows = await tx.fetch(
        f"SELECT id, claims FROM jobs WHERE state = 'running' AND id {tx.one_of(1)} ORDER BY id{lock}",
        tx.many([claim.id for claim in claims]),
    )
    fences = {row["id"]: row["claims"] for row in rows}
    return {claim.id for claim in claims if fences.get(claim.id) == claim.claims}
