"""Whether what a door takes and turns away is unusual for this door: pure functions over its own past, hour by hour.

Made to be believed: a door is measured against itself alone, a new or a quiet one against nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Literal

from leadsbot import clock

Kind = Literal["refusals", "silence"]
Hours = Mapping[int, int]

WEEK_H: Final = 7 * 24
# What must be known of a door: two weeks before its last lead, and a week of silence after.
LOOK_BACK_MS: Final = 3 * WEEK_H * clock.HOUR

OLD_ENOUGH_MS: Final = clock.DAY
LEAST_REFUSED: Final = 30
TIMES_THE_BUSIEST: Final = 3
LULL: Final = 10

LEAST_IN_TWO_WEEKS: Final = 28
LEAST_EXPECTED: Final = 10.0
TIMES_THE_LONGEST_GAP: Final = 2.0
FORGOTTEN_MS: Final = 14 * clock.DAY


@dataclass(frozen=True, slots=True)
class History:
    """What a door took in the last `LOOK_BACK_MS` and turned away in the last week, by hour since the epoch (UTC);
    hours without any are left out. `now` and `since`, when the door was made, in ms."""

    now: int
    since: int
    accepted: Hours = field(default_factory=dict)
    refused: Hours = field(default_factory=dict)

    @property
    def hour(self) -> int:
        return self.now // clock.HOUR


@dataclass(frozen=True, slots=True)
class Refusals:
    """More was turned away in the last two hours than usual: then at most `usual`. `taken` was taken meanwhile."""

    kind: Kind = field(default="refusals", init=False)
    refused: int
    taken: int
    usual: int


@dataclass(frozen=True, slots=True)
class Silence:
    """No lead for `hours`, in which there were so many a week before, and two weeks before."""

    kind: Kind = field(default="silence", init=False)
    hours: int
    week_before: int
    two_weeks_before: int


Finding = Refusals | Silence


def unusual(history: History) -> list[Finding]:
    """Tell what is unusual about a door right now; nothing, most of the time."""
    return [found for found in (_refusals(history), _silence(history)) if found is not None]


def is_over(kind: Kind, begun_at: int, history: History) -> bool:
    """Tell whether what began at `begun_at` (ms) has ended: hardly anything is turned away any more; or a lead has
    come, or nobody has cared for two weeks."""
    if kind == "refusals":
        return _lately(history.refused, history.hour) < LULL
    if history.now - begun_at > FORGOTTEN_MS:
        return True
    return max(history.accepted, default=0) >= begun_at // clock.HOUR


def _refusals(history: History) -> Refusals | None:
    if history.now - history.since < OLD_ENOUGH_MS:
        return None
    refused, taken = (_lately(hours, history.hour) for hours in (history.refused, history.accepted))
    past = range(history.hour - WEEK_H, history.hour - 1)
    usual = max((_lately(history.refused, hour) for hour in past), default=0)
    if refused < LEAST_REFUSED or refused <= taken or refused < TIMES_THE_BUSIEST * usual:
        return None
    return Refusals(refused, taken, usual)


def _lately(hours: Hours, hour: int) -> int:
    """Count this hour, which has only begun, and the one before."""
    return hours.get(hour, 0) + hours.get(hour - 1, 0)


def _silence(history: History) -> Silence | None:
    """What would have come by now, had it gone as in the same hours of either of the two weeks before?

    Nights, weekends and the door's own rhythm are in those weeks. The lower of both must be beyond chance, and the
    silence longer, by what usually comes, than any there was.
    """
    last = max(history.accepted, default=0)
    silent = range(last + 1, history.hour)
    before = _Fortnight(history.accepted, last)
    if not before.is_known(history.since):
        return None
    one, two = (before.total(silent, week) for week in (0, 1))
    if min(one, two) < LEAST_EXPECTED:
        return None
    if before.usual(silent) < TIMES_THE_LONGEST_GAP * before.longest_gap():
        return None
    return Silence(len(silent), round(one), round(two))


class _Fortnight:
    """The two weeks that end with a door's last lead."""

    def __init__(self, accepted: Hours, last: int) -> None:
        self._accepted = accepted
        self._last = last
        self._first = last - 2 * WEEK_H + 1

    def is_known(self, since: int) -> bool:
        """Tell whether the door was there all that time and had enough of leads in each half of it."""
        half = self._last - WEEK_H
        weeks = [0, 0]
        for hour, times in self._accepted.items():
            if hour >= self._first:
                weeks[hour > half] += times
        return since // clock.HOUR < self._first and min(weeks) * 2 >= LEAST_IN_TWO_WEEKS

    def total(self, hours: range, week: int) -> float:
        """Count what came in the same hours of the last week (0) or the one before (1)."""
        return sum(self._smooth(self._same(hour) - week * WEEK_H) for hour in hours)

    def usual(self, hours: range) -> float:
        """Give what usually comes in these hours: the mean of both weeks."""
        return (self.total(hours, 0) + self.total(hours, 1)) / 2

    def longest_gap(self) -> float:
        """Give the longest silence there was, by what usually comes in such hours."""
        return max((self.usual(gap) for gap in self._gaps()), default=0.0)

    def _gaps(self) -> Iterator[range]:
        heard = sorted(hour for hour in self._accepted if hour >= self._first)
        for one, other in pairwise(heard):
            if other - one > 1:
                yield range(one + 1, other)

    def _same(self, hour: int) -> int:
        """Give the same hour of the fortnight's second week."""
        return self._last - (self._last - hour) % WEEK_H

    def _smooth(self, hour: int) -> float:
        """Leads don't keep to the clock: an hour's own count weighs half, its neighbours' a quarter each."""
        around = (self._accepted.get(hour + beside, 0) * weight for beside, weight in ((-1, 1), (0, 2), (1, 1)))
        return sum(around) / 4
