"""When a delivery to a channel may go: quiet hours, mute and digests, and its chat's turn. Webhooks have no gates.

What may not go yet is held: it gives its job up, `held` says by what and `next_attempt_at` until when, and the
channel's own job (see `folding`) sends it then, with all else that waits, folded into one message where that is many.
Only news of leads and forms is gathered for an hour's or a day's digest; troubles and summaries aren't, but they too
wait for quiet hours and a mute to end.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.events.log import TYPES, topic
from leadsbot.jobs.outcomes import Again, Done, Outcome, Writes
from leadsbot.jobs.queue import SIGNAL, enqueue, hasten
from leadsbot.routing import options, pace
from leadsbot.routing.destination import Destination
from leadsbot.routing.quiet import next_at_hour, next_hour, quiet_until
from leadsbot.services import Services

Row = Mapping[str, Any]
Code = Literal["turn", "quiet", "mute", "digest", "alone"]

RELEASE: Final = "release"
SOON: Final = 5 * clock.SECOND
"""What is held no longer than this is waited for by what comes after it, so that all stays in order."""
OPEN: Final = "status IN ('pending', 'failed')"
GONE: Final = "Where it was to go has been deleted."
OFF: Final = "Where it was to go is switched off."
BROKEN: Final = "Where it was to go was switched off, as it did not work. It goes out once that is on again."
REASONS: Final[Mapping[Code, str]] = {
    "turn": "It waits for its turn: a chat takes one message a second.",
    "quiet": "Quiet hours: it goes out when they end, with what else came.",
    "mute": "The channel is muted: it goes out afterwards, with what else came.",
    "digest": "It goes out with the next digest.",
    "alone": "The digest that it was in was refused. It goes out by itself.",
}
GATHERED: Final = frozenset(type for type in TYPES if type.startswith(("lead.", "form.")))


class Held(NamedTuple):
    """Held back by what, until when (ms)."""

    code: Code
    until: int


async def gate(services: Services, delivery: Row, destination: Destination, *, at_once: bool = False) -> Outcome | None:
    """Give what a delivery's job comes to in place of an attempt, or None where the attempt may be made now.

    One that somebody sends by hand (`at_once`) only waits for its turn. After an attempt `passed()` is to be written.
    """
    if destination.is_webhook:
        return None
    now = clock.now()
    held = None if at_once else await _held(services, delivery, destination, now)
    if held is None:
        wait = await pace.take(services, pace.limits_of(services, destination))
        if wait == 0:
            return None
        if at_once:
            return Again(wait)
        held = Held("turn", now + wait)
    until = held

    async def write(tx: Tx) -> None:
        await hold(tx, delivery, until)

    return Done(writes=write)


def passed(services: Services, destination: Destination, asked: int | None = None) -> Writes | None:
    """Give what to write once an attempt was answered; `asked` (ms) is for how long the other side wants no other."""
    limits = () if destination.is_webhook else pace.limits_of(services, destination)

    async def write(tx: Tx) -> None:
        await (pace.pause(tx, limits, asked) if asked else pace.answered(tx, limits))

    return write if limits else None


def silence(destination: Destination, timezone: str, at: int) -> Held | None:
    """Give until when a channel is silent at `at`: by a mute, by quiet hours, by those in which a mute ends."""
    hours, zone = destination.options.quiet_hours, clock.zone(timezone)
    muted = destination.row["muted_until"] or 0
    code: Code = "mute" if muted > at else "quiet"
    until = max(at, muted)
    until = quiet_until(hours, zone, until) or until
    return Held(code, until) if until > at else None


def off(destination: Destination) -> str:
    """Say why nothing goes to one that is off: somebody did that, or it was by itself (see `resuming`)."""
    by_itself = destination.row["disabled_at"] is not None and not destination.is_webhook
    return BROKEN if by_itself else OFF


async def hold(tx: Tx, delivery: Row, held: Held) -> None:
    """Hold a delivery back, and see to it that its channel's job comes by."""
    changed = await tx.execute(
        f"UPDATE deliveries SET held = $3, reason = $4, next_attempt_at = $5 WHERE id = $1 AND round = $2 AND {OPEN}",
        delivery["id"],
        delivery["round"],
        held.code,
        REASONS[held.code],
        held.until,
    )
    if changed:
        await wake(tx, str(delivery["workspace_id"]), str(delivery["channel_id"]), held.until)
        tx.signal(topic(str(delivery["workspace_id"])))


async def wake(tx: Tx, workspace_id: str, channel_id: str, at: int) -> None:
    """Let the channel's job come by at `at` (ms) at the latest; there is one of it, on all nodes."""
    key = key_of(channel_id)
    await hasten(tx, key, at)  # before the lock: whoever settles that job holds its row, then asks for the lock
    await lock(tx, channel_id)
    await tx.execute("DELETE FROM jobs WHERE unique_key = $1 AND state IN ('done', 'dead')", key)
    payload = {"channel": channel_id}
    enqueue(tx, RELEASE, payload, due=at, lane=f"{RELEASE}:{channel_id}", unique_key=key, workspace_id=workspace_id)
    await tx.flush()
    tx.signal(SIGNAL)


def changed(before: Row, after: Row) -> list[Code]:
    """Give what held deliveries back for reasons that are no longer the same, of a channel's row before and after."""
    was, now = options.read(str(before["options"])), options.read(str(after["options"]))
    differs: dict[Code, bool] = {
        "quiet": was.quiet_hours != now.quiet_hours,
        "mute": before["muted_until"] != after["muted_until"],
        "digest": was.digest != now.digest,
    }
    return [code for code, different in differs.items() if different]


async def reopen(tx: Tx, workspace_id: str, channel_id: str, *codes: Code) -> None:
    """Look anew at what is held by `codes`: what held it was changed."""
    if not codes:
        return
    reopened = await tx.execute(
        f"UPDATE deliveries SET next_attempt_at = $3 WHERE channel_id = $1 AND held {tx.one_of(2)} AND held <> ''"
        f" AND {OPEN}",
        channel_id,
        tx.many(codes),
        clock.now(),
    )
    if reopened:
        await wake(tx, workspace_id, channel_id, clock.now())


async def lock(tx: Tx, channel_id: str) -> None:
    """Let one node at a time decide whether a channel's job is needed, so that none misses what another has held."""
    if tx.dialect == "postgres":
        await tx.execute("SELECT pg_advisory_xact_lock($1)", zlib.crc32(key_of(channel_id).encode()))


def key_of(channel_id: str) -> str:
    return f"{RELEASE}:{channel_id}"


async def _held(services: Services, delivery: Row, destination: Destination, now: int) -> Held | None:
    if delivery["held"]:
        return Held(delivery["held"], delivery["next_attempt_at"] or now)
    held = await _gathered(services.database, delivery, destination, now)
    until = held.until if held else now
    silent = silence(destination, str(delivery["timezone"]), until)
    if silent:
        return Held(held.code if held else silent.code, silent.until)
    return held or await _in_line(services.database, delivery, now)


async def _gathered(database: Database, delivery: Row, destination: Destination, now: int) -> Held | None:
    """Hold for the hour's or the day's digest; the day's goes out at the hour of the workspace's summaries."""
    digest = destination.options.digest
    if digest == "off" or delivery["event_type"] not in GATHERED:
        return None
    zone = clock.zone(str(delivery["timezone"]))
    if digest == "hourly":
        return Held("digest", next_hour(zone, now))
    row = await database.fetch_one("SELECT summary_hour FROM workspaces WHERE id = $1", delivery["workspace_id"])
    return Held("digest", next_at_hour(zone, int(row["summary_hour"]) if row else 0, now))


async def _in_line(database: Database, delivery: Row, now: int) -> Held | None:
    """Stand behind what waits already and goes out before long, and behind all that waits of the same lead."""
    # Of the same lead, found by the lead: among all that its channel holds back it would be looked for in vain.
    rows = await database.fetch(
        "SELECT max(next_attempt_at) AS last FROM deliveries"
        f" WHERE lead_id = $3 AND channel_id || '' = $1 AND held > '' AND {OPEN} AND id <> $4"
        " UNION ALL SELECT next_attempt_at FROM (SELECT next_attempt_at FROM deliveries"
        f" WHERE channel_id = $1 AND held <> '' AND {OPEN} AND id <> $4 AND next_attempt_at <= $2"
        " ORDER BY next_attempt_at DESC LIMIT 1) AS soon",
        delivery["channel_id"],
        now + SOON,
        delivery["lead_id"],
        delivery["id"],
    )
    waits = [row["last"] for row in rows if row["last"] is not None]
    return Held("turn", max(now, *waits)) if waits else None
