"""What couldn't be sent lately, and what is switched off because of it: of each destination one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leadsbot import clock
from leadsbot.dashboard.shell import TROUBLE_MS
from leadsbot.dashboard.shown.deliveries import Destinations, delivery_view, destinations, key_of
from leadsbot.dashboard.views import Stopped, Trouble
from leadsbot.db import Database
from leadsbot.routing import deliveries

MOST: Final = 3
# Of what failed lately the latest are looked at: of more than that nobody needs the number.
MOST_COUNTED: Final = 5_000

Row = Mapping[str, Any]


async def troubles(database: Database, workspace_id: str) -> tuple[tuple[Stopped, ...], tuple[Trouble, ...]]:
    """Give what was switched off because it fails, the latest first, and what else didn't get its leads, the most
    first."""
    places = await destinations(database, workspace_id)
    unsent = await _unsent(database, workspace_id, places)
    rows = await database.fetch(_STOPPED, workspace_id)
    stopped = tuple(_stopped(row, places, row["place"] in unsent) for row in rows[:MOST])
    off = {row["place"] for row in rows}
    failing = [(place, leads) for place, leads in unsent.items() if place not in off]
    return stopped, tuple([await _trouble(database, workspace_id, places, *one) for one in failing[:MOST]])


async def _unsent(database: Database, workspace_id: str, places: Destinations) -> dict[str, int]:
    """Count the leads that a destination which is still there didn't get, by its key, the most first."""
    rows = await database.fetch(_DEAD, workspace_id, clock.now() - TROUBLE_MS)
    return {key_of(row): int(row["leads"]) for row in rows if places.there(row)}


def _stopped(row: Row, places: Destinations, unsent: bool) -> Stopped:
    kind, _, row_id = str(row["place"]).partition(":")
    return Stopped(
        name=places.called(row["place"]),
        reason=row["disabled_reason"],
        href=f"/{kind}s#{kind}-{row_id}",
        list_href=f"/deliveries?status=dead&to={row['place']}" if unsent else "",
    )


async def _trouble(database: Database, workspace_id: str, places: Destinations, place: str, leads: int) -> Trouble:
    """Tell of one destination, with why its latest delivery failed."""
    kind, _, row_id = place.partition(":")
    where = {f"{kind}_id": row_id}
    page = await deliveries.list_deliveries(database, workspace_id, status="dead", limit=1, **where)
    reason = delivery_view(page.rows[0], places).reason if page.rows else "it was tried again meanwhile"
    return Trouble(leads, places.called(place), reason, f"/deliveries?status=dead&to={place}")


_DEAD: Final = (
    "SELECT channel_id, webhook_id, count(DISTINCT lead_id) AS leads FROM (SELECT channel_id, webhook_id, lead_id"
    " FROM deliveries WHERE workspace_id = $1 AND status = 'dead' AND created_at > $2 AND lead_id IS NOT NULL"
    f" ORDER BY created_at DESC LIMIT {MOST_COUNTED}) AS latest"
    " GROUP BY channel_id, webhook_id ORDER BY leads DESC, channel_id, webhook_id"
)
_STOPPED: Final = (
    "SELECT 'channel:' || id AS place, disabled_reason, disabled_at FROM channels"
    " WHERE workspace_id = $1 AND NOT enabled AND disabled_reason <> ''"
    " UNION ALL SELECT 'webhook:' || id AS place, disabled_reason, disabled_at FROM webhooks"
    " WHERE workspace_id = $1 AND NOT enabled AND disabled_reason <> ''"
    " ORDER BY disabled_at DESC"
)
