"""What was turned away at a door: counted per reason and origin, the last requests one by one, for those who wonder."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import structlog

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.db.writer import Handler
from leadsbot.errors import LeadsBotError
from leadsbot.ids import derived_id, new_id
from leadsbot.workspaces.tables import DoorRefusal, RateCount, RefusedRequest

log = structlog.get_logger("leadsbot.workspaces")

MAX_PER_DOOR = 50
# A page's own word, which anybody can say: it has a share of its own, so that it hides no other reason.
CSP = "csp"
MAX_CSP_PER_DOOR = 10
MAX_REQUESTS_PER_DOOR = 100
KEPT_MS = 30 * clock.DAY
MAX_WAITING = 500
MAX_DOORS_WAITING = 50
PAUSE_S = 0.25
HOURS_KEPT_MS = 8 * clock.DAY
_HOURLY = "refused:"
_DIGITS = 8
ORIGIN_LENGTH = 500
_ADD = (
    "ON CONFLICT (id) DO UPDATE SET times = door_refusals.times + excluded.times,"
    " last_at = excluded.last_at, hint = excluded.hint"
)


class Doorway(NamedTuple):
    """Whose rules a request met: a site, an endpoint, or a key."""

    workspace_id: str
    kind: Literal["site", "endpoint", "key"]
    id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Refused requests of one kind. `reason` is a machine's word, `hint` a sentence for the owner, never a stranger.

    `door` is the way it came (`widget`, `inbound`), `status` what it was answered, `address` the client's, as far as
    one request is meant; `times` counts them.
    """

    at_door: Doorway
    reason: str
    origin: str
    hint: str
    at: int
    times: int = 1
    door: str = ""
    status: int = 403
    address: str = ""


class Tally:
    """Adds refusals up in memory, one write under way at a time and at most one a `PAUSE_S`: a flood of them holds up
    nobody's lead. Each request is a line of its own, of which a door's latest `MAX_REQUESTS_PER_DOOR` are kept."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[tuple[str, str, str], Refused] = {}
        self._requests: dict[str, deque[Refused]] = {}
        self._writing: asyncio.Task[None] | None = None

    def note(self, refused: Refused) -> None:
        """Count a refusal soon, without making anybody wait. Kinds beyond `MAX_WAITING` at once go uncounted."""
        door_id = refused.at_door.id
        key = (door_id, refused.reason, refused.origin)
        before = self._waiting.get(key)
        if before is None and len(self._waiting) >= MAX_WAITING:
            return
        self._waiting[key] = replace(refused, times=refused.times + (before.times if before else 0))
        # What a page says of its own policy is no request to send something.
        if refused.reason != CSP and (door_id in self._requests or len(self._requests) < MAX_DOORS_WAITING):
            self._requests.setdefault(door_id, deque(maxlen=MAX_REQUESTS_PER_DOOR)).append(refused)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(), name="refusals")

    async def close(self) -> None:
        """Write what was noted last; call it before the database closes."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)
        await self._write_noted()

    async def _write(self) -> None:
        while self._waiting:
            await self._write_noted()
            await asyncio.sleep(PAUSE_S)

    async def _write_noted(self) -> None:
        noted, self._waiting = list(self._waiting.values()), {}
        requests, self._requests = [one for door in self._requests.values() for one in door], {}
        await asyncio.gather(*(self._put(count, one) for one in noted), *(self._put(keep, one) for one in requests))

    async def _put(self, handler: Handler, refused: Refused) -> None:
        try:
            await self._database.put(handler, refused)
        except LeadsBotError:  # the database can't take it: what was refused need not be known to the last one
            return
        except Exception as error:  # a site that was deleted meanwhile must not cost the others their counts
            log.warning("refusals.lost", error=repr(error))


async def count(tx: Tx, refused: Sequence[Refused]) -> list[None]:
    """Batch handler: add to the counts, by reason and by hour.

    Beyond `MAX_CSP_PER_DOOR` lines of that reason and `MAX_PER_DOOR` of all others together a door gets no new ones:
    nobody fills the table.
    """
    merged: dict[str, tuple[Refused, int]] = {}
    for one in refused:
        key = derived_id(one.at_door.id, one.reason, one.origin)
        merged[key] = (one, one.times + (merged[key][1] if key in merged else 0))
    known = await _known(tx, [one.at_door.id for one in refused])
    for key, (one, times) in sorted(merged.items()):
        of_csp = one.reason == CSP
        lines = known.setdefault((one.at_door.id, of_csp), set())
        if key not in lines and len(lines) >= (MAX_CSP_PER_DOOR if of_csp else MAX_PER_DOOR):
            continue
        lines.add(key)
        tx.insert(DoorRefusal, _row(key, one, times), _ADD)
    _count_hours(tx, refused)
    return [None] * len(refused)


async def keep(tx: Tx, refused: Sequence[Refused]) -> list[None]:
    """Batch handler: note each request, and forget a door's oldest beyond `MAX_REQUESTS_PER_DOOR`."""
    for one in refused:
        tx.insert(RefusedRequest, _request(one))
    await tx.flush()
    for door_id in sorted({one.at_door.id for one in refused}):
        await tx.execute(_TRIM, door_id)
    return [None] * len(refused)


def _count_hours(tx: Tx, refused: Sequence[Refused]) -> None:
    """Count what a door turns away by the hour, for whoever asks whether that is usual. What a page says of its own
    policy is nothing that was sent here."""
    hours = Counter[tuple[str, int]]()
    for one in refused:
        if one.reason != CSP:
            hours[one.at_door.id, one.at // clock.HOUR] += one.times
    for (door_id, hour), times in sorted(hours.items()):
        ends_at = (hour + 1) * clock.HOUR + HOURS_KEPT_MS
        row = {"id": f"{_HOURLY}{door_id}@{hour:0{_DIGITS}d}", "window_ends_at": ends_at, "hits": times}
        tx.insert(RateCount, row, "ON CONFLICT (id) DO UPDATE SET hits = rate_counts.hits + excluded.hits")


async def by_hour(database: Database, door_id: str) -> dict[int, int]:
    """Give how many requests a door turned away in each hour (since the epoch) of the last `HOURS_KEPT_MS`."""
    begin = f"{_HOURLY}{door_id}@"
    rows = await database.fetch(
        "SELECT id, hits FROM rate_counts WHERE id >= $1 AND id <= $2",
        begin + "0" * _DIGITS,
        begin + "9" * _DIGITS,
    )
    return {int(row["id"][-_DIGITS:]): int(row["hits"]) for row in rows if row["id"].startswith(begin)}


async def purge(tx: Tx) -> int:
    """Delete what hasn't been refused for `KEPT_MS`."""
    before = clock.now() - KEPT_MS
    await tx.execute("DELETE FROM refused_requests WHERE at < $1", before)
    return await tx.execute("DELETE FROM door_refusals WHERE last_at < $1", before)


async def forget(tx: Tx, door_id: str) -> None:
    """Delete all that a door turned away: the door itself is going."""
    for table in ("door_refusals", "refused_requests", "door_alerts"):
        await tx.execute(f"DELETE FROM {table} WHERE door_id = $1", door_id)


_TRIM = f"""DELETE FROM refused_requests WHERE door_id = $1 AND id NOT IN (
 SELECT id FROM refused_requests WHERE door_id = $1 ORDER BY at DESC, id DESC LIMIT {MAX_REQUESTS_PER_DOOR})"""


async def _known(tx: Tx, doors: list[str]) -> dict[tuple[str, bool], set[str]]:
    """Give the lines there are, by door and whether they are of `CSP`."""
    known: dict[tuple[str, bool], set[str]] = {}
    rows = await tx.fetch(f"SELECT id, door_id, reason FROM door_refusals WHERE door_id {tx.one_of(1)}", tx.many(doors))
    for row in rows:
        known.setdefault((row["door_id"], row["reason"] == CSP), set()).add(row["id"])
    return known


def _row(key: str, one: Refused, times: int) -> dict[str, object]:
    return {
        "id": key,
        **_of_door(one),
        "reason": one.reason,
        "origin": one.origin[:ORIGIN_LENGTH],
        "hint": one.hint,
        "times": times,
        "first_at": one.at,
        "last_at": one.at,
    }


def _request(one: Refused) -> dict[str, object]:
    return {
        "id": new_id(),
        **_of_door(one),
        "door": one.door,
        "at": one.at,
        "status": one.status,
        "reason": one.reason,
        "origin": one.origin[:ORIGIN_LENGTH],
        "address": one.address,
        "hint": one.hint,
    }


def _of_door(one: Refused) -> dict[str, object]:
    workspace_id, kind, door_id = one.at_door
    return {"workspace_id": workspace_id, "door_kind": kind, "door_id": door_id}
