"""The workspace that a key belongs to: one object."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import get, patch
from litestar.params import JSONBody
from msgspec import Meta

from leadsbot.api.keyed import Holder, House, keyed
from leadsbot.api.texts import Name
from leadsbot.workspaces import workspace_editing
from leadsbot.workspaces.workspace_editing import check_timezone, workspace_json


class WorkspaceChange(msgspec.Struct, forbid_unknown_fields=True):
    """What is left out stays as it is."""

    name: Name | msgspec.UnsetType = msgspec.UNSET
    timezone: Annotated[str, Meta(max_length=64)] | msgspec.UnsetType = msgspec.UNSET


@get("/", summary="The workspace")
async def get_workspace(services: House, holder: Holder) -> dict[str, Any]:
    return workspace_json(await workspace_editing.get_workspace(services.database, holder.workspace_id))


@patch("/", summary="Change the workspace")
async def change_workspace(services: House, holder: Holder, data: JSONBody[WorkspaceChange]) -> dict[str, Any]:
    name = None if data.name is msgspec.UNSET else data.name.strip()
    timezone = None if data.timezone is msgspec.UNSET else check_timezone(data.timezone)
    row = await workspace_editing.change_workspace(services.database, holder.workspace_id, name, timezone)
    services.sites.forget()
    return workspace_json(row)


ROUTES = [keyed("/api/v1/workspace", [get_workspace, change_workspace], "workspace")]
