"""Times as people in a chat say and read them, on the workspace's own clock."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Final

from leadsbot import clock
from leadsbot.errors import InvalidInput

MORNING: Final = time(9)
LONGEST_MS: Final = 30 * clock.DAY
TOMORROW: Final = "tomorrow"

_SPAN = re.compile(r"([0-9]{1,4})\s*(m|min|h|d)?")
_UNITS = {"m": clock.MINUTE, "min": clock.MINUTE, "h": clock.HOUR, "d": clock.DAY, None: clock.HOUR}


def until(said: str, timezone: str) -> int:
    """Give the ms at which a pause ends: `30m`, `4h`, `2d`, or `tomorrow` at nine. Raises InvalidInput."""
    text = said.strip().lower()
    if text == TOMORROW:
        return _tomorrow(timezone)
    span = _SPAN.fullmatch(text)
    length = int(span[1]) * _UNITS[span[2]] if span else 0
    if not 0 < length <= LONGEST_MS:
        raise InvalidInput("Say how long: 30m, 1h, 4h, 2d or tomorrow, up to 30 days.")
    return clock.now() + length


def moment(at: int, timezone: str) -> str:
    """Write a time as one says it there today: the hour alone, or with its day."""
    there = clock.to_datetime(at).astimezone(clock.zone(timezone))
    today = clock.to_datetime(clock.now()).astimezone(clock.zone(timezone)).date()
    if there.date() == today:
        return f"{there:%H:%M}"
    if there.date() == today + timedelta(days=1):
        return f"tomorrow {there:%H:%M}"
    return f"{there.day} {there:%b}, {there:%H:%M}"


def ago(at: int) -> str:
    """Write how long ago something was."""
    gone = max(0, clock.now() - at)
    for unit, word in ((clock.DAY, "d"), (clock.HOUR, "h"), (clock.MINUTE, "min")):
        if gone >= unit:
            return f"{gone // unit} {word} ago"
    return "just now"


def _tomorrow(timezone: str) -> int:
    zone = clock.zone(timezone)
    today = clock.to_datetime(clock.now()).astimezone(zone).date()
    morning = datetime.combine(today + timedelta(days=1), MORNING, tzinfo=zone)
    return int(morning.timestamp()) * clock.SECOND
