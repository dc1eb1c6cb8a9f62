"""Who began a form lately and didn't send it: from sessions to what the overview shows."""

from __future__ import annotations

from typing import Literal

from leadsbot.dashboard.views import Unsent
from leadsbot.db import Database
from leadsbot.db.paging import Slice
from leadsbot.db.tx import Row
from leadsbot.forms.reading import SessionFilter, list_sessions

_UNSENT: tuple[Literal["started", "abandoned"], ...] = ("started", "abandoned")


async def latest_unsent(database: Database, workspace_id: str, most: int) -> tuple[Unsent, ...]:
    """Give the `most` latest begun sessions without a submission, the latest active first."""
    rows: list[Row] = []
    for state in _UNSENT:
        rows += (await list_sessions(database, workspace_id, SessionFilter(state), Slice(most))).rows
    rows.sort(key=lambda row: row["started_at"], reverse=True)
    latest = sorted(rows[:most], key=lambda row: row["last_activity_at"], reverse=True)
    return tuple(map(_unsent, latest))


def _unsent(row: Row) -> Unsent:
    return Unsent(
        form=row["form_name"],
        page_url=row["page_url"],
        percent=row["completion_percent"],
        last_field=row["last_field"],
        at=row["last_activity_at"],
        left=row["state"] == "abandoned",
        lead_id=row["lead_id"] or "",
    )
