"""What the widget found on a site's pages, page by page: read only, the widget tells it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get
from litestar.params import FromPath

from leadsbot.api.keyed import Holder, House, Part, keyed
from leadsbot.forms import audit_reading
from leadsbot.workspaces import site_editing


@get("/", summary="List a site's pages with the forms found there and what can't be seen, the latest heard of first")
async def list_pages(services: House, holder: Holder, part: Part, site_id: FromPath[UUID]) -> dict[str, Any]:
    site = await site_editing.get_site(services.database, holder.workspace_id, str(site_id))
    page = await audit_reading.list_pages(services.database, holder.workspace_id, site["id"], part)
    return page.json(audit_reading.page_json)


ROUTES = [keyed("/api/v1/sites/{site_id:uuid}/pages", [list_pages], "sites")]
