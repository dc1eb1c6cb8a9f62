"""API keys as their owners see them: what is known of a key, never the key itself."""

from __future__ import annotations

from typing import Any

import msgspec

from leadsbot import clock
from leadsbot.clock import rfc3339
from leadsbot.db import Database, Tx
from leadsbot.db.paging import Page, Slice, Where, newest_first
from leadsbot.db.tx import Row
from leadsbot.errors import NotFound

EVERYTHING = Slice()
LAST_REVOKED = 50
_GET = "SELECT * FROM api_keys WHERE id = $1 AND workspace_id = $2"


async def list_keys(database: Database, workspace_id: str, part: Slice = EVERYTHING) -> Page:
    """Give the workspace's keys, newest first, the revoked among them."""
    where = Where()
    where.equal("workspace_id", workspace_id)
    return await newest_first(database, "SELECT * FROM api_keys", where, part)


async def keys_in_use(database: Database, workspace_id: str) -> list[Row]:
    """Give every key that opens something, newest first."""
    return await database.fetch(
        "SELECT * FROM api_keys WHERE workspace_id = $1 AND revoked_at IS NULL ORDER BY created_at DESC, id DESC",
        workspace_id,
    )


async def last_revoked(database: Database, workspace_id: str) -> list[Row]:
    """Give the keys that were revoked last."""
    return await database.fetch(
        "SELECT * FROM api_keys WHERE workspace_id = $1 AND revoked_at IS NOT NULL"
        f" ORDER BY revoked_at DESC, id DESC LIMIT {LAST_REVOKED}",
        workspace_id,
    )


async def get_key(database: Database, workspace_id: str, key_id: str) -> Row:
    """Give a key's row; `NotFound` when it doesn't exist or is another workspace's."""
    return _found(await database.fetch_one(_GET, key_id, workspace_id))


async def rename_key(database: Database, workspace_id: str, key_id: str, name: str) -> Row:
    """Give the key another name; else `NotFound`."""

    async def unit(tx: Tx) -> Row:
        await tx.execute(
            "UPDATE api_keys SET name = $3 WHERE id = $1 AND workspace_id = $2", key_id, workspace_id, name
        )
        return _found(await tx.fetch_one(_GET, key_id, workspace_id))

    return await database.write(unit)


async def revoke_key(database: Database, workspace_id: str, key_id: str) -> None:
    """End the key's use, on every node at once; revoking it again changes nothing. Else `NotFound`."""
    now = clock.now()

    async def unit(tx: Tx) -> None:
        _found(await tx.fetch_one(_GET, key_id, workspace_id))
        await tx.execute("UPDATE api_keys SET revoked_at = COALESCE(revoked_at, $2) WHERE id = $1", key_id, now)

    await database.write(unit)


def key_json(row: Row) -> dict[str, Any]:
    """Give the redacted metadata of a key (contract, section 4)."""
    return {
        "id": row["id"],
        "name": row["name"],
        "prefix": row["prefix"],
        "scopes": msgspec.json.decode(row["scopes"]),
        **{
            name: None if row[name] is None else rfc3339(row[name])
            for name in ("created_at", "last_used_at", "revoked_at")
        },
    }


def _found(row: Row | None) -> Row:
    if row is None:
        raise NotFound("There is no such key.")
    return row
