"""Webhooks: addresses of the workspace's own that are told. Their secret is shown once, after they were added."""

from __future__ import annotations

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from leadsbot.dashboard.desk import Desk, Here, pages
from leadsbot.dashboard.shown.channels import webhook_view
from leadsbot.dashboard.shown.deliveries import outcome
from leadsbot.dashboard.views import EventChoice, Form, NewSecret, Toast, Webhooks
from leadsbot.db.paging import MAX_LIMIT
from leadsbot.errors import InvalidInput
from leadsbot.routing import destinations

CHOICES = (
    ("lead.created", "A lead comes in"),
    ("lead.updated", "A lead changes"),
    ("lead.stage_changed", "A lead moves to another stage"),
    ("lead.deleted", "A lead is deleted"),
    ("form.started", "Somebody begins a form"),
    ("form.abandoned", "Somebody leaves a form half-way"),
    ("form.submitted", "A form is sent"),
    ("webhook.disabled", "A webhook is switched off"),
)


@get("/webhooks")
async def show(desk: Here) -> Response[str]:
    return await desk.page(await _view(desk))


@post("/webhooks")
async def create(desk: Here) -> Response[str]:
    """Add a webhook and show its secret on the next page, this once."""
    events = desk.posted.all("events")
    try:
        if not events:
            raise InvalidInput("Choose at least one.", fields=["events"])
        row, secret = await destinations.create_webhook(
            desk.database, desk.services.vault, desk.workspace_id, desk.posted.text("url"), events
        )
    except InvalidInput as error:
        form = Form(desk.posted.values(), dict.fromkeys(error.fields, error.message))
        return await desk.page(await _view(desk, events, form), HTTP_422_UNPROCESSABLE_ENTITY)
    return desk.go("/webhooks", secret=NewSecret(row["url"], secret))


@post("/webhooks/{webhook_id:uuid}/enable", status_code=200)
async def enable(desk: Here, webhook_id: FromPath[UUID]) -> Response[str]:
    await destinations.update_webhook(desk.database, desk.workspace_id, str(webhook_id), {"enabled": True})
    return await _shown(desk, webhook_id, Toast("Switched on."))


@post("/webhooks/{webhook_id:uuid}/disable", status_code=200)
async def disable(desk: Here, webhook_id: FromPath[UUID]) -> Response[str]:
    await destinations.update_webhook(desk.database, desk.workspace_id, str(webhook_id), {"enabled": False})
    return await _shown(desk, webhook_id, Toast("Switched off. Nothing is sent there until it is on again."))


@post("/webhooks/{webhook_id:uuid}/test", status_code=200)
async def send_test(desk: Here, webhook_id: FromPath[UUID]) -> Response[str]:
    """Send a signed test and say what the other side answered."""
    delivery = await destinations.test_webhook(desk.services, desk.workspace_id, str(webhook_id))
    return await _shown(desk, webhook_id, outcome(delivery))


@post("/webhooks/{webhook_id:uuid}/delete", status_code=200)
async def remove(desk: Here, webhook_id: FromPath[UUID]) -> Response[str]:
    await destinations.delete_webhook(desk.database, desk.workspace_id, str(webhook_id))
    return desk.go("/webhooks", Toast("Removed."))


async def _shown(desk: Desk, webhook_id: UUID, toast: Toast) -> Response[str]:
    if not desk.is_htmx:
        return desk.go(f"/webhooks#webhook-{webhook_id}", toast)
    row = await destinations.get_webhook(desk.database, desk.workspace_id, str(webhook_id))
    return desk.part("webhook.html", toast, hook=await webhook_view(desk.database, row))


async def _view(desk: Desk, chosen: list[str] | None = None, form: Form | None = None) -> Webhooks:
    page = await destinations.list_webhooks(desk.database, desk.workspace_id, limit=MAX_LIMIT)
    shown = [await webhook_view(desk.database, row) for row in reversed(page.rows)]
    wanted = ["lead.created"] if chosen is None else chosen
    choices = tuple(EventChoice(name, words, name in wanted) for name, words in CHOICES)
    return Webhooks(tuple(shown), choices, desk.said().secret, form or Form())


ROUTES = [pages(show, create, enable, disable, send_test, remove)]
