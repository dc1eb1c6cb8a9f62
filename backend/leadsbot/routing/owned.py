"""Rows of one workspace: whoever asks for another's is told that there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from leadsbot.db import Database, Tx
from leadsbot.db.paging import DEFAULT_LIMIT, Page, Slice, Where, newest_first
from leadsbot.errors import NotFound
from leadsbot.ids import is_id


class Reader(Protocol):
    """The open database, or a transaction in it."""

    async def fetch_one(self, sql: str, *args: Any) -> dict[str, Any] | None: ...


async def owned(reader: Reader, kind: str, workspace_id: str, row_id: str) -> dict[str, Any]:
    """Give the `webhook`, `channel` or `delivery` with this id, or raise NotFound."""
    return await _row(reader, kind, workspace_id, row_id)


async def held(tx: Tx, kind: str, workspace_id: str, row_id: str) -> dict[str, Any]:
    """Give such a row to be changed: no other node changes it before this transaction ends. Raises NotFound."""
    return await _row(tx, kind, workspace_id, row_id, " FOR UPDATE" if tx.dialect == "postgres" else "")


async def _row(reader: Reader, kind: str, workspace_id: str, row_id: str, lock: str = "") -> dict[str, Any]:
    table = {"webhook": "webhooks", "channel": "channels", "delivery": "deliveries"}[kind]
    select = f"SELECT * FROM {table} WHERE id = $1 AND workspace_id = $2{lock}"
    row = await reader.fetch_one(select, row_id, workspace_id) if is_id(row_id) else None
    if row is None:
        raise NotFound(f"There is no such {kind}.")
    return row


async def page(
    database: Database,
    table: str,
    conditions: Mapping[str, Any],
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page:
    """Give the rows of `table` whose columns equal `conditions`, newest first. Raises InvalidInput for a bad slice."""
    part = Slice(limit, cursor)
    where = Where()
    for column, value in conditions.items():
        if isinstance(value, str) and "\0" in value:
            return Page([])  # no stored text has a NUL, and PostgreSQL wouldn't even be asked for one
        where.equal(column, value)
    return await newest_first(database, f"SELECT * FROM {table}", where, part)
