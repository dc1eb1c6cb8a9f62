"""Lists, newest first, a page at a time. A cursor is where the page before ended, opaque to whoever hands it back."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any, NamedTuple

from leadsbot.db import Database
from leadsbot.errors import InvalidInput

MAX_LIMIT = 100

Row = Mapping[str, Any]


class Page(NamedTuple):
    """Some rows, and the cursor of the next page where there is one."""

    rows: list[dict[str, Any]]
    next_cursor: str | None


async def page(
    database: Database, table: str, conditions: Mapping[str, Any], cursor: str | None = None, limit: int = 50
) -> Page:
    """Give the rows of `table` whose columns equal `conditions`, newest first. `limit` is from 1 to `MAX_LIMIT`."""
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidInput(f"limit is from 1 to {MAX_LIMIT}.", fields=["limit"])
    values = list(conditions.values())
    tests = [f"{column} = ${number}" for number, column in enumerate(conditions, 1)]
    if cursor is not None:
        tests.append(f"(created_at, id) < (${len(values) + 1}, ${len(values) + 2})")
        values += _read(cursor)
    if any("\x00" in value for value in values if isinstance(value, str)):
        return Page([], None)  # no stored text has a NUL, and PostgreSQL wouldn't even be asked for one
    rows = await database.fetch(
        f"SELECT * FROM {table} WHERE {' AND '.join(tests)} ORDER BY created_at DESC, id DESC LIMIT {limit + 1}",
        *values,
    )
    more = len(rows) > limit
    return Page(rows[:limit], _write(rows[limit - 1]) if more else None)


def _write(row: Row) -> str:
    return base64.urlsafe_b64encode(f"{row['created_at']}.{row['id']}".encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[int, str]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        created_at, _, row_id = text.partition(".")
        if not row_id or not row_id.isprintable() or not 0 <= int(created_at) < 2**53:
            raise ValueError
    except (ValueError, binascii.Error):
        raise InvalidInput("This cursor comes from no list.", fields=["cursor"]) from None
    return int(created_at), row_id
