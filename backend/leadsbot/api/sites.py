"""Sites: a public token each, with the rules of the pages that carry it."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType

from leadsbot.api.keyed import Holder, House, Part, keyed, said
from leadsbot.api.texts import Line, Name, Names, Short
from leadsbot.capture.guards.origins import check_pattern
from leadsbot.db.tx import Row
from leadsbot.errors import InvalidInput
from leadsbot.leads import pipeline
from leadsbot.services import Services
from leadsbot.workspaces import site_editing
from leadsbot.workspaces.site_editing import LONGEST_IDLE_MINUTES, SHORTEST_IDLE_MINUTES, check_web_address
from leadsbot.workspaces.workspace_editing import get_workspace


class SiteChange(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What may be said of a site; what is left out stays as it is."""

    name: Name | UnsetType = UNSET
    allowed_origins: Annotated[list[Line], Meta(max_length=200)] | UnsetType = UNSET
    burst_per_second: Annotated[int, Meta(ge=1, le=100_000)] | UnsetType = UNSET
    leads_per_ip_per_day: Annotated[int, Meta(ge=1, le=1000000)] | UnsetType | None = UNSET
    honeypot_field: Short | UnsetType = UNSET
    masked_fields: Names | UnsetType = UNSET
    hidden_fields: Names | UnsetType = UNSET
    ignored_forms: Names | UnsetType = UNSET
    partial_values: Literal["off", "contact", "all"] | UnsetType = UNSET
    page_stages: Names | UnsetType = UNSET
    thank_you_url: Line | UnsetType = UNSET
    abandon_after_minutes: Annotated[float, Meta(ge=SHORTEST_IDLE_MINUTES, le=LONGEST_IDLE_MINUTES)] | UnsetType = UNSET
    consent: Literal["none", "required"] | UnsetType = UNSET
    privacy_signals: Literal["ignore", "honour"] | UnsetType = UNSET


class NewSite(SiteChange, forbid_unknown_fields=True, kw_only=True):
    """A site to be made: needs a name."""

    name: Name


class OriginToAllow(msgspec.Struct, forbid_unknown_fields=True):
    origin: Line


@get("/", summary="List sites")
async def list_sites(services: House, holder: Holder, part: Part) -> dict[str, Any]:
    page = await site_editing.list_sites(services.database, holder.workspace_id, part)
    return page.json(lambda row: _shown(services, row))


@post("/", summary="Add a site")
async def create_site(services: House, holder: Holder, data: JSONBody[NewSite]) -> dict[str, Any]:
    values = await _checked(services, holder.workspace_id, data)
    row = await site_editing.create_site(services.database, holder.workspace_id, values)
    services.sites.forget()
    return _shown(services, row)


@get("/{site_id:uuid}", summary="A site")
async def get_site(services: House, holder: Holder, site_id: FromPath[UUID]) -> dict[str, Any]:
    return _shown(services, await site_editing.get_site(services.database, holder.workspace_id, str(site_id)))


@patch("/{site_id:uuid}", summary="Change a site")
async def change_site(
    services: House, holder: Holder, site_id: FromPath[UUID], data: JSONBody[SiteChange]
) -> dict[str, Any]:
    values = await _checked(services, holder.workspace_id, data)
    row = await site_editing.change_site(services.database, holder.workspace_id, str(site_id), values)
    services.sites.forget()
    return _shown(services, row)


@delete("/{site_id:uuid}", summary="Delete a site; its leads stay")
async def delete_site(services: House, holder: Holder, site_id: FromPath[UUID]) -> None:
    await site_editing.delete_site(services.database, holder.workspace_id, str(site_id))
    services.sites.forget()


@get("/{site_id:uuid}/refusals", summary="What a site turned away")
async def list_refusals(services: House, holder: Holder, site_id: FromPath[UUID]) -> dict[str, Any]:
    site = await site_editing.get_site(services.database, holder.workspace_id, str(site_id))
    rows = await site_editing.list_refusals(services.database, site["id"])
    return {"data": [site_editing.refusal_json(row) for row in rows], "next_cursor": None}


@post("/{site_id:uuid}/allow-origin", status_code=200, summary="Put an origin on a site's list")
async def allow_origin(
    services: House, holder: Holder, site_id: FromPath[UUID], data: JSONBody[OriginToAllow]
) -> dict[str, Any]:
    pattern = _pattern(data.origin, "origin")
    row = await site_editing.allow_origin(services.database, holder.workspace_id, str(site_id), pattern)
    services.sites.forget()
    return _shown(services, row)


async def _checked(services: Services, workspace_id: str, data: SiteChange) -> dict[str, Any]:
    """Give what was said, by column, in its normal form."""
    values = said(data)
    if "name" in values:
        values["name"] = values["name"].strip()
    if "allowed_origins" in values:
        patterns = [_pattern(text, "allowed_origins") for text in values["allowed_origins"]]
        values["allowed_origins"] = list(dict.fromkeys(patterns))
    if values.get("thank_you_url"):
        check_web_address(values["thank_you_url"])
    if values.get("page_stages"):
        values["page_stages"] = await _stages(services, workspace_id, values["page_stages"])
    return values


def _pattern(text: str, field: str) -> str:
    try:
        return check_pattern(text)
    except InvalidInput as error:
        raise InvalidInput(error.message, fields=[field]) from None


async def _stages(services: Services, workspace_id: str, names: list[str]) -> list[str]:
    workspace = await get_workspace(services.database, workspace_id)
    known = msgspec.json.decode(workspace["stages"], type=list[str])
    try:
        return [pipeline.find(known, name) for name in names]
    except InvalidInput as error:
        raise InvalidInput(error.message, code=error.code, fields=["page_stages"]) from None


def _shown(services: Services, row: Row) -> dict[str, Any]:
    return site_editing.site_json(row, services.settings.public_url)


ROUTES = [
    keyed(
        "/api/v1/sites",
        [list_sites, create_site, get_site, change_site, delete_site, list_refusals, allow_origin],
        "sites",
    )
]
