"""Event types: what doors match a lead's `event_type` against, whatever its case."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody

from leadsbot.api import named
from leadsbot.api.keyed import Holder, House, keyed
from leadsbot.api.named import EntryChange, NewEntry
from leadsbot.workspaces.lists import EVENT_TYPES


@get("/", summary="List event types, in their order, with how many leads are of each")
async def list_event_types(services: House, holder: Holder) -> dict[str, Any]:
    return await named.listed(services, holder.workspace_id, EVENT_TYPES)


@post("/", summary="Add an event type")
async def create_event_type(services: House, holder: Holder, data: JSONBody[NewEntry]) -> dict[str, Any]:
    return await named.created(services, holder.workspace_id, EVENT_TYPES, data)


@get("/{event_type_id:uuid}", summary="An event type")
async def get_event_type(services: House, holder: Holder, event_type_id: FromPath[UUID]) -> dict[str, Any]:
    return await named.one(services, holder.workspace_id, EVENT_TYPES, str(event_type_id))


@patch("/{event_type_id:uuid}", summary="Rename an event type, on its leads too, or give it another place")
async def change_event_type(
    services: House, holder: Holder, event_type_id: FromPath[UUID], data: JSONBody[EntryChange]
) -> dict[str, Any]:
    return await named.changed(services, holder.workspace_id, EVENT_TYPES, str(event_type_id), data)


@delete("/{event_type_id:uuid}", summary="Delete an event type; leads keep the words")
async def delete_event_type(services: House, holder: Holder, event_type_id: FromPath[UUID]) -> None:
    await named.removed(services, holder.workspace_id, EVENT_TYPES, str(event_type_id))


ROUTES = [
    keyed(
        "/api/v1/event-types",
        [list_event_types, create_event_type, get_event_type, change_event_type, delete_event_type],
        "event-types",
    )
]
