"""Webhooks: addresses of the workspace's own that are told. Their secret is shown once, after they were added."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from leadsbot import clock
from leadsbot.dashboard import words
from leadsbot.dashboard.desk import Desk, Here, pages
from leadsbot.dashboard.shown.deliveries import destinations as place_names
from leadsbot.dashboard.shown.deliveries import outcome
from leadsbot.dashboard.shown.removed import removed, undoable
from leadsbot.dashboard.shown.webhooks import choices, webhook_view
from leadsbot.dashboard.views import Form, NewSecret, Toast, Webhooks
from leadsbot.db.paging import MAX_LIMIT
from leadsbot.errors import Conflict, InvalidInput
from leadsbot.routing import destinations, replay


@get("/webhooks")
async def show(desk: Here) -> Response[str]:
    return await desk.page(await _view(desk))


@post("/webhooks")
async def create(desk: Here) -> Response[str]:
    """Add a webhook and show its secret on the next page, this once."""
    events = desk.posted.all("events")
    try:
        row, secret = await destinations.create_webhook(
            desk.database,
            desk.services.vault,
            desk.workspace_id,
            desk.posted.text("url"),
            _some(events),
            name=_name(desk),
        )
    except InvalidInput as error:
        return await desk.page(await _view(desk, events, _wrong(desk, error)), HTTP_422_UNPROCESSABLE_ENTITY)
    return desk.go("/webhooks", secret=NewSecret(_called(row), secret))


@get("/webhooks/{webhook_id:uuid}")
async def tell(desk: Here, webhook_id: FromPath[UUID]) -> Response[str]:
    """Give one as it stands in the list, for the page's script while it is sent its past again."""
    await _found(desk, webhook_id)
    return await _shown(desk, webhook_id)


@post("/webhooks/{webhook_id:uuid}", status_code=200)
async def change(desk: Here, webhook_id: FromPath[UUID]) -> Response[str]:
    """Save its address and what it hears of."""
    await _found(desk, webhook_id)
    events = desk.posted.all("events")
    try:
        await _update(desk, webhook_id, {"url": desk.posted.text("url"), "name": _name(desk), "events": _some(events)})
    except InvalidInput as error:
        view = await _view(desk, changed=(str(webhook_id), _wrong(desk, error), events))
        return await desk.page(view, HTTP_422_UNPROCESSABLE_ENTITY)
    return desk.go(f"/webhooks#webhook-{webhook_id}", Toast("Saved."))


@post("/webhooks/{webhook_id:uuid}/enable", status_code=200)
async def enable(desk: Here, webhook_id: FromPath[UUID]) -> Response[str]:
    await _update(desk, webhook_id, {"enabled": True})
    return await _shown(desk, webhook_id, Toast("Switched on."))


@post("/webhooks/{webhook_id:uuid}/disable", status_code=200)
async def disable(desk: Here, webhook_id: FromPath[UUID]) -> Response[str]:
    await _update(desk, webhook_id, {"enabled": False})
    return await _shown(desk, webhook_id, Toast("Switched off. Nothing is sent there until it is on again."))


@post("/webhooks/{webhook_id:uuid}/test", status_code=200)
async def send_test(desk: Here, webhook_id: FromPath[UUID]) -> Response[str]:
    """Send a signed test and say what the other side answered."""
    delivery = await destinations.test_webhook(desk.services, desk.workspace_id, str(webhook_id))
    return await _shown(desk, webhook_id, outcome(delivery))


@post("/webhooks/{webhook_id:uuid}/rotate", status_code=200)
async def rotate(desk: Here, webhook_id: FromPath[UUID]) -> Response[str]:
    """Make a new secret and show it on the next page, this once."""
    try:
        row, secret = await destinations.rotate_secret(
            desk.database, desk.services.vault, desk.workspace_id, str(webhook_id)
        )
    except Conflict as error:
        return desk.go(f"/webhooks#webhook-{webhook_id}", Toast(error.message, "trouble"))
    return desk.go("/webhooks", secret=NewSecret(_called(row), secret))


@post("/webhooks/{webhook_id:uuid}/replay", status_code=200)
async def send_again(desk: Here, webhook_id: FromPath[UUID]) -> Response[str]:
    """Send again what it missed (`missed` is 1), or all that it was due since a time on the workspace's clock."""
    found = await _found(desk, webhook_id)
    try:
        missed = desk.posted.text("missed") == "1"
        since = _missed_since(found) if missed else _typed(desk)
        row = await replay.begin(desk.database, desk.workspace_id, str(webhook_id), since, missed=missed)
        toast = _begun(row)
    except (Conflict, InvalidInput) as error:
        toast = Toast(error.message, "trouble")
    return await _shown(desk, webhook_id, toast)


@post("/webhooks/{webhook_id:uuid}/forget", status_code=200)
async def forget(desk: Here, webhook_id: FromPath[UUID]) -> Response[str]:
    """Offer no more to send what it missed."""
    await _update(desk, webhook_id, {"missed_since": None})
    return await _shown(desk, webhook_id, Toast("Not sent. “Send again since” still can."))


@post("/webhooks/{webhook_id:uuid}/delete", status_code=200)
async def remove(desk: Here, webhook_id: FromPath[UUID]) -> Response[str]:
    row = await _found(desk, webhook_id)
    await destinations.delete_webhook(desk.database, desk.workspace_id, row["id"], desk.person.email)
    return desk.go("/webhooks", undoable(f"“{_called(row)}” is removed.", "webhook", row["id"]))


async def _update(desk: Desk, webhook_id: UUID, changes: dict[str, Any]) -> None:
    await destinations.update_webhook(desk.database, desk.workspace_id, str(webhook_id), changes)


async def _found(desk: Desk, webhook_id: UUID) -> dict[str, Any]:
    return await destinations.get_webhook(desk.database, desk.workspace_id, str(webhook_id))


def _called(webhook: dict[str, Any]) -> str:
    return webhook["name"] or words.short(webhook["url"])


def _name(desk: Desk) -> str:
    return desk.posted.text("name")


def _missed_since(webhook: dict[str, Any]) -> int:
    if webhook["missed_since"] is None:
        raise Conflict("There is nothing left that it missed.")
    return int(webhook["missed_since"])


def _typed(desk: Desk) -> int:
    """Give the ms that a field for date and time holds, on the workspace's clock."""
    try:
        typed = datetime.fromisoformat(desk.posted.text("since"))
        return round(typed.replace(tzinfo=words.zone(desk.person.timezone)).timestamp() * clock.SECOND)
    except (ValueError, OverflowError):
        raise InvalidInput("Choose from when on.", fields=["since"]) from None


def _begun(row: dict[str, Any]) -> Toast:
    found = replay.under_way(row)
    if not (found and found.due):
        return Toast("There is nothing to send again.", "neutral")
    return Toast(f"{words.count(found.due, 'event').capitalize()} will be sent again.")


def _some(events: list[str]) -> list[str]:
    if not events:
        raise InvalidInput("Choose at least one.", fields=["events"])
    return events


def _wrong(desk: Desk, error: InvalidInput) -> Form:
    return Form(desk.posted.values(), dict.fromkeys(error.fields, error.message))


async def _shown(desk: Desk, webhook_id: UUID, *toasts: Toast) -> Response[str]:
    if not desk.is_htmx:
        return desk.go(f"/webhooks#webhook-{webhook_id}", *toasts)
    row = await _found(desk, webhook_id)
    places = await place_names(desk.database, desk.workspace_id)
    return desk.part("webhook.html", *toasts, hook=await webhook_view(desk.database, row, places))


async def _view(
    desk: Desk,
    chosen: list[str] | None = None,
    form: Form | None = None,
    changed: tuple[str, Form, list[str]] | None = None,
) -> Webhooks:
    """Give the page; `form` is what was typed for a new one, `changed` into the settings of the one with this id."""
    page = await destinations.list_webhooks(desk.database, desk.workspace_id, limit=MAX_LIMIT)
    typed = {changed[0]: changed[1:]} if changed else {}
    places = await place_names(desk.database, desk.workspace_id)
    shown = [await webhook_view(desk.database, row, places, *typed.get(row["id"], ())) for row in reversed(page.rows)]
    return Webhooks(
        tuple(shown),
        choices(["lead.created"] if chosen is None else chosen),
        desk.said().secret,
        form or Form(),
        await removed(desk.database, desk.workspace_id, "webhook"),
    )


ROUTES = [
    pages(show, create, tell, change, enable, disable, send_test, rotate, send_again, forget, remove),
]
