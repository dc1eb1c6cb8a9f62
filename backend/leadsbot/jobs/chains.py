"""Jobs that are done one after the other: who waits behind whom, and who goes when one has ended.

A job is parked (`waits` its turn) once it is met in a look and another of its chain comes first; the transaction that
ends the one before sets it free. A look that finds nothing to park behind leaves it, so nobody waits for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from leadsbot.db import Tx
from leadsbot.db.tx import Row
from leadsbot.jobs.queue import SIGNAL

COLUMNS = "j.id, j.kind, j.workspace_id, j.lane, j.chain, j.position, j.payload, j.claims, j.failures, j.due"
_OPEN = "state IN ('ready', 'running')"
# Another of the chain that comes before `j`, or the same delivery's earlier round while it is still being tried. The
# range comes first: by that the index is read up to `j`, not the whole chain.
EARLIER = (
    f"e.chain = j.chain AND e.chain <> '' AND e.{_OPEN} AND e.position <= j.position"
    " AND (e.position < j.position OR (e.state = 'running' AND e.id <> j.id))"
)


async def followers(tx: Tx, job: Row, limit: int) -> list[Row]:
    """Give what follows a job in its chain without a gap, as far as nobody else holds it and its time has come."""
    of_chain = f"FROM jobs j WHERE j.chain = $1 AND j.chain <> '' AND j.{_OPEN} AND j.position > $2"
    order = f"ORDER BY j.position LIMIT {limit}"
    rows = await tx.fetch(
        f"SELECT {COLUMNS}, j.state, j.waits, j.due > {tx.now_ms} AS early {of_chain} {order}",
        job["chain"],
        job["position"],
    )
    usable: list[Row] = []
    for row in rows:
        if row["state"] != "ready" or row["waits"] == "time" or row["early"] or row["kind"] != job["kind"]:
            break
        usable.append(row)
    if tx.dialect == "sqlite" or not usable:
        return usable
    locked = await tx.fetch(
        f"SELECT id FROM jobs WHERE state = 'ready' AND id {tx.one_of(1)} FOR UPDATE SKIP LOCKED",
        tx.many([row["id"] for row in usable]),
    )
    ours = {row["id"] for row in locked}
    return usable[: next((at for at, row in enumerate(usable) if row["id"] not in ours), len(usable))]


async def put_aside(tx: Tx, early: Sequence[str], behind: Sequence[Row]) -> bool:
    """Take out of the look what can't be claimed yet; gives whether anything was."""
    if early:
        await tx.execute(f"UPDATE jobs SET waits = 'time' WHERE id {tx.one_of(1)}", tx.many(early))
    parked = [row["id"] for row in behind]
    if parked and tx.dialect == "postgres":
        parked = await _held_up(tx, behind)
    if parked:
        await tx.execute(f"UPDATE jobs SET waits = 'turn' WHERE id {tx.one_of(1)}", tx.many(parked))
    return bool(early or parked)


async def _held_up(tx: Tx, behind: Sequence[Row]) -> list[str]:
    """Lock, for each, one that it waits for: whoever ends that one must find this one waiting, so it has to come after.
    Where the one before is ending right now, the next look will tell."""
    rows = await tx.fetch(
        f"SELECT a.value->>0 AS id FROM {elements(tx)} AS a CROSS JOIN LATERAL (SELECT e.id FROM jobs e, jobs j"
        f" WHERE j.id = a.value->>0 AND {EARLIER} ORDER BY e.position LIMIT 1"
        " FOR KEY SHARE OF e SKIP LOCKED) AS before",
        msgspec.json.encode([[row["id"]] for row in behind]).decode(),
    )
    return [row["id"] for row in rows]


async def release(tx: Tx, chains: Sequence[str]) -> None:
    """Let the next of each chain be claimed: one of it has ended, in this transaction."""
    if not chains:
        return
    # Only who stands first can be next, so of each chain no others are looked at.
    first = f"SELECT f.position FROM jobs f WHERE f.chain = a.value->>0 AND f.chain <> '' AND f.{_OPEN}"
    freed = await tx.execute(
        "UPDATE jobs AS j SET waits = '' WHERE j.state = 'ready' AND j.waits = 'turn' AND j.id IN"
        f" (SELECT k.id FROM {elements(tx)} AS a CROSS JOIN jobs k WHERE k.chain = a.value->>0 AND k.chain <> ''"
        f" AND k.{_OPEN} AND k.position = ({first} ORDER BY f.position LIMIT 1))"
        f" AND NOT EXISTS (SELECT 1 FROM jobs e WHERE {EARLIER})",
        msgspec.json.encode([[chain] for chain in chains]).decode(),
    )
    if freed:
        tx.signal(SIGNAL)


async def untangle(tx: Tx) -> int:
    """Let all be claimed that wait behind nobody; there are none, unless somebody has deleted jobs by hand."""
    return await tx.execute(
        "UPDATE jobs AS j SET waits = '' WHERE j.state = 'ready' AND j.waits = 'turn'"
        f" AND NOT EXISTS (SELECT 1 FROM jobs e WHERE {EARLIER})"
    )


async def withdraw(tx: Tx, ids: Sequence[str], *, settling: bool = False) -> None:
    """Delete jobs that nobody works on yet, and let the next of their chains go; those that run end by themselves, but
    for such as are being settled in this transaction and are to come back no more (`settling`)."""
    if not ids:
        return
    state = "running" if settling else "ready"
    rows = await tx.fetch(
        f"DELETE FROM jobs WHERE state = '{state}' AND id {tx.one_of(1)} RETURNING chain", tx.many(ids)
    )
    await release(tx, sorted({row["chain"] for row in rows} - {""}))


def elements(tx: Tx, number: int = 1) -> str:
    """Give a JSON list's elements, each as `value`."""
    return f"json_each(${number})" if tx.dialect == "sqlite" else f"json_array_elements(CAST(${number} AS JSON))"
