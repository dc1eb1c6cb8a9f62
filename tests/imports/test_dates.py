"""Dates as files write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsbot.clock import rfc3339
from leadsbot.imports import dates


@pytest.mark.parametrize(
    ("text", "order", "at"),
    [
        ("2026-05-31T09:30:00Z", "dmy", "2026-05-31T09:30:00.000Z"),
        ("2026-05-31T09:30:00.250+02:00", "dmy", "2026-05-31T07:30:00.000Z"),
        ("2026-05-31", "dmy", "2026-05-30T22:00:00.000Z"),
        ("2026-05-31 09:30", "dmy", "2026-05-31T07:30:00.000Z"),
        ("2026/5/31 9:30:05 UTC", "dmy", "2026-05-31T09:30:05.000Z"),
        ("31.5.2026 09:30", "mdy", "2026-05-31T07:30:00.000Z"),
        ("03/04/2026", "dmy", "2026-04-02T22:00:00.000Z"),
        ("03/04/2026, 5:15 PM", "mdy", "2026-03-04T16:15:00.000Z"),
        ("31.12.25", "dmy", "2025-12-30T23:00:00.000Z"),
        ("12/31/25 5:15 PM", "mdy", "2025-12-31T16:15:00.000Z"),
        ("1-2-99 09:30", "dmy", "1999-02-01T08:30:00.000Z"),
        ("12/31/2026 12:00 am", "mdy", "2026-12-30T23:00:00.000Z"),
    ],
)
def test_moments_are_read(text: str, order: dates.Order, at: str) -> None:
    found = dates.moment(text, order, "Europe/Vienna")
    assert found is not None and rfc3339(found) == at


@pytest.mark.parametrize(
    "text", ["soon", "", "31/31/2026", "2026-13-01", "2026-05-31 25:00", "1/2/202", "1/2/6", "13:00", "0000-01-01"]
)
def test_what_is_none_is_none(text: str) -> None:
    assert dates.moment(text, "dmy", "UTC") is None


def test_the_file_says_its_order_else_the_country() -> None:
    assert dates.order_of(["", "1/2/2026", "5/31/2026"], "AT") == "mdy"
    assert dates.order_of(["31-5-2026"], "US") == "dmy"
    assert dates.order_of(["1/2/26", "5/31/26"], "AT") == "mdy"
    assert (dates.order_of(["1/2/2026"], "US"), dates.order_of(["1/2/2026"], "AT")) == ("mdy", "dmy")


def test_days_are_written_our_way() -> None:
    assert dates.day("31.5.2026", "dmy") == "2026-05-31"
    assert dates.day("31.5.26", "mdy") == "2026-05-31"
    assert dates.day("5/31/68", "mdy") == "2068-05-31"
    assert dates.day("30.2.2026", "dmy") is None


BLANKS = " " * 60_000


@pytest.mark.parametrize(
    "text",
    [
        f"2026-05-31 9:30{BLANKS}x",
        f"2026-05-31{BLANKS}\nx",
        f"1/2/2026{BLANKS}\nx",
        f"1/2/2026{',' * 60_000}\nx",
        f"2026-05-31 09:30:05.{'0' * 64}",
    ],
)
def test_a_long_cell_costs_no_pattern_any_time(text: str) -> None:
    """Any of the first four kept one busy for minutes: the time grew with the square of the blanks."""
    assert dates.moment(text, "dmy", "UTC") is None
    assert dates.order_of([text], "US") == "mdy"


def test_blanks_around_and_between_are_no_matter() -> None:
    for text in (f" 2026-05-31 {BLANKS} 9:30{BLANKS}pm\n", "2026-05-31\t9:30 pm"):
        found = dates.moment(text, "dmy", "UTC")
        assert found is not None and rfc3339(found) == "2026-05-31T21:30:00.000Z"


@given(st.text(st.sampled_from("0123456789-/.:, TZamp+"), max_size=24))
def test_whatever_is_written_is_read_or_not(text: str) -> None:
    for order in ("dmy", "mdy"):
        dates.moment(text, order, "America/New_York")
        dates.day(text, order)
