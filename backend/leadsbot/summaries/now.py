"""A summary that somebody asks for: sent at once, like a test, so that they see what arrives."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from leadsbot import clock
from leadsbot.analytics.period import Period
from leadsbot.channels.base import SUMMARY_EVENT
from leadsbot.db.tx import Row
from leadsbot.errors import InvalidInput
from leadsbot.routing import destinations, trial
from leadsbot.routing.destination import Destination
from leadsbot.services import Services
from leadsbot.summaries.schedule import channel_of, data_of
from leadsbot.summaries.spans import Span, latest

SPANS: Final = ("today", "yesterday", "week")


async def send_now(services: Services, workspace_id: str, channel_id: str, span: str = "today") -> dict[str, Any]:
    """Send a channel the summary of today so far, of yesterday or of last week, in quiet hours too; gives the delivery,
    as `delivery_json`. Raises NotFound, InvalidInput."""
    await destinations.get_channel(services.database, workspace_id, channel_id)
    channel = await channel_of(services, channel_id)
    destination = Destination(channel["kind"], channel)
    return await trial.send(
        services, destination, SUMMARY_EVENT, await data_of(services, channel, _span(channel, span))
    )


def _span(channel: Row, span: str) -> Span:
    if span not in SPANS:
        raise InvalidInput(f"span is one of: {', '.join(SPANS)}.", fields=["span"])
    now, timezone = clock.now(), str(channel["timezone"])
    if span == "week":
        return latest("weekly", now, timezone, 0)[1]
    return Span("daily", Period(timezone).day(now) - timedelta(days=SPANS.index(span)), timezone)
