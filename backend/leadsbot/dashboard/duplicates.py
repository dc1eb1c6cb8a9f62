"""Possible duplicates of a lead: merging them, saying that they are none, and taking either back."""

from __future__ import annotations

from uuid import UUID

import msgspec
from litestar import Response, post
from litestar.params import FromPath

from leadsbot.dashboard.desk import Desk, Here, pages
from leadsbot.dashboard.lead import fragment, is_beside
from leadsbot.dashboard.shown.leads import Row, lead_page, lead_row, lead_rows, pipeline_of
from leadsbot.dashboard.views import Toast, Undo
from leadsbot.errors import Conflict, NotFound
from leadsbot.ids import is_id
from leadsbot.leads import duplicates, merges, reading
from leadsbot.leads.merges import Undone
from leadsbot.leads.present import full_name


@post("/leads/{lead_id:uuid}/merge", status_code=200)
async def merge(desk: Here, lead_id: FromPath[UUID]) -> Response[str]:
    """Make another lead (`lead_id` of the form) part of the one that is open."""
    kept_id, other_id = str(lead_id), _other(desk)
    args = (desk.database, desk.workspace_id, kept_id, other_id, desk.person.email)
    other = await reading.get_lead(desk.database, desk.workspace_id, other_id)
    row, merge_id = await merges.merge(*args)
    name = full_name(other) or other["email"] or other["phone"] or "Someone unnamed"
    toast = Toast(
        f"“{name}” is part of this lead now.", undo=Undo(f"/merges/{merge_id}/undo", (("lead_id", kept_id),), "#lead")
    )
    if not desk.is_htmx:
        return desk.go(f"/leads/{kept_id}", toast)
    view, beside = await lead_page(desk.database, row), is_beside(desk)
    answer = desk.part("merged.html", toast, lead=view, beside=beside, gone=other_id if beside else "")
    return _counted(answer, other, -1)


@post("/merges/{merge_id:uuid}/undo", status_code=200)
async def undo(desk: Here, merge_id: FromPath[UUID]) -> Response[str]:
    """Take a merge apart again, and stay with the lead that was kept."""
    try:
        undone = await merges.undo(desk.database, desk.workspace_id, str(merge_id))
    except Conflict as error:
        return await _shown(desk, _other(desk), Toast(error.message, "trouble"))
    words = "They are two leads again."
    if undone.edited:
        words += f" What was changed since stays: {', '.join(undone.edited).replace('_', ' ')}."
    toast = Toast(words)
    if not desk.is_htmx:
        return await _shown(desk, undone.kept["id"], toast)
    if not is_beside(desk):
        return _counted(await _shown(desk, undone.kept["id"], toast), undone.restored, 1)
    view = await lead_page(desk.database, undone.kept)
    back = await _back_in_list(desk, undone)
    answer = desk.part("unmerged.html", toast, lead=view, beside=True, **back)
    return _counted(answer, undone.restored, 1) if back["row"] else answer


@post("/leads/{lead_id:uuid}/apart", status_code=200)
async def set_apart(desk: Here, lead_id: FromPath[UUID]) -> Response[str]:
    """Say that two leads are not the same person (`apart` is 1), or take that back (0)."""
    mine, other = str(lead_id), _other(desk)
    if desk.posted.text("apart") == "0":
        await duplicates.offer_again(desk.database, desk.workspace_id, mine, other)
        return await _marked(desk, mine, other)
    await duplicates.set_apart(desk.database, desk.workspace_id, mine, other, desk.person.email)
    back = Undo(f"/leads/{mine}/apart", (("lead_id", other), ("apart", "0")), "#lead")
    return await _marked(desk, mine, other, Toast("Kept apart. You won't be asked about these two again.", undo=back))


def _counted(answer: Response[str], lead: Row, by: int) -> Response[str]:
    """Tell the page's script that a lead has left the list (`by` is -1) or come back (1), for what counts them; of
    what the list's stream brings the stream tells."""
    unread = by if lead["read_at"] is None and not lead["spam"] else 0
    told = {"leadsbot:counted": {"id": lead["id"], "by": 0 if lead["spam"] else by, "unread": unread}}
    answer.set_header("hx-trigger", msgspec.json.encode(told).decode())
    return answer


async def _back_in_list(desk: Desk, undone: Undone) -> dict[str, object]:
    """Say where in the list the restored lead's row goes; what is newest of all the list's stream brings."""
    restored, kept = undone.restored, undone.kept
    newest = await desk.database.fetch_one(
        "SELECT max(created_at) AS at FROM leads WHERE workspace_id = $1", desk.workspace_id
    )
    if newest is None or restored["created_at"] >= newest["at"]:
        return {"row": None, "place": ""}
    side = "beforebegin" if restored["created_at"] > kept["created_at"] else "afterend"
    row = await lead_row(desk.database, restored, await pipeline_of(desk.database, desk.workspace_id))
    return {"row": row, "place": f"{side}:#row-{kept['id']}"}


async def _marked(desk: Desk, lead_id: str, other_id: str, *toasts: Toast) -> Response[str]:
    """Show the lead; beside the list both rows too, since no event tells of their marks."""
    if not desk.is_htmx or not is_beside(desk):
        return await _shown(desk, lead_id, *toasts)
    rows = [await reading.get_lead(desk.database, desk.workspace_id, one) for one in (lead_id, other_id)]
    pipeline = await pipeline_of(desk.database, desk.workspace_id)
    view = await lead_page(desk.database, rows[0])
    listed = await lead_rows(desk.database, rows, pipeline)
    return desk.part("apart.html", *toasts, lead=view, beside=True, rows=listed)


def _other(desk: Desk) -> str:
    other = desk.posted.text("lead_id").lower()
    if not is_id(other):
        raise NotFound("There is no such lead.")
    return other


async def _shown(desk: Desk, lead_id: str, *toasts: Toast) -> Response[str]:
    return await fragment(desk, lead_id, *toasts) if desk.is_htmx else desk.go(f"/leads/{lead_id}", *toasts)


ROUTES = [pages(merge, undo, set_apart)]
