"""When a channel is silent, by the clock on the wall of its workspace. Pure functions; times are in ms.

Of an hour that exists twice (clocks go back) quiet hours begin with the first and end with the second. One that doesn't
exist is counted as if the clock had not been changed yet (RFC 5545, section 3.3.5).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from leadsbot import clock
from leadsbot.routing.options import QuietHours

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FURTHEST: Final = 16  # spells of silence in a row: seven nights, seven days off, and room


def quiet_until(hours: QuietHours | None, zone: tzinfo, at: int) -> int | None:
    """Give the end of the silence in which `at` lies, and of what follows on it without a gap. None: it isn't quiet."""
    until = at
    for _ in range(_FURTHEST if hours else 0):
        ends = [end for begin, end in _spells(hours, zone, until) if begin <= until < end]
        if not ends:
            break
        until = max(ends)
    return until if until > at else None


def next_hour(zone: tzinfo, at: int) -> int:
    """Give the next full hour on the wall after `at`."""
    wall = clock.to_datetime(at).astimezone(zone)
    into = (wall.minute * 60 + wall.second) * clock.SECOND + wall.microsecond // 1_000
    return at + clock.HOUR - into


def next_at_hour(zone: tzinfo, hour: int, at: int) -> int:
    """Give when it is next `hour` o'clock after `at`."""
    today = _day(zone, at)
    moments = (_moment(zone, today + timedelta(days=days), time(hour)) for days in range(3))
    return next(moment for moment in moments if moment > at)


def last_at_hour(zone: tzinfo, hour: int, at: int) -> int:
    """Give when it was `hour` o'clock last, at `at` or before."""
    today = _day(zone, at)
    moments = (_moment(zone, today - timedelta(days=days), time(hour)) for days in range(3))
    return next(moment for moment in moments if moment <= at)


def _spells(hours: QuietHours | None, zone: tzinfo, at: int) -> Iterator[tuple[int, int]]:
    """Give the spells of silence that begin on the day of `at` or the day before."""
    if hours is None:
        return
    today = _day(zone, at)
    for day in (today - timedelta(days=1), today):
        if DAYS[day.weekday()] in hours.days_off:
            yield _moment(zone, day, time()), _moment(zone, day + timedelta(days=1), time())
        if hours.start is not None and hours.end is not None and hours.start != hours.end:
            start, end = time.fromisoformat(hours.start), time.fromisoformat(hours.end)
            last = day if end > start else day + timedelta(days=1)
            yield _moment(zone, day, start), _moment(zone, last, end, last=True)


def _day(zone: tzinfo, at: int) -> date:
    return clock.to_datetime(at).astimezone(zone).date()


def _moment(zone: tzinfo, day: date, at: time, *, last: bool = False) -> int:
    """Give when it is `at` on that day; of two such moments the first, or the `last`."""
    first = datetime.combine(day, at, zone)
    second = first.replace(fold=1)
    twice = second.utcoffset() != first.utcoffset() and second.timestamp() > first.timestamp()
    return round((second if last and twice else first).timestamp() * clock.SECOND)
