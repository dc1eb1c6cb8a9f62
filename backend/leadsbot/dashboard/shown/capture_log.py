"""The capture log in people's words: which door, what became of it, why, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from leadsbot import clock
from leadsbot.dashboard import words
from leadsbot.dashboard.shown.deliveries import lead_names
from leadsbot.dashboard.shown.refusal_words import DOOR, refusal_words, remedy_for
from leadsbot.dashboard.views.capture_log import Capture, Door, DoorAlert, LastRefused
from leadsbot.db import Database

Row = Mapping[str, Any]

IMPORT: Final = "import"
WAYS: Final = {
    "widget": "script tag",
    "form": "form without script",
    "endpoint": "endpoint",
    "public": "/api/public/leads",
    "v1": "/api/v1/leads",
    "inbound": "/api/inbound/…/leads",
    "postback": "/api/postback",
    IMPORT: "import",
}
_GONE: Final = {"site": "a deleted site", "endpoint": "a deleted endpoint", "key": "a deleted key", "import": "a file"}
_SAYS_NOTHING: Final = "Too Many Requests"
# What was turned away longer ago is history.
RECENT_MS: Final = 7 * clock.DAY


async def doors_of(database: Database, workspace_id: str) -> tuple[Door, ...]:
    """Give the workspace's doors by name: sites, endpoints, keys."""
    rows = await database.fetch(_DOORS, workspace_id)
    return tuple(Door(row["id"], row["name"], row["kind"]) for row in rows)


async def captures(database: Database, rows: Sequence[Row], doors: Sequence[Door]) -> tuple[Capture, ...]:
    """Give attempts with the names that people know."""
    names = {door.id: door.name for door in doors}
    names |= await _files(database, [row["door_id"] for row in rows if row["door"] == IMPORT])
    leads = await lead_names(database, (row["lead_id"] for row in rows))
    spam = await _spam(database, leads)
    return tuple(_capture(row, names, leads.get(row["lead_id"] or ""), spam) for row in rows)


async def _files(database: Database, import_ids: Sequence[str]) -> dict[str, str]:
    """Give what the files of these imports are called."""
    wanted = sorted(set(import_ids))
    if not wanted:
        return {}
    rows = await database.fetch(
        f"SELECT id, file_name FROM imports WHERE id {database.one_of(1)}", database.many(wanted)
    )
    return {row["id"]: row["file_name"] or "a file without a name" for row in rows}


async def _spam(database: Database, lead_ids: Iterable[str]) -> frozenset[str]:
    """Give which of these leads are spam."""
    wanted = sorted(lead_ids)
    if not wanted:
        return frozenset()
    rows = await database.fetch(f"SELECT id FROM leads WHERE id {database.one_of(1)} AND spam", database.many(wanted))
    return frozenset(row["id"] for row in rows)


def _capture(row: Row, names: Mapping[str, str], who: str | None, spam: frozenset[str]) -> Capture:
    door_id = row["door_id"] or ""
    name = names.get(door_id)
    common = {
        "at": row["at"],
        "door": name or _GONE[IMPORT if row["door"] == IMPORT else row["door_kind"]],
        "door_id": door_id if name else "",
        "way": WAYS.get(row["door"], row["door"]),
    }
    if row["outcome"] == "accepted":
        place = {"form": row["form_name"], "page_url": row["page_url"]}
        if who is None:
            return Capture(**common, **place, taken=True, who="A lead that was deleted")
        return Capture(
            **common, **place, taken=True, lead_id=row["lead_id"], who=who or "Somebody", spam=row["lead_id"] in spam
        )
    said = refusal_words(row["reason"])
    where = _card(row["door_kind"], door_id) if said.where == DOOR else said.where
    return Capture(
        **common,
        taken=False,
        why=said.why,
        hint="" if row["hint"] == _SAYS_NOTHING else words.sentence(row["hint"]),
        remedy=remedy_for(row["reason"], row["origin"]),
        rule=said.rule if where else "",
        rule_href=where,
        origin="" if row["origin"] in row["hint"] else row["origin"],
        address=row["address"],
        status=row["status"],
    )


def _card(kind: str, door_id: str) -> str:
    """Give where a door's rules stand; a key has none."""
    return {"site": f"/sites#site-{door_id}", "endpoint": f"/endpoints#endpoint-{door_id}"}.get(kind, "")


async def open_alerts(database: Database, workspace_id: str, door_id: str = "") -> tuple[DoorAlert, ...]:
    """Give what is unusual right now, the latest first: at all doors, or at one."""
    names = {door.id: door.name for door in await doors_of(database, workspace_id)}
    rows = await database.fetch(
        "SELECT * FROM door_alerts WHERE workspace_id = $1 AND ended_at IS NULL ORDER BY begun_at DESC, id",
        workspace_id,
    )
    return tuple(
        DoorAlert(row["kind"], row["door_id"], names[row["door_id"]], row["text"], row["begun_at"])
        for row in rows
        if row["door_id"] in names and door_id in ("", row["door_id"])
    )


async def last_refused(database: Database, door_id: str) -> LastRefused | None:
    """Give what a door turned away last, if that was lately."""
    row = await database.fetch_one(
        "SELECT at, reason FROM refused_requests WHERE door_id = $1 AND at > $2 ORDER BY at DESC, id DESC LIMIT 1",
        door_id,
        clock.now() - RECENT_MS,
    )
    return LastRefused(row["at"], refusal_words(row["reason"]).why) if row else None


_DOORS = """
SELECT id, name, kind FROM (
 SELECT id, name, 'site' AS kind, 1 AS place, created_at FROM sites WHERE workspace_id = $1
 UNION ALL SELECT id, name, 'endpoint', 2, created_at FROM endpoints WHERE workspace_id = $1
 UNION ALL SELECT id, name, 'key', 3, created_at FROM api_keys WHERE workspace_id = $1
) AS doors ORDER BY place, created_at, id
"""
