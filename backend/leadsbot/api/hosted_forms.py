"""Hosted forms: defined here, shown on a site's pages by the tag with `data-mode="form"`."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import UNSET, UnsetType

from leadsbot.api.keyed import Holder, House, Part, keyed, text_of
from leadsbot.api.texts import Name
from leadsbot.forms import hosted, hosted_editing
from leadsbot.forms.hosted_editing import hosted_json


class NewHostedForm(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A form to be made. `definition` is checked as a whole: docs/hosted-forms.md says what it may hold."""

    site_id: UUID
    name: Name
    definition: dict[str, Any]


class HostedFormChange(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What is left out stays as it is; `definition` is replaced as a whole."""

    name: Name | UnsetType = UNSET
    definition: dict[str, Any] | UnsetType = UNSET


@get("/", summary="List hosted forms")
async def list_forms(
    services: House, holder: Holder, part: Part, site_id: Annotated[UUID | None, QueryParameter()] = None
) -> dict[str, Any]:
    page = await hosted_editing.list_hosted(services.database, holder.workspace_id, text_of(site_id), part)
    return page.json(lambda row: hosted_json(row, services.settings.public_url))


@post("/", summary="Add a hosted form")
async def create_form(services: House, holder: Holder, data: JSONBody[NewHostedForm]) -> dict[str, Any]:
    definition = hosted.check(data.definition)
    row = await hosted_editing.create_hosted(
        services.database, holder.workspace_id, str(data.site_id), data.name.strip(), definition
    )
    return hosted_json(row, services.settings.public_url)


@get("/{hosted_form_id:uuid}", summary="A hosted form")
async def get_form(services: House, holder: Holder, hosted_form_id: FromPath[UUID]) -> dict[str, Any]:
    row = await hosted_editing.get_hosted(services.database, holder.workspace_id, str(hosted_form_id))
    return hosted_json(row, services.settings.public_url)


@patch("/{hosted_form_id:uuid}", summary="Change a hosted form")
async def change_form(
    services: House, holder: Holder, hosted_form_id: FromPath[UUID], data: JSONBody[HostedFormChange]
) -> dict[str, Any]:
    row = await hosted_editing.change_hosted(
        services.database,
        holder.workspace_id,
        str(hosted_form_id),
        None if data.name is UNSET else data.name.strip(),
        None if data.definition is UNSET else hosted.check(data.definition),
    )
    return hosted_json(row, services.settings.public_url)


@delete("/{hosted_form_id:uuid}", summary="Delete a hosted form; its leads stay")
async def delete_form(services: House, holder: Holder, hosted_form_id: FromPath[UUID]) -> None:
    await hosted_editing.delete_hosted(services.database, holder.workspace_id, str(hosted_form_id))


ROUTES = [keyed("/api/v1/hosted-forms", [list_forms, create_form, get_form, change_form, delete_form], "hosted-forms")]
