"""The time that numbers are of: from a moment to before another, and the days of a calendar within it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from leadsbot import clock
from leadsbot.db.paging import Where
from leadsbot.errors import InvalidInput
from leadsbot.leads.filters import end_of, first_moment

DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` (ms, included) to `until` (left out); None: no such end."""

    timezone: str
    since: int | None = None
    until: int | None = None

    def within(self, column: str, where: Where) -> None:
        """Ask for `column` (ms) to be in the period."""
        if self.since is not None:
            where.also(f"{column} >= {where.value(self.since)}")
        if self.until is not None:
            where.also(f"{column} < {where.value(self.until)}")

    def days(self) -> list[date]:
        """Give the `DAYS` days up to its last, oldest first; none lies ahead of today."""
        now = clock.now()
        last = self.day(now if self.until is None else max(0, min(now, self.until - 1)))
        return [last - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]

    def day(self, at: int) -> date:
        """Give the day there of a moment in ms."""
        return (
            (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)).astimezone(ZoneInfo(self.timezone)).date()
        )

    def midnight(self, day: date) -> int:
        """Give the ms at which a day begins there."""
        begins = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(self.timezone))
        return int(begins.astimezone(UTC).timestamp()) * clock.SECOND


def asked(from_: str | None, to: str | None, timezone: str) -> Period:
    """Read a query (contract, section 9). `InvalidInput` for what is no time, and for an end before the beginning."""
    since = first_moment(from_, timezone) if from_ else None
    until = end_of(to, timezone) if to else None
    if since is not None and until is not None and since >= until:
        raise InvalidInput('"from" is later than "to".', fields=["from"])
    return Period(timezone, since, until)
