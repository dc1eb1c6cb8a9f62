"""The workspace that a key belongs to: one object."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import msgspec
from litestar import get, patch
from litestar.params import JSONBody
from msgspec import UNSET, Meta, UnsetType

from leadsbot.api.keyed import Holder, House, keyed, said
from leadsbot.api.texts import Name, Names
from leadsbot.capture.required import check_required
from leadsbot.db import Tx
from leadsbot.leads import list_editing
from leadsbot.routing import renaming, retiming
from leadsbot.workspaces import lists, workspace_editing
from leadsbot.workspaces.countries import check_country
from leadsbot.workspaces.workspace_editing import (
    COLUMNS,
    LONGEST_RETENTION_DAYS,
    MOST_LEADS_PER_HOUR,
    check_timezone,
    workspace_json,
)

_CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "name": str.strip,
    "timezone": check_timezone,
    "country": check_country,
    "required_fields": check_required,
}


class WorkspaceChange(msgspec.Struct, forbid_unknown_fields=True):
    """What is left out stays as it is. Lists are taken as a whole: see `stages`, `lead-types` and `event-types` for one
    entry at a time, and for renaming with the leads that carry the name."""

    name: Name | UnsetType = UNSET
    timezone: Annotated[str, Meta(max_length=64)] | UnsetType = UNSET
    country: Annotated[str, Meta(max_length=2)] | UnsetType = UNSET
    summary_hour: Annotated[int, Meta(ge=0, le=23)] | UnsetType = UNSET
    stages: Names | UnsetType = UNSET
    required_fields: Names | UnsetType = UNSET
    lead_types: Names | UnsetType = UNSET
    event_types: Names | UnsetType = UNSET
    leads_per_hour: Annotated[int, Meta(ge=1, le=MOST_LEADS_PER_HOUR)] | UnsetType = UNSET
    retention_days: Annotated[int, Meta(ge=1, le=LONGEST_RETENTION_DAYS)] | UnsetType | None = UNSET


@get("/", summary="The workspace")
async def get_workspace(services: House, holder: Holder) -> dict[str, Any]:
    return workspace_json(await workspace_editing.get_workspace(services.database, holder.workspace_id))


@patch("/", summary="Change the workspace")
async def change_workspace(services: House, holder: Holder, data: JSONBody[WorkspaceChange]) -> dict[str, Any]:
    told = said(data)
    values = {name: _CHECKS.get(name, _as_it_is)(told[name]) for name in COLUMNS if name in told}
    wanted = {kind: told[kind.column] for kind in lists.KINDS if kind.column in told}

    async def also(tx: Tx) -> None:
        await list_editing.replace(tx, holder.workspace_id, wanted, renaming.follow)
        if values.keys() & retiming.CAUSES:
            await retiming.retime(tx, holder.workspace_id)

    row = await workspace_editing.change_workspace(services.database, holder.workspace_id, values, also)
    services.sites.forget()
    return workspace_json(row)


def _as_it_is(value: Any) -> Any:
    return value


ROUTES = [keyed("/api/v1/workspace", [get_workspace, change_workspace], "workspace")]
