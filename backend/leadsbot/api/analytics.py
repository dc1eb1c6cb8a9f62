"""A workspace's numbers over the API: `GET /api/analytics`."""

from __future__ import annotations

import msgspec
from litestar import get

from leadsbot.analytics.overview import analytics
from leadsbot.analytics.period import asked
from leadsbot.analytics.shape import Analytics
from leadsbot.api.keyed import READS, Holder, House, keyed
from leadsbot.api.lead_query import From, To
from leadsbot.workspaces.workspace_editing import get_workspace


@get(
    "/",
    opt=READS,
    summary="The workspace in numbers",
    description=(
        "Of leads that began, and visits that were made, from `from` to `to`; left out, of all. Spam is left out."
        " `daily` has the 30 days up to the end of the period, none of them ahead of today."
    ),
)
async def get_analytics(services: House, holder: Holder, from_: From = None, to: To = None) -> Analytics:
    workspace = await get_workspace(services.database, holder.workspace_id)
    stages = msgspec.json.decode(workspace["stages"], type=list[str])
    period = asked(from_, to, workspace["timezone"])
    return await analytics(services.database, holder.workspace_id, stages, period)


ROUTES = [keyed("/api/analytics", [get_analytics], "analytics")]
