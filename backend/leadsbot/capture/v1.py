"""`POST /api/v1/leads` and `POST /api/inbound/{workspace_id}/leads`: a whole lead, from a server."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import post
from litestar.params import FromPath, JSONBody

from leadsbot.api.keyed import Holder, House, keyed
from leadsbot.capture import keyed_door
from leadsbot.capture.house_rules import rules_of
from leadsbot.capture.keyed_door import NOTED, Body, writes
from leadsbot.capture.lead_body import Told, read
from leadsbot.errors import NotFound
from leadsbot.leads.present import lead_url
from leadsbot.services import Services
from leadsbot.workspaces.api_keys import KeyHolder

DOOR = "v1"
INBOUND = "inbound"


@post("/", opt=writes(DOOR), exception_handlers=NOTED, summary="Create a lead")
async def create_lead(services: House, holder: Holder, data: JSONBody[Body]) -> dict[str, Any]:
    return await _create(services, holder, data, DOOR)


@post(
    "/{workspace_id:uuid}/leads",
    opt=writes(INBOUND),
    exception_handlers=NOTED,
    summary="Create a lead, at the workspace's own address",
)
async def create_inbound(
    services: House, holder: Holder, workspace_id: FromPath[UUID], data: JSONBody[Body]
) -> dict[str, Any]:
    if str(workspace_id) != holder.workspace_id:
        raise NotFound("There is no such workspace.")
    return await _create(services, holder, data, INBOUND)


async def _create(services: Services, holder: KeyHolder, body: Body, door: str) -> dict[str, Any]:
    told = read(body, believes=True)
    rules = await rules_of(services.database, holder.workspace_id)
    keyed_door.require((*_names(told), "email", "phone", *rules.required_fields), told.present())
    taken, _ = await keyed_door.take(services, holder, rules, told, door, body=body)
    lead_id = str(taken.lead_id)
    return {"id": lead_id, "status": "created", "lead_url": lead_url(lead_id, services.settings.public_url)}


def _names(told: Told) -> tuple[str, ...]:
    """A whole name will do, in one piece or two."""
    if "name" in told.asked or not (told.contact.first_name or told.contact.last_name):
        return ("name",)
    return ("first_name", "last_name")


# `create_lead` stands with the other calls on the collection, in `api.leads`: an address has one router.
ROUTES = [keyed("/api/inbound", [create_inbound], "doors")]
