"""Watching the doors: every quarter of an hour each site and endpoint is held against its own past, and whoever looks
after it is told of a wave of refusals or a silence. One alert a door and kind is open at a time, and closes by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.events.log import Happening, record, topic
from leadsbot.ids import new_id
from leadsbot.jobs.cron import Tick
from leadsbot.jobs.handlers import HasDatabase
from leadsbot.jobs.outcomes import Done, Outcome
from leadsbot.jobs.runner import JobHandler
from leadsbot.leads.unusual import LEAST_REFUSED, LOOK_BACK_MS, LULL, Finding, History, Refusals, is_over, unusual
from leadsbot.workspaces import refusals
from leadsbot.workspaces.tables import DoorAlert

KIND: Final = "watch_doors"
TICKS = (Tick(KIND, 15 * clock.MINUTE),)
# The event that tells of an alert: news of the house, for its channels. Webhooks and workflows know nothing of it.
ALERT: Final = "site.alert"
# What ends and begins again within a day is one story, told once.
SAME_STORY_MS: Final = clock.DAY
DOORS_AT_ONCE: Final = 100

Row = dict[str, Any]
Hours = dict[int, int]


def job_handlers(services: HasDatabase) -> dict[str, JobHandler]:
    async def run(payload: Mapping[str, Any]) -> Outcome:
        return await watch(services.database)

    return {KIND: run}


@dataclass(frozen=True, slots=True)
class _Change:
    """What is to be written of a door: an alert that begins (with what was found), or one that ends."""

    door: Row
    found: Finding | None = None
    ended: Row | None = None


async def watch(database: Database) -> Outcome:
    """Give the outcome that opens and closes alerts for every door there is."""
    doors = await database.fetch(_DOORS)
    changes: list[_Change] = []
    for first in range(0, len(doors), DOORS_AT_ONCE):
        changes += await _changes(database, doors[first : first + DOORS_AT_ONCE])

    async def write(tx: Tx) -> None:
        for change in changes:
            await (_begin(tx, change.door, change.found) if change.found else _end(tx, change))

    return Done(writes=write if changes else None)


async def _changes(database: Database, doors: Sequence[Row]) -> list[_Change]:
    """Give what has changed at some of the doors."""
    ids = [door["id"] for door in doors]
    accepted = await _accepted(database, ids)
    standing = await _open(database, ids)
    busy = await _busy(database, ids)
    changes = []
    for door in doors:
        known = standing[door["id"]]
        looked_at = door["id"] in busy or "refusals" in known
        refused = await refusals.by_hour(database, door["id"]) if looked_at else {}
        history = History(clock.now(), door["created_at"], accepted[door["id"]], refused)
        changes += [_Change(door, found) for found in unusual(history) if found.kind not in known]
        changes += [
            _Change(door, ended=row) for row in known.values() if is_over(row["kind"], row["begun_at"], history)
        ]
    return changes


async def _accepted(database: Database, ids: list[str]) -> defaultdict[str, Hours]:
    """Give what each door took, by hour."""
    by_door: defaultdict[str, Hours] = defaultdict(dict)
    since = clock.now() - LOOK_BACK_MS
    for column in ("site_id", "door_id"):
        rows = await database.fetch(
            f"SELECT {column} AS door, received_at / {clock.HOUR} AS hour, count(*) AS times FROM submissions"
            f" WHERE {column} {database.one_of(1)} AND received_at > $2 GROUP BY 1, 2",
            database.many(ids),
            since,
        )
        for row in rows:
            by_door[row["door"]][int(row["hour"])] = int(row["times"])
    return by_door


async def _open(database: Database, ids: list[str]) -> defaultdict[str, dict[str, Row]]:
    rows = await database.fetch(
        f"SELECT * FROM door_alerts WHERE door_id {database.one_of(1)} AND ended_at IS NULL", database.many(ids)
    )
    by_door: defaultdict[str, dict[str, Row]] = defaultdict(dict)
    for row in rows:
        by_door[row["door_id"]][row["kind"]] = row
    return by_door


async def _busy(database: Database, ids: list[str]) -> set[str]:
    """Give the doors that turned somebody away just now; the others needn't be looked at more closely."""
    rows = await database.fetch(
        f"SELECT door_id FROM refused_requests WHERE door_id {database.one_of(1)} AND at > $2"
        f" GROUP BY door_id HAVING count(*) >= {min(LULL, LEAST_REFUSED)}",
        database.many(ids),
        clock.now() - 2 * clock.HOUR,
    )
    return {row["door_id"] for row in rows}


async def _begin(tx: Tx, door: Row, found: Finding) -> None:
    """Open an alert and tell of it; one that ended within a day goes on, untold."""
    now = clock.now()
    title, text = told(door["name"], found)
    text = f"{text} {await _reason(tx, door['id'])}".strip() if isinstance(found, Refusals) else text
    again = await tx.execute(
        "UPDATE door_alerts SET ended_at = NULL, text = $4"
        " WHERE door_id = $1 AND kind = $2 AND (ended_at IS NULL OR ended_at > $3)",
        door["id"],
        found.kind,
        now - SAME_STORY_MS,
        text,
    )
    tx.signal(topic(door["workspace_id"]))
    if again:
        return
    whose = {"workspace_id": door["workspace_id"], "door_kind": door["kind"], "door_id": door["id"]}
    row = {"id": new_id(), **whose, "kind": found.kind, "text": text, "begun_at": now}
    tx.insert(DoorAlert, row)
    alert = {"kind": found.kind, "door_kind": door["kind"], "door_id": door["id"], "door": door["name"]}
    record(tx, Happening(door["workspace_id"], ALERT, {"lead": None, "alert": {**alert, "title": title, "text": text}}))


async def _end(tx: Tx, change: _Change) -> None:
    assert change.ended is not None
    await tx.execute("UPDATE door_alerts SET ended_at = $2 WHERE id = $1", change.ended["id"], clock.now())
    tx.signal(topic(change.door["workspace_id"]))


async def _reason(tx: Tx, door_id: str) -> str:
    """Say why most were turned away, as their owner is told."""
    row = await tx.fetch_one(
        "SELECT hint, count(*) AS times FROM refused_requests WHERE door_id = $1 AND at > $2 AND hint <> ''"
        " GROUP BY hint ORDER BY count(*) DESC, hint LIMIT 1",
        door_id,
        clock.now() - 2 * clock.HOUR,
    )
    if row is None:
        return ""
    hint = str(row["hint"])
    return f"Most often: {hint}" if hint.endswith((".", "?", "!")) else f"Most often: {hint}."


def told(door: str, found: Finding) -> tuple[str, str]:
    """Give a title and a sentence or two that say what is unusual and what to do."""
    if isinstance(found, Refusals):
        usual = f"at most {found.usual} usually" if found.usual else "none usually"
        return (
            f"{door}: much is turned away",
            f"{found.refused:,} requests were refused in the last two hours, and {found.taken:,} taken; {usual}.",
        )
    return (
        f"{door}: no leads come",
        f"Nothing has come for {found.hours} hours; in the same hours it was about {found.week_before} a week before"
        f" and {found.two_weeks_before} two weeks before. Send the form once yourself, and see whether it arrives."
        " On a holiday there is nothing to do.",
    )


_DOORS = """
SELECT 'site' AS kind, id, workspace_id, name, created_at FROM sites
UNION ALL SELECT 'endpoint', id, workspace_id, name, created_at FROM endpoints ORDER BY id
"""
