"""The pipeline's stages, one by one. The first is where a form begun stands, the second where a lead arrives."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter

from leadsbot.api import named
from leadsbot.api.keyed import Holder, House, keyed
from leadsbot.api.named import EntryChange, NewEntry
from leadsbot.leads import list_editing
from leadsbot.workspaces.lists import STAGES

MoveTo = Annotated[
    str | None, QueryParameter(max_length=200, description="The stage that its leads go to, by name or id")
]


@get("/", summary="List stages, in the pipeline's order, with how many leads stand at each")
async def list_stages(services: House, holder: Holder) -> dict[str, Any]:
    return await named.listed(services, holder.workspace_id, STAGES)


@post("/", summary="Add a stage")
async def create_stage(services: House, holder: Holder, data: JSONBody[NewEntry]) -> dict[str, Any]:
    return await named.created(services, holder.workspace_id, STAGES, data)


@get("/{stage_id:uuid}", summary="A stage")
async def get_stage(services: House, holder: Holder, stage_id: FromPath[UUID]) -> dict[str, Any]:
    return await named.one(services, holder.workspace_id, STAGES, str(stage_id))


@patch("/{stage_id:uuid}", summary="Rename a stage, with the leads that stand there, or give it another place")
async def change_stage(
    services: House, holder: Holder, stage_id: FromPath[UUID], data: JSONBody[EntryChange]
) -> dict[str, Any]:
    return await named.changed(services, holder.workspace_id, STAGES, str(stage_id), data)


@delete("/{stage_id:uuid}", summary="Delete a stage; where leads stand there, say where they go")
async def delete_stage(services: House, holder: Holder, stage_id: FromPath[UUID], move_to: MoveTo = None) -> None:
    by = f"{holder.name} (api)"
    await list_editing.remove_stage(services.database, holder.workspace_id, str(stage_id), move_to or None, by)
    services.sites.forget()


ROUTES = [keyed("/api/v1/stages", [list_stages, create_stage, get_stage, change_stage, delete_stage], "stages")]
