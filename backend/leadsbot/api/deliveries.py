"""Deliveries: what was sent where, attempt by attempt, and sending one again."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery
from msgspec import Meta

from leadsbot.api.keyed import Holder, House, Part, keyed, text_of
from leadsbot.routing import deliveries

Status = Literal["pending", "delivered", "failed", "dead", "withheld"]
EventType = Annotated[str, Meta(max_length=32)]


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


ROUTES = [keyed("/api/v1/deliveries", [list_deliveries, get_delivery, retry], "deliveries")]
