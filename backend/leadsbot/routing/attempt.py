"""One try at a delivery: the parcel, the channel, and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from time import perf_counter
from typing import Any

import msgspec
import structlog

from leadsbot import clock
from leadsbot.channels.base import DeliveryFailed, Parcel, Receipt, Standing, note
from leadsbot.errors import LeadsBotError
from leadsbot.routing import kinds, mailboxes, standing, templates
from leadsbot.routing.destination import Destination
from leadsbot.services import Services

# A channel's single requests end after 15 s by themselves; this is for one that makes several, or mail.
LONGEST_S = 45.0

log = structlog.get_logger("leadsbot.routing")


@dataclass(frozen=True, slots=True)
class Tried:
    """What one attempt came to: a receipt, or the failure. `at` is when it began (ms), `latency` its length (ms)."""

    at: int
    latency: int
    outcome: Receipt | DeliveryFailed

    @property
    def failure(self) -> DeliveryFailed | None:
        return self.outcome if isinstance(self.outcome, DeliveryFailed) else None

    @property
    def error(self) -> str:
        return self.outcome.message if isinstance(self.outcome, DeliveryFailed) else ""


async def attempt(services: Services, destination: Destination, delivery: Mapping[str, Any]) -> Tried:
    """Send a delivery once. `delivery` is its row with the workspace's `name` and `timezone`. Raises nothing."""

    async def send() -> Receipt:
        parcel, remark = await parcel_of(services, destination, delivery)
        receipt = await services.channels[destination.kind].send(parcel, services.outbound)
        return replace(receipt, note=note(f"{remark} {receipt.note}".encode())) if remark else receipt

    return await trying(send, destination.kind, str(delivery["id"]))


async def trying(send: Callable[[], Awaitable[Receipt]], kind: str, delivery_id: str) -> Tried:
    """Give what came of sending, whatever that is."""
    at, started = clock.now(), perf_counter()
    outcome: Receipt | DeliveryFailed
    try:
        async with asyncio.timeout(LONGEST_S):
            outcome = await send()
    except DeliveryFailed as failure:
        outcome = failure
    except LeadsBotError as error:
        outcome = DeliveryFailed(error.message)
    except TimeoutError:
        outcome = DeliveryFailed(f"It took longer than {LONGEST_S:g} seconds.")
    except Exception as error:
        log.error("delivery.broke", delivery=delivery_id, kind=kind, error=repr(error), exc_info=True)
        outcome = DeliveryFailed("Something went wrong on this server; its log says what.")
    return Tried(at, round((perf_counter() - started) * 1000), outcome)


async def parcel_of(
    services: Services, destination: Destination, delivery: Mapping[str, Any], stands: Standing | None = None
) -> tuple[Parcel, str]:
    """Give what the channel is handed of a delivery, and a remark where its template failed; `stands` is how the lead
    stands now, where that is known already."""
    parcel = await _parcel(services, destination, delivery)
    if stands is None:
        return _worded(destination, await standing.placed(services, destination, delivery, parcel))
    return _worded(destination, standing.standing_in(parcel, stands))


def _worded(destination: Destination, parcel: Parcel) -> tuple[Parcel, str]:
    """Give the parcel as the channel's template words it, and a remark where that failed."""
    text, remark = templates.told(destination.options.template, parcel)
    return replace(parcel, text=text) if text else parcel, remark


async def _parcel(services: Services, destination: Destination, delivery: Mapping[str, Any]) -> Parcel:
    config = await mailboxes.lent(services, destination, destination.config(services.vault))
    body = str(delivery["body"]).encode()
    payload = msgspec.json.decode(body, type=dict[str, Any])
    moment = datetime.fromisoformat(payload["timestamp"])
    return Parcel(
        delivery_id=str(delivery["id"]),
        event_id=str(delivery["event_id"]),
        event_type=str(delivery["event_type"]),
        timestamp=round(moment.timestamp() * clock.SECOND),
        workspace_id=str(delivery["workspace_id"]),
        body=body,
        payload=payload,
        config=kinds.lent(services.settings, destination.kind, config),
        workspace={"name": delivery["name"], "timezone": delivery["timezone"]},
        state=msgspec.json.decode(delivery.get("state") or "{}", type=dict[str, Any]),
        destination_id=destination.id,
    )
