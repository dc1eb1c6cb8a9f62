"""What people did to a lead besides moving it, as the log knows it: whose it became, and what was called spam."""

from __future__ import annotations

from typing import Any

import msgspec

from leadsbot.db import Database


async def latest(database: Database, lead_id: str, most: int) -> list[tuple[int, dict[str, Any]]]:
    """Give when (ms), and the event's data with `did`, `by` and the `lead` as it was then; newest first."""
    rows = await database.fetch(
        "SELECT at, data FROM events WHERE lead_id = $1 AND type = 'lead.updated' AND CAST(data AS TEXT) LIKE $2"
        f" ORDER BY seq DESC LIMIT {most}",
        lead_id,
        '%"did":"%',
    )
    logged = [(row["at"], msgspec.json.decode(row["data"], type=dict[str, Any])) for row in rows]
    # A visitor's own field may be called like ours, further down in the lead.
    return [(at, data) for at, data in logged if data.get("did")]
