"""The workspace itself, as its owners see and change it. Its lists are `lists`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import msgspec

from leadsbot.clock import rfc3339
from leadsbot.db import Database, Tx
from leadsbot.db.tx import Row
from leadsbot.errors import InvalidInput, NotFound

MAX_NAME = 200
MOST_LEADS_PER_HOUR = 1_000_000
LONGEST_RETENTION_DAYS = 3_650
MOST_REQUIRED = 50
COLUMNS = ("name", "timezone", "country", "summary_hour", "required_fields", "leads_per_hour", "retention_days")
_LISTS = ("stages", "required_fields", "lead_types", "event_types")
_GET = "SELECT * FROM workspaces WHERE id = $1"

Also = Callable[[Tx], Awaitable[None]]


async def get_workspace(database: Database, workspace_id: str) -> Row:
    """Give the workspace's row, or `NotFound`."""
    return _found(await database.fetch_one(_GET, workspace_id))


async def change_workspace(
    database: Database, workspace_id: str, values: Mapping[str, Any], also: Also | None = None
) -> Row:
    """Change `values` by column (of `COLUMNS`, checked by the caller) and what `also` changes, in one transaction; give
    the row as it is then."""
    unknown = set(values) - set(COLUMNS)
    if unknown:
        raise ValueError(f"no columns of a workspace that may change so: {sorted(unknown)}")

    async def unit(tx: Tx) -> Row:
        for column, value in values.items():
            stored = msgspec.json.encode(value).decode() if column in _LISTS else value
            await tx.execute(f"UPDATE workspaces SET {column} = $2 WHERE id = $1", workspace_id, stored)
        if also:
            await also(tx)
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
        **{name: row[name] for name in ("id", "name", "timezone", "country")},
        **{name: msgspec.json.decode(row[name]) for name in _LISTS},
        **{name: row[name] for name in ("summary_hour", "leads_per_hour", "retention_days")},
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
