"""Field by field: what many sessions say of each, added up session by session so that none of them is held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from msgspec import Struct

from leadsbot.forms.report_shape import DropOff, FieldReport, Happened, field_times, nearest_rank, rate, share

MOST_FIELDS: Final = 200
BLANK, ANSWERED, AUTOFILLED = range(3)

Key = tuple[str, int]
Row = Mapping[str, Any]


class Stat(Struct, array_like=True, frozen=True, gc=False):
    """What happened in one field of one session, as `sessions.field_stats` holds it."""

    name: str
    label: str = ""
    entered: int = 0
    time_ms: int = 0
    hesitation_ms: int = 0
    corrections: int = 0
    deletions: int = 0
    refocuses: int = 0
    invalids: int = 0
    state: int = BLANK


_decode: Final = msgspec.json.Decoder(list[Stat]).decode


@dataclass(slots=True)
class _Count:
    """In how many sessions, and how often."""

    sessions: int = 0
    total: int = 0

    def add(self, times: int) -> None:
        if times > 0:
            self.sessions += 1
            self.total += times

    def of(self, sessions: int) -> Happened:
        return Happened(rate=share(self.sessions, sessions), count=self.sessions, of=sessions, total=self.total)


@dataclass(slots=True)
class _Tally:
    """One field over many sessions."""

    label: str = ""
    sessions: int = 0
    submitted: int = 0
    blank: int = 0
    blank_when_submitted: int = 0
    autofilled: int = 0
    orders: list[int] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    hesitations: list[int] = field(default_factory=list)
    corrections: _Count = field(default_factory=_Count)
    deletions: _Count = field(default_factory=_Count)
    refocuses: _Count = field(default_factory=_Count)
    invalids: _Count = field(default_factory=_Count)

    def add(self, stat: Stat, submitted: bool) -> None:
        self.label = self.label or stat.label  # the newest session comes first
        self.sessions += 1
        self.submitted += submitted
        self.autofilled += stat.state == AUTOFILLED
        if stat.state == BLANK:
            self.blank += 1
            self.blank_when_submitted += submitted
        self.invalids.add(stat.invalids)
        if stat.entered > 0:
            self._enter(stat)

    def _enter(self, stat: Stat) -> None:
        self.orders.append(stat.entered)
        self.times.append(stat.time_ms)
        if stat.hesitation_ms > 0:
            self.hesitations.append(stat.hesitation_ms)
        self.corrections.add(stat.corrections)
        self.deletions.add(stat.deletions)
        self.refocuses.add(stat.refocuses)

    def report(self, name: str, left: DropOff) -> FieldReport:
        entered, filled = len(self.times), self.sessions - self.blank
        return FieldReport(
            name=name,
            label=self.label,
            sessions=self.sessions,
            entered=rate(entered, self.sessions),
            entered_order=nearest_rank(sorted(self.orders), 50),
            filled=rate(filled, self.sessions),
            autofilled=rate(self.autofilled, filled),
            blank=rate(self.blank, self.sessions),
            blank_when_submitted=rate(self.blank_when_submitted, self.submitted),
            time=field_times(self.times),
            hesitation=field_times(self.hesitations),
            corrections=self.corrections.of(entered),
            deletions=self.deletions.of(entered),
            refocuses=self.refocuses.of(entered),
            invalid=self.invalids.of(self.sessions),
            drop_off=left,
        )


class FieldTallies:
    """Adds sessions up, the newest first. Fields beyond the first `MOST_FIELDS` that are met are left out.

    A field is known by its name, and where a form has a name twice, by which of them it is.
    """

    def __init__(self) -> None:
        self.sessions = 0
        self._tallies: dict[Key, _Tally] = {}
        self._order: list[Key] = []

    def add(self, rows: Iterable[Row]) -> None:
        """Add rows with `field_stats` and `state`; what can't be read is left out."""
        for row in rows:
            try:
                stats = _decode(row["field_stats"])
            except (msgspec.MsgspecError, ValueError):
                continue
            self.sessions += 1
            self._add(stats, row["state"] == "submitted")

    def reports(self, left_at: Mapping[str, DropOff], nowhere: DropOff) -> list[FieldReport]:
        """Give each field in the form's order. `left_at` tells by label where sessions stopped; of two fields with one
        label the first has it."""
        unclaimed = dict(left_at)
        reports = []
        for key in self._order:
            tally = self._tallies[key]
            left = unclaimed.pop(tally.label, None) or unclaimed.pop(key[0], None)
            reports.append(tally.report(key[0], left or nowhere))
        return reports

    def _add(self, stats: list[Stat], submitted: bool) -> None:
        met: dict[str, int] = {}
        before: Key | None = None
        for stat in stats:
            nth = met[stat.name] = met.get(stat.name, 0) + 1
            key = (stat.name, nth)
            tally = self._tallies.get(key) or self._meet(key, before)
            if tally is None:
                continue
            tally.add(stat, submitted)
            before = key

    def _meet(self, key: Key, before: Key | None) -> _Tally | None:
        """Give a field its place behind the one before it, so that steps beyond the newest stay in order."""
        if len(self._order) >= MOST_FIELDS:
            return None
        self._order.insert(self._order.index(before) + 1 if before else 0, key)
        self._tallies[key] = _Tally()
        return self._tallies[key]
