"""One row of one workspace: whoever asks for another's is told that there is none."""

from __future__ import annotations

from typing import Any, Protocol

from leadsbot.errors import NotFound
from leadsbot.ids import is_id


class Reader(Protocol):
    """The open database, or a transaction in it."""

    async def fetch_one(self, sql: str, *args: Any) -> dict[str, Any] | None: ...


async def owned(reader: Reader, kind: str, workspace_id: str, row_id: str) -> dict[str, Any]:
    """Give the `webhook`, `channel` or `delivery` with this id, or raise NotFound."""
    table = {"webhook": "webhooks", "channel": "channels", "delivery": "deliveries"}[kind]
    select = f"SELECT * FROM {table} WHERE id = $1 AND workspace_id = $2"
    row = await reader.fetch_one(select, row_id, workspace_id) if is_id(row_id) else None
    if row is None:
        raise NotFound(f"There is no such {kind}.")
    return row
