"""Putting work into the job table, and taking it out again under a lease.

A job is enqueued in the transaction of what it is about, so it exists if and only if that does. A claim is a lease
that is renewed while the work runs; `claims` counts them and is the fence: whoever settles with an older count finds
that the job is no longer theirs. All times are the database's, since nodes' clocks differ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.db.sql import now_ms
from leadsbot.ids import new_id
from leadsbot.jobs.tables import Job

SIGNAL = "jobs"
LEASE_MS = 20 * clock.SECOND
LANE_LIMIT = 8
CLAIM_LIMIT = 64
CANDIDATES = 256
MAX_FAILURES = 20
ERROR_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that this process may work on until its lease ends; `claims` is the fence it settles with."""

    id: str
    kind: str
    lane: str
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
) -> str:
    """Add a job to the caller's transaction and give its id. `due` is in ms; a known `unique_key` adds nothing."""
    now = clock.now()
    job_id = new_id()
    row = {
        "id": job_id,
        "kind": kind,
        "lane": lane,
        "unique_key": unique_key,
        "payload": msgspec.json.encode(payload).decode(),
        "due": (now if due is None else due) + tx.ahead,
        "created_at": now,
    }
    tx.insert(Job, row, "ON CONFLICT (unique_key) DO NOTHING" if unique_key else "")
    tx.signal(SIGNAL)
    return job_id


async def claim(database: Database, slots: int, running: Mapping[str, int], kinds: Sequence[str]) -> list[Claim]:
    """Take up to `slots` due jobs of `kinds`, oldest due first, with at most `LANE_LIMIT` at once of one lane.

    `running` counts this process's jobs per lane. Jobs whose lease ran out are taken over.
    """
    full = _full(running)

    async def unit(tx: Tx) -> list[Claim]:
        rows = await _candidates(tx, full, kinds)
        chosen = _fair(rows, min(slots, CLAIM_LIMIT), running)
        if not chosen:
            return []
        # A lease that ran out counts as a failure: the job may be what brought its node down.
        await tx.execute(
            "UPDATE jobs SET claims = claims + 1, failures = failures + CASE WHEN state = 'running' THEN 1 ELSE 0 END,"
            f" state = 'running', lease_until = {tx.now_ms} + {LEASE_MS} WHERE id {tx.one_of(1)}",
            tx.many([row["id"] for row in chosen]),
        )
        return [_claimed(row) for row in chosen]

    return await database.write(unit)


def _full(running: Mapping[str, int]) -> list[str]:
    return [lane for lane, count in running.items() if lane and count >= LANE_LIMIT]


async def _candidates(tx: Tx, full_lanes: list[str], kinds: Sequence[str]) -> list[dict[str, Any]]:
    lock = "FOR UPDATE SKIP LOCKED" if tx.dialect == "postgres" else ""
    columns = "id, kind, lane, payload, claims, failures + CASE WHEN state = 'running' THEN 1 ELSE 0 END AS failures"
    ready = await tx.fetch(
        f"SELECT {columns} FROM jobs WHERE state = 'ready' AND due <= {tx.now_ms} AND NOT (lane {tx.one_of(1)})"
        f" AND kind {tx.one_of(2)} ORDER BY due LIMIT {CANDIDATES} {lock}",
        tx.many(full_lanes),
        tx.many(kinds),
    )
    lapsed = await tx.fetch(
        f"SELECT {columns} FROM jobs WHERE state = 'running' AND lease_until < {tx.now_ms} AND kind {tx.one_of(1)}"
        f" ORDER BY lease_until LIMIT {CLAIM_LIMIT} {lock}",
        tx.many(kinds),
    )
    return lapsed + ready


def _fair(rows: list[dict[str, Any]], slots: int, running: Mapping[str, int]) -> list[dict[str, Any]]:
    held = Counter(running)
    chosen: list[dict[str, Any]] = []
    for row in rows:
        if len(chosen) == slots:
            break
        if row["lane"] and held[row["lane"]] >= LANE_LIMIT:
            continue
        held[row["lane"]] += 1
        chosen.append(row)
    return chosen


def _claimed(row: Mapping[str, Any]) -> Claim:
    return Claim(
        id=row["id"],
        kind=row["kind"],
        lane=row["lane"],
        payload=msgspec.json.decode(row["payload"]),
        claims=row["claims"] + 1,
        failures=row["failures"],
    )


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


async def next_due(database: Database, running: Mapping[str, int], kinds: Sequence[str]) -> int | None:
    """Give in how many ms the next job that `claim()` would take is due (0: now), or None when none waits."""
    row = await database.fetch_one(
        f"SELECT due - {now_ms(database.dialect)} AS wait FROM jobs WHERE state = 'ready'"
        f" AND NOT (lane {database.one_of(1)}) AND kind {database.one_of(2)} ORDER BY due LIMIT 1",
        database.many(_full(running)),
        database.many(list(kinds)),
    )
    return None if row is None else max(0, int(row["wait"]))
