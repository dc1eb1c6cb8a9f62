"""How long imports are kept, and what becomes of one that nothing works on any more."""

from __future__ import annotations

from typing import Any, Final

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.jobs import cron
from leadsbot.jobs.handlers import HasDatabase
from leadsbot.jobs.outcomes import Done, Outcome
from leadsbot.jobs.runner import JobHandler

PURGE: Final = "purge-imports"
TICKS = (cron.Tick(PURGE, clock.HOUR),)

# A file that nobody took in, or only checked, is somebody's data on our disk.
KEEP_FILE_MS: Final = clock.DAY
KEEP_MS: Final = 30 * clock.DAY
_WHY_STOPPED: Final = (
    "The server couldn't go on with it; why stands in its log. Start it again: no row is taken in twice."
)

_STOP: Final = """
UPDATE imports SET state = CASE WHEN state = 'undoing' THEN 'done' ELSE 'stopped' END, error = $1
 WHERE state IN ('waiting', 'running', 'undoing') AND NOT EXISTS (
 SELECT 1 FROM jobs WHERE kind = 'import' AND state IN ('ready', 'running')
 AND CAST(payload AS TEXT) LIKE '%' || imports.id || '%')
"""


async def purge(tx: Tx) -> None:
    """Delete files that nobody took in after a day, and reports with the rows that failed after thirty; an import whose
    job is dead is stopped, so that somebody may start it again."""
    now = clock.now()
    await tx.execute(_STOP, _WHY_STOPPED)
    idle = "state IN ('draft', 'done', 'stopped') AND content <> ''"
    await tx.execute(f"UPDATE imports SET content = '' WHERE {idle} AND created_at < $1", now - KEEP_FILE_MS)
    await tx.execute(
        "DELETE FROM imports WHERE created_at < $1 AND state NOT IN ('waiting', 'running', 'undoing')", now - KEEP_MS
    )


def job_handlers(services: HasDatabase) -> dict[str, JobHandler]:
    async def run(payload: dict[str, Any]) -> Outcome:
        return Done(writes=purge)

    return {PURGE: run}
