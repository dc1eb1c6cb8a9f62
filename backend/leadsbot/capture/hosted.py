"""`GET /api/w/{token}/form[/{id or name}]`: the hosted form that a page shows. `widget` has checked who asks."""

from __future__ import annotations

import msgspec

from leadsbot.capture.edge import JSON, Request, Response
from leadsbot.db import Database
from leadsbot.errors import MethodNotAllowed, NotFound
from leadsbot.forms.hosted import read
from leadsbot.forms.hosted_editing import find_hosted
from leadsbot.workspaces.sites import SiteRules

REST = "form"
FRESH_S = 60
_VARY = (b"vary", b"Origin")


def is_hosted(rest: str) -> bool:
    """Tell whether what follows the token asks for a hosted form."""
    return rest.partition("/")[0] == REST


async def hosted_form(request: Request, database: Database, site: SiteRules, rest: str) -> Response:
    """Answer with the form and the name of the site's honeypot; `NotFound` with the code `no_form` without one."""
    if request.method not in ("GET", "HEAD"):
        raise MethodNotAllowed("A form is read with GET.", allowed=("GET", "HEAD", "OPTIONS"))
    row = await find_hosted(database, site.id, rest.partition("/")[2])
    if row is None:
        raise NotFound("This site has no such form.", code="no_form")
    shown = {"id": row["id"], "name": row["name"], "definition": read(row["definition"])}
    body = msgspec.json.encode({**shown, "honeypot": site.honeypot_field})
    headers = [
        JSON,
        _VARY,
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", f"public, max-age={FRESH_S}".encode()),
    ]
    return Response(200, headers, body)
