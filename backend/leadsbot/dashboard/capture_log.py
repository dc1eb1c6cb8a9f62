"""The capture log: what was sent to the doors, taken and refused, with what to do about it."""

from __future__ import annotations

from litestar import Response, get

from leadsbot.dashboard.desk import Here, pages
from leadsbot.dashboard.shown.capture_log import captures, doors_of, open_alerts
from leadsbot.dashboard.views.capture_log import CaptureLog
from leadsbot.db.paging import Slice
from leadsbot.errors import InvalidInput
from leadsbot.leads.attempts import OUTCOMES, Asked, list_attempts


@get("/attempts")
async def show(desk: Here) -> Response[str]:
    """Show the log; a door, an outcome or a cursor that can't be is passed over."""
    doors = await doors_of(desk.database, desk.workspace_id)
    outcome = next((one for one in OUTCOMES if one == desk.asked("outcome")), None)
    door = next((one for one in doors if one.id == desk.asked("door")), None)
    asked = Asked(None, door.id if door else None, outcome)
    try:
        page = await list_attempts(desk.database, desk.workspace_id, asked, Slice(cursor=desk.asked("cursor") or None))
    except InvalidInput:
        page = await list_attempts(desk.database, desk.workspace_id, asked, Slice())
    door_id = door.id if door else ""
    view = CaptureLog(
        rows=await captures(desk.database, page.rows, doors),
        doors=doors,
        alerts=await open_alerts(desk.database, desk.workspace_id, door_id),
        outcome=outcome or "",
        door=door_id,
        older=page.next_cursor or "",
    )
    return await desk.page(view)


ROUTES = [pages(show)]
