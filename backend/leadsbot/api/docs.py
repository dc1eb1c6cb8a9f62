"""The API's description: `/openapi.json` for programs, `/docs` for people, with nothing from another origin."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Litestar, MediaType, Request, Response, Router, get
from litestar.datastructures import ResponseHeader
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from leadsbot import __version__
from leadsbot.api.reference.describing import Json, describe
from leadsbot.api.reference.page import read, render
from leadsbot.dashboard.shell import THEME_COOKIE, THEMES

TITLE = "LeadsBot"
_STATE = "api_description"

HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_DESCRIPTION = (
    "Send an API key with every request: `Authorization: Bearer lb_…` or `X-API-Key: lb_…`. Errors are"
    ' `{"error", "code", "fields", "request_id"}`, lists `{"data", "next_cursor"}`, times RFC 3339 in UTC.'
)


def theme_of(request: Request[Any, Any, Any]) -> str:
    """Give the theme that this browser chose."""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else THEMES[0]


class Reference(OpenAPIRenderPlugin):
    """The page for people. It is made once for each theme."""

    def __init__(self) -> None:
        super().__init__(path="/")
        self._pages: dict[str, bytes] = {}

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        theme = theme_of(request)
        if theme not in self._pages:
            state = request.app.state
            book = read(described(request.app), state.services.settings.public_url)
            self._pages[theme] = render(book, state.renderer.asset, theme).encode()
        return self._pages[theme]


class Document(OpenAPIRenderPlugin):
    """The same description below the page's own address, where tools look for it."""

    def __init__(self) -> None:
        super().__init__(path="/openapi.json", media_type=MediaType.JSON)

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return msgspec.json.encode(described(request.app))


def openapi_config() -> OpenAPIConfig:
    """Give what the application is to be built with, so that `/docs` is ours and the description complete."""
    return OpenAPIConfig(
        title=TITLE,
        version=__version__,
        description=_DESCRIPTION,
        use_handler_docstrings=True,
        components=Components(
            security_schemes={
                "bearer": SecurityScheme(type="http", scheme="bearer", description="An API key, `lb_…`"),
                "header": SecurityScheme(type="apiKey", name="X-API-Key", security_scheme_in="header"),
            }
        ),
        render_plugins=[Reference(), Document()],
        openapi_router=Router(
            "/docs",
            route_handlers=[],
            include_in_schema=False,
            response_headers=[ResponseHeader(name=name, value=value) for name, value in HEADERS.items()],
        ),
    )


def described(app: Litestar) -> Json:
    """Give the description of what programs may call, made once."""
    told: Json | None = app.state.get(_STATE)
    if told is None:
        told = describe(app)
        app.state[_STATE] = told
    return told


@get("/openapi.json", include_in_schema=False, sync_to_thread=False)
def description(request: Request[Any, Any, Any]) -> Response[Json]:
    """Give the description; readable from every origin, so that tools in a browser can load it."""
    return Response(described(request.app), headers={"Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"})


ROUTES = [description]
