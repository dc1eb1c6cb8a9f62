"""Taking the person out of sessions that became no lead, once they are older than their workspace keeps leads.

What a session counts for stays: how far it got, on what kind of device, from which campaign.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.db.tx import Row
from leadsbot.jobs.cron import Tick
from leadsbot.jobs.handlers import HasDatabase
from leadsbot.jobs.outcomes import Done, Outcome
from leadsbot.jobs.runner import JobHandler

KIND = "session_retention"
# Each run reads past all that earlier ones have emptied, which once a day is little.
TICKS = (Tick(KIND, clock.DAY),)
AT_ONCE = 500

# A session keeps what its form's report counts: how far, how long, which fields.
BLANK: Final = (
    "visit_id = '', page_url = '', referrer = '', ip_address = '', utm_term = '', utm_content = '',"
    " touch = '{}', client = '{}', fields = NULL"
)
_OLD: Final = """
SELECT id, started_at FROM sessions
WHERE workspace_id = $1 AND started_at < $2 AND (started_at > $3 OR (started_at = $3 AND id > $4))
 AND last_activity_at < $2 AND lead_id IS NULL AND visit_id <> ''
ORDER BY started_at, id LIMIT $5
"""


async def forget_old(database: Database, now: int) -> int:
    """Empty what is overdue at `now` (ms), workspace by workspace; gives how many sessions."""
    emptied = 0
    for row in await database.fetch("SELECT id, retention_days FROM workspaces WHERE retention_days IS NOT NULL"):
        emptied += await _forget(database, row["id"], now - row["retention_days"] * clock.DAY)
    return emptied


async def _forget(database: Database, workspace_id: str, before: int) -> int:
    emptied, place = 0, (0, "")
    while rows := await database.fetch(_OLD, workspace_id, before, *place, AT_ONCE):
        place = rows[-1]["started_at"], rows[-1]["id"]
        emptied += await _blank(database, rows)
    return emptied


async def _blank(database: Database, rows: Sequence[Row]) -> int:
    async def unit(tx: Tx) -> int:
        ids = tx.many([row["id"] for row in rows])
        # One that became a lead's meanwhile is the lead's.
        return await tx.execute(f"UPDATE sessions SET {BLANK} WHERE id {tx.one_of(1)} AND lead_id IS NULL", ids)

    return await database.write(unit)


def job_handlers(services: HasDatabase) -> dict[str, JobHandler]:
    async def run(payload: Mapping[str, Any]) -> Outcome:
        await forget_old(services.database, clock.now())
        return Done()

    return {KIND: run}
