"""Visitors' attempts at forms, and the forms that were found on pages: read only, they are made by the widget."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import get
from litestar.params import FromPath, FromQuery, QueryParameter

from leadsbot.api.keyed import READS, Holder, House, Part, keyed, text_of
from leadsbot.forms import reading
from leadsbot.forms.present import session_json
from leadsbot.forms.reading import SessionFilter, SessionState

# A handler's `state` is Litestar's own.
State = Annotated[SessionState | None, QueryParameter(name="state")]


@get("/", opt=READS, summary="List sessions, the latest begun first")
async def list_sessions(
    services: House,
    holder: Holder,
    part: Part,
    state_: State = None,
    form_id: FromQuery[UUID | None] = None,
    site_id: FromQuery[UUID | None] = None,
) -> dict[str, Any]:
    wanted = SessionFilter(state_, text_of(form_id), text_of(site_id))
    page = await reading.list_sessions(services.database, holder.workspace_id, wanted, part)
    return page.json(session_json)


@get("/{session_id:uuid}", opt=READS, summary="A session")
async def get_session(services: House, holder: Holder, session_id: FromPath[UUID]) -> dict[str, Any]:
    return session_json(await reading.get_session(services.database, holder.workspace_id, str(session_id)))


@get("/", opt=READS, summary="List discovered forms, the latest found first")
async def list_forms(
    services: House, holder: Holder, part: Part, site_id: FromQuery[UUID | None] = None
) -> dict[str, Any]:
    page = await reading.list_forms(services.database, holder.workspace_id, text_of(site_id), part)
    return page.json(reading.form_json)


@get("/{form_id:uuid}", opt=READS, summary="A form")
async def get_form(services: House, holder: Holder, form_id: FromPath[UUID]) -> dict[str, Any]:
    return reading.form_json(await reading.get_form(services.database, holder.workspace_id, str(form_id)))


ROUTES = [
    keyed("/api/v1/sessions", [list_sessions, get_session], "sessions"),
    keyed("/api/v1/forms", [list_forms, get_form], "forms"),
]
