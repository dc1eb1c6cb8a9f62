"""Hosted forms: made, edited question by question, seen as visitors will, pasted, deleted and brought back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY

from leadsbot.dashboard import hosted_form
from leadsbot.dashboard.answers import HEADERS
from leadsbot.dashboard.desk import Desk, Here, pages
from leadsbot.dashboard.hosted_form import Raw
from leadsbot.dashboard.shown.hosted_forms import deleted_toast, hosted_row, undeleted
from leadsbot.dashboard.views import Form, Toast
from leadsbot.dashboard.views.hosted_forms import HostedEditor, HostedForms
from leadsbot.db.paging import MAX_LIMIT, Slice
from leadsbot.db.tx import Row
from leadsbot.errors import Conflict, InvalidInput
from leadsbot.forms import hosted, hosted_editing
from leadsbot.forms.hosted_editing import MAX_FORM_NAME
from leadsbot.ids import is_id
from leadsbot.workspaces import site_editing
from leadsbot.workspaces.members import ADMIN

LIST = "/forms/hosted"


@get("/forms/hosted")
async def show(desk: Here) -> Response[str]:
    return await desk.page(await _list(desk))


@post("/forms/hosted")
async def create(desk: Here) -> Response[str]:
    """Make a form with a few questions to begin with, and lead to its page."""
    name, site_id = desk.posted.text("name"), desk.posted.text("site_id").lower()
    errors = _name_errors(name)
    if not is_id(site_id):
        errors["site_id"] = "Choose the site it will stand on."
    if not errors:
        try:
            args = (desk.workspace_id, site_id, name, hosted.STARTER)
            row = await hosted_editing.create_hosted(desk.database, *args)
            return desk.go(f"{LIST}/{row['id']}", Toast("Made. Change what it asks, then paste its tag."))
        except (Conflict, InvalidInput) as error:
            errors |= {(error.fields or ("name",))[0]: error.message}
    view = await _list(desk, Form(desk.posted.values(), errors))
    return await desk.page(view, HTTP_422_UNPROCESSABLE_ENTITY)


@get("/forms/hosted/{hosted_id:uuid}")
async def edit(desk: Here, hosted_id: FromPath[UUID]) -> Response[str]:
    row = await _get(desk, hosted_id)
    raw = msgspec.to_builtins(hosted.read(row["definition"]))
    return await desk.page(_editor(desk, row, raw, row["name"], {}))


@post("/forms/hosted/{hosted_id:uuid}", status_code=HTTP_200_OK)
async def change(desk: Here, hosted_id: FromPath[UUID]) -> Response[str]:
    """Save what was posted; another button than Save only adds, removes or moves a question on the page."""
    row = await _get(desk, hosted_id)
    raw, name, action = hosted_form.posted_definition(desk.posted), desk.posted.text("name"), desk.posted.text("do")
    if action not in ("", "save"):
        focus = hosted_form.act(raw, action)
        view = _editor(desk, row, raw, name, {}, focus=focus, unsaved=True)
        return desk.part("hosted_editor.html", view=view) if desk.is_htmx else await desk.page(view)
    mistakes = {**hosted.mistakes(raw), **_name_errors(name)}
    if not mistakes:
        try:
            definition = hosted.check(raw)
            await hosted_editing.change_hosted(desk.database, desk.workspace_id, row["id"], name, definition)
            return desk.go(f"{LIST}/{row['id']}", Toast("Saved. Pages show it within a minute or two."))
        except (Conflict, InvalidInput) as error:
            mistakes = {"name" if "name" in error.fields else "fields": error.message}
    view = _editor(desk, row, raw, name, mistakes, unsaved=True)
    return await desk.page(view, HTTP_422_UNPROCESSABLE_ENTITY)


@post("/forms/hosted/preview", status_code=HTTP_200_OK)
async def preview(desk: Here) -> Response[bytes]:
    """Give what the page's inputs say as the public door would, for the script that shows it; leads nowhere else."""
    definition: Raw = {**hosted_form.posted_definition(desk.posted), "redirect": ""}
    body = msgspec.json.encode({"name": desk.posted.text("name"), "definition": definition, "honeypot": ""})
    return Response(body, media_type="application/json", headers=dict(HEADERS))


@post("/forms/hosted/{hosted_id:uuid}/delete", status_code=HTTP_200_OK)
async def remove(desk: Here, hosted_id: FromPath[UUID]) -> Response[str]:
    row = await _get(desk, hosted_id)
    await hosted_editing.delete_hosted(desk.database, desk.workspace_id, row["id"])
    return desk.go(LIST, deleted_toast(row))


@post("/forms/hosted/restore", status_code=HTTP_200_OK)
async def restore(desk: Here) -> Response[str]:
    """Bring a form back that was just deleted, under its old id, so that the tags on pages go on working."""
    left = undeleted(desk.posted.text("form"))
    if not is_id(left.id) or not is_id(left.site_id) or _name_errors(left.name) or not 0 < left.created_at < 2**53:
        raise InvalidInput("This form can't be brought back.")
    definition = hosted.check(left.definition)
    args = (desk.workspace_id, left.site_id, left.name, definition)
    await hosted_editing.create_hosted(desk.database, *args, form_id=left.id, created_at=left.created_at)
    return desk.go(LIST, Toast(f"“{left.name}” is back."))


async def _get(desk: Desk, hosted_id: UUID) -> Row:
    return await hosted_editing.get_hosted(desk.database, desk.workspace_id, str(hosted_id))


async def _list(desk: Desk, form: Form | None = None) -> HostedForms:
    try:
        part = Slice(cursor=desk.asked("cursor") or None)
        page = await hosted_editing.list_hosted(desk.database, desk.workspace_id, None, part)
    except InvalidInput:  # a cursor that no page gave
        page = await hosted_editing.list_hosted(desk.database, desk.workspace_id)
    sites = await site_editing.list_sites(desk.database, desk.workspace_id, Slice(MAX_LIMIT))
    url = desk.services.settings.public_url
    return HostedForms(
        forms=tuple(hosted_row(row, url) for row in page.rows),
        sites=tuple((row["id"], row["name"]) for row in reversed(sites.rows)),
        form=form or Form(),
        older=page.next_cursor or "",
    )


def _editor(desk: Desk, row: Row, raw: Raw, name: str, mistakes: dict[str, str], **more: Any) -> HostedEditor:
    shown = hosted_row(row, desk.services.settings.public_url)
    return HostedEditor(shown, hosted_form.shown(raw, name, mistakes), len(raw["fields"]), **more)


def _name_errors(name: str) -> dict[str, str]:
    if not name:
        return {"name": "Give it a name."}
    return {"name": f"At most {MAX_FORM_NAME} characters, please."} if len(name) > MAX_FORM_NAME else {}


ROUTES = [pages(show, create, edit, change, preview, remove, restore, role=ADMIN)]
