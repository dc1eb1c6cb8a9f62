"""The workspace itself, as its owners see and change it."""

from __future__ import annotations

from functools import cache
from typing import Any
from zoneinfo import available_timezones

import msgspec

from leadsbot.clock import rfc3339
from leadsbot.db import Database, Tx
from leadsbot.db.tx import Row
from leadsbot.errors import InvalidInput, NotFound

_GET = "SELECT * FROM workspaces WHERE id = $1"
_LISTS = ("stages", "required_fields", "lead_types", "event_types")


async def get_workspace(database: Database, workspace_id: str) -> Row:
    """Give the workspace's row, or `NotFound`."""
    return _found(await database.fetch_one(_GET, workspace_id))


async def change_workspace(
    database: Database, workspace_id: str, name: str | None = None, timezone: str | None = None
) -> Row:
    """Change what is not None and give the row as it is then. `timezone` has passed `check_timezone()`."""

    async def unit(tx: Tx) -> Row:
        await tx.execute(
            "UPDATE workspaces SET name = COALESCE($2, name), timezone = COALESCE($3, timezone) WHERE id = $1",
            workspace_id,
            name,
            timezone,
        )
        return _found(await tx.fetch_one(_GET, workspace_id))

    return await database.write(unit)


def check_timezone(name: str) -> str:
    """Give `name` back when the IANA database knows it, or raise `InvalidInput`."""
    if name not in timezones():
        raise InvalidInput('The time zone is a name such as "Europe/Vienna" or "UTC".', fields=["timezone"])
    return name


def workspace_json(row: Row) -> dict[str, Any]:
    """Give the workspace's public shape (contract, section 4)."""
    return {
        **{name: row[name] for name in ("id", "name", "timezone")},
        **{name: msgspec.json.decode(row[name]) for name in _LISTS},
        **{name: row[name] for name in ("leads_per_hour", "retention_days")},
        "created_at": rfc3339(row["created_at"]),
    }


@cache
def timezones() -> frozenset[str]:
    """Give the names of every time zone there is."""
    return frozenset(available_timezones())


def _found(row: Row | None) -> Row:
    if row is None:
        raise NotFound("There is no such workspace.")
    return row
