"""The day or week that a summary is of, the one before it, and when it is told: pure functions of the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from leadsbot import clock
from leadsbot.analytics.period import Period

Kind = Literal["daily", "weekly"]
KINDS: Final[tuple[Kind, ...]] = ("daily", "weekly")
MONDAY: Final = 0
_DAYS: Final = {"daily": 1, "weekly": 7}


@dataclass(frozen=True, slots=True)
class Span:
    """`days` whole days of a workspace from `first` on."""

    kind: Kind
    first: date
    timezone: str

    @property
    def days(self) -> int:
        return _DAYS[self.kind]

    @property
    def last(self) -> date:
        return self.first + timedelta(days=self.days - 1)

    @property
    def period(self) -> Period:
        """Give it as moments: of a day on which clocks change, 23 or 25 hours."""
        return Period(self.timezone, self._midnight(0), self._midnight(self.days))

    @property
    def before(self) -> Span:
        return Span(self.kind, self.first - timedelta(days=self.days), self.timezone)

    def edges(self) -> list[int]:
        """Give the borders (ms) of its parts: a week's days, or a day's hours by the clock on the wall."""
        if self.kind == "weekly":
            return [self._midnight(day) for day in range(self.days + 1)]
        since, until = self.period.since or 0, self.period.until or 0
        hours = [_ms(datetime.combine(self.first, time(hour), ZoneInfo(self.timezone))) for hour in range(24)]
        # An hour that the clock leaps over has no length; a zone may leap at midnight too.
        return [since, *(min(max(hour, since), until) for hour in hours[1:]), until]

    def labels(self) -> list[str]:
        """Name its parts in order."""
        if self.kind == "weekly":
            return [f"{self.first + timedelta(days=day):%a}" for day in range(self.days)]
        return [f"{hour:02}" for hour in range(24)]

    def _midnight(self, days: int) -> int:
        return _ms(datetime.combine(self.first + timedelta(days=days), time(), ZoneInfo(self.timezone)))


def latest(kind: Kind, now: int, timezone: str, hour: int) -> tuple[int, Span]:
    """Give when (ms) the latest summary of `kind` was due at `now`, at the workspace's `hour`, and what it is of: the
    day before, or the week that ended on Sunday."""
    zone = ZoneInfo(timezone)
    day = clock.to_datetime(now).astimezone(zone).date()
    if kind == "weekly":
        day -= timedelta(days=(day.weekday() - MONDAY) % 7)
    step = timedelta(days=_DAYS[kind])
    due = _ms(datetime.combine(day, time(hour), zone))
    if due > now:
        day -= step
        due = _ms(datetime.combine(day, time(hour), zone))
    return due, Span(kind, day - step, timezone)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * clock.SECOND)
