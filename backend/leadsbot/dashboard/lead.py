"""A lead's page and the inbox's pane: reading it, moving it, writing about it, calling it spam."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from leadsbot.dashboard.desk import Desk, Here, pages
from leadsbot.dashboard.shown.leads import Row, lead_page, lead_row, pipeline_of
from leadsbot.dashboard.shown.people import people
from leadsbot.dashboard.views import Toast, Undo
from leadsbot.dashboard.views.leads import SpamFolder
from leadsbot.errors import InvalidInput, NotFound
from leadsbot.leads import changes, merged, reading
from leadsbot.leads.filters import LeadFilter
from leadsbot.leads.present import full_name
from leadsbot.routing import erasure, snoozing, withheld
from leadsbot.workspaces import members

FOLDER = "/leads?spam=1"


@get("/leads/{lead_id:uuid}")
async def show(desk: Here, lead_id: FromPath[UUID]) -> Response[str]:
    """Show a lead, which counts as read from now on; the address of one that was merged leads to the one it is part
    of."""
    try:
        row = await reading.get_lead(desk.database, desk.workspace_id, str(lead_id))
    except NotFound:
        if kept := await merged.successor(desk.database, desk.workspace_id, str(lead_id)):
            return desk.go(f"/leads/{kept}")
        raise
    if row["read_at"] is None:
        await changes.mark_read(desk.database, desk.workspace_id, row["id"])
    view = await lead_page(desk.database, row)
    return desk.part("lead.html", lead=view, beside=True) if desk.is_htmx else await desk.page(view)


@get("/leads/{lead_id:uuid}/thread")
async def show_thread(desk: Here, lead_id: FromPath[UUID]) -> Response[str]:
    """Give the thread and, beside it, where the lead stands: both are asked for again while something is on its way,
    and whenever somebody else does something to it."""
    row = await reading.get_lead(desk.database, desk.workspace_id, str(lead_id))
    view = await lead_page(desk.database, row)
    return desk.part("renewed.html", lead_id=row["id"], timeline=view.timeline, lead=view, renewed=True)


@post("/leads/{lead_id:uuid}/stage", status_code=200)
async def move(desk: Here, lead_id: FromPath[UUID]) -> Response[str]:
    """Move it to another stage, in any direction."""
    wanted = desk.posted.text("stage")
    before = await changes.move(desk.database, desk.workspace_id, str(lead_id), wanted, desk.person.email)
    if before == wanted:
        return await _shown(desk, lead_id)
    return await _shown(desk, lead_id, Toast(f"Moved to {wanted}.", undo=_undo(lead_id, "stage", before)))


@post("/leads/{lead_id:uuid}/claim", status_code=200)
async def claim(desk: Here, lead_id: FromPath[UUID]) -> Response[str]:
    """Make it one's own (`claim` is 1), unless it is somebody's already, or nobody's again (0)."""
    mine = desk.posted.text("claim") == "1"
    me = desk.person.user_id
    before = await changes.assign(
        desk.database, desk.workspace_id, str(lead_id), me if mine else None, desk.person.email, unless_taken=mine
    )
    if mine and before not in (None, me):
        return await _shown(desk, lead_id, Toast("Somebody else has claimed it already.", "trouble"))
    undo = _undo_gift(lead_id, before, me if mine else "")
    return await _shown(desk, lead_id, Toast("It is yours." if mine else "Free to be claimed.", undo=undo))


@post("/leads/{lead_id:uuid}/assign", status_code=200)
async def assign(desk: Here, lead_id: FromPath[UUID]) -> Response[str]:
    """Give it to the member `to`, or to nobody; with `from` only where it is theirs still, as undoing wants it."""
    to, held_by = desk.posted.text("to"), desk.posted.text("from") if "from" in desk.posted.values() else None
    try:
        before = await changes.assign(
            desk.database, desk.workspace_id, str(lead_id), to or None, desk.person.email, only_from=held_by
        )
    except InvalidInput:
        return await _shown(desk, lead_id, Toast("They are no member any more. Choose somebody else.", "trouble"))
    if held_by not in (None, before or ""):
        return await _shown(desk, lead_id, Toast("It has changed hands since, so it stays as it is.", "trouble"))
    name = dict(await people(desk.database, desk.workspace_id)).get(to, "nobody")
    words = "It is yours." if to == desk.person.user_id else f"Assigned to {name}."
    undo = _undo_gift(lead_id, before, to) if (before or "") != to else None
    return await _shown(desk, lead_id, Toast(words, undo=undo))


@post("/leads/{lead_id:uuid}/notes", status_code=200)
async def add_note(desk: Here, lead_id: FromPath[UUID]) -> Response[str]:
    """Keep a note. One that can't be kept stays what it is: the browser still has it."""
    try:
        text = desk.posted.text("text")
        await changes.add_note(desk.database, desk.workspace_id, str(lead_id), text, desk.person.email)
    except InvalidInput as error:
        return await _shown(desk, lead_id, Toast(error.message, "trouble"))
    return await _shown(desk, lead_id, Toast("Note added."))


@post("/leads/{lead_id:uuid}/spam", status_code=200)
async def set_spam(desk: Here, lead_id: FromPath[UUID]) -> Response[str]:
    """Call it spam (`spam` is 1) or take that back (0)."""
    spam = desk.posted.text("spam") == "1"
    changed = await withheld.set_spam(desk.database, desk.workspace_id, str(lead_id), spam, desk.person.email)
    words = "Marked as spam." if spam else "Back among the leads, and sent to whoever is to know."
    undo = _undo(lead_id, "spam", "0" if spam else "1")
    if desk.posted.text("next") == FOLDER:
        undo = Undo(undo.action, (*undo.fields, ("next", FOLDER)))
        return desk.go(FOLDER, *([Toast(words, undo=undo)] if changed else []))
    return await _shown(desk, lead_id, *([Toast(words, undo=undo)] if changed else []))


@post("/leads/{lead_id:uuid}/wake", status_code=200)
async def end_snooze(desk: Here, lead_id: FromPath[UUID]) -> Response[str]:
    """Let its alert sleep no longer: nobody is reminded."""
    ended = await snoozing.end(desk.database, desk.workspace_id, str(lead_id), desk.person.email)
    return await _shown(desk, lead_id, *([Toast("No longer snoozed: nobody is reminded.")] if ended else []))


@post("/leads/{lead_id:uuid}/delete", status_code=200)
async def delete(desk: Here, lead_id: FromPath[UUID]) -> Response[str]:
    """Delete it with all that is personal, for good; its counts stay. For owners and admins."""
    row = await reading.get_lead(desk.database, desk.workspace_id, str(lead_id))
    await erasure.delete_lead(desk.database, desk.workspace_id, row["id"])
    name = full_name(row) or row["email"] or row["phone"] or "The lead"
    return desk.go(FOLDER if row["spam"] else "/leads", Toast(f"{name} was deleted."))


def _undo_gift(lead_id: UUID, before: str | None, now: str) -> Undo:
    return Undo(f"/leads/{lead_id}/assign", (("to", before or ""), ("from", now)), target="#lead")


def _undo(lead_id: UUID, action: str, before: str) -> Undo:
    return Undo(f"/leads/{lead_id}/{action}", ((action, before),), target="#lead")


async def fragment(desk: Desk, lead_id: str, *toasts: Toast) -> Response[str]:
    """Give the lead as it is now, for the place where the page's script shows it."""
    row = await reading.get_lead(desk.database, desk.workspace_id, lead_id)
    view = await lead_page(desk.database, row)
    return desk.part("lead.html", *toasts, lead=view, beside=is_beside(desk), folder=await _folder(desk, row))


async def _folder(desk: Desk, row: Row) -> SpamFolder | None:
    """Give what changes in the Spam folder, where it is that which stands beside the lead."""
    beside = urlsplit(desk.request.headers.get("hx-current-url", ""))
    if beside.path != "/leads" or parse_qs(beside.query).get("spam") != ["1"]:
        return None
    total = await reading.count_leads(desk.database, desk.workspace_id, LeadFilter(spam="only"))
    if not row["spam"]:
        return SpamFolder(total)
    if not desk.request.url.path.endswith("/spam"):  # it was there before, and so is its row
        return None
    return SpamFolder(total, await lead_row(desk.database, row, await pipeline_of(desk.database, desk.workspace_id)))


def is_beside(desk: Desk) -> bool:
    """Tell whether the page's script shows the lead beside the list."""
    return urlsplit(desk.request.headers.get("hx-current-url", "")).path == "/leads"


async def _shown(desk: Desk, lead_id: UUID, *toasts: Toast) -> Response[str]:
    """Give the lead in place where the page's script asked, else by way of its page."""
    return await fragment(desk, str(lead_id), *toasts) if desk.is_htmx else desk.go(f"/leads/{lead_id}", *toasts)


ROUTES = [
    pages(show, show_thread, move, claim, assign, add_note, set_spam, end_snooze),
    pages(delete, role=members.ADMIN),
]
