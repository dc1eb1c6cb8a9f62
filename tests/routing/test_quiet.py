"""Quiet hours and digests' times by the clock on the wall, where hours are missing or come twice, and over days off."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from leadsbot.routing.options import QuietHours
from leadsbot.routing.quiet import next_at_hour, next_hour, quiet_until

VIENNA = ZoneInfo("Europe/Vienna")  # in 2026 an hour is missing on 29 March and comes twice on 25 October
NIGHT = QuietHours("22:00", "07:30")
WEEKEND = QuietHours("22:00", "07:30", ("sat", "sun"))


def ms(text: str) -> int:
    """Give a time on Vienna's wall, or one with its own offset, in ms."""
    moment = datetime.fromisoformat(text)
    return round((moment if moment.tzinfo else moment.replace(tzinfo=VIENNA)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("hours", "at", "until"),
    [
        (None, "2026-05-04T23:00", None),
        (NIGHT, "2026-05-04T21:59:59.999", None),
        (NIGHT, "2026-05-04T22:00", "2026-05-05T07:30"),
        (NIGHT, "2026-05-05T07:29:59.999", "2026-05-05T07:30"),
        (NIGHT, "2026-05-05T07:30", None),
        (QuietHours("12:00", "13:00"), "2026-05-05T12:30", "2026-05-05T13:00"),
        (QuietHours("12:00", "12:00"), "2026-05-05T12:00", None),
        # Friday's night, both days off and Sunday's night are one spell.
        (WEEKEND, "2026-05-08T23:00", "2026-05-11T07:30"),
        (WEEKEND, "2026-05-09T12:00", "2026-05-11T07:30"),
        (QuietHours(days_off=("sat", "sun")), "2026-05-09T00:00", "2026-05-11T00:00"),
        # Nights over a change of the clock are shorter and longer.
        (NIGHT, "2026-03-28T22:00", "2026-03-29T07:30+02:00"),
        (NIGHT, "2026-10-24T22:00", "2026-10-25T07:30+01:00"),
        # Half past two is missing: as if the clock had not been changed yet.
        (QuietHours("22:00", "02:30"), "2026-03-28T23:00", "2026-03-29T03:30+02:00"),
        (QuietHours("02:30", "06:00"), "2026-03-29T01:59+01:00", None),
        (QuietHours("02:30", "06:00"), "2026-03-29T03:30+02:00", "2026-03-29T06:00+02:00"),
        # Half past two comes twice: from the first, until the second.
        (QuietHours("22:00", "02:30"), "2026-10-25T02:45+02:00", "2026-10-25T02:30+01:00"),
        (QuietHours("02:30", "06:00"), "2026-10-25T02:30+02:00", "2026-10-25T06:00+01:00"),
        (QuietHours("02:30", "06:00"), "2026-10-25T02:15+01:00", "2026-10-25T06:00+01:00"),
    ],
)
def test_it_is_quiet_until(hours: QuietHours | None, at: str, until: str | None) -> None:
    assert quiet_until(hours, VIENNA, ms(at)) == (None if until is None else ms(until))


def test_a_channel_that_never_speaks_ends_no_search() -> None:
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    until = quiet_until(QuietHours(days_off=days), VIENNA, ms("2026-05-04T10:00"))
    assert until is not None and until > ms("2026-05-05T00:00")


@pytest.mark.parametrize(
    ("zone", "at", "hour"),
    [
        ("Europe/Vienna", "2026-05-04T10:00:00.001", "2026-05-04T11:00"),
        ("Europe/Vienna", "2026-05-04T10:00", "2026-05-04T11:00"),
        ("Asia/Kolkata", "2026-05-04T10:15+05:30", "2026-05-04T11:00+05:30"),
        ("Europe/Vienna", "2026-10-25T02:59+02:00", "2026-10-25T02:00+01:00"),
    ],
)
def test_the_next_full_hour(zone: str, at: str, hour: str) -> None:
    assert next_hour(ZoneInfo(zone), ms(at)) == ms(hour)


@pytest.mark.parametrize(
    ("at", "hour", "moment"),
    [
        ("2026-05-04T07:59", 8, "2026-05-04T08:00"),
        ("2026-05-04T08:00", 8, "2026-05-05T08:00"),
        ("2026-03-28T08:00", 8, "2026-03-29T08:00+02:00"),
        ("2026-03-28T12:00", 2, "2026-03-29T03:00+02:00"),
        ("2026-10-24T12:00", 2, "2026-10-25T02:00+02:00"),
    ],
)
def test_the_days_digest_goes_out_at_the_workspaces_hour(at: str, hour: int, moment: str) -> None:
    assert next_at_hour(VIENNA, hour, ms(at)) == ms(moment)
