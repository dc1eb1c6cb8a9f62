"""A form's report as answers show it. Every rate stands beside the counts that it was made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct, field

Device = Literal["desktop", "mobile", "tablet"]
# Lowest and highest percent of each bucket of sessions that were not sent.
BUCKETS: Final = ((0, 24), (25, 49), (50, 74), (75, 99), (100, 100))


class Rate(Struct, frozen=True, kw_only=True):
    """`count` of `of`. A `count` may exceed its `of`, as when people begin a form again in the visit that saw it."""

    rate: Annotated[float | None, Meta(description="`count` divided by `of`; null where `of` is 0 or not known")]
    count: int
    of: Annotated[int | None, Meta(description="what it is a share of; null where that is not known")]


class Happened(Rate, frozen=True, kw_only=True):
    """In how many sessions something happened, and how often in all of them."""

    total: int


class DropOff(Rate, frozen=True, kw_only=True):
    """Sessions not sent whose last field it was, of all that were not sent."""

    abandoned: Annotated[int, Meta(description="those of `count` that are over; the others are still at it")]


class Place(DropOff, frozen=True, kw_only=True):
    """Where sessions that were not sent stand."""

    field: Annotated[str | None, Meta(description="the field's label as visitors saw it; null where none was named")]


class Bucket(Rate, frozen=True, kw_only=True):
    """Sessions not sent by how much of the form they had filled in."""

    lowest: Annotated[int, Meta(description="percent, included")] = field(name="from")
    highest: Annotated[int, Meta(description="percent, included")] = field(name="to")


class Times(Struct, frozen=True, kw_only=True):
    """Times in ms of the `count` sessions that have one; null where none has. Percentiles are nearest-rank."""

    median_ms: int | None
    p90_ms: int | None
    count: int


class FieldTimes(Times, frozen=True, kw_only=True):
    """The same, with their mean."""

    mean_ms: int | None


class FieldReport(Struct, frozen=True, kw_only=True):
    """What happened in one field, over the sampled sessions that met it."""

    name: str
    label: str
    sessions: Annotated[int, Meta(description="sampled sessions in whose form it stood")]
    entered: Annotated[Rate, Meta(description="went into it, of `sessions`")]
    entered_order: Annotated[int | None, Meta(description="median of the order in which it was entered, from 1")]
    filled: Annotated[Rate, Meta(description="left it with an answer, of `sessions`")]
    autofilled: Annotated[Rate, Meta(description="had it filled in by the browser, of those who filled it")]
    blank: Annotated[Rate, Meta(description="left it without an answer, of `sessions`")]
    blank_when_submitted: Annotated[Rate, Meta(description="blank in what was sent, of the sent sessions that met it")]
    time: Annotated[FieldTimes, Meta(description="in the field, of those who entered it")]
    hesitation: Annotated[FieldTimes, Meta(description="from entering it to the first key, of those who typed")]
    corrections: Annotated[Happened, Meta(description="changed again after it was answered, of those who entered it")]
    deletions: Annotated[Happened, Meta(description="characters taken back, of those who entered it")]
    refocuses: Annotated[Happened, Meta(description="came back to it, of those who entered it")]
    invalid: Annotated[Happened, Meta(description="were shown a validation error at it, of `sessions`")]
    drop_off: Annotated[DropOff, Meta(description="of all sessions, as `drop_off` of the report")]


class Conversion(Struct, frozen=True, kw_only=True):
    """From one step to the next. Those from views are null beside `device`: a view doesn't know its device."""

    views_to_starters: Rate
    views_to_submitters: Rate
    starters_to_submitters: Rate


class ReportedForm(Struct, frozen=True, kw_only=True):
    """The form that the report is about."""

    id: str
    site_id: str
    key: str
    name: str
    page_url: str


class Report(Struct, frozen=True, kw_only=True):
    """What visitors did with a form. A session is one visitor's attempt, and belongs to the time when it began."""

    form: ReportedForm
    since: Annotated[str, Meta(description="the first moment that counts")] = field(name="from")
    until: Annotated[str, Meta(description="the last moment that counts")] = field(name="to")
    timezone: Annotated[str, Meta(description="in which dates were read")]
    device: Device | None
    views: Annotated[int | None, Meta(description="visits that saw the form; null beside `device`")]
    starters: Annotated[int, Meta(description="sessions that began")]
    submitters: Annotated[int, Meta(description="sessions that were sent")]
    abandoned: Annotated[int, Meta(description="sessions that ended unsent")]
    in_progress: Annotated[int, Meta(description="sessions neither sent nor abandoned yet")]
    senders: Annotated[int, Meta(description="sessions that tried to send at least once, rejected or not")]
    resubmitters: Annotated[int, Meta(description="sessions that were sent, or tried to be, more than once")]
    conversion: Conversion
    abandonment: Annotated[Rate, Meta(description="`abandoned` of `starters`")]
    resubmission: Annotated[Rate, Meta(description="`resubmitters` of `senders`")]
    never_accepted: Annotated[Rate, Meta(description="`senders` without a submission, of `senders`")]
    time_to_start: Annotated[Times, Meta(description="from seeing the form to the first answer")]
    time_to_finish: Annotated[Times, Meta(description="from the start of the session to its submission")]
    completion: Annotated[list[Bucket], Meta(description="sessions not sent, by percent filled in")]
    drop_off: Annotated[list[Place], Meta(description="sessions not sent by their last field, the most first")]
    drop_off_elsewhere: Annotated[DropOff, Meta(description="what `drop_off` has no room for")]
    sessions: Annotated[int, Meta(description="sessions of the period that say what happened in their fields")]
    sampled_sessions: Annotated[int, Meta(description="the latest of `sessions`, of which `fields` tells")]
    sample_limit: Annotated[int, Meta(description="the most that are sampled")]
    fields: Annotated[list[FieldReport], Meta(description="in the order in which they stand in the form")]


def share(count: int, of: int | None) -> float | None:
    """Give `count / of` to four places, or None where there is nothing to be a share of."""
    return round(count / of, 4) if of else None


def rate(count: int, of: int | None) -> Rate:
    return Rate(rate=share(count, of), count=count, of=of)


def drop_off(count: int, abandoned: int, of: int) -> DropOff:
    return DropOff(rate=share(count, of), count=count, of=of, abandoned=abandoned)


def field_times(values: Sequence[int]) -> FieldTimes:
    """Give mean, median and ninth decile of `values` (ms, any order)."""
    ranked = sorted(values)
    return FieldTimes(
        mean_ms=round(sum(ranked) / len(ranked)) if ranked else None,
        median_ms=nearest_rank(ranked, 50),
        p90_ms=nearest_rank(ranked, 90),
        count=len(ranked),
    )


def nearest_rank(ranked: Sequence[int], percent: int) -> int | None:
    """Give the smallest of the ranked values that at least `percent` of them don't exceed."""
    return ranked[(len(ranked) * percent + 99) // 100 - 1] if ranked else None
