"""What a person's browser shows after a form of their page was sent to an endpoint: the pages that `/f/` has too."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response
from multipart import parse_options_header  # type: ignore[import-untyped]

from leadsbot.attribution.hosts import host_of
from leadsbot.capture import form_pages
from leadsbot.capture.posted_form import MULTIPART, URLENCODED
from leadsbot.errors import LeadsBotError

VARY: Final = "Origin, Accept, Accept-Language"
_MOST: Final = "1 Mi"
_KEPT: Final = ("Retry-After", "WWW-Authenticate")

AnyRequest = Request[Any, Any, Any]


def wanted(request: AnyRequest) -> bool:
    """Tell whether a browser sends a form by itself, with no script that would read an answer."""
    kind = parse_options_header(request.headers.get("content-type", ""))[0].lower()
    return request.method == "POST" and kind in (URLENCODED, MULTIPART) and form_pages.wants_page(request)


def thanks(request: AnyRequest, page: str, status: int) -> Response[Any]:
    """Say thanks, with a way back to the page that the form stands on, where its address is known."""
    there = page if page.startswith(("http://", "https://")) and page.isprintable() and host_of(page) else ""
    answer = form_pages.thanks(request, there)
    answer.status_code = status
    return answer


def trouble(request: AnyRequest, error: LeadsBotError, told: Response[Any]) -> Response[Any]:
    """Say what went wrong; `told` is what a program would be answered."""
    answer = form_pages.trouble(request, error, _MOST)
    answer.headers.update({name: told.headers[name] for name in _KEPT if name in told.headers})
    return answer
