"""Deliveries: what was sent where, attempt by attempt, and sending it again."""

from __future__ import annotations

from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from leadsbot.dashboard import lead
from leadsbot.dashboard.desk import Desk, Here, pages
from leadsbot.dashboard.shown.deliveries import shown
from leadsbot.dashboard.views import Deliveries, Delivery, DeliveryStory, Toast
from leadsbot.errors import Conflict, InvalidInput
from leadsbot.routing import deliveries


@get("/deliveries")
async def show(desk: Here) -> Response[str]:
    """Show the list; a status or a cursor that can't be is passed over."""
    asked = desk.asked("status")
    status = asked if asked in deliveries.STATUSES else None
    try:
        page = await deliveries.list_deliveries(
            desk.database, desk.workspace_id, status=status, cursor=desk.asked("cursor") or None
        )
    except InvalidInput:
        page = await deliveries.list_deliveries(desk.database, desk.workspace_id, status=status)
    rows = await shown(desk.database, desk.workspace_id, page.rows)
    return await desk.page(Deliveries(rows, status or "", page.next_cursor or ""))


@get("/deliveries/{delivery_id:uuid}")
async def tell(desk: Here, delivery_id: FromPath[UUID]) -> Response[str]:
    """Tell one delivery's story; for the page's script, the line or the story that it looks at."""
    delivery = await _delivery(desk, str(delivery_id))
    if desk.is_htmx:
        return await _part(desk, delivery)
    return await desk.page(DeliveryStory(delivery, await _body(desk, delivery.id)))


@post("/deliveries/{delivery_id:uuid}/retry", status_code=200)
async def retry(desk: Here, delivery_id: FromPath[UUID]) -> Response[str]:
    """Send it again at once."""
    try:
        await deliveries.retry(desk.database, desk.workspace_id, str(delivery_id))
        toast = Toast("On its way again.")
    except Conflict as error:
        toast = Toast(error.message, "trouble")
    if not desk.is_htmx:
        return desk.go(desk.posted.text("next") or f"/deliveries/{delivery_id}", toast)
    return await _part(desk, await _delivery(desk, str(delivery_id)), toast)


async def _delivery(desk: Desk, delivery_id: str) -> Delivery:
    row = await deliveries.get_delivery(desk.database, desk.workspace_id, delivery_id)
    return (await shown(desk.database, desk.workspace_id, [row]))[0]


async def _part(desk: Desk, delivery: Delivery, *toasts: Toast) -> Response[str]:
    """Give the part of the page that the answer takes the place of."""
    target = desk.request.headers.get("hx-target", "")
    if target == "lead" and delivery.lead_id:
        return await lead.fragment(desk, delivery.lead_id, *toasts)
    if target == "story":
        body = await _body(desk, delivery.id)
        return desk.part("story.html", *toasts, view=DeliveryStory(delivery, body))
    return desk.part("delivery.html", *toasts, delivery=delivery)


async def _body(desk: Desk, delivery_id: str) -> str:
    """Give what is sent, laid out for reading."""
    body = await deliveries.get_body(desk.database, desk.workspace_id, delivery_id)
    try:
        return msgspec.json.format(body, indent=2)
    except msgspec.DecodeError:
        return body


ROUTES = [pages(show, tell, retry)]
