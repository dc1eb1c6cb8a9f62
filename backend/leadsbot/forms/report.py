"""A form's report: what Matomo's Form Analytics and Zuko tell, counted from visits and sessions. It only reads.

Numbers are of every session of the period; what happened field by field is of the latest `SAMPLED` of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from leadsbot import clock
from leadsbot.clock import rfc3339
from leadsbot.db import Database
from leadsbot.db.tx import Row
from leadsbot.errors import InvalidInput
from leadsbot.forms import report_counts as counting
from leadsbot.forms.reading import get_form
from leadsbot.forms.report_counts import BUCKETS, Span
from leadsbot.forms.report_fields import FieldTallies
from leadsbot.forms.report_shape import (
    Bucket,
    Conversion,
    Device,
    DropOff,
    Place,
    Report,
    ReportedForm,
    Times,
    drop_off,
    rate,
    share,
)
from leadsbot.leads.filters import end_of, first_moment

SAMPLED: Final = 5_000
USUAL_MS: Final = 30 * clock.DAY
_FIRST_YEAR: Final = -62_135_596_800_000  # 0001-01-01, the earliest that can be written as a date


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is asked for: from `since` to before `until` (ms; None: no end), on one kind of device or all."""

    since: int
    until: int | None = None
    timezone: str = "UTC"
    device: Device | None = None


def asked(from_: str | None, to: str | None, timezone: str, device: Device | None, now: int) -> Asked:
    """Read a query (contract, section 9: dates are whole days, both included). Left out, `to` is now and `from` 30 days
    before the end. `InvalidInput` for what is no time, and for a period that ends before it begins."""
    until = end_of(to, timezone) if to else None
    end = now if until is None else until
    since = first_moment(from_, timezone) if from_ else max(end - USUAL_MS, _FIRST_YEAR)
    if since >= end and until is not None:
        raise InvalidInput('"from" is later than "to".', fields=["from"])
    return Asked(since, until, timezone, device)


@dataclass(frozen=True, slots=True)
class _Found:
    """What the queries found, before it is set in relation."""

    counts: dict[str, int]
    views: int | None
    places: list[Place]
    to_start: Times
    to_finish: Times
    fields: FieldTallies

    @property
    def unsent(self) -> int:
        return self.counts["starters"] - self.counts["submitters"]


async def form_report(database: Database, workspace_id: str, form_id: str, wanted: Asked) -> Report:
    """Give the report of a form; `NotFound` when it doesn't exist or is another workspace's."""
    form = await get_form(database, workspace_id, form_id)
    found = await _found(database, Span(workspace_id, form["id"], wanted.since, wanted.until, wanted.device))
    counts, unsent = found.counts, found.unsent
    return Report(
        form=ReportedForm(**{name: form[name] for name in ReportedForm.__struct_fields__}),
        since=rfc3339(wanted.since),
        until=rfc3339(clock.now() if wanted.until is None else wanted.until - 1),
        timezone=wanted.timezone,
        device=wanted.device,
        views=found.views,
        **{name: counts[name] for name in ("starters", "submitters", "abandoned", "senders", "resubmitters")},
        in_progress=unsent - counts["abandoned"],
        conversion=_conversion(found),
        abandonment=rate(counts["abandoned"], counts["starters"]),
        resubmission=rate(counts["resubmitters"], counts["senders"]),
        never_accepted=rate(counts["senders"] - counts["submitters"], counts["senders"]),
        time_to_start=found.to_start,
        time_to_finish=found.to_finish,
        completion=_completion(counts, unsent),
        drop_off=found.places,
        drop_off_elsewhere=_elsewhere(found.places, unsent, counts["abandoned"]),
        sessions=counts["with_stats"],
        sampled_sessions=found.fields.sessions,
        sample_limit=SAMPLED,
        fields=found.fields.reports(_by_label(found.places), drop_off(0, 0, unsent)),
    )


async def _found(database: Database, span: Span) -> _Found:
    counts = await counting.counts(database, span)
    unsent = counts["starters"] - counts["submitters"]
    return _Found(
        counts=counts,
        views=None if span.device else await counting.views(database, span),
        places=[_place(row, unsent) for row in await counting.places(database, span)],
        to_start=await counting.time_to_start(database, span),
        to_finish=await counting.time_to_finish(database, span),
        fields=await _tallied(database, span),
    )


def _conversion(found: _Found) -> Conversion:
    starters, submitters = found.counts["starters"], found.counts["submitters"]
    return Conversion(
        views_to_starters=rate(starters, found.views),
        views_to_submitters=rate(submitters, found.views),
        starters_to_submitters=rate(submitters, starters),
    )


async def _tallied(database: Database, span: Span) -> FieldTallies:
    """Add up the latest sessions, in a thread: five thousand take long enough for others to notice."""
    tallies = FieldTallies()
    async for rows in counting.latest_stats(database, span, SAMPLED):
        await asyncio.to_thread(tallies.add, rows)
    return tallies


def _place(row: Row, unsent: int) -> Place:
    count = int(row["sessions"])
    return Place(
        rate=share(count, unsent),
        count=count,
        of=unsent,
        abandoned=int(row["abandoned"]),
        field=row["last_field"] or None,
    )


def _by_label(places: Sequence[Place]) -> dict[str, DropOff]:
    return {one.field: drop_off(one.count, one.abandoned, one.of or 0) for one in places if one.field}


def _elsewhere(places: Sequence[Place], unsent: int, abandoned: int) -> DropOff:
    named, over = sum(place.count for place in places), sum(place.abandoned for place in places)
    return drop_off(max(0, unsent - named), max(0, abandoned - over), unsent)


def _completion(found: dict[str, int], unsent: int) -> list[Bucket]:
    counts = [found[f"bucket_{number}"] for number in range(len(BUCKETS))]
    return [
        Bucket(rate=share(count, unsent), count=count, of=unsent, lowest=lowest, highest=highest)
        for count, (lowest, highest) in zip(counts, BUCKETS, strict=True)
    ]
