"""What came of an import, row by row: what couldn't be taken, and which leads it made, filled and left."""

from __future__ import annotations

from typing import Any

from leadsbot.db import Database

Row = dict[str, Any]


async def failures(database: Database, import_id: str, limit: int) -> list[Row]:
    """Give the rows that couldn't be taken, in the file's order, with `row`, `error` and `cells`."""
    return await database.fetch(
        "SELECT row, error, cells FROM import_rows WHERE import_id = $1 AND outcome = 'failed'"
        f" ORDER BY row LIMIT {limit}",
        import_id,
    )


async def made(database: Database, workspace_id: str, import_id: str, limit: int) -> list[Row]:
    """Give the first leads that an import made and that are there still."""
    return await database.fetch(
        "SELECT l.* FROM import_rows r JOIN leads l ON l.id = r.lead_id WHERE r.import_id = $1 AND l.workspace_id = $2"
        f" AND r.outcome = 'created' AND l.deleted_at IS NULL ORDER BY r.row LIMIT {limit}",
        import_id,
        workspace_id,
    )


async def kept(database: Database, import_id: str) -> int:
    """Count the leads that an undone import left, since somebody had worked with them."""
    row = await database.fetch_one(
        "SELECT count(*) AS leads FROM import_rows WHERE import_id = $1 AND outcome = 'kept'", import_id
    )
    return int(row["leads"]) if row else 0


async def filled(database: Database, workspace_id: str, import_id: str) -> int:
    """Count the leads that an import changed and didn't make, as far as they are there still."""
    row = await database.fetch_one(
        "SELECT count(*) AS leads FROM leads l WHERE l.workspace_id = $2 AND l.deleted_at IS NULL AND l.id IN"
        " (SELECT lead_id FROM import_rows WHERE import_id = $1 AND outcome = 'updated') AND l.id NOT IN"
        " (SELECT lead_id FROM import_rows WHERE import_id = $1 AND lead_id IS NOT NULL"
        " AND outcome IN ('created', 'kept', 'undone'))",
        import_id,
        workspace_id,
    )
    return int(row["leads"]) if row else 0
