"""Forms: what was found on pages, and how far each visitor got, kept current while somebody looks."""

from __future__ import annotations

from typing import cast, get_args

from litestar import Response, get
from litestar.status_codes import HTTP_204_NO_CONTENT

from leadsbot import clock
from leadsbot.dashboard import answers
from leadsbot.dashboard.desk import Desk, Here, pages
from leadsbot.dashboard.shown.forms import MOST_FORMS, counted_forms, session_rows
from leadsbot.dashboard.views import Forms, SessionChoice
from leadsbot.db.paging import Page, Slice
from leadsbot.errors import InvalidInput, NotFound
from leadsbot.forms.reading import SessionFilter, SessionState, get_form, list_sessions
from leadsbot.ids import is_id

STATES: tuple[SessionState, ...] = get_args(SessionState)


@get("/forms")
async def show(desk: Here) -> Response[str]:
    """Show forms and sessions; for the page's script only what may have changed, and nothing where nothing has."""
    view = await _forms(desk)
    if not desk.is_htmx:
        return await desk.page(view)
    if desk.asked("had") == view.digest:
        return answers.page("", HTTP_204_NO_CONTENT)
    return desk.part("forms.html", view=view)


async def _forms(desk: Desk) -> Forms:
    choice = await _choice(desk)
    page, cursor = await _sessions(desk, choice)
    forms = await counted_forms(desk.database, desk.workspace_id, clock.now())
    return Forms(
        forms=forms[:MOST_FORMS],
        sessions=await session_rows(desk.database, desk.workspace_id, page.rows),
        choice=choice,
        older=page.next_cursor or "",
        first_page=not cursor,
        more=len(forms) > MOST_FORMS,
    )


async def _choice(desk: Desk) -> SessionChoice:
    """Give what the address asks for; a state that can't be is passed over, a form that isn't ours is `NotFound`."""
    state, form_id = desk.asked("state"), desk.asked("form").lower()
    if state not in STATES:
        state = ""
    if not form_id:
        return SessionChoice(state=state)
    if not is_id(form_id):
        raise NotFound("There is no such form.")
    form = await get_form(desk.database, desk.workspace_id, form_id)
    return SessionChoice(form_id, state, form["name"] or "A form without a name")


async def _sessions(desk: Desk, choice: SessionChoice) -> tuple[Page, str]:
    """Give the sessions and the cursor that held; one that no page gave is passed over."""
    wanted = SessionFilter(cast("SessionState | None", choice.state or None), choice.form or None)
    cursor = desk.asked("cursor")
    try:
        return await list_sessions(desk.database, desk.workspace_id, wanted, Slice(cursor=cursor or None)), cursor
    except InvalidInput:
        return await list_sessions(desk.database, desk.workspace_id, wanted), ""


ROUTES = [pages(show)]
