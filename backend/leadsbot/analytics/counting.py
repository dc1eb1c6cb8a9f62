"""Counting leads and sessions in SQL that both databases count alike: each question is one pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from leadsbot.analytics.period import Period
from leadsbot.db import Database
from leadsbot.db.paging import Where
from leadsbot.db.tx import Row
from leadsbot.leads import pipeline

# Lowest and highest percent of each bucket, as in a form's report.
BUCKETS: Final = ((0, 24), (25, 49), (50, 74), (75, 99), (100, 100))
MOST_NAMES: Final = 1_000
UNKNOWN: Final = "unknown"


async def standing(database: Database, workspace_id: str, period: Period) -> tuple[Counter[str], Counter[str]]:
    """Count leads by the stage where they stand; then the lost ones by the stage they were lost from."""
    where = _leads(workspace_id, period)
    rows = await database.fetch(_STANDING.format(where=where, lost=where.value(pipeline.LOST)), *where.args)
    now: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    for row in rows:
        now[row["stage"]] += int(row["leads"])
        if row["stage"] == pipeline.LOST:
            lost[row["before"] or ""] += int(row["leads"])
    return now, lost


async def by_name(
    database: Database, workspace_id: str, period: Period, column: str, *, empty: str = ""
) -> list[tuple[str, int]]:
    """Count leads by `column`, the most first, at most `MOST_NAMES`. What differs in case alone is counted under its
    most frequent spelling, what is empty under `empty`, or not at all."""
    where = _leads(workspace_id, period)
    rows = await database.fetch(
        f"SELECT {column} AS name, count(*) AS leads FROM leads {where} GROUP BY {column}"
        f" ORDER BY 2 DESC, 1 LIMIT {MOST_NAMES}",
        *where.args,
    )
    spelled: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for row in rows:
        name = row["name"] or empty
        if name:
            counts[spelled.setdefault(name.casefold(), name)] += int(row["leads"])
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


async def by_day(database: Database, workspace_id: str, period: Period) -> list[tuple[date, int]]:
    """Count leads by the day on which they came, for each of the period's days."""
    days = period.days()
    edges = [period.midnight(day) for day in (*days, days[-1] + timedelta(days=1))]
    return list(zip(days, await by_edges(database, workspace_id, period, edges), strict=True))


async def by_edges(database: Database, workspace_id: str, period: Period, edges: Sequence[int]) -> list[int]:
    """Count the period's leads from each of `edges` (ms, in order) to the next."""
    where = _leads(workspace_id, period)
    starts = [where.value(edge) for edge in edges]
    where.also(f"created_at >= {starts[0]}")
    sums = ", ".join(
        f"count(CASE WHEN created_at >= {start} AND created_at < {end} THEN 1 END) AS part_{number}"
        for number, (start, end) in enumerate(pairwise(starts))
    )
    row = await _one(database, f"SELECT {sums} FROM leads {where}", where)
    return [int(row[f"part_{number}"]) for number in range(len(edges) - 1)]


async def moves(database: Database, workspace_id: str, period: Period) -> Counter[str]:
    """Count the leads that moved to each stage, wherever from; where one began is no move."""
    where = Where()
    where.equal("l.workspace_id", workspace_id)
    where.also("NOT l.spam")
    where.also("c.from_stage IS NOT NULL")
    period.within("c.at", where)
    rows = await database.fetch(
        "SELECT c.to_stage AS stage, count(DISTINCT c.lead_id) AS leads FROM stage_changes c"
        f" JOIN leads l ON l.id = c.lead_id {where} GROUP BY c.to_stage",
        *where.args,
    )
    return Counter({row["stage"]: int(row["leads"]) for row in rows})


async def unclaimed(database: Database, workspace_id: str, stage: str) -> int:
    """Count the leads that stand at `stage` now with nobody to answer them."""
    where = Where()
    where.equal("workspace_id", workspace_id)
    where.equal("stage", stage)
    where.also("NOT spam AND deleted_at IS NULL AND assigned_to IS NULL")
    return int((await _one(database, f"SELECT count(*) AS leads FROM leads {where}", where))["leads"])


async def views(database: Database, workspace_id: str, period: Period) -> int:
    """Count how often a form was seen in a visit."""
    where = Where()
    where.also(f"form_id IN (SELECT id FROM forms WHERE workspace_id = {where.value(workspace_id)})")
    period.within("at", where)
    return int((await _one(database, f"SELECT count(*) AS views FROM form_views {where}", where))["views"])


async def sessions(database: Database, workspace_id: str, period: Period) -> Row:
    """Count sessions by what became of them; `bucket_0` and on are the abandoned ones by `BUCKETS`, `percent` is their
    average. Those whose lead is spam are left out."""
    where = Where()
    where.equal("s.workspace_id", workspace_id)
    period.within("s.started_at", where)
    where.also("NOT EXISTS (SELECT 1 FROM leads l WHERE l.id = s.lead_id AND l.spam)")
    return await _one(database, f"{_SESSIONS} {where}", where)


def _leads(workspace_id: str, period: Period) -> Where:
    where = Where()
    where.equal("workspace_id", workspace_id)
    where.also("NOT spam")
    period.within("created_at", where)
    return where


async def _one(database: Database, sql: str, where: Where) -> Row:
    row = await database.fetch_one(sql, *where.args)
    assert row is not None  # an aggregate always gives a row
    return row


_STANDING: Final = """
SELECT stage, before, count(*) AS leads FROM (
 SELECT stage, CASE WHEN stage = {lost} THEN
  (SELECT from_stage FROM stage_changes c WHERE c.lead_id = leads.id AND c.to_stage = {lost}
   ORDER BY c.at DESC, c.id DESC LIMIT 1) END AS before
 FROM leads {where}) AS stood GROUP BY stage, before
"""
_SESSIONS: Final = "SELECT count(*) AS started, {} FROM sessions s".format(
    ", ".join(
        [
            "count(CASE WHEN s.state = 'abandoned' THEN 1 END) AS abandoned",
            "count(CASE WHEN s.state = 'submitted' THEN 1 END) AS submitted",
            "avg(CASE WHEN s.state = 'abandoned' THEN s.completion_percent END) AS percent",
        ]
        + [
            f"count(CASE WHEN s.state = 'abandoned' AND s.completion_percent BETWEEN {lowest} AND {highest} THEN 1 END)"
            f" AS bucket_{number}"
            for number, (lowest, highest) in enumerate(BUCKETS)
        ]
    )
)
