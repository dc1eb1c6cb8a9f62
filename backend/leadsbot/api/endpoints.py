"""Endpoints: inbound addresses without a key, each with rules of its own. Secrets go in, and come out once at most."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType

from leadsbot.api.keyed import Holder, House, Part, keyed, said
from leadsbot.api.texts import Line, Name, Names
from leadsbot.capture.endpoint_input import checked
from leadsbot.capture.guards.addresses import check_network
from leadsbot.capture.guards.origins import check_pattern
from leadsbot.clock import rfc3339
from leadsbot.db.tx import Row
from leadsbot.errors import InvalidInput
from leadsbot.services import Services
from leadsbot.workspaces import endpoint_editing
from leadsbot.workspaces.endpoint_editing import Changed
from leadsbot.workspaces.site_editing import refusal_json

MOST_ENTRIES = 200
Lines = Annotated[list[Line], Meta(max_length=MOST_ENTRIES)]


class EndpointChange(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What may be said of an endpoint; what is left out stays as it is."""

    name: Name | UnsetType = UNSET
    required_fields: Names | UnsetType = UNSET
    allow_all_ips: bool | UnsetType = UNSET
    allowed_ips: Lines | UnsetType = UNSET
    allowed_origins: Lines | UnsetType = UNSET
    leads_per_ip_per_day: Annotated[int, Meta(ge=1, le=1_000_000)] | UnsetType | None = UNSET
    burst_per_second: Annotated[int, Meta(ge=1, le=100_000)] | UnsetType = UNSET
    captcha_provider: Line | UnsetType | None = UNSET
    captcha_secret: Line | UnsetType | None = UNSET
    signing: bool | UnsetType = UNSET


class NewEndpoint(EndpointChange, forbid_unknown_fields=True, kw_only=True):
    """An endpoint to be made: needs a name. Without more it takes a lead from everybody, everywhere."""

    name: Name


class IpToAllow(msgspec.Struct, forbid_unknown_fields=True):
    ip: Line


class OriginToAllow(msgspec.Struct, forbid_unknown_fields=True):
    origin: Line


@get("/", summary="List endpoints")
async def list_endpoints(services: House, holder: Holder, part: Part) -> dict[str, Any]:
    page = await endpoint_editing.list_endpoints(services.database, holder.workspace_id, part)
    return page.json(lambda row: _shown(services, Changed(row)))


@post("/", summary="Add an endpoint; with signing, this answer carries its secret")
async def create_endpoint(services: House, holder: Holder, data: JSONBody[NewEndpoint]) -> dict[str, Any]:
    values = checked(said(data))
    changed = await endpoint_editing.create_endpoint(services.database, services.vault, holder.workspace_id, values)
    services.endpoints.forget()
    return _shown(services, changed)


@get("/{endpoint_id:uuid}", summary="An endpoint")
async def get_endpoint(services: House, holder: Holder, endpoint_id: FromPath[UUID]) -> dict[str, Any]:
    return _shown(services, Changed(await _row(services, holder.workspace_id, endpoint_id)))


@patch(
    "/{endpoint_id:uuid}", summary="Change an endpoint; where signing is switched on, this answer carries its secret"
)
async def change_endpoint(
    services: House, holder: Holder, endpoint_id: FromPath[UUID], data: JSONBody[EndpointChange]
) -> dict[str, Any]:
    changed = await endpoint_editing.change_endpoint(
        services.database, services.vault, holder.workspace_id, str(endpoint_id), checked(said(data))
    )
    services.endpoints.forget()
    return _shown(services, changed)


@delete("/{endpoint_id:uuid}", summary="Delete an endpoint; its leads stay")
async def delete_endpoint(services: House, holder: Holder, endpoint_id: FromPath[UUID]) -> None:
    await endpoint_editing.delete_endpoint(services.database, holder.workspace_id, str(endpoint_id), holder.name)
    services.endpoints.forget()


@post("/{endpoint_id:uuid}/rotate-secret", status_code=200, summary="Make a new signing secret; this answer carries it")
async def rotate_secret(services: House, holder: Holder, endpoint_id: FromPath[UUID]) -> dict[str, Any]:
    changed = await endpoint_editing.rotate_secret(
        services.database, services.vault, holder.workspace_id, str(endpoint_id)
    )
    services.endpoints.forget()
    return _shown(services, changed)


@get("/{endpoint_id:uuid}/refusals", summary="What an endpoint turned away, counted by reason and origin")
async def list_refusals(services: House, holder: Holder, endpoint_id: FromPath[UUID]) -> dict[str, Any]:
    row = await _row(services, holder.workspace_id, endpoint_id)
    rows = await endpoint_editing.list_refusals(services.database, row["id"])
    return {"data": [refusal_json(one) for one in rows], "next_cursor": None}


@get("/{endpoint_id:uuid}/refused", summary="The last requests that an endpoint turned away, one by one")
async def list_refused(services: House, holder: Holder, endpoint_id: FromPath[UUID]) -> dict[str, Any]:
    row = await _row(services, holder.workspace_id, endpoint_id)
    rows = await endpoint_editing.list_refused(services.database, row["id"])
    return {"data": [_refused_json(one) for one in rows], "next_cursor": None}


@post("/{endpoint_id:uuid}/allow-origin", status_code=200, summary="Put an origin on an endpoint's list")
async def allow_origin(
    services: House, holder: Holder, endpoint_id: FromPath[UUID], data: JSONBody[OriginToAllow]
) -> dict[str, Any]:
    return await _allow(
        services, holder.workspace_id, endpoint_id, "allowed_origins", _as(check_pattern, data.origin, "origin")
    )


@post("/{endpoint_id:uuid}/allow-ip", status_code=200, summary="Put an address or network on an endpoint's list")
async def allow_ip(
    services: House, holder: Holder, endpoint_id: FromPath[UUID], data: JSONBody[IpToAllow]
) -> dict[str, Any]:
    return await _allow(services, holder.workspace_id, endpoint_id, "allowed_ips", _as(check_network, data.ip, "ip"))


async def _allow(services: Services, workspace_id: str, endpoint_id: UUID, column: str, entry: str) -> dict[str, Any]:
    row = await endpoint_editing.allow(services.database, workspace_id, str(endpoint_id), column, entry)
    services.endpoints.forget()
    return _shown(services, Changed(row))


def _as(check: Any, text: str, field: str) -> str:
    try:
        return str(check(text))
    except InvalidInput as error:
        raise InvalidInput(error.message, fields=[field]) from None


async def _row(services: Services, workspace_id: str, endpoint_id: UUID) -> Row:
    return await endpoint_editing.get_endpoint(services.database, workspace_id, str(endpoint_id))


def _shown(services: Services, changed: Changed) -> dict[str, Any]:
    return endpoint_editing.endpoint_json(changed, services.settings.public_url)


def _refused_json(row: Row) -> dict[str, Any]:
    told = {name: row[name] for name in ("id", "reason", "status", "origin", "address", "hint")}
    return {**told, "at": rfc3339(row["at"])}


ROUTES = [
    keyed(
        "/api/v1/endpoints",
        [
            list_endpoints,
            create_endpoint,
            get_endpoint,
            change_endpoint,
            delete_endpoint,
            rotate_secret,
            list_refusals,
            list_refused,
            allow_origin,
            allow_ip,
        ],
        "endpoints",
    )
]
