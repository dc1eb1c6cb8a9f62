"""Putting back what was removed: from the toast that says so, or from the list below what is there."""

from __future__ import annotations

from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath

from leadsbot.dashboard import words
from leadsbot.dashboard.desk import Here, pages
from leadsbot.dashboard.shown.removed import PLACES
from leadsbot.dashboard.views import Toast
from leadsbot.errors import Conflict
from leadsbot.routing import restoring
from leadsbot.workspaces import members


@post("/removals/{removed_id:uuid}/restore")
async def restore(desk: Here, removed_id: FromPath[UUID]) -> Response[str]:
    """Put it back, and lead to where it stands; what has taken its place is told of where it was."""
    try:
        removal = await restoring.restore(desk.services, desk.workspace_id, str(removed_id), desk.person.role)
    except Conflict as error:
        return desk.go(desk.posted.text("next") or "/", Toast(error.message, "trouble"))
    path = f"{PLACES[removal['kind']]}#{removal['kind']}-{removed_id}"
    return desk.go(path, Toast(f"“{words.short(removal['name'])}” is back."))


ROUTES = [pages(restore, role=members.ADMIN)]
