"""Five days of failures are days on which something failed, and nothing arrived."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from leadsbot import clock
from leadsbot.routing.failing import NOTED_EVERY, failed, worth_noting

SCHEDULE = (5.0, 300.0, 36_000.0)
MONDAY = 1_777_852_800_000
FINE = {"failing_since": None, "failed_at": None, "failing_ms": 0}


def after(hours: Iterable[float], schedule: tuple[float, ...] = SCHEDULE) -> tuple[bool, float]:
    """Give whether that is enough to give up, and the days, once attempts have failed at these hours of the week."""
    row: dict[str, Any] = FINE
    given_up = False
    for hour in hours:
        now = failed(row, MONDAY + round(hour * clock.HOUR), schedule)
        if worth_noting(row, now):
            row = {"failing_since": now.since, "failed_at": now.at, "failing_ms": now.ms}
        given_up = given_up or now.long
    return given_up, now.ms / clock.DAY


def delivery(at: float) -> list[float]:
    """Give the hours at which one delivery is tried that begins at this one, by the default schedule."""
    return [at, at, at + 0.1, at + 0.6, at + 2.6, at + 7.6, at + 17.6, at + 27.6]


def test_days_of_nothing_are_no_days_of_failures() -> None:
    assert after([*delivery(0), 6 * 24]) == (False, pytest.approx(27.6 / 24, abs=0.05))


@pytest.mark.parametrize("every", [0.01, 0.9, 5, 23])
def test_failures_all_along_are_enough_after_five_days_and_not_before(every: float) -> None:
    hours = [count * every for count in range(int(5 * 24 / every) + 2)]
    assert after(hour for hour in hours if hour < 5 * 24 - 0.1)[0] is False
    assert after(hours)[0] is True


def test_where_little_is_sent_the_days_in_trouble_add_up() -> None:
    weekly = [hour for week in range(5) for hour in delivery(week * 7 * 24)]
    assert after(weekly[:-8])[0] is False
    assert after(weekly)[0] is True


def test_a_schedule_that_waits_longer_than_a_day_is_no_quiet() -> None:
    every_two_days = [0, 48, 96, 144]
    assert after(every_two_days) == (False, 0)
    assert after(every_two_days, (2 * 86_400.0,)) == (True, 6)


def test_a_clock_that_jumps_counts_nothing_and_goes_on() -> None:
    year = 365 * 24
    assert after([0, 1, year, year + 1, 2, 3, 4]) == (False, pytest.approx(4 / 24))


def test_it_is_noted_once_an_hour() -> None:
    row = {"failing_since": MONDAY, "failed_at": MONDAY, "failing_ms": 0}
    assert not worth_noting(row, failed(row, MONDAY + NOTED_EVERY - 1, SCHEDULE))
    assert worth_noting(row, failed(row, MONDAY + NOTED_EVERY, SCHEDULE))


def test_trouble_that_began_before_it_was_counted_goes_on() -> None:
    row = {"failing_since": MONDAY - 9 * clock.DAY, "failed_at": None, "failing_ms": 0}
    now = failed(row, MONDAY, SCHEDULE)
    assert (now.since, now.at, now.ms, now.long) == (MONDAY - 9 * clock.DAY, MONDAY, 0, False)
    assert worth_noting(row, now)
