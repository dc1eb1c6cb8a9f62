"""A report's numbers of the form as a whole, added up from its hours and from what is not kept of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from leadsbot.forms.hours import Hour, Tally
from leadsbot.forms.report_shape import BUCKETS, Times

# Of so many times the rank is looked for among a few of them.
_FEW: Final = 2_000
_COUNTED: Final = ("starters", "submitters", "abandoned", "senders", "resubmitters", "with_stats")

Runs = Sequence[Sequence[int]]


@dataclass(slots=True)
class Totals:
    """Sums over hours; `places` has what was not sent by its last field: all, and abandoned."""

    views: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTED, 0))
    buckets: list[int] = field(default_factory=lambda: [0] * len(BUCKETS))
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    waits: list[list[int]] = field(default_factory=list)
    took: list[list[int]] = field(default_factory=list)

    def add(self, hours: Iterable[Hour], device: str | None) -> None:
        """Add hours, of their sessions those on this device, or on any."""
        for hour in hours:
            self.views += hour.views
            for name, tally in hour.devices.items():
                if device in (None, name):
                    self._add(tally)

    def _add(self, tally: Tally) -> None:
        for name in _COUNTED:
            self.counts[name] += getattr(tally, name)
        self.buckets = [one + more for one, more in zip(self.buckets, tally.buckets, strict=True)]
        for place, (count, abandoned) in tally.places.items():
            before = self.places.get(place, (0, 0))
            self.places[place] = (before[0] + count, before[1] + abandoned)
        for runs, values in ((self.waits, tally.waits), (self.took, tally.took)):
            if values:
                values.sort()  # what was kept is, and takes no time
                runs.append(values)

    @property
    def time_to_start(self) -> Times:
        return times(self.waits)

    @property
    def time_to_finish(self) -> Times:
        return times(self.took)

    def worst(self, most: int) -> list[tuple[str, tuple[int, int]]]:
        """Give the places where the most stopped, those first."""
        return sorted(self.places.items(), key=lambda one: (-one[1][0], one[0]))[:most]


def times(runs: Runs) -> Times:
    """Give median and ninth decile of sorted runs. Nearest rank: the smallest value that half (nine tenths) of them
    don't exceed."""
    count = sum(map(len, runs))
    median, p90 = (ranked(runs, -(-count * percent // 100)) if count else None for percent in (50, 90))
    return Times(median_ms=median, p90_ms=p90, count=count)


def ranked(runs: Runs, rank: int) -> int:
    """Give the value of this rank (from 1) in sorted runs. Sorting them all would hold up whoever else is served, so it
    is sought between two values that a sample says are around it."""
    count = sum(map(len, runs))
    sample = _sample(runs, count // _FEW + 1)
    at, margin = min(len(sample) * rank // count, len(sample) - 1), len(sample) // 20 + 1
    while True:
        low = sample[at - margin] if at > margin else None
        high = sample[at + margin] if at + margin < len(sample) else None
        below, between = _between(runs, low, high)
        if below < rank <= below + len(between):
            return sorted(between)[rank - below - 1]
        margin *= 2


def _sample(runs: Runs, step: int) -> list[int]:
    """Give each `step`th of all values, sorted."""
    sample: list[int] = []
    skip = 0
    for run in runs:
        sample += run[skip::step]
        skip = (skip - len(run)) % step
    return sorted(sample)


def _between(runs: Runs, low: int | None, high: int | None) -> tuple[int, list[int]]:
    """Give how many values are less than `low`, and those from there to less than `high`; None sets no bound."""
    below = 0
    between: list[int] = []
    for run in runs:
        first = 0 if low is None else bisect_left(run, low)
        below += first
        between += run[first : len(run) if high is None else bisect_left(run, high)]
    return below, between
