"""The pipeline's stages, sources, lead types and event types: added, renamed, put in order, deleted."""

from __future__ import annotations

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from leadsbot.dashboard.desk import Desk, Here, pages
from leadsbot.dashboard.shown.named_lists import SOURCES, STAGES_PAGE, lists_view, pipeline_view
from leadsbot.dashboard.views import Form, Toast
from leadsbot.errors import Conflict, InvalidInput, NotFound
from leadsbot.leads import list_editing, source_editing
from leadsbot.routing import renaming
from leadsbot.workspaces import lists
from leadsbot.workspaces.lists import STAGES, Kind

LISTS_PAGE = "/settings/lists"
KINDS = {"stages": STAGES, "lead-types": lists.LEAD_TYPES, "event-types": lists.EVENT_TYPES}

KindName = FromPath[str]


@get(STAGES_PAGE)
async def show_pipeline(desk: Here) -> Response[str]:
    return await desk.page(await pipeline_view(desk))


@get(LISTS_PAGE)
async def show_lists(desk: Here) -> Response[str]:
    return await desk.page(await lists_view(desk))


@post("/settings/lists/{kind:str}")
async def add(desk: Here, kind: KindName) -> Response[str]:
    name = desk.posted.text("name")
    try:
        if kind == SOURCES:
            made = (await source_editing.add_source(desk.database, desk.workspace_id, name)).id
        else:
            made = (await list_editing.add(desk.database, desk.workspace_id, _kind(kind), name)).id
    except (InvalidInput, Conflict) as error:
        return await _wrong(desk, kind, "", error)
    return _done(desk, kind, made, Toast(f"{name} is added."))


@post("/settings/lists/{kind:str}/{entry_id:uuid}/rename")
async def rename(desk: Here, kind: KindName, entry_id: FromPath[UUID]) -> Response[str]:
    """Rename it, on the leads too."""
    name, made = desk.posted.text("name"), str(entry_id)
    try:
        if kind == SOURCES:
            source = await source_editing.rename_source(desk.database, desk.workspace_id, made, name, renaming.follow)
            made = source.id
        else:
            await list_editing.change(desk.database, desk.workspace_id, _kind(kind), made, name, follow=renaming.follow)
    except (InvalidInput, Conflict) as error:
        return await _wrong(desk, kind, made, error)
    return _done(desk, kind, made, Toast(f"Renamed to {name}."))


@post("/settings/lists/{kind:str}/{entry_id:uuid}/move")
async def move(desk: Here, kind: KindName, entry_id: FromPath[UUID]) -> Response[str]:
    """Put it one place further up or down."""
    found = await list_editing.listing(desk.database, desk.workspace_id, _kind(kind))
    entry = found.entry(str(entry_id))
    step = -1 if desk.posted.text("direction") == "up" else 1
    position = min(max(entry.position + step, 0), len(found.names) - 1)
    await list_editing.change(desk.database, desk.workspace_id, found.kind, entry.id, position=position)
    return _done(desk, kind, entry.id)


@post("/settings/lists/{kind:str}/{entry_id:uuid}/delete")
async def remove(desk: Here, kind: KindName, entry_id: FromPath[UUID]) -> Response[str]:
    """Delete it; leads that stand at a stage go where the form says."""
    entry = str(entry_id)
    try:
        if kind == SOURCES:
            await source_editing.delete_source(desk.database, desk.workspace_id, entry)
        elif _kind(kind) is STAGES:
            target = desk.posted.text("move_to") or None
            await list_editing.remove_stage(desk.database, desk.workspace_id, entry, target, desk.person.email)
        else:
            await list_editing.remove(desk.database, desk.workspace_id, _kind(kind), entry)
    except (InvalidInput, Conflict) as error:
        return _done(desk, kind, entry, Toast(error.message, "trouble"))
    return _done(desk, kind, "", Toast("Deleted."))


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise NotFound("There is no such list.")
    return KINDS[name]


def _done(desk: Desk, kind: str, entry_id: str, *toasts: Toast) -> Response[str]:
    """Lead back to the entry. What doors hold of the lists is read anew."""
    desk.services.sites.forget()
    page = STAGES_PAGE if kind == "stages" else LISTS_PAGE
    return desk.go(f"{page}#{f'entry-{entry_id}' if entry_id else kind}", *toasts)


async def _wrong(desk: Desk, kind: str, at: str, error: InvalidInput | Conflict) -> Response[str]:
    """Show the page again with what is wrong beside the field."""
    form = Form(desk.posted.values(), {"name": error.message})
    view = await (pipeline_view if kind == "stages" else lists_view)(desk, kind, at, form)
    return await desk.page(view, HTTP_422_UNPROCESSABLE_ENTITY)


ROUTES = [pages(show_pipeline, show_lists, add, rename, move, remove)]
