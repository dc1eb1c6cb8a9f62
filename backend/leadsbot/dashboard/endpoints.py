"""Endpoints: addresses that take leads without a key, their rules, and what they turned away."""

from __future__ import annotations

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from leadsbot.capture.guards.addresses import check_network
from leadsbot.capture.guards.origins import check_pattern
from leadsbot.dashboard import endpoint_form
from leadsbot.dashboard.desk import Desk, Here, pages
from leadsbot.dashboard.fields import Values
from leadsbot.dashboard.shown.endpoints import CHOSEN, endpoint_view
from leadsbot.dashboard.shown.removed import removed, undoable
from leadsbot.dashboard.views import Form, NewSecret, Toast
from leadsbot.dashboard.views.endpoints import Endpoints
from leadsbot.db.paging import MAX_LIMIT, Slice
from leadsbot.errors import InvalidInput
from leadsbot.workspaces import endpoint_editing
from leadsbot.workspaces.endpoint_editing import Changed


@get("/endpoints")
async def show(desk: Here) -> Response[str]:
    """Show every endpoint, the oldest first, and a signing secret that was just made."""
    return await desk.page(await _view(desk))


@post("/endpoints")
async def create(desk: Here) -> Response[str]:
    values, errors = endpoint_form.new_endpoint(desk.posted)
    if errors:
        return await desk.page(await _view(desk, Form(desk.posted.values(), errors)), HTTP_422_UNPROCESSABLE_ENTITY)
    changed = await endpoint_editing.create_endpoint(desk.database, desk.services.vault, desk.workspace_id, values)
    return _to(desk, changed, "Endpoint created. It takes leads already.")


@post("/endpoints/{endpoint_id:uuid}")
async def save(desk: Here, endpoint_id: FromPath[UUID]) -> Response[str]:
    """Save the rules, or show the page again with what is wrong beside each field."""
    row = await endpoint_editing.get_endpoint(desk.database, desk.workspace_id, str(endpoint_id))
    values, errors = endpoint_form.rules(desk.posted)
    try:
        if errors:
            raise InvalidInput("Some fields need another look.")
        changed = await _change(desk, row["id"], values)
    except InvalidInput as error:
        errors = errors or dict.fromkeys(error.fields, error.message)
        said = {**desk.posted.values(), "captcha_secret": "", CHOSEN: ",".join(desk.posted.all(CHOSEN))}
        view = await _view(desk, wrong={row["id"]: Form(said, errors)})
        return await desk.page(view, HTTP_422_UNPROCESSABLE_ENTITY)
    return _to(desk, changed, "Rules saved.")


@post("/endpoints/{endpoint_id:uuid}/sign")
async def sign(desk: Here, endpoint_id: FromPath[UUID]) -> Response[str]:
    """Ask for signed bodies from now on, or make another secret; it is shown on the next page, this once."""
    changed = await endpoint_editing.rotate_secret(
        desk.database, desk.services.vault, desk.workspace_id, str(endpoint_id)
    )
    return _to(desk, changed, "")


@post("/endpoints/{endpoint_id:uuid}/unsign")
async def unsign(desk: Here, endpoint_id: FromPath[UUID]) -> Response[str]:
    return _to(desk, await _change(desk, str(endpoint_id), {"signing": False}), "Signatures are no longer asked for.")


@post("/endpoints/{endpoint_id:uuid}/allow")
async def allow(desk: Here, endpoint_id: FromPath[UUID]) -> Response[str]:
    """Put an origin or an address that was refused on its list."""
    if desk.posted.text("ip"):
        column, entry = "allowed_ips", check_network(desk.posted.text("ip"))
    else:
        column, entry = "allowed_origins", check_pattern(desk.posted.text("origin"))
    row = await endpoint_editing.allow(desk.database, desk.workspace_id, str(endpoint_id), column, entry)
    return _to(desk, Changed(row), f"{entry} may send from now on.")


@post("/endpoints/{endpoint_id:uuid}/delete")
async def remove(desk: Here, endpoint_id: FromPath[UUID]) -> Response[str]:
    row = await endpoint_editing.get_endpoint(desk.database, desk.workspace_id, str(endpoint_id))
    await endpoint_editing.delete_endpoint(desk.database, desk.workspace_id, row["id"], desk.person.email)
    desk.services.endpoints.forget()
    return desk.go("/endpoints", undoable(f"“{row['name']}” is deleted. Its leads stay.", "endpoint", row["id"]))


async def _change(desk: Desk, endpoint_id: str, values: Values) -> Changed:
    return await endpoint_editing.change_endpoint(
        desk.database, desk.services.vault, desk.workspace_id, endpoint_id, values
    )


def _to(desk: Desk, changed: Changed, words: str) -> Response[str]:
    """Lead on to the endpoint as it is now, with its secret where one was made."""
    desk.services.endpoints.forget()
    secret = NewSecret(changed.row["name"], changed.signing_secret) if changed.signing_secret else None
    path = "/endpoints" if secret else f"/endpoints#endpoint-{changed.row['id']}"
    return desk.go(path, *([Toast(words)] if words else []), secret=secret)


async def _view(desk: Desk, form: Form | None = None, wrong: dict[str, Form] | None = None) -> Endpoints:
    """Build the page; `form` is the one for a new endpoint, `wrong` has those of endpoints that can't be saved."""
    page = await endpoint_editing.list_endpoints(desk.database, desk.workspace_id, Slice(MAX_LIMIT))
    url = desk.services.settings.public_url
    shown = [await endpoint_view(desk.database, row, url, (wrong or {}).get(row["id"])) for row in reversed(page.rows)]
    gone = await removed(desk.database, desk.workspace_id, "endpoint")
    return Endpoints(tuple(shown), desk.said().secret, form or Form(), gone)


ROUTES = [pages(show, create, save, sign, unsign, allow, remove)]
