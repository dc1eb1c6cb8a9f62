"""A report's counts over every session of its period: one pass each for the numbers, the places and the times."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from leadsbot.db import Database
from leadsbot.db.paging import Where
from leadsbot.db.tx import Row
from leadsbot.forms.report_shape import Device, Times

# Lowest and highest percent of each bucket of sessions that were not sent.
BUCKETS: Final = ((0, 24), (25, 49), (50, 74), (75, 99), (100, 100))
MOST_PLACES: Final = 100
AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Span:
    """The sessions of a form that began from `since` (ms, included) to `until` (left out; None: no end)."""

    workspace_id: str
    form_id: str
    since: int
    until: int | None = None
    device: Device | None = None

    def sessions(self) -> Where:
        where = self._during("form_id", "started_at")
        # As an expression, so that SQLite doesn't walk the index of all of the workspace's sessions.
        where.also(f"coalesce(workspace_id, '') = {where.value(self.workspace_id)}")
        where.equal("device_type", self.device)
        return where

    def views(self) -> Where:
        return self._during("form_id", "at")

    def _during(self, form: str, at: str) -> Where:
        where = Where()
        where.equal(form, self.form_id)
        where.also(f"{at} >= {where.value(self.since)}")
        if self.until is not None:
            where.also(f"{at} < {where.value(self.until)}")
        return where


async def views(database: Database, span: Span) -> int:
    """Count the visits that saw the form, on whatever device."""
    where = span.views()
    return int((await _one(database, f"SELECT count(*) AS views FROM form_views {where}", where))["views"])


async def counts(database: Database, span: Span) -> dict[str, int]:
    """Count sessions by what became of them; `bucket_0` and on are those of `BUCKETS`."""
    where = span.sessions()
    return {name: int(value) for name, value in (await _one(database, f"{_COUNTS} {where}", where)).items()}


async def places(database: Database, span: Span) -> list[Row]:
    """Give `last_field`, `sessions` and `abandoned` of those not sent, the most first, at most `MOST_PLACES`."""
    where = span.sessions()
    where.also("state <> 'submitted'")
    return await database.fetch(
        f"SELECT last_field, count(*) AS sessions, count(CASE WHEN state = 'abandoned' THEN 1 END) AS abandoned"
        f" FROM sessions {where} GROUP BY last_field ORDER BY 2 DESC, last_field LIMIT {MOST_PLACES}",
        *where.args,
    )


async def time_to_start(database: Database, span: Span) -> Times:
    where = span.sessions()
    where.also("wait_ms >= 0")
    return await _times(database, "wait_ms", where)


async def time_to_finish(database: Database, span: Span) -> Times:
    where = span.sessions()
    # A plain form is known by its end alone, and began when it was sent.
    where.also("state = 'submitted' AND submitted_at > started_at")
    return await _times(database, "submitted_at - started_at", where)


async def latest_stats(database: Database, span: Span, most: int) -> AsyncIterator[list[Row]]:
    """Give `state` and `field_stats` of the `most` latest sessions that have them, newest first, `AT_ONCE` at once."""
    after: tuple[int, str] | None = None
    while most > 0:
        where = span.sessions()
        where.also("field_stats IS NOT NULL")
        if after:
            where.also(f"(started_at, id) < ({where.value(after[0])}, {where.value(after[1])})")
        wanted = min(most, AT_ONCE)
        rows = await database.fetch(
            f"SELECT id, started_at, state, field_stats FROM sessions {where}"
            f" ORDER BY started_at DESC, id DESC LIMIT {wanted}",
            *where.args,
        )
        yield rows
        most = most - wanted if len(rows) == wanted else 0
        after = (rows[-1]["started_at"], rows[-1]["id"]) if rows else None


async def _times(database: Database, ms: str, where: Where) -> Times:
    row = await _one(database, _TIMES.format(ms=ms, where=where), where)
    return Times(median_ms=row["median"], p90_ms=row["p90"], count=int(row["sessions"]))


async def _one(database: Database, sql: str, where: Where) -> Row:
    row = await database.fetch_one(sql, *where.args)
    assert row is not None  # an aggregate always gives a row
    return row


def _count(condition: str, name: str) -> str:
    return f"count(CASE WHEN {condition} THEN 1 END) AS {name}"


_COUNTS: Final = "SELECT count(*) AS starters, count(field_stats) AS with_stats, {} FROM sessions".format(
    ", ".join(
        [
            _count("state = 'submitted'", "submitters"),
            _count("state = 'abandoned'", "abandoned"),
            _count("tries > 0 OR state = 'submitted'", "senders"),
            _count("tries > 1", "resubmitters"),
        ]
        + [
            _count(f"state <> 'submitted' AND completion_percent BETWEEN {lowest} AND {highest}", f"bucket_{number}")
            for number, (lowest, highest) in enumerate(BUCKETS)
        ]
    )
)
# Nearest rank, which both databases count alike: the smallest value that half (nine tenths) of all don't exceed.
_TIMES: Final = """
SELECT count(*) AS sessions, min(CASE WHEN n = (total * 50 + 99) / 100 THEN ms END) AS median,
 min(CASE WHEN n = (total * 90 + 99) / 100 THEN ms END) AS p90
FROM (SELECT ms, row_number() OVER (ORDER BY ms) AS n, count(*) OVER () AS total
 FROM (SELECT {ms} AS ms FROM sessions {where}) AS timed) AS ranked
"""
