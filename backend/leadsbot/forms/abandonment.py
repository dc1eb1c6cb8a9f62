"""Turning sessions that have been idle for their site's minutes into abandoned ones, and telling about it."""

from __future__ import annotations

from typing import Any

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.events.log import Happening, record
from leadsbot.forms import hours
from leadsbot.forms.present import session_json
from leadsbot.forms.sessions import ABANDONED
from leadsbot.jobs.cron import Tick
from leadsbot.jobs.handlers import HasDatabase
from leadsbot.jobs.outcomes import Done, Outcome
from leadsbot.jobs.runner import JobHandler

KIND = "abandonment_sweep"
TICKS = (Tick(KIND, 5 * clock.SECOND),)
AT_ONCE = 500

_IDLE = """
SELECT s.* FROM sessions s JOIN sites ON sites.id = s.site_id
WHERE s.state = 'started' AND s.last_activity_at < $1 - sites.abandon_after_minutes * 60000
ORDER BY s.last_activity_at LIMIT $2
"""


async def abandon_idle(tx: Tx, now: int) -> int:
    """Mark up to `AT_ONCE` sessions idle at `now` (ms) as abandoned and record it; gives how many.

    What was typed and not sent expires with them; who comes back says it again.
    """
    lock = " FOR UPDATE OF s SKIP LOCKED" if tx.dialect == "postgres" else ""
    idle = await tx.fetch(_IDLE + lock, now, AT_ONCE)
    if not idle:
        return 0
    await tx.execute(
        f"UPDATE sessions SET state = '{ABANDONED}', abandoned_at = $2, fields = NULL WHERE id {tx.one_of(1)}",
        tx.many([row["id"] for row in idle]),
        now,
    )
    await hours.outdate(tx, [row["id"] for row in idle])
    record(tx, *[_happening({**row, "state": ABANDONED, "abandoned_at": now}) for row in idle])
    return len(idle)


def _happening(row: dict[str, Any]) -> Happening:
    return Happening(
        workspace_id=row["workspace_id"],
        type="form.abandoned",
        data={"lead": None, "session": session_json(row)},
        lead_id=row["lead_id"],
        session_id=row["id"],
    )


def job_handlers(services: HasDatabase) -> dict[str, JobHandler]:
    async def sweep(payload: dict[str, Any]) -> Outcome:
        now = clock.now()

        async def unit(tx: Tx) -> int:
            return await abandon_idle(tx, now)

        while await services.database.write(unit) == AT_ONCE:
            pass
        return Done()

    return {KIND: sweep}
