"""The first page: how the day is going, what needs a hand, and what is left to set up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from leadsbot.dashboard.views.capture_log import DoorAlert
from leadsbot.dashboard.views.leads import LeadRow


@dataclass(frozen=True, slots=True)
class Day:
    """How many leads came on one day of the workspace's calendar."""

    date: date
    count: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """A destination that didn't get leads lately: "2 leads couldn't be sent to {destination}: {reason}"."""

    count: int
    destination: str
    reason: str
    href: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """A channel or webhook that was switched off because it fails: "Nothing is sent to {name} any more: {reason}".
    `list_href` has what didn't get there lately, where there is any."""

    name: str
    reason: str
    href: str
    list_href: str = ""


@dataclass(frozen=True, slots=True)
class Unsent:
    """A form that somebody began and didn't send; `left` once they have been gone for the site's minutes. `lead_id` is
    empty while nobody knows who it was."""

    form: str
    page_url: str
    percent: int
    last_field: str
    at: int
    left: bool
    lead_id: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the checklist for a new workspace; `code` is something to copy."""

    title: str
    words: str
    href: str
    verb: str
    done: bool = False
    code: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts without spam. `daily` is oldest first and ends today; `steps` is empty once all are done."""

    template: ClassVar[str] = "overview.html"
    nav: ClassVar[str] = "overview"
    title: ClassVar[str] = "Overview"

    today: int
    yesterday: int
    week: int
    week_before: int
    daily: tuple[Day, ...]
    fresh: tuple[LeadRow, ...]
    trouble: tuple[Trouble, ...] = ()
    steps: tuple[Step, ...] = ()
    unsent: tuple[Unsent, ...] = ()
    alerts: tuple[DoorAlert, ...] = ()
    stopped: tuple[Stopped, ...] = ()

    @property
    def busiest(self) -> int:
        """The most leads that any one day brought, at least 1, as the chart's full height."""
        return max([1, *(day.count for day in self.daily)])
