"""Lead types: what leads are told apart by. The first is taken where an endpoint's lead names none that exists."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody

from leadsbot.api import named
from leadsbot.api.keyed import Holder, House, keyed
from leadsbot.api.named import EntryChange, NewEntry
from leadsbot.workspaces.lists import LEAD_TYPES


@get("/", summary="List lead types, in their order, with how many leads are of each")
async def list_lead_types(services: House, holder: Holder) -> dict[str, Any]:
    return await named.listed(services, holder.workspace_id, LEAD_TYPES)


@post("/", summary="Add a lead type")
async def create_lead_type(services: House, holder: Holder, data: JSONBody[NewEntry]) -> dict[str, Any]:
    return await named.created(services, holder.workspace_id, LEAD_TYPES, data)


@get("/{lead_type_id:uuid}", summary="A lead type")
async def get_lead_type(services: House, holder: Holder, lead_type_id: FromPath[UUID]) -> dict[str, Any]:
    return await named.one(services, holder.workspace_id, LEAD_TYPES, str(lead_type_id))


@patch("/{lead_type_id:uuid}", summary="Rename a lead type, on its leads too, or give it another place")
async def change_lead_type(
    services: House, holder: Holder, lead_type_id: FromPath[UUID], data: JSONBody[EntryChange]
) -> dict[str, Any]:
    return await named.changed(services, holder.workspace_id, LEAD_TYPES, str(lead_type_id), data)


@delete("/{lead_type_id:uuid}", summary="Delete a lead type; leads keep the words")
async def delete_lead_type(services: House, holder: Holder, lead_type_id: FromPath[UUID]) -> None:
    await named.removed(services, holder.workspace_id, LEAD_TYPES, str(lead_type_id))


ROUTES = [
    keyed(
        "/api/v1/lead-types",
        [list_lead_types, create_lead_type, get_lead_type, change_lead_type, delete_lead_type],
        "lead-types",
    )
]
