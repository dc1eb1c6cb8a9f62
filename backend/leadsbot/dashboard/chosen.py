"""Several leads at once, as they were chosen in the list: moved, given to somebody, called spam, deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from litestar import Response, post

from leadsbot.dashboard import words
from leadsbot.dashboard.desk import Desk, Here, pages
from leadsbot.dashboard.shown.chosen import GONE, STAGE, TO, pack, undone, unpack
from leadsbot.dashboard.shown.people import people
from leadsbot.dashboard.views import Toast, Undo
from leadsbot.errors import InvalidInput
from leadsbot.ids import is_id
from leadsbot.leads import changes
from leadsbot.routing import erasure, withheld
from leadsbot.routing.together import MOST_LEADS, each
from leadsbot.workspaces import members

INBOX: Final = "/leads"
SPAM: Final = "spam"
NOTHING_CHOSEN: Final = Toast("Choose the leads first, then what becomes of them.", "trouble")


@post("/leads/chosen", status_code=200)
async def change(desk: Here) -> Response[str]:
    """Do to each of the leads named `lead` what the pressed button says: `stage`, `to` (a member's id, or nobody) or
    `spam`. Those that are gone meanwhile are left out, and those that are so already are not counted."""
    ids = _ids(desk.posted.all("lead"))
    what = next((name for name in (STAGE, TO, SPAM) if name in desk.posted.values()), None)
    if not ids or what is None:
        return _back(desk, NOTHING_CHOSEN)
    wanted = desk.posted.text(what)
    try:
        before = await each(ids, lambda lead_id: _set(desk, what, lead_id, wanted))
    except InvalidInput as error:
        return _back(desk, Toast(error.message, "trouble"))
    changed = {lead_id: was for lead_id, was in before.items() if was != wanted}
    if not changed:
        return _back(
            desk, Toast("Nothing changed: they are so already." if before else "They are gone already.", "neutral")
        )
    return _back(desk, Toast(await _said(desk, what, wanted, len(changed)), undo=_undo(desk, what, wanted, changed)))


@post("/leads/chosen/undo", status_code=200)
async def undo(desk: Here) -> Response[str]:
    """Put back what `change` did, each lead to where it was. One that somebody has changed since stays as it is, and so
    does one whose stage, or whose member, is gone meanwhile."""
    what, wanted = desk.posted.text("what"), desk.posted.text("wanted")
    before = unpack(desk.posted.all("was"))
    _ids(list(before))

    async def put_back(lead_id: str) -> str:
        try:
            return await _set(desk, what, lead_id, before[lead_id], only_from=wanted)
        except InvalidInput:
            return GONE

    found = await each(list(before), put_back)
    return _back(desk, undone(what, wanted, before, found))


@post("/leads/chosen/delete", status_code=200)
async def delete(desk: Here) -> Response[str]:
    """Delete them with all that is personal, for good. For owners and admins."""
    ids = _ids(desk.posted.all("lead"))
    if not ids:
        return _back(desk, NOTHING_CHOSEN)
    gone = await each(ids, lambda lead_id: erasure.delete_lead(desk.database, desk.workspace_id, lead_id))
    if not gone:
        return _back(desk, Toast("They are gone already.", "neutral"))
    return _back(desk, Toast(f"{_leads(len(gone))} deleted."))


async def _set(desk: Desk, what: str, lead_id: str, wanted: str, only_from: str | None = None) -> str:
    """Give what it was before."""
    database, workspace_id, by = desk.database, desk.workspace_id, desk.person.email
    if what == STAGE:
        return await changes.move(database, workspace_id, lead_id, wanted, by, only_from=only_from)
    if what == TO:
        given = wanted or None
        return await changes.assign(database, workspace_id, lead_id, given, by, only_from=only_from) or ""
    changed = await withheld.set_spam(database, workspace_id, lead_id, wanted == "1", by)
    return wanted if not changed else "0" if wanted == "1" else "1"


def _ids(named: list[str]) -> list[str]:
    """Give each id once. Raises InvalidInput for more than `MOST_LEADS`."""
    ids = list(dict.fromkeys(lead_id.lower() for lead_id in named if is_id(lead_id.lower())))
    if len(ids) > MOST_LEADS:
        raise InvalidInput(f"Choose at most {MOST_LEADS} leads at once.")
    return ids


async def _said(desk: Desk, what: str, wanted: str, count: int) -> str:
    if what == STAGE:
        return f"{_leads(count)} moved to {wanted}."
    if what == TO:
        name = dict(await people(desk.database, desk.workspace_id)).get(wanted, "nobody")
        return f"{_leads(count)} assigned to {name}."
    return f"{_leads(count)} marked as spam." if wanted == "1" else f"{_leads(count)} back among the leads."


def _undo(desk: Desk, what: str, wanted: str, before: Mapping[str, str]) -> Undo | None:
    packed = pack(before)
    if not packed:
        return None
    fields = (("what", what), ("wanted", wanted), ("next", desk.posted.text("next")))
    return Undo("/leads/chosen/undo", (*fields, *(("was", part) for part in packed)))


def _leads(count: int) -> str:
    return words.count(count, "lead").capitalize()


def _back(desk: Desk, toast: Toast) -> Response[str]:
    """Send the browser back to the list as it was narrowed."""
    place = desk.posted.text("next")
    return desk.go(place if place.startswith(f"{INBOX}?") else INBOX, toast)


ROUTES = [pages(change, undo), pages(delete, role=members.ADMIN)]
