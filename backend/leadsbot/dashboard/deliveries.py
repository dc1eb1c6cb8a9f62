"""Deliveries: what was sent where, attempt by attempt, and sending it again."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_204_NO_CONTENT

from leadsbot.channels.webhook import plain_headers
from leadsbot.dashboard import answers, lead, words
from leadsbot.dashboard.desk import Desk, Here, pages
from leadsbot.dashboard.shown.deliveries import WEBHOOK, destinations, lead_names, shown
from leadsbot.dashboard.views import Deliveries, Delivery, DeliveryChoice, DeliveryStory, StatusCount, Toast
from leadsbot.db.paging import Page
from leadsbot.errors import Conflict, InvalidInput
from leadsbot.ids import is_id
from leadsbot.routing import again, deliveries, messages

STATUSES: Final = (
    ("dead", "Gave up"),
    ("failed", "Retrying"),
    ("pending", "Sending"),
    ("delivered", "Delivered"),
    ("withheld", "Withheld"),
)
EVENTS: Final = tuple(words.EVENT_WORDS)


@get("/deliveries")
async def show(desk: Here) -> Response[str]:
    """Show the list; for the page's script only what may have changed, and nothing where nothing has."""
    view = await _list(desk)
    if not desk.is_htmx:
        return await desk.page(view)
    if desk.asked("had") == view.digest:
        return answers.page("", HTTP_204_NO_CONTENT)
    return desk.part("deliveries.html", view=view)


@get("/deliveries/{delivery_id:uuid}")
async def tell(desk: Here, delivery_id: FromPath[UUID]) -> Response[str]:
    """Tell one delivery's story; for the page's script, the line or the story that it looks at."""
    delivery = await _delivery(desk, str(delivery_id))
    if desk.is_htmx:
        return await _part(desk, delivery)
    return await desk.page(await _story(desk, delivery))


@post("/deliveries/{delivery_id:uuid}/retry", status_code=200)
async def retry(desk: Here, delivery_id: FromPath[UUID]) -> Response[str]:
    """Send it again at once, unless it is on its way as it is."""
    try:
        begun = await deliveries.send_again(desk.database, desk.workspace_id, str(delivery_id))
        toast = Toast("On its way again.") if begun else Toast("It is on its way already.", "neutral")
    except Conflict as error:
        toast = Toast(error.message, "trouble")
    if not desk.is_htmx:
        return desk.go(desk.posted.text("next") or f"/deliveries/{delivery_id}", toast)
    return await _part(desk, await _delivery(desk, str(delivery_id)), toast)


@post("/deliveries/retry", status_code=200)
async def retry_all(desk: Here) -> Response[str]:
    """Send again all that was given up lately, of what the list was narrowed to."""
    places = await destinations(desk.database, desk.workspace_id)
    choice = _choice(desk.posted.text, {place.key for place in places.all()})
    queued = await again.retry_dead(desk.database, desk.workspace_id, **_given(choice))
    if queued:
        said = f"{words.count(queued, 'delivery', 'deliveries')} on the way again."
        return desk.go(choice.url(status=""), Toast(said))
    why = "Nothing to send again: where it went is off or removed, or it is older than 7 days."
    return desk.go(choice.url(status="dead"), Toast(why, "trouble"))


async def _list(desk: Desk) -> Deliveries:
    """Give the list; a status, a destination, a lead or a cursor that can't be is passed over."""
    places = await destinations(desk.database, desk.workspace_id)
    choice = _choice(desk.asked, {place.key for place in places.all()})
    given = _given(choice)
    page, cursor = await _page(desk, choice, given)
    names = await lead_names(desk.database, [choice.lead])
    found = await deliveries.counts(desk.database, desk.workspace_id, **given)
    return Deliveries(
        rows=await shown(desk.database, desk.workspace_id, page.rows, places),
        choice=choice,
        statuses=tuple(StatusCount(status, label, _counted(found[status])) for status, label in STATUSES),
        places=places.all(),
        events=EVENTS,
        lead_name=names.get(choice.lead, ""),
        older=page.next_cursor or "",
        first_page=not cursor,
    )


def _given(choice: DeliveryChoice) -> dict[str, Any]:
    kind, _, place_id = choice.to.partition(":")
    return {
        "lead_id": choice.lead or None,
        "event_type": choice.event or None,
        "channel_id": place_id if kind == "channel" else None,
        "webhook_id": place_id if kind == "webhook" else None,
    }


def _choice(said: Callable[[str], str], places: Collection[str]) -> DeliveryChoice:
    status, to, event, lead_id = said("status"), said("to"), said("event"), said("lead").lower()
    return DeliveryChoice(
        status=status if status in deliveries.STATUSES else "",
        to=to if to in places else "",
        event=event if event in EVENTS else "",
        lead=lead_id if is_id(lead_id) else "",
    )


async def _page(desk: Desk, choice: DeliveryChoice, given: dict[str, Any]) -> tuple[Page, str]:
    """Give the rows and the cursor that held; one that no page gave is passed over."""
    cursor = desk.asked("cursor")
    status = choice.status or None
    try:
        page = await deliveries.list_deliveries(
            desk.database, desk.workspace_id, status=status, cursor=cursor or None, **given
        )
    except InvalidInput:
        page, cursor = await deliveries.list_deliveries(desk.database, desk.workspace_id, status=status, **given), ""
    return page, cursor


def _counted(number: int) -> str:
    return f"{number:,}+" if number >= deliveries.MOST_COUNTED else f"{number:,}"


async def _story(desk: Desk, delivery: Delivery) -> DeliveryStory:
    headers = plain_headers(delivery.event, delivery.id) if delivery.kind == WEBHOOK else {}
    body = await _body(desk, delivery.id)
    edited_at, edit_error = await messages.last_edit(desk.database, delivery.lead_id or "", delivery.id)
    return DeliveryStory(delivery, body, tuple(headers.items()), edited_at, words.phrase(edit_error))


async def _delivery(desk: Desk, delivery_id: str) -> Delivery:
    row = await deliveries.get_delivery(desk.database, desk.workspace_id, delivery_id)
    return (await shown(desk.database, desk.workspace_id, [row]))[0]


async def _part(desk: Desk, delivery: Delivery, *toasts: Toast) -> Response[str]:
    """Give the part of the page that the answer takes the place of."""
    target = desk.request.headers.get("hx-target", "")
    if target == "lead" and delivery.lead_id:
        return await lead.fragment(desk, delivery.lead_id, *toasts)
    if target == "story":
        return desk.part("story.html", *toasts, view=await _story(desk, delivery))
    return desk.part("delivery.html", *toasts, delivery=delivery)


async def _body(desk: Desk, delivery_id: str) -> str:
    """Give what is sent, laid out for reading."""
    body = await deliveries.get_body(desk.database, desk.workspace_id, delivery_id)
    try:
        return msgspec.json.format(body, indent=2)
    except msgspec.DecodeError:
        return body


ROUTES = [pages(show, tell, retry, retry_all)]
