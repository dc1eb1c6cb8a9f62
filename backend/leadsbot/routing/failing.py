"""For how long a destination has been failing: the time over which failures came, not the time since the first.

Five days of failures switch it off (contract, section 5). A day without any is no day of failures, so what came once a
week ago and once today isn't a week; and days in trouble add up until something arrives. No database in here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from leadsbot import clock

GIVE_UP_AFTER: Final = 5 * clock.DAY
# Between two failures more than this is quiet, unless the schedule itself waits longer.
QUIET_AFTER: Final = clock.DAY
# So often it is written down, not at each failure.
NOTED_EVERY: Final = clock.HOUR

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Failing:
    """A time of trouble: `since` (ms) the first failure, for `ms` in all until `at` (ms)."""

    since: int
    at: int
    ms: int = 0

    @property
    def long(self) -> bool:
        """Whether that is enough to give up."""
        return self.ms >= GIVE_UP_AFTER


def failed(destination: Row, at: int, schedule: Sequence[float]) -> Failing:
    """Give how a destination stands once another attempt has failed at `at`; `schedule` has the waits between
    attempts in seconds."""
    since, last = destination["failing_since"], destination["failed_at"]
    if since is None or last is None:
        return Failing(at if since is None else since, at)
    quiet = max(QUIET_AFTER, round(max(schedule, default=0) * 1.5 * clock.SECOND))
    gap = at - last
    return Failing(since, at, destination["failing_ms"] + (gap if 0 < gap <= quiet else 0))


def worth_noting(destination: Row, now: Failing) -> bool:
    """Tell whether this says more than the destination's row; a clock that was set back does too."""
    last = destination["failed_at"]
    return destination["failing_since"] is None or last is None or abs(now.at - last) >= NOTED_EVERY
