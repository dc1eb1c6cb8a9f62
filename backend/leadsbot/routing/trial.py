"""A test message, or another that somebody asks for: a real delivery, made at once and tried exactly once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from leadsbot import clock
from leadsbot.channels.base import TEST_EVENT
from leadsbot.db import Tx
from leadsbot.ids import new_id
from leadsbot.routing import deliveries, pace
from leadsbot.routing.attempt import attempt
from leadsbot.routing.deliver import verdict_on
from leadsbot.routing.destination import Destination
from leadsbot.routing.news import envelope
from leadsbot.routing.record import write_attempt
from leadsbot.routing.tables import Delivery
from leadsbot.routing.verdict import Verdict
from leadsbot.services import Services

TURNS_ASKED: Final = 3
_NOTHING: Final[Mapping[str, Any]] = {"lead": None}


async def send(
    services: Services, destination: Destination, type: str = TEST_EVENT, data: Mapping[str, Any] = _NOTHING
) -> dict[str, Any]:
    """Send a test, or what `data` says, even where the destination is switched off; gives the delivery with what the
    other side said.

    A failure ends the delivery and changes nothing else: whoever tests is looking at the answer.
    """
    row = _new_delivery(services, destination, type, data)
    delivery = {**row, **await _workspace(services, destination), "round": 0, "attempt_count": 0}
    await _take_turn(services, destination)
    tried = await attempt(services, destination, delivery)
    judged = verdict_on(services, delivery, destination, tried)
    verdict = Verdict("delivered" if judged.status == "delivered" else "dead", moved=judged.moved)

    async def write(tx: Tx) -> None:
        tx.insert(Delivery, row)
        await tx.flush()
        await write_attempt(tx, services.vault, delivery, destination, tried, verdict)

    await services.database.write(write)
    return await deliveries.get_delivery(services.database, destination.workspace_id, row["id"])


async def _take_turn(services: Services, destination: Destination) -> None:
    """Wait for the chat's turn, but not for long: somebody looks at the page, and may be told to wait."""
    for _ in range(TURNS_ASKED):
        wait = await pace.turn(services, destination)
        if not wait:
            return
        await asyncio.sleep(min(wait, clock.SECOND) / clock.SECOND)


def _new_delivery(services: Services, destination: Destination, type: str, data: Mapping[str, Any]) -> dict[str, Any]:
    event = {
        "id": new_id(),
        "type": type,
        "lead_id": None,
        "workspace_id": destination.workspace_id,
        "at": clock.now(),
    }
    return destination.delivery(destination.name(services), event, envelope(event, data))


async def _workspace(services: Services, destination: Destination) -> Mapping[str, Any]:
    select = "SELECT name, timezone FROM workspaces WHERE id = $1"
    return await services.database.fetch_one(select, destination.workspace_id) or {"name": "", "timezone": "UTC"}
