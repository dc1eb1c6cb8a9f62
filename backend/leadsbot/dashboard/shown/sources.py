"""Where leads came from, in words: their source, else the door they came in by, else nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from leadsbot.attribution.sources import DIRECT
from leadsbot.dashboard import words
from leadsbot.db import Database

Row = Mapping[str, Any]

_API: Final = "API"
_DOORS: Final[Mapping[str, str]] = {
    "public": _API,
    "v1": _API,
    "inbound": _API,
    "postback": "Postback",
    "import": "Import",
    "endpoint": "Endpoint",
}


async def sources_of(database: Database, rows: Sequence[Row]) -> Mapping[str, str]:
    """Give each lead's source by its id: "Google", "Direct" for who came by themselves, "API", an endpoint's name; an
    empty text where nothing is known. The leads are of one workspace."""
    silent = [row["id"] for row in rows if not row["source"]]
    doors = await _doors(database, rows[0]["workspace_id"], silent) if silent else {}
    return {row["id"]: _named(row["source"]) or doors.get(row["id"], "") for row in rows}


def _named(source: str) -> str:
    return "Direct" if source == DIRECT else words.source(source)


async def _doors(database: Database, workspace_id: str, ids: list[str]) -> dict[str, str]:
    """Give the door of each lead's first submission; a page's own form is none worth naming."""
    found = await database.fetch(
        "SELECT s.lead_id, s.door, e.name FROM submissions s"
        " LEFT JOIN endpoints e ON e.id = s.door_id AND e.workspace_id = s.workspace_id"
        f" WHERE s.workspace_id = $1 AND s.lead_id {database.one_of(2)} ORDER BY s.received_at DESC, s.id DESC",
        workspace_id,
        database.many(ids),
    )
    return {row["lead_id"]: row["name"] or _DOORS.get(row["door"], "") for row in found}
