"""What a form's sessions came to, hour by hour: counted once an hour is over, so that a report needn't read them again.

An hour is kept by whoever first asks for a report of many sessions. A session that changes when its hour may be kept
already takes the hour with it, in the transaction of the change: what is kept is never wrong, only missing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Final

import msgspec
from msgspec import Struct, field

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.db.tx import Row
from leadsbot.forms.report_shape import BUCKETS
from leadsbot.forms.tables import FormHour

# An hour is kept that ended so long ago; of a session that began half as long ago a change asks whether its hour is.
# Between the two lie nodes' clocks and transactions that take their time.
KEPT_AFTER_MS: Final = 2 * clock.HOUR
LATE_AFTER_MS: Final = clock.HOUR
_AT_ONCE: Final = 200


class Tally(Struct, array_like=True, gc=False):
    """Sessions of an hour on one kind of device. `places` has those not sent by their last field: all, and abandoned.

    `waits` and `took` hold ms from seeing the form to the first answer, and from that to the submission.
    """

    starters: int = 0
    submitters: int = 0
    abandoned: int = 0
    senders: int = 0
    resubmitters: int = 0
    with_stats: int = 0
    buckets: list[int] = field(default_factory=lambda: [0] * len(BUCKETS))
    places: dict[str, list[int]] = {}
    waits: list[int] = []
    took: list[int] = []

    def add(self, row: Row) -> None:
        """Add sessions that are alike, as `report_counts` reads them."""
        count, state, tries = row["sessions"], row["state"], row["tries"]
        self.starters += count
        self.submitters += count * (state == "submitted")
        self.abandoned += count * (state == "abandoned")
        self.senders += count * (state == "submitted" or tries > 0)
        self.resubmitters += count * (tries > 1)
        self.with_stats += count * row["told"]
        self.waits += _numbers(row["waits"] or "[]")
        self.took += _numbers(row["took"] or "[]")
        if state != "submitted":
            place = self.places.setdefault(row["last_field"], [0, 0])
            place[0] += count
            place[1] += count * (state == "abandoned")
            self.buckets[row["bucket"]] += count


class Hour(Struct, array_like=True, gc=False):
    """An hour of a form: its views, and its sessions by device."""

    views: int = 0
    devices: dict[str, Tally] = {}

    def add(self, row: Row) -> None:
        device = self.devices.get(row["device_type"])
        if device is None:
            device = self.devices[row["device_type"]] = Tally()
        device.add(row)

    def rank(self) -> None:
        """Bring times in order, as what is kept has them."""
        for tally in self.devices.values():
            tally.waits.sort()
            tally.took.sort()

    @property
    def sessions(self) -> int:
        return sum(tally.starters for tally in self.devices.values())


_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(Hour).decode
_numbers: Final = msgspec.json.Decoder(list[int]).decode


def over(since: int, until: int | None, now: int) -> range:
    """Give the whole hours (since the epoch) of a period that may be kept at `now` (all in ms)."""
    end = now - KEPT_AFTER_MS if until is None else min(until, now - KEPT_AFTER_MS)
    return range(-(-since // clock.HOUR), end // clock.HOUR)


async def kept(database: Database, form_id: str, wanted: range) -> dict[int, str]:
    """Give what is kept of these hours, yet to be read."""
    rows = await database.fetch(
        "SELECT hour, tally FROM form_hours WHERE form_id = $1 AND hour >= $2 AND hour < $3 ORDER BY hour",
        form_id,
        wanted.start,
        wanted.stop,
    )
    return {row["hour"]: row["tally"] for row in rows}


def read(told: Mapping[int, str]) -> list[Hour]:
    return [_decode(text) for text in told.values()]


async def keep(database: Database, form_id: str, late_changes: int, hours: Mapping[int, Hour]) -> None:
    """Keep hours that were counted when the form had so many `late_changes`; none if it has more of them now."""
    every = sorted(hours.items())
    for hour in hours.values():
        hour.rank()

    def unit(part: Sequence[tuple[int, Hour]]) -> Callable[[Tx], Awaitable[None]]:
        async def write(tx: Tx) -> None:
            # Not FOR UPDATE: visitors' views refer to the form meanwhile.
            lock = " FOR NO KEY UPDATE" if tx.dialect == "postgres" else ""
            form = await tx.fetch_one(f"SELECT late_changes FROM forms WHERE id = $1{lock}", form_id)
            if form is not None and form["late_changes"] == late_changes:
                for hour, told in part:
                    row = {"id": _id(form_id, hour), "form_id": form_id, "hour": hour, "tally": _encode(told).decode()}
                    tx.insert(FormHour, row, "ON CONFLICT (id) DO NOTHING")

        return write

    for first in range(0, len(every), _AT_ONCE):
        await database.write(unit(every[first : first + _AT_ONCE]))


def may_be_late(started_at: int) -> bool:
    """Tell whether a session that says it began then is worth asking about: most are of this hour, and cost nothing."""
    return started_at < clock.now() - LATE_AFTER_MS // 2


async def outdate(tx: Tx, sessions: Collection[str]) -> None:
    """Forget the hours of sessions that have changed in this transaction, where those may be kept.

    The form is changed before its hours are looked for: on PostgreSQL who keeps one waits for the other, and then sees
    what it did.
    """
    rows = await tx.fetch(
        f"SELECT DISTINCT form_id, started_at / {clock.HOUR} AS hour FROM sessions WHERE id {tx.one_of(1)}"
        " AND started_at < $2 AND form_id IS NOT NULL",
        tx.many(sorted(sessions)),
        clock.now() - LATE_AFTER_MS,
    )
    if rows:
        await tx.execute_many(
            "UPDATE forms SET late_changes = late_changes + 1 WHERE id = $1",
            [(form_id,) for form_id in sorted({row["form_id"] for row in rows})],
        )
        await tx.execute(
            f"DELETE FROM form_hours WHERE id {tx.one_of(1)}",
            tx.many(sorted(_id(row["form_id"], row["hour"]) for row in rows)),
        )


def _id(form_id: str, hour: int) -> str:
    return f"{form_id}@{hour}"
