"""What people see where programs would get an error body: a page in words, or the way to sign in."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from litestar import Request, Response
from litestar.status_codes import HTTP_401_UNAUTHORIZED

from leadsbot.api.errors import as_ours, headers_of, request_id_of
from leadsbot.dashboard import answers
from leadsbot.dashboard.shell import bare_shell
from leadsbot.dashboard.views import ErrorPage
from leadsbot.errors import Unauthorized

# Addresses that programs talk to; whatever else there is, is a page.
_FOR_PROGRAMS = frozenset({"api", "f", "health", "metrics", "openapi.json", "static", "telegram", "widget.js"})

AnyRequest = Request[Any, Any, Any]


def wanted(request: AnyRequest) -> bool:
    """Tell whether an error of this request is read by a person in a browser."""
    if request.url.path.split("/")[1] in _FOR_PROGRAMS:
        return False
    accepted = request.headers.get("accept", "*/*")
    return "text/html" in accepted or "*/*" in accepted or answers.is_htmx(request.headers)


def answer(request: AnyRequest, cause: Exception) -> Response[str]:
    """Answer with a page that says what can be done; whoever is signed out is led to sign in, and back."""
    error = as_ours(cause)
    if isinstance(error, Unauthorized):
        return _to_sign_in(request)
    view = ErrorPage(error.status, request_id_of(error, cause, request.url.path), error.message)
    if answers.is_htmx(request.headers):  # which shows it beside what is there
        response = answers.bare(error.status, view.sentence)
    else:
        response = answers.page(request.app.state.renderer.page(bare_shell(request), view), error.status)
    response.headers.update(headers_of(error))
    return response


def _to_sign_in(request: AnyRequest) -> Response[str]:
    """htmx would follow a redirect and swap the sign-in into the page, so it gets the bare status."""
    if answers.is_htmx(request.headers):
        return answers.bare(HTTP_401_UNAUTHORIZED)
    back = _page_of(request)
    return answers.go(f"/login?{urlencode({'next': back})}" if back != "/" else "/login")


def _page_of(request: AnyRequest) -> str:
    """Give the page that was asked for; where something was posted, the page that it was posted from."""
    asked = urlsplit(str(request.url) if request.method in ("GET", "HEAD") else request.headers.get("referer", ""))
    return answers.local(f"{asked.path}?{asked.query}" if asked.query else asked.path)
