"""What counts as unusual for a door, and what doesn't, over made-up pasts."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadsbot import clock
from leadsbot.leads.unusual import (
    FORGOTTEN_MS,
    LEAST_REFUSED,
    LOOK_BACK_MS,
    LULL,
    WEEK_H,
    History,
    Refusals,
    Silence,
    is_over,
    unusual,
)

MONDAY = 2_973 * WEEK_H + 4 * 24  # 1970-01-01 was a Thursday
LONG_AGO = (MONDAY - 8 * WEEK_H) * clock.HOUR
Rhythm = Callable[[int], float]


def always(hour: int) -> float:
    return 3.0


def office(hour: int) -> float:
    """Ten leads a working day, nothing at night and on weekends."""
    day, at = (hour - MONDAY) // 24 % 7, (hour - MONDAY) % 24
    return 1.25 if day < 5 and 9 <= at < 17 else 0.0


def rare(hour: int) -> float:
    return 1 / 24


def poisson(rate: float, chance: random.Random) -> int:
    times, left = 0, chance.expovariate(1.0)
    while rate and left < rate:
        times, left = times + 1, left + chance.expovariate(1.0)
    return times


def past(rhythm: Rhythm, until: int, seed: int = 1, weeks: int = 3) -> dict[int, int]:
    """Leads by hour up to `until` (which is left out), as a random but repeatable past."""
    chance = random.Random(seed)
    hours = {hour: poisson(rhythm(hour), chance) for hour in range(until - weeks * WEEK_H, until)}
    return {hour: times for hour, times in hours.items() if times}


def at(hour: int, accepted: dict[int, int], since: int = LONG_AGO, refused: dict[int, int] | None = None) -> History:
    now = hour * clock.HOUR + 25 * clock.MINUTE
    seen = {one: times for one, times in accepted.items() if one * clock.HOUR >= now - LOOK_BACK_MS}
    return History(now, since, seen, refused or {})


def silent_after(rhythm: Rhythm, stop: int, seed: int = 1, within: int = 10 * 24) -> int | None:
    """Give after how many hours the silence that begins at `stop` is found, None for never."""
    accepted = past(rhythm, stop, seed)
    found = (n for n in range(within) if any(isinstance(one, Silence) for one in unusual(at(stop + n, accepted))))
    return next(found, None)


def test_a_busy_site_that_falls_silent_is_found_within_hours() -> None:
    found = silent_after(always, MONDAY + 40)
    assert found is not None and 4 <= found <= 9


def test_it_says_how_long_and_what_came_in_the_same_hours_before() -> None:
    accepted = dict.fromkeys(range(MONDAY - 3 * WEEK_H, MONDAY), 2)
    (found,) = unusual(at(MONDAY + 6, accepted))
    assert found == Silence(6, 12, 12)


def test_a_site_with_office_hours_is_found_within_a_working_day_or_two() -> None:
    found = [silent_after(office, MONDAY + 8, seed) for seed in range(20)]
    assert all(hours is not None and 7 <= hours <= 33 for hours in found), found


@pytest.mark.parametrize("seed", range(20))
def test_nights_and_weekends_are_no_silence(seed: int) -> None:
    accepted = past(office, MONDAY + WEEK_H, seed, weeks=6)
    for hour in range(MONDAY - 2 * WEEK_H, MONDAY + WEEK_H):
        known = {one: times for one, times in accepted.items() if one < hour}
        assert unusual(at(hour, known)) == []


@pytest.mark.parametrize("seed", range(20))
def test_a_site_of_little_traffic_is_never_judged(seed: int) -> None:
    assert silent_after(rare, MONDAY + 40, seed) is None


@pytest.mark.parametrize("days", [0, 1, 3, 7, 13])
def test_a_new_site_is_never_called_silent(days: int) -> None:
    made = MONDAY - days * 24
    accepted = dict.fromkeys(range(made, MONDAY), 5)
    for quiet in range(0, 48, 3):
        assert unusual(at(MONDAY + quiet, accepted, since=made * clock.HOUR)) == []


def test_a_campaign_that_ends_is_no_silence() -> None:
    before = past(rare, MONDAY)
    campaign = dict.fromkeys(range(MONDAY - 5 * 24, MONDAY), 10)
    for quiet in range(7 * 24):
        assert unusual(at(MONDAY + quiet, before | campaign)) == []


def test_a_site_that_paused_before_may_pause_again() -> None:
    accepted = past(always, MONDAY + 40)
    pause = range(MONDAY + 40 - 72, MONDAY + 40 - 60)
    paused = {hour: times for hour, times in accepted.items() if hour not in pause}
    assert unusual(at(MONDAY + 40 + 12, accepted)) != [] == unusual(at(MONDAY + 40 + 12, paused))


def test_a_silence_is_over_with_the_next_lead_or_when_nobody_cares() -> None:
    begun = (MONDAY + 6) * clock.HOUR
    accepted = dict.fromkeys(range(MONDAY - 3 * WEEK_H, MONDAY), 2)
    assert not is_over("silence", begun, at(MONDAY + 9, accepted))
    assert is_over("silence", begun, at(MONDAY + 9, {**accepted, MONDAY + 8: 1}))
    assert is_over("silence", begun, at(MONDAY + 7 + FORGOTTEN_MS // clock.HOUR, {}))


def refused_at(hour: int, refused: dict[int, int], accepted: int = 0, since: int = LONG_AGO) -> list[object]:
    return list(unusual(at(hour, {hour: accepted} if accepted else {}, since, refused)))


def test_many_refusals_at_a_door_that_had_few_are_found() -> None:
    usual = {MONDAY - 50: 4, MONDAY - 49: 3}
    assert refused_at(MONDAY, {**usual, MONDAY: 25, MONDAY - 1: 15}) == [Refusals(40, 0, 7)]


@pytest.mark.parametrize(
    ("refused", "accepted"),
    [
        ({MONDAY: LEAST_REFUSED - 1}, 0),
        ({MONDAY: 40}, 40),
        ({MONDAY: 40, MONDAY - 30: 20}, 0),
        (dict.fromkeys(range(MONDAY - 100, MONDAY + 1), 20), 0),
        ({MONDAY - 2: 500}, 0),
    ],
    ids=["few", "more are taken", "as many last week", "as always", "over already"],
)
def test_what_is_no_wave_of_refusals(refused: dict[int, int], accepted: int) -> None:
    assert refused_at(MONDAY, refused, accepted) == []


def test_a_site_of_today_is_told_nothing_while_it_is_set_up() -> None:
    assert refused_at(MONDAY, {MONDAY: 500}, since=(MONDAY - 20) * clock.HOUR) == []
    assert refused_at(MONDAY, {MONDAY: 500}, since=(MONDAY - 25) * clock.HOUR) != []


def test_a_wave_is_over_when_hardly_anything_is_refused() -> None:
    for refused, over in ((LULL, False), (LULL - 1, True)):
        assert is_over("refusals", 0, at(MONDAY, {}, refused={MONDAY: refused, MONDAY - 5: 900})) is over


@settings(max_examples=60)
@given(
    st.dictionaries(st.integers(MONDAY - 600, MONDAY), st.integers(1, 50), max_size=60),
    st.dictionaries(st.integers(MONDAY - 200, MONDAY), st.integers(1, 50), max_size=60),
    st.integers(0, 700),
)
def test_it_never_fails_and_says_each_thing_once(accepted: dict[int, int], refused: dict[int, int], age: int) -> None:
    found = unusual(at(MONDAY, accepted, since=(MONDAY - age) * clock.HOUR, refused=refused))
    assert len({one.kind for one in found}) == len(found)
