"""Deliveries: what was sent where, attempt by attempt, and sending one again."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType

from leadsbot.api.keyed import Holder, House, Part, keyed, said, text_of
from leadsbot.routing import again, deliveries

Status = Literal["pending", "delivered", "failed", "dead", "withheld"]
EventType = Annotated[str, Meta(max_length=32)]


class Which(Struct, forbid_unknown_fields=True, kw_only=True):
    """Which of those that were given up; what is left out narrows nothing."""

    lead_id: UUID | UnsetType = UNSET
    channel_id: UUID | UnsetType = UNSET
    webhook_id: UUID | UnsetType = UNSET
    event_type: EventType | UnsetType = UNSET


@get("/", summary="List deliveries with their attempts")
async def list_deliveries(
    services: House,
    holder: Holder,
    part: Part,
    status: FromQuery[Status | None] = None,
    lead_id: FromQuery[UUID | None] = None,
    channel_id: FromQuery[UUID | None] = None,
    webhook_id: FromQuery[UUID | None] = None,
    event_type: FromQuery[EventType | None] = None,
) -> dict[str, Any]:
    page = await deliveries.list_deliveries(
        services.database,
        holder.workspace_id,
        status=status,
        lead_id=text_of(lead_id),
        channel_id=text_of(channel_id),
        webhook_id=text_of(webhook_id),
        event_type=event_type,
        cursor=part.cursor,
        limit=part.limit,
    )
    return {"data": page.rows, "next_cursor": page.next_cursor}


@get("/{delivery_id:uuid}", summary="A delivery with its attempts")
async def get_delivery(services: House, holder: Holder, delivery_id: FromPath[UUID]) -> dict[str, Any]:
    return await deliveries.get_delivery(services.database, holder.workspace_id, str(delivery_id))


@post("/{delivery_id:uuid}/retry", status_code=202, summary="Send a delivery again, under the same id")
async def retry(services: House, holder: Holder, delivery_id: FromPath[UUID]) -> dict[str, Any]:
    return await deliveries.retry(services.database, holder.workspace_id, str(delivery_id))


@post("/retry", status_code=202, summary="Send again all that was given up within 7 days")
async def retry_dead(services: House, holder: Holder, data: JSONBody[Which]) -> dict[str, int]:
    given = {name: text_of(value) if isinstance(value, UUID) else value for name, value in said(data).items()}
    return {"queued": await again.retry_dead(services.database, holder.workspace_id, **given)}


ROUTES = [keyed("/api/v1/deliveries", [list_deliveries, get_delivery, retry, retry_dead], "deliveries")]
