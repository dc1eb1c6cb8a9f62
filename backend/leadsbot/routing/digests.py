"""One try at a digest: many deliveries of a channel as one message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from leadsbot import clock
from leadsbot.channels.base import Parcel, Receipt, send_digest
from leadsbot.routing.attempt import Tried, parcel_of, trying
from leadsbot.routing.destination import Destination
from leadsbot.services import Services

Row = Mapping[str, Any]


async def attempt_digest(
    services: Services, destination: Destination, deliveries: Sequence[Row], digest_id: str
) -> tuple[Tried, Sequence[Receipt]]:
    """Send as many of these deliveries as one message names, the first first, under the digest's own id.

    Gives what came of it, and a receipt for each that it names; none where it failed. Raises nothing.
    """
    receipts: list[Receipt] = []

    async def send() -> Receipt:
        parcels = await _parcels(services, destination, deliveries, digest_id)
        receipts.extend(await send_digest(services.channels[destination.kind], parcels, services.outbound))
        return receipts[0]

    tried = await trying(send, destination.kind, digest_id)
    return tried, [] if tried.failure else receipts


async def _parcels(
    services: Services, destination: Destination, deliveries: Sequence[Row], digest_id: str
) -> list[Parcel]:
    """Give the parcels without what only a single message shows: its template, and how its lead stands by now."""
    first, _ = await parcel_of(services, destination, deliveries[0])
    first = replace(first, text="", standing=None)
    # An id of its own: the first delivery may go out alone another time, and a mailbox shows one mail of an id.
    return [
        replace(first, delivery_id=f"digest.{digest_id}"),
        *(_parcel(first, row) for row in deliveries[1:]),
    ]


def _parcel(like: Parcel, row: Row) -> Parcel:
    body = str(row["body"]).encode()
    payload = msgspec.json.decode(body, type=dict[str, Any])
    return replace(
        like,
        delivery_id=str(row["id"]),
        event_id=str(row["event_id"]),
        event_type=str(row["event_type"]),
        timestamp=round(datetime.fromisoformat(payload["timestamp"]).timestamp() * clock.SECOND),
        body=body,
        payload=payload,
        state={},
    )
