"""Sites: the tag to paste, what was refused, and what each site may take."""

from __future__ import annotations

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from leadsbot.capture.guards.origins import check_pattern
from leadsbot.dashboard import site_form
from leadsbot.dashboard.desk import Desk, Here, pages
from leadsbot.dashboard.fields import Errors, Values
from leadsbot.dashboard.shown.sites import site_view
from leadsbot.dashboard.views import Form, Sites, Toast
from leadsbot.db.paging import MAX_LIMIT, Slice
from leadsbot.workspaces import site_editing


@get("/sites")
async def show(desk: Here) -> Response[str]:
    """Show every site, the oldest first: the one that was there from the start stays on top. `pages={id}` lists all
    pages of that site."""
    return await desk.page(await _view(desk))


@post("/sites")
async def create(desk: Here) -> Response[str]:
    values, errors = site_form.new_site(desk.posted)
    if errors:
        return await desk.page(await _view(desk, Form(desk.posted.values(), errors)), HTTP_422_UNPROCESSABLE_ENTITY)
    row = await site_editing.create_site(desk.database, desk.workspace_id, values)
    return desk.go(f"/sites#site-{row['id']}", Toast("Site created. Paste its tag into your pages."))


@post("/sites/{site_id:uuid}")
async def save(desk: Here, site_id: FromPath[UUID]) -> Response[str]:
    return await _saved(desk, str(site_id), *site_form.settings(desk.posted), "Settings saved.")


@post("/sites/{site_id:uuid}/origins")
async def save_origins(desk: Here, site_id: FromPath[UUID]) -> Response[str]:
    return await _saved(desk, str(site_id), *site_form.origins(desk.posted), "Origins saved.")


@post("/sites/{site_id:uuid}/allow")
async def allow(desk: Here, site_id: FromPath[UUID]) -> Response[str]:
    """Put an origin that was refused on the site's list."""
    origin = check_pattern(desk.posted.text("origin"))
    await site_editing.allow_origin(desk.database, desk.workspace_id, str(site_id), origin)
    desk.services.sites.forget()
    return desk.go(f"/sites#site-{site_id}", Toast(f"{origin} may send from now on."))


async def _saved(desk: Desk, site_id: str, values: Values, errors: Errors, words: str) -> Response[str]:
    """Save what was posted for a site, or show the page again with what is wrong beside each field."""
    await site_editing.get_site(desk.database, desk.workspace_id, site_id)
    if errors:
        wrong = {site_id: Form(desk.posted.values(), errors)}
        return await desk.page(await _view(desk, wrong=wrong), HTTP_422_UNPROCESSABLE_ENTITY)
    await site_editing.change_site(desk.database, desk.workspace_id, site_id, values)
    desk.services.sites.forget()
    return desk.go(f"/sites#site-{site_id}", Toast(words))


async def _view(desk: Desk, form: Form | None = None, wrong: dict[str, Form] | None = None) -> Sites:
    """Build the page; `form` is the one for a new site, `wrong` has those of sites that can't be saved."""
    page = await site_editing.list_sites(desk.database, desk.workspace_id, Slice(MAX_LIMIT))
    url = desk.services.settings.public_url
    whole = desk.asked("pages")
    sites = [
        await site_view(desk.database, row, url, (wrong or {}).get(row["id"]), whole=row["id"] == whole)
        for row in reversed(page.rows)
    ]
    return Sites(tuple(sites), form or Form())


ROUTES = [pages(show, create, save, save_origins, allow)]
