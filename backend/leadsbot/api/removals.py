"""What was removed and can be put back: channels, webhooks, endpoints, members, invitations."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, QueryParameter

from leadsbot.api.keyed import Holder, House, Part, keyed
from leadsbot.routing import restoring
from leadsbot.workspaces import removals
from leadsbot.workspaces.removals import removal_json

Kind = Literal["channel", "webhook", "endpoint", "member", "invitation"]


@get("/", summary="List what was removed and can be put back")
async def list_removals(
    services: House, holder: Holder, part: Part, kind: Annotated[Kind | None, QueryParameter()] = None
) -> dict[str, Any]:
    page = await removals.listed(services.database, holder.workspace_id, part, kind)
    return page.json(removal_json)


@post("/{removed_id:uuid}/restore", status_code=200, summary="Put back what was removed")
async def restore(services: House, holder: Holder, removed_id: FromPath[UUID]) -> dict[str, Any]:
    return removal_json(await restoring.restore(services, holder.workspace_id, str(removed_id)))


ROUTES = [keyed("/api/v1/removals", [list_removals, restore], "removals")]
