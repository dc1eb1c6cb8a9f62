"""A workspace's numbers as answers show them (contract, section 9)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct, field


class Step(Struct, frozen=True):
    """A stage of the pipeline."""

    stage: str
    count: Annotated[int, Meta(description="leads that stand there now")]
    reached: Annotated[int, Meta(description="leads that stand there or beyond, or stood so far when they were lost")]
    conversion: Annotated[
        float | None,
        Meta(description="`reached` over that of the stage before; null for the first, for Lost, and over nobody"),
    ]


class Named(Struct, frozen=True):
    """How many leads have this in common."""

    name: str
    count: int


class DayCount(Struct, frozen=True):
    """Leads of a day in the workspace's time zone."""

    date: str
    count: int


class Bucket(Struct, frozen=True):
    """Abandoned sessions by how much of the form was filled in."""

    lowest: Annotated[int, Meta(description="percent, included")] = field(name="from")
    highest: Annotated[int, Meta(description="percent, included")] = field(name="to")
    count: int


class Abandonment(Struct, frozen=True):
    """What became of forms: sessions belong to the time when they began."""

    viewed: Annotated[int, Meta(description="how often a form was seen in a visit")]
    started: Annotated[int, Meta(description="sessions that began")]
    abandoned: Annotated[int, Meta(description="sessions that ended unsent")]
    submitted: Annotated[int, Meta(description="sessions that were sent")]
    average_percent: Annotated[float | None, Meta(description="of the abandoned; null where there are none")]
    buckets: Annotated[list[Bucket], Meta(description="the abandoned by percent filled in")]


class Analytics(Struct, frozen=True):
    """All of it. Spam is left out; leads that were deleted count on."""

    total: int
    funnel: list[Step]
    sources: list[Named]
    daily: list[DayCount]
    campaigns: list[Named]
    devices: list[Named]
    abandonment: Abandonment
