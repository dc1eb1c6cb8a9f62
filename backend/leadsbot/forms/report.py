"""A form's report: what Matomo's Form Analytics and Zuko tell, counted from visits and sessions.

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
from leadsbot.errors import InvalidInput
from leadsbot.forms import report_counts as counting
from leadsbot.forms.reading import get_form
from leadsbot.forms.report_counts import Span
from leadsbot.forms.report_fields import FieldTallies
from leadsbot.forms.report_shape import (
    BUCKETS,
    Bucket,
    Conversion,
    Device,
    DropOff,
    Place,
    Report,
    ReportedForm,
    drop_off,
    rate,
    share,
)
from leadsbot.forms.report_totals import Totals
from leadsbot.leads.filters import end_of, first_moment

SAMPLED: Final = 2_000
MOST_PLACES: Final = 100
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


async def form_report(database: Database, workspace_id: str, form_id: str, wanted: Asked) -> Report:
    """Give the report of a form; `NotFound` when it doesn't exist or is another workspace's."""
    form = await get_form(database, workspace_id, form_id)
    span = Span(workspace_id, form["id"], wanted.since, wanted.until, wanted.device)
    found = await counting.totals(database, span, form["late_changes"])
    fields = await _tallied(database, span)
    counts, unsent = found.counts, found.counts["starters"] - found.counts["submitters"]
    views = None if wanted.device else found.views
    places = [_place(name, count, over, unsent) for name, (count, over) in found.worst(MOST_PLACES)]
    return Report(
        form=ReportedForm(**{name: form[name] for name in ReportedForm.__struct_fields__}),
        since=rfc3339(wanted.since),
        until=rfc3339(clock.now() if wanted.until is None else wanted.until - 1),
        timezone=wanted.timezone,
        device=wanted.device,
        views=views,
        **{name: counts[name] for name in ("starters", "submitters", "abandoned", "senders", "resubmitters")},
        in_progress=unsent - counts["abandoned"],
        conversion=_conversion(counts, views),
        abandonment=rate(counts["abandoned"], counts["starters"]),
        resubmission=rate(counts["resubmitters"], counts["senders"]),
        never_accepted=rate(counts["senders"] - counts["submitters"], counts["senders"]),
        time_to_start=found.time_to_start,
        time_to_finish=found.time_to_finish,
        completion=_completion(found, unsent),
        drop_off=places,
        drop_off_elsewhere=_elsewhere(places, unsent, counts["abandoned"]),
        sessions=counts["with_stats"],
        sampled_sessions=fields.sessions,
        sample_limit=SAMPLED,
        fields=fields.reports(_by_label(places), drop_off(0, 0, unsent)),
    )


def _conversion(counts: dict[str, int], views: int | None) -> Conversion:
    starters, submitters = counts["starters"], counts["submitters"]
    return Conversion(
        views_to_starters=rate(starters, views),
        views_to_submitters=rate(submitters, views),
        starters_to_submitters=rate(submitters, starters),
    )


async def _tallied(database: Database, span: Span) -> FieldTallies:
    """Add up the latest sessions, in a thread: some thousands take long enough for others to notice."""
    tallies = FieldTallies()
    async for rows in counting.latest_stats(database, span, SAMPLED):
        await asyncio.to_thread(tallies.add, rows)
    return tallies


def _place(name: str, count: int, abandoned: int, unsent: int) -> Place:
    return Place(rate=share(count, unsent), count=count, of=unsent, abandoned=abandoned, field=name or None)


def _by_label(places: Sequence[Place]) -> dict[str, DropOff]:
    return {one.field: drop_off(one.count, one.abandoned, one.of or 0) for one in places if one.field}


def _elsewhere(places: Sequence[Place], unsent: int, abandoned: int) -> DropOff:
    named, over = sum(place.count for place in places), sum(place.abandoned for place in places)
    return drop_off(max(0, unsent - named), max(0, abandoned - over), unsent)


def _completion(found: Totals, unsent: int) -> list[Bucket]:
    return [
        Bucket(rate=share(count, unsent), count=count, of=unsent, lowest=lowest, highest=highest)
        for count, (lowest, highest) in zip(found.buckets, BUCKETS, strict=True)
    ]
