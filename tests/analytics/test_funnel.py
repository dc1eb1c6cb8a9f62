"""How far leads have come, and the days of a period."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from leadsbot import clock
from leadsbot.analytics.funnel import funnel
from leadsbot.analytics.period import Period, asked
from leadsbot.errors import InvalidInput
from tests.api.rows import ms

STAGES = ["Form Started", "New", "Contacted", "Won", "Lost"]


def rows(
    now: dict[str, int], lost: dict[str, int] | None = None, stages: list[str] = STAGES
) -> list[tuple[object, ...]]:
    return [(step.stage, step.count, step.reached, step.conversion) for step in funnel(stages, now, lost or {})]


def test_who_stands_further_on_has_reached_what_lies_before() -> None:
    assert rows({"Form Started": 2, "New": 4, "Contacted": 3, "Won": 1}) == [
        ("Form Started", 2, 10, None),
        ("New", 4, 8, 0.8),
        ("Contacted", 3, 4, 0.5),
        ("Won", 1, 1, 0.25),
        ("Lost", 0, 0, None),
    ]


def test_a_lost_lead_counts_as_far_as_it_had_come_and_lost_is_beyond_nothing() -> None:
    found = rows({"New": 1, "Won": 1, "Lost": 6}, {"New": 3, "Contacted": 2, "": 1})
    assert found == [
        ("Form Started", 0, 8, None),
        ("New", 1, 7, 0.875),
        ("Contacted", 0, 3, 0.4286),
        ("Won", 1, 1, 0.3333),
        ("Lost", 6, 6, None),
    ]


def test_over_nobody_there_is_no_conversion() -> None:
    assert [step[3] for step in rows({})] == [None] * 5


def test_a_lost_lead_from_a_stage_that_is_gone_has_reached_the_first() -> None:
    assert [step[2] for step in rows({"Lost": 1}, {"Thinking": 1})] == [1, 0, 0, 0, 1]


def test_a_pipeline_without_lost_and_one_with_it_in_the_middle() -> None:
    assert rows({"B": 1}, stages=["A", "B"]) == [("A", 0, 1, None), ("B", 1, 1, 1.0)]
    assert rows({"B": 1, "Lost": 1}, {"A": 1}, ["A", "Lost", "B"]) == [
        ("A", 0, 2, None),
        ("Lost", 1, 1, None),
        ("B", 1, 1, 0.5),
    ]


def test_the_days_end_with_the_period_and_never_after_today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: ms("2026-05-31T23:30Z"))
    assert Period("UTC").days()[-1] == date(2026, 5, 31) and len(Period("UTC").days()) == 30
    assert Period("Europe/Vienna").days()[-1] == date(2026, 6, 1), "there it is past midnight"
    assert asked(None, "2026-05-10", "Europe/Vienna").days()[-1] == date(2026, 5, 10)
    assert asked(None, "2030-01-01", "UTC").days()[-1] == date(2026, 5, 31)
    assert len(asked(None, "0001-01-02", "UTC").days()) == 30


def test_a_day_begins_at_its_own_midnight_when_clocks_change() -> None:
    vienna = Period("Europe/Vienna")
    begins = [vienna.midnight(date(2026, 3, day)) for day in (28, 29, 30)]
    assert [later - earlier for earlier, later in pairwise(begins)] == [
        24 * clock.HOUR,
        23 * clock.HOUR,
    ]


def test_a_period_does_not_end_before_it_begins() -> None:
    assert asked("2026-05-01", "2026-05-01", "UTC").since is not None
    with pytest.raises(InvalidInput) as refused:
        asked("2026-05-02", "2026-05-01", "UTC")
    assert refused.value.fields == ("from",)
