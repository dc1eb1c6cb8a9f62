"""Webhooks: addresses of the user's own. A secret is in the answers to making and rotating it, and nowhere else."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from leadsbot.api.keyed import Holder, House, Part, keyed, said
from leadsbot.api.texts import Line, Short
from leadsbot.routing import deliveries, destinations, replay
from leadsbot.routing.destinations import webhook_json


class NewWebhook(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A webhook to be made. It gets the events that it names; none, and only workflows call it."""

    url: Line
    name: Short = ""
    events: list[str] = []
    enabled: bool = True


class WebhookChange(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What is left out stays as it is; `missed_since` can be set to null alone."""

    url: Line | UnsetType = UNSET
    name: Short | UnsetType = UNSET
    events: list[str] | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    missed_since: UnsetType | None = UNSET


class Again(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What is to be sent again: all that was due from `since` on, or only what didn't arrive."""

    since: Line
    missed_only: bool = False


@get("/", summary="List webhooks")
async def list_webhooks(services: House, holder: Holder, part: Part) -> dict[str, Any]:
    page = await destinations.list_webhooks(services.database, holder.workspace_id, part.cursor, part.limit)
    return page.json(webhook_json)


@post("/", summary="Add a webhook; this answer carries its secret")
async def create_webhook(services: House, holder: Holder, data: JSONBody[NewWebhook]) -> dict[str, Any]:
    row, secret = await destinations.create_webhook(
        services.database, services.vault, holder.workspace_id, data.url, data.events, data.enabled, data.name
    )
    return {**webhook_json(row), "secret": secret}


@get("/{webhook_id:uuid}", summary="A webhook")
async def get_webhook(services: House, holder: Holder, webhook_id: FromPath[UUID]) -> dict[str, Any]:
    return webhook_json(await destinations.get_webhook(services.database, holder.workspace_id, str(webhook_id)))


@patch("/{webhook_id:uuid}", summary="Change a webhook")
async def change_webhook(
    services: House, holder: Holder, webhook_id: FromPath[UUID], data: JSONBody[WebhookChange]
) -> dict[str, Any]:
    row = await destinations.update_webhook(services.database, holder.workspace_id, str(webhook_id), said(data))
    return webhook_json(row)


@delete("/{webhook_id:uuid}", summary="Delete a webhook")
async def delete_webhook(services: House, holder: Holder, webhook_id: FromPath[UUID]) -> None:
    await destinations.delete_webhook(services.database, holder.workspace_id, str(webhook_id), holder.name)


@post("/{webhook_id:uuid}/test", status_code=200, summary="Send a test event; answers with its delivery")
async def send_test(services: House, holder: Holder, webhook_id: FromPath[UUID]) -> dict[str, Any]:
    return await destinations.test_webhook(services, holder.workspace_id, str(webhook_id))


@post("/{webhook_id:uuid}/rotate-secret", status_code=200, summary="Make a new secret; this answer carries it")
async def rotate_secret(services: House, holder: Holder, webhook_id: FromPath[UUID]) -> dict[str, Any]:
    row, secret = await destinations.rotate_secret(
        services.database, services.vault, holder.workspace_id, str(webhook_id)
    )
    return {**webhook_json(row), "secret": secret}


@post("/{webhook_id:uuid}/replay", status_code=202, summary="Send again all that a webhook was due since some time")
async def send_again(
    services: House, holder: Holder, webhook_id: FromPath[UUID], data: JSONBody[Again]
) -> dict[str, Any]:
    row = await replay.begin_since(
        services.database, holder.workspace_id, str(webhook_id), data.since, missed=data.missed_only
    )
    return webhook_json(row)


@get("/{webhook_id:uuid}/deliveries", summary="List what was sent to a webhook")
async def list_deliveries(services: House, holder: Holder, webhook_id: FromPath[UUID], part: Part) -> dict[str, Any]:
    row = await destinations.get_webhook(services.database, holder.workspace_id, str(webhook_id))
    page = await deliveries.list_deliveries(
        services.database, holder.workspace_id, webhook_id=row["id"], cursor=part.cursor, limit=part.limit
    )
    return {"data": page.rows, "next_cursor": page.next_cursor}


ROUTES = [
    keyed(
        "/api/v1/webhooks",
        [
            list_webhooks,
            create_webhook,
            get_webhook,
            change_webhook,
            delete_webhook,
            send_test,
            rotate_secret,
            send_again,
            list_deliveries,
        ],
        "webhooks",
    )
]
