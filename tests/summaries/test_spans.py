"""Which day or week a summary is of, and when it is due, also where clocks change."""

from __future__ import annotations

import pytest

from leadsbot import clock
from leadsbot.summaries.spans import Kind, Span, latest
from tests.api.rows import ms

BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("kind", "now", "due", "first"),
    [
        ("daily", "2026-05-20T06:00Z", "2026-05-20T06:00Z", "2026-05-19"),
        ("daily", "2026-05-20T05:59Z", "2026-05-19T06:00Z", "2026-05-18"),
        ("daily", "2026-05-20T21:59Z", "2026-05-20T06:00Z", "2026-05-19"),
        ("weekly", "2026-05-18T06:00Z", "2026-05-18T06:00Z", "2026-05-11"),
        ("weekly", "2026-05-18T05:59Z", "2026-05-11T06:00Z", "2026-05-04"),
        ("weekly", "2026-05-24T23:00Z", "2026-05-18T06:00Z", "2026-05-11"),
    ],
)
def test_the_latest_is_of_the_day_or_week_before(kind: Kind, now: str, due: str, first: str) -> None:
    at, span = latest(kind, ms(now), BERLIN, 8)
    assert at == ms(due)
    assert span.first.isoformat() == first


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-05-20", 24)])
def test_a_day_is_as_long_as_its_clocks_say(day: str, hours: int) -> None:
    span = Span("daily", clock.to_datetime(ms(f"{day}T12:00Z")).date(), BERLIN)
    edges = span.edges()
    assert edges[-1] - edges[0] == hours * clock.HOUR
    assert len(edges) - 1 == len(span.labels()) == 24
    assert edges == sorted(edges)


@pytest.mark.parametrize("timezone", ["Africa/Cairo", "America/Santiago", "Asia/Kathmandu", "Pacific/Apia", "UTC"])
def test_days_follow_each_other_without_gap(timezone: str) -> None:
    span = latest("weekly", ms("2026-11-21T00:00Z"), timezone, 8)[1]
    edges = span.edges()
    for day in range(7):
        one = Span("daily", span.first.fromordinal(span.first.toordinal() + day), timezone)
        assert [one.period.since, one.period.until] == edges[day : day + 2]
        assert one.edges()[0] == one.period.since and one.edges()[-1] == one.period.until
    assert span.before.period.until == span.period.since
