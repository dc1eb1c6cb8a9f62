"""An import as answers show it."""

from __future__ import annotations

import msgspec

from leadsbot.clock import rfc3339
from leadsbot.imports.book import Row, decode_mapping, options_of


def import_json(row: Row) -> Row:
    """Give an import as answers show it. `failed_rows` counts all of which `failed` holds the first."""
    options = options_of(row)
    finished, undone = row["finished_at"], row["undone_at"]
    return {
        "id": row["id"],
        "state": row["state"],
        "dry_run": bool(row["dry_run"]),
        "file_name": row["file_name"],
        "rows": row["rows"],
        "done_rows": row["cursor"],
        "created": row["created"],
        "updated": row["updated"],
        "skipped": row["skipped"],
        "failed_rows": row["failed_rows"],
        "failed": msgspec.json.decode(row["failed"]),
        "mapping": decode_mapping(row),
        "update": options.update,
        "notify": options.notify,
        "error": row["error"] or None,
        "by": row["by"],
        "created_at": rfc3339(row["created_at"]),
        "finished_at": rfc3339(finished) if finished else None,
        "undone_at": rfc3339(undone) if undone else None,
    }
