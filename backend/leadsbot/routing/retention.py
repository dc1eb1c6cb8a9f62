"""Deleting leads that a workspace keeps no longer: those with which nothing has happened for its `retention_days`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadsbot import clock
from leadsbot.db.tx import Row
from leadsbot.errors import NotFound
from leadsbot.jobs import cron
from leadsbot.jobs.outcomes import Done, Outcome
from leadsbot.jobs.runner import JobHandler
from leadsbot.routing.erasure import delete_lead
from leadsbot.services import Services

KIND = "retention"
TICKS = (cron.Tick(KIND, clock.HOUR),)
# In one hour: a workspace that begins to delete does so over days rather than keep everybody else waiting.
MOST_AN_HOUR = 2_000


def job_handlers(services: Services) -> dict[str, JobHandler]:
    async def run(payload: Mapping[str, Any]) -> Outcome:
        await delete_overdue(services)
        return Done()

    return {KIND: run}


async def delete_overdue(services: Services) -> int:
    """Delete what is overdue, the oldest first, each as if by hand; gives how many."""
    deleted = 0
    for lead in await _overdue(services):
        try:
            await delete_lead(services.database, lead["workspace_id"], lead["id"])
            deleted += 1
        except NotFound:  # somebody was quicker
            continue
    return deleted


async def _overdue(services: Services) -> list[Row]:
    return await services.database.fetch(
        "SELECT l.id, l.workspace_id FROM leads l JOIN workspaces w ON w.id = l.workspace_id"
        " WHERE w.retention_days IS NOT NULL AND l.deleted_at IS NULL"
        f" AND l.updated_at < $1 - CAST(w.retention_days AS BIGINT) * {clock.DAY}"
        f" ORDER BY l.updated_at LIMIT {MOST_AN_HOUR}",
        clock.now(),
    )
