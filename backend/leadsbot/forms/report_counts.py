"""Counting a report's sessions: hours that are over are kept, what is left of the period is counted anew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from leadsbot import clock
from leadsbot.db import Database
from leadsbot.db.paging import Where
from leadsbot.db.sql import Dialect, gathered
from leadsbot.db.tx import Row
from leadsbot.errors import LeadsBotError
from leadsbot.forms import hours
from leadsbot.forms.hours import Hour
from leadsbot.forms.report_shape import BUCKETS, Device
from leadsbot.forms.report_totals import Totals

# Hours are kept of forms for which a report has to read so many sessions.
KEPT_FROM: Final = 1_000
AT_ONCE_MS: Final = 5 * clock.DAY
STATS_AT_ONCE: Final = 500

Counted = dict[int, Hour]


@dataclass(frozen=True, slots=True)
class Span:
    """The sessions of a form that began from `since` (ms, included) to `until` (left out; None: no end)."""

    workspace_id: str
    form_id: str
    since: int
    until: int | None = None
    device: Device | None = None

    def during(self, at: str) -> Where:
        where = Where()
        where.equal("form_id", self.form_id)
        where.also(f"{at} >= {where.value(self.since)}")
        if self.until is not None:
            where.also(f"{at} < {where.value(self.until)}")
        return where

    def sessions(self) -> Where:
        where = self.during("started_at")
        # Said so, SQLite doesn't walk the index of the workspace's sessions, and PostgreSQL knows how many to expect.
        where.also(f"(workspace_id = {where.value(self.workspace_id)}) IS TRUE")
        return where

    def part(self, since: int, until: int | None) -> Span:
        """Give the part of it from `since` to before `until`."""
        return Span(self.workspace_id, self.form_id, since, until, self.device)


async def totals(database: Database, span: Span, late_changes: int) -> Totals:
    """Count a span's views and sessions. `late_changes` is the form's, read before."""
    first = await _first(database, span)
    if first is None:
        return Totals()
    span = span.part(first, span.until)
    over = hours.over(first, span.until, clock.now())
    kept = await hours.kept(database, span.form_id, over)
    counted: Counted = {}
    for part in gaps(span, over, kept):
        await _count(database, part, counted)
    fresh = {hour: counted.get(hour, Hour()) for hour in over if hour not in kept}
    if kept or sum(hour.sessions for hour in fresh.values()) >= KEPT_FROM:
        await _keep(database, span.form_id, late_changes, fresh)
    return await asyncio.to_thread(_added_up, kept, counted, span.device)


async def _first(database: Database, span: Span) -> int | None:
    """Give when the hour of a span's first view or session began: it may reach back to the year 1."""
    sessions, views = span.during("started_at"), span.during("at")
    found = [
        await database.fetch(f"SELECT min(started_at) AS at FROM sessions {sessions}", *sessions.args),
        await database.fetch(f"SELECT min(at) AS at FROM form_views {views}", *views.args),
    ]
    first = min((row["at"] for (row,) in found if row["at"] is not None), default=None)
    return None if first is None else max(span.since, first // clock.HOUR * clock.HOUR)


def gaps(span: Span, over: range, kept: Mapping[int, object]) -> Iterator[Span]:
    """Give the parts of a span that no kept hour covers, in order."""
    since = span.since
    for hour in over:
        if hour in kept:
            begin = hour * clock.HOUR
            if since < begin:
                yield span.part(since, begin)
            since = begin + clock.HOUR
    if span.until is None or since < span.until:
        yield span.part(since, span.until)


async def _count(database: Database, part: Span, counted: Counted) -> None:
    """Add a part's views and sessions to their hours, some days at a time and in a thread: others are served too."""
    since, end = part.since, clock.now() if part.until is None else part.until
    while since + AT_ONCE_MS < end:
        await _count_days(database, part.part(since, since + AT_ONCE_MS), counted)
        since += AT_ONCE_MS
    await _count_days(database, part.part(since, part.until), counted)


async def _count_days(database: Database, part: Span, counted: Counted) -> None:
    where = part.during("at")
    select = f"SELECT at / {clock.HOUR} AS hour, count(*) AS views FROM form_views {where} GROUP BY 1"
    for row in await database.fetch(select, *where.args):
        counted.setdefault(row["hour"], Hour()).views += row["views"]
    where = part.sessions()
    rows = await database.fetch(_alike(database.dialect, str(where)), *where.args)
    await asyncio.to_thread(_add, rows, counted)


def _add(rows: Sequence[Row], counted: Counted) -> None:
    for row in rows:
        counted.setdefault(row["hour"], Hour()).add(row)


async def _keep(database: Database, form_id: str, late_changes: int, fresh: Counted) -> None:
    try:
        await hours.keep(database, form_id, late_changes, fresh)
    except LeadsBotError:  # the database can't take it now: whoever asks next counts again
        return


def _added_up(kept: Mapping[int, str], counted: Counted, device: str | None) -> Totals:
    found = Totals()
    found.add(hours.read(kept), device)
    found.add(counted.values(), device)
    return found


async def latest_stats(database: Database, span: Span, most: int) -> AsyncIterator[list[Row]]:
    """Give `state` and `field_stats` of the `most` latest sessions that have them, newest first, some at once."""
    after: tuple[int, str] | None = None
    while most > 0:
        where = span.sessions()
        where.equal("device_type", span.device)
        where.also("field_stats IS NOT NULL")
        if after:
            where.also(f"(started_at, id) < ({where.value(after[0])}, {where.value(after[1])})")
        wanted = min(most, STATS_AT_ONCE)
        rows = await database.fetch(
            f"SELECT id, started_at, state, field_stats FROM sessions {where}"
            f" ORDER BY started_at DESC, id DESC LIMIT {wanted}",
            *where.args,
        )
        yield rows
        most = most - wanted if len(rows) == wanted else 0
        after = (rows[-1]["started_at"], rows[-1]["id"]) if rows else None


def _alike(dialect: Dialect, where: str) -> str:
    """Give what counts sessions by all that a report tells them apart by, with the times that they took."""
    sent = "state = 'submitted'"
    buckets = " ".join(f"WHEN completion_percent <= {highest} THEN {n}" for n, (_, highest) in enumerate(BUCKETS))
    # A plain form is known by its end alone, and began when it was sent.
    took = gathered(dialect, "submitted_at - started_at", f"{sent} AND submitted_at > started_at")
    return f"""SELECT started_at / {clock.HOUR} AS hour, device_type, state,
 CASE WHEN tries > 1 THEN 2 ELSE tries END AS tries, CASE WHEN field_stats IS NULL THEN 0 ELSE 1 END AS told,
 CASE WHEN {sent} THEN '' ELSE last_field END AS last_field,
 CASE WHEN {sent} THEN 0 {buckets} ELSE {len(BUCKETS) - 1} END AS bucket,
 count(*) AS sessions, {gathered(dialect, "wait_ms", "wait_ms >= 0")} AS waits, {took} AS took
FROM sessions {where} GROUP BY 1, 2, 3, 4, 5, 6, 7"""
