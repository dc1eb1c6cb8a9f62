"""The hourly purge of what has served its time: finished jobs, past counts, expired sign-ins, first answers a day old,
what was removed a month ago, and pages and refusals long unheard of. With it, a look at how full the tables are."""

from __future__ import annotations

from typing import Any

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.forms import audits
from leadsbot.jobs import chains, cron, lanes
from leadsbot.jobs.handlers import HasDatabase
from leadsbot.jobs.outcomes import Done, Outcome
from leadsbot.jobs.runner import JobHandler
from leadsbot.workspaces import idempotency, invitations, limits, refusals, removals, sign_in

KIND = "purge"
TICKS = (cron.Tick(KIND, clock.HOUR),)


async def purge(tx: Tx) -> None:
    """Delete it all in one transaction."""
    await cron.purge_done(tx)
    await lanes.purge(tx)
    await chains.untangle(tx)
    await limits.purge(tx)
    await sign_in.purge(tx)
    await invitations.purge(tx)
    await audits.purge(tx)
    await refusals.purge(tx)
    await removals.purge(tx)
    await idempotency.purge(tx)


def job_handlers(services: HasDatabase) -> dict[str, JobHandler]:
    async def run(payload: dict[str, Any]) -> Outcome:
        await services.database.analyse()
        return Done(writes=purge)

    return {KIND: run}
