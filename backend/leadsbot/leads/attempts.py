"""The log of capture attempts: what was sent to a workspace's doors, newest first, taken and turned away alike.

What was taken are its submissions, what was turned away the last requests of each door (see `workspaces.refusals`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from leadsbot.clock import rfc3339
from leadsbot.db import Database
from leadsbot.db.paging import Page, Slice, Where, newest_first, page_of

Row = Mapping[str, Any]
DoorKind = Literal["site", "endpoint", "key"]
Outcome = Literal["accepted", "refused"]

OUTCOMES: Final[tuple[Outcome, ...]] = ("accepted", "refused")
ENDPOINT: Final = "endpoint"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which attempts are asked for; what is None is asked for no more closely."""

    door_kind: DoorKind | None = None
    door_id: str | None = None
    outcome: Outcome | None = None


async def list_attempts(database: Database, workspace_id: str, asked: Asked, part: Slice) -> Page:
    """Give a page of the log; `InvalidInput` for a cursor that no page gave."""
    pages = []
    if asked.outcome != "refused":
        pages.append(await _accepted(database, workspace_id, asked, part))
    if asked.outcome != "accepted":
        pages.append(await _refused(database, workspace_id, asked, part))
    page = page_of([row for one in pages for row in one.rows], part, by="at")
    # Where all that fits came from one of them, what comes next does too.
    return Page(page.rows, page.next_cursor or next((one.next_cursor for one in pages if one.next_cursor), None))


def attempt_json(row: Row) -> dict[str, Any]:
    """Give an attempt's public shape."""
    return {**row, "at": rfc3339(row["at"])}


async def _accepted(database: Database, workspace_id: str, asked: Asked, part: Slice) -> Page:
    where = Where()
    where.equal("workspace_id", workspace_id)
    if asked.door_kind == "site":
        where.also("site_id IS NOT NULL")
    elif asked.door_kind:
        where.also(f"site_id IS NULL AND door {'=' if asked.door_kind == ENDPOINT else '<>'} '{ENDPOINT}'")
    if asked.door_id:
        mine = where.value(asked.door_id)
        where.also(f"(site_id = {mine} OR door_id = {mine})")
    select = "SELECT id, received_at, site_id, door, door_id, lead_id, form_name, page_url FROM submissions"
    page = await newest_first(database, select, where, part, by="received_at")
    return Page([_taken(row) for row in page.rows], page.next_cursor)


async def _refused(database: Database, workspace_id: str, asked: Asked, part: Slice) -> Page:
    where = Where()
    where.equal("workspace_id", workspace_id)
    where.equal("door_kind", asked.door_kind)
    where.equal("door_id", asked.door_id)
    page = await newest_first(database, "SELECT * FROM refused_requests", where, part, by="at")
    return Page([_turned_away(row) for row in page.rows], page.next_cursor)


def _taken(row: Row) -> dict[str, Any]:
    kind = "site" if row["site_id"] else ENDPOINT if row["door"] == ENDPOINT else "key"
    return {
        "id": row["id"],
        "at": row["received_at"],
        "outcome": "accepted",
        "door_kind": kind,
        "door_id": row["site_id"] or row["door_id"],
        "door": row["door"],
        "lead_id": row["lead_id"],
        "form_name": row["form_name"],
        "page_url": row["page_url"],
        "status": None,
        "reason": None,
        "hint": "",
        "origin": "",
        "address": "",
    }


def _turned_away(row: Row) -> dict[str, Any]:
    told = ("id", "at", "door_kind", "door_id", "door", "status", "reason", "hint", "origin", "address")
    shown = {name: row[name] for name in told}
    return {**shown, "outcome": "refused", "lead_id": None, "form_name": "", "page_url": ""}
