"""Finding what may be claimed, however much waits: the workspaces that have work, their lanes, and each lane's first.

Nothing here walks over waiting rows: a recursive query goes from one key of the index `jobs_lanes` to the next ("loose
index scan", https://wiki.postgresql.org/wiki/Loose_indexscan), so a look costs by what it finds, not by what waits.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from leadsbot.db import Tx
from leadsbot.db.tx import Row
from leadsbot.jobs.chains import COLUMNS, EARLIER, elements

SPACES = 32
"""Workspaces in one look; the next look goes on behind them."""
LANES = 32
"""Lanes of one workspace in one look, those not counted that can take nothing."""

RIPE = "state = 'ready' AND waits = ''"


async def ripen(tx: Tx, limit: int = 1_000) -> None:
    """Let what is due be claimed, and what somebody was cut off from; that counts as a failure, since the job may be
    what brought its node down."""
    lock = " FOR UPDATE SKIP LOCKED" if tx.dialect == "postgres" else ""
    await tx.execute(
        "WITH timed AS (SELECT id FROM jobs WHERE state = 'ready' AND waits = 'time'"
        f" AND due <= {tx.now_ms} ORDER BY due LIMIT {limit}{lock}),"
        f" lapsed AS (SELECT id FROM jobs WHERE state = 'running' AND lease_until < {tx.now_ms}"
        f" ORDER BY lease_until LIMIT {limit}{lock})"
        " UPDATE jobs SET failures = failures + CASE WHEN state = 'running' THEN 1 ELSE 0 END, state = 'ready',"
        f" waits = '', lease_until = NULL, due = CASE WHEN due > {tx.now_ms} THEN {tx.now_ms} ELSE due END"
        " WHERE id IN (SELECT id FROM timed UNION ALL SELECT id FROM lapsed)"
    )


async def spaces(tx: Tx, after: str) -> list[str]:
    """Give workspaces that have ripe jobs, those behind `after` first; the house's own ("") is always among them."""
    first = f"SELECT workspace_id FROM jobs WHERE {RIPE} AND workspace_id > $1 ORDER BY workspace_id LIMIT 1"
    following = (
        "SELECT j.workspace_id FROM jobs j WHERE j.state = 'ready' AND j.waits = '' AND j.workspace_id > s.space"
        " ORDER BY j.workspace_id LIMIT 1"
    )
    sql = (
        f"WITH RECURSIVE spaces (space, n) AS (SELECT ({first}), 1 UNION ALL"
        f" SELECT ({following}), s.n + 1 FROM spaces s WHERE s.space IS NOT NULL AND s.n < {SPACES})"
        " SELECT space FROM spaces WHERE space IS NOT NULL"
    )
    found = [row["space"] for row in await tx.fetch(sql, "")]
    if after and len(found) < SPACES:
        found.sort(key=lambda space: space <= after)
    elif after:
        behind = [row["space"] for row in await tx.fetch(sql, after)]
        found = [*behind, *(space for space in found if space <= after)][:SPACES]
    return ["", *found]


async def lanes(tx: Tx, asked: Sequence[tuple[str, str]], unusable: Sequence[str]) -> list[tuple[str, str]]:
    """Give (workspace, lane) for lanes with ripe jobs of the workspaces `asked` for, each with the lane to begin at.
    `unusable` ones can take nothing now; they are left out."""
    seeds = [*asked, *((space, "") for space, begin in asked if begin)]
    first = f"SELECT lane FROM jobs WHERE {RIPE} AND workspace_id = a.space AND lane >= a.begin ORDER BY lane LIMIT 1"
    following = (
        "SELECT j.lane FROM jobs j WHERE j.state = 'ready' AND j.waits = '' AND j.workspace_id = l.space"
        " AND j.lane > l.lane ORDER BY j.lane LIMIT 1"
    )
    rows = await tx.fetch(
        "WITH RECURSIVE asked AS (SELECT value->>0 AS space, value->>1 AS begin"
        f" FROM {elements(tx)}), lanes (space, lane, n) AS (SELECT a.space, ({first}), 1 FROM asked a UNION ALL"
        f" SELECT l.space, ({following}), l.n + CASE WHEN l.lane {tx.one_of(2)} THEN 0 ELSE 1 END FROM lanes l"
        f" WHERE l.lane IS NOT NULL AND l.n <= {LANES})"
        f" SELECT space, lane FROM lanes WHERE lane IS NOT NULL AND NOT (lane {tx.one_of(2)})",
        msgspec.json.encode(seeds).decode(),
        tx.many(unusable),
    )
    return list(dict.fromkeys((row["space"], row["lane"]) for row in rows))


async def firsts(tx: Tx, wanted: Sequence[tuple[str, str, int]], kinds: Sequence[str]) -> list[Row]:
    """Give the first so many jobs of each lane, due longest first. `behind`: it must wait for another of its chain;
    `early`: it was put off by hand. On PostgreSQL they are locked, and what another node has locked is left out."""
    columns = (
        f"{COLUMNS}, j.due > {tx.now_ms} AS early, CASE WHEN j.chain = '' THEN FALSE"
        f" ELSE EXISTS (SELECT 1 FROM jobs e WHERE {EARLIER}) END AS behind"
    )
    where = f"FROM jobs j WHERE j.state = 'ready' AND j.waits = '' AND j.kind {tx.one_of(1)}"
    if tx.dialect == "sqlite":
        sql = f"SELECT {columns} {where} AND j.workspace_id = $2 AND j.lane = $3 ORDER BY j.due LIMIT $4"
        return [row for one in wanted for row in await tx.fetch(sql, tx.many(kinds), *one)]
    return await tx.fetch(
        f"SELECT found.* FROM {elements(tx, 2)} AS a CROSS JOIN LATERAL (SELECT {columns} {where}"
        " AND j.workspace_id = a.value->>0 AND j.lane = a.value->>1 ORDER BY j.due LIMIT CAST(a.value->>2 AS BIGINT)"
        " FOR UPDATE OF j SKIP LOCKED) AS found",
        tx.many(kinds),
        msgspec.json.encode(wanted).decode(),
    )
