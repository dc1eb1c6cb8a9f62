"""The API's description: `/openapi.json` for programs, `/docs` for people, with nothing from another origin."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, Router, get
from litestar.datastructures import ResponseHeader
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from leadsbot import __version__

TITLE = "LeadsBot"
LIBRARY = "/static/vendor/swagger-ui"

_CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{TITLE}: API reference</title>
<link rel="icon" href="/static/icons/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="{LIBRARY}/swagger-ui.css?{__version__}">
</head>
<body>
<div id="reference"></div>
<noscript><p>The reference needs JavaScript; the description itself is at <a href="/openapi.json">/openapi.json</a>.</p>
</noscript>
<script src="{LIBRARY}/swagger-ui-bundle.js?{__version__}" defer></script>
<script src="/static/js/docs.js?{__version__}" defer></script>
</body>
</html>
"""
_DESCRIPTION = (
    "Send an API key with every request: `Authorization: Bearer lb_…` or `X-API-Key: lb_…`. Errors are"
    ' `{"error", "code", "fields", "request_id"}`, lists `{"data", "next_cursor"}`, times RFC 3339 in UTC.'
)


class Reference(OpenAPIRenderPlugin):
    """The page that shows the description, from vendored files."""

    def __init__(self) -> None:
        super().__init__(path="/")

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return _PAGE.encode()


def openapi_config() -> OpenAPIConfig:
    """Give what the application is to be built with, so that `/docs` is ours and the description complete."""
    return OpenAPIConfig(
        title=TITLE,
        version=__version__,
        description=_DESCRIPTION,
        components=Components(
            security_schemes={
                "bearer": SecurityScheme(type="http", scheme="bearer", description="An API key, `lb_…`"),
                "header": SecurityScheme(type="apiKey", name="X-API-Key", security_scheme_in="header"),
            }
        ),
        render_plugins=[Reference()],
        openapi_router=Router(
            "/docs",
            route_handlers=[],
            include_in_schema=False,
            response_headers=[
                ResponseHeader(name="Content-Security-Policy", value=_CONTENT_SECURITY_POLICY),
                ResponseHeader(name="X-Content-Type-Options", value="nosniff"),
                ResponseHeader(name="Referrer-Policy", value="no-referrer"),
            ],
        ),
    )


@get("/openapi.json", include_in_schema=False, sync_to_thread=False)
def description(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    """Give the description of what programs may call; the dashboard's pages are for people."""
    whole = request.app.openapi_schema.to_schema()
    paths = {
        path: item for path, item in whole["paths"].items() if path.split("/")[1] in ("api", "f", "health", "metrics")
    }
    return Response({**whole, "paths": paths}, headers={"Cache-Control": "no-cache"})


ROUTES = [description]
