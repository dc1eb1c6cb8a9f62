"""A workspace's numbers over a period, put together."""

from __future__ import annotations

from leadsbot.analytics import counting
from leadsbot.analytics.counting import BUCKETS, UNKNOWN
from leadsbot.analytics.funnel import funnel
from leadsbot.analytics.period import Period
from leadsbot.analytics.shape import Abandonment, Analytics, Bucket, DayCount, Named
from leadsbot.db import Database


async def analytics(database: Database, workspace_id: str, stages: list[str], period: Period) -> Analytics:
    """Count all that the contract's section 9 names, for leads that began and visits that were made in `period`."""
    args = (database, workspace_id, period)
    now, lost = await counting.standing(*args)
    return Analytics(
        total=now.total(),
        funnel=funnel(stages, now, lost),
        sources=_named(await counting.by_name(*args, "source", empty=UNKNOWN)),
        daily=[DayCount(day.isoformat(), count) for day, count in await counting.by_day(*args)],
        campaigns=_named(await counting.by_name(*args, "campaign")),
        devices=_named(await counting.by_name(*args, "device_type", empty=UNKNOWN)),
        abandonment=await _abandonment(*args),
    )


async def _abandonment(database: Database, workspace_id: str, period: Period) -> Abandonment:
    counts = await counting.sessions(database, workspace_id, period)
    return Abandonment(
        viewed=await counting.views(database, workspace_id, period),
        started=int(counts["started"]),
        abandoned=int(counts["abandoned"]),
        submitted=int(counts["submitted"]),
        average_percent=None if counts["percent"] is None else round(float(counts["percent"]), 1),
        buckets=[
            Bucket(lowest, highest, int(counts[f"bucket_{number}"])) for number, (lowest, highest) in enumerate(BUCKETS)
        ],
    )


def _named(counts: list[tuple[str, int]]) -> list[Named]:
    return [Named(name, count) for name, count in counts]
