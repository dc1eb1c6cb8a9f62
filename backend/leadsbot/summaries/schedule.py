"""The job that tells summaries: every quarter of an hour it finds whose hour has come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leadsbot import clock
from leadsbot.channels.base import SUMMARY_EVENT
from leadsbot.db import Tx
from leadsbot.db.tx import Row
from leadsbot.events.log import topic
from leadsbot.ids import derived_id
from leadsbot.jobs import cron
from leadsbot.jobs.outcomes import Done, Outcome
from leadsbot.jobs.runner import JobHandler
from leadsbot.routing import kinds, options
from leadsbot.routing.destination import Destination
from leadsbot.routing.news import envelope
from leadsbot.routing.route import queue
from leadsbot.routing.tables import Delivery
from leadsbot.services import Services
from leadsbot.summaries.figures import figures, told
from leadsbot.summaries.spans import Span, latest
from leadsbot.vault import Undecipherable

KIND: Final = "summaries"
# Time zones differ by quarters of an hour.
TICKS = (cron.Tick(KIND, 15 * clock.MINUTE),)
# So late after its hour, because the server was off meanwhile, a summary still makes sense.
LATE: Final = 6 * clock.HOUR


def job_handlers(services: Services) -> dict[str, JobHandler]:
    async def run(payload: Mapping[str, Any]) -> Outcome:
        await tell(services, clock.now())
        return Done()

    return {KIND: run}


async def tell(services: Services, now: int) -> int:
    """Make the deliveries of all summaries that are due at `now` and weren't made yet; gives how many."""
    made = 0
    for row in await _wanting(services):
        if not _reachable(services, row):
            continue
        for kind in options.read(row["options"]).summaries:
            due, span = latest(kind, now, row["timezone"], row["summary_hour"])
            if now - due < LATE and row["created_at"] <= due:
                made += await _deliver(services, row, span)
    return made


async def send(services: Services, channel: Row, span: Span, delivery_id: str) -> bool:
    """Queue a span's summary for a channel (its row, with what `_COLUMNS` adds) under this id; False where it was."""
    data = await data_of(services, channel, span)
    event = {
        "id": delivery_id,
        "type": SUMMARY_EVENT,
        "lead_id": None,
        "workspace_id": channel["workspace_id"],
        "at": clock.now(),
    }
    destination = Destination(channel["kind"], channel)
    row = destination.delivery(destination.name(services), event, envelope(event, data), id=delivery_id)

    async def unit(tx: Tx) -> bool:
        if await tx.fetch_one("SELECT id FROM deliveries WHERE id = $1", delivery_id):
            return False
        tx.insert(Delivery, row, "ON CONFLICT (id) DO NOTHING")
        queue(tx, delivery_id, destination.lane)
        tx.signal(topic(channel["workspace_id"]))
        return True

    return await services.database.write(unit)


async def data_of(services: Services, channel: Row, span: Span) -> dict[str, Any]:
    """Give what the event of a channel's summary carries."""
    found = await figures(services.database, _workspace(channel), span)
    return {"lead": None, "summary": {**told(channel["workspace_name"], found), "url": services.settings.public_url}}


async def channel_of(services: Services, channel_id: str) -> Row:
    """Give a channel's row, which must be there, with what its summaries need of its workspace."""
    (row,) = await services.database.fetch(
        f"SELECT {_COLUMNS} FROM channels c JOIN workspaces w ON w.id = c.workspace_id WHERE c.id = $1", channel_id
    )
    return row


async def _deliver(services: Services, channel: Row, span: Span) -> bool:
    delivery_id = derived_id("summary", channel["id"], f"{span.kind} {span.first}")
    if await services.database.fetch_one("SELECT id FROM deliveries WHERE id = $1", delivery_id):
        return False
    return await send(services, channel, span, delivery_id)


async def _wanting(services: Services) -> list[Row]:
    """Give the channels that tell summaries; their options say which."""
    return await services.database.fetch(
        f"SELECT {_COLUMNS} FROM channels c JOIN workspaces w ON w.id = c.workspace_id"
        " WHERE c.enabled AND CAST(c.options AS TEXT) LIKE '%\"summaries\"%' ORDER BY c.id"
    )


def _reachable(services: Services, channel: Row) -> bool:
    try:
        config = Destination(channel["kind"], channel).config(services.vault)
    except Undecipherable:  # the delivery says so, where its owner sees it
        return True
    return kinds.reachable(services.settings, channel["kind"], config)


def _workspace(channel: Row) -> Row:
    return {"id": channel["workspace_id"], "stages": channel["stages"]}


_COLUMNS: Final = "c.*, w.name AS workspace_name, w.timezone, w.summary_hour, w.stages"
