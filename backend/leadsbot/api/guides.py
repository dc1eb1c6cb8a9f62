"""The guides, and each channel's page, at `/docs/guides`, in the reference's look, with nothing from elsewhere."""

from __future__ import annotations

from typing import Any

from litestar import MediaType, Request, Response, get
from litestar.params import FromPath

from leadsbot.api.docs import HEADERS, theme_of
from leadsbot.api.reference import guides
from leadsbot.errors import NotFound

AnyRequest = Request[Any, Any, Any]


@get("/docs/guides", include_in_schema=False, sync_to_thread=False)
def overview(request: AnyRequest) -> Response[str]:
    """Show which guides there are, and what all of them share."""
    return _page(request, guides.OVERVIEW)


@get("/docs/guides/{name:str}", include_in_schema=False, sync_to_thread=False)
def guide(request: AnyRequest, name: FromPath[str]) -> Response[str]:
    """Show one guide. Names are looked up among the folder's files, so that no other file is ever opened."""
    if not guides.there_is(name):
        raise NotFound("There is no such guide. All of them stand at /docs/guides.")
    return _page(request, name)


@get("/docs/images/{name:str}", include_in_schema=False, sync_to_thread=False)
def image(name: FromPath[str]) -> Response[bytes]:
    """Show a picture of a page. Names are looked up among the folder's files."""
    if name not in guides.images():
        raise NotFound("There is no such picture.")
    return Response((guides.IMAGES / name).read_bytes(), media_type="image/png", headers=HEADERS)


def _page(request: AnyRequest, name: str) -> Response[str]:
    state = request.app.state
    html = guides.page(name, state.services.settings.public_url, state.renderer.asset, theme_of(request))
    return Response(html, media_type=MediaType.HTML, headers=HEADERS)


ROUTES = [overview, guide, image]
