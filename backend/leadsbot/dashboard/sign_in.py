"""Signing in and out."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.status_codes import HTTP_401_UNAUTHORIZED, HTTP_429_TOO_MANY_REQUESTS

from leadsbot.capture.guards.client_address import client_address
from leadsbot.dashboard import answers, csrf
from leadsbot.dashboard.desk import Here, cookie, pages
from leadsbot.dashboard.posted import MAX_BODY, Posted
from leadsbot.dashboard.shell import bare_shell
from leadsbot.dashboard.views import Login, View
from leadsbot.errors import Forbidden, TooManyRequests, Unauthorized
from leadsbot.services import Services
from leadsbot.workspaces.sign_in import COOKIE, LASTS_S

AnyRequest = Request[Any, Any, Any]

VISITOR_LASTS_S = 24 * 3600
MAX_EMAIL = 320
MAX_PASSWORD = 1024


@get("/login")
async def show(request: AnyRequest) -> Response[str]:
    """Show the form, or send on whoever is signed in."""
    services: Services = request.app.state.services
    wanted = answers.local(str(request.query_params.get("next", "/")))
    if await services.sign_ins.person(request.cookies.get(COOKIE)):
        return answers.go(wanted)
    return form_page(request, Login(next=wanted))


@post("/login")
async def sign_in(request: AnyRequest) -> Response[str]:
    """Open a sign-in and lead to the page that was wanted."""
    services: Services = request.app.state.services
    posted = await Posted.of(request)
    wanted, email = answers.local(posted.text("next") or "/"), posted.text("email")[:MAX_EMAIL]
    visitor = request.cookies.get(csrf.COOKIE, "")
    try:
        csrf.check(request, posted, services.vault, visitor, services.settings.public_url)
    except Forbidden as error:
        return form_page(request, Login(email, wanted, error.message), error.status)
    try:
        value = await _opened(services, request, email, posted.raw("password")[:MAX_PASSWORD])
    except TooManyRequests as error:
        view = Login(email, wanted, error.message, round(error.retry_after or 0))
        return form_page(request, view, HTTP_429_TOO_MANY_REQUESTS)
    except Unauthorized as error:
        return form_page(request, Login(email, wanted, error.message), HTTP_401_UNAUTHORIZED)
    response = answers.go(wanted)
    response.set_cookie(cookie(services.settings, COOKIE, value, LASTS_S))
    response.set_cookie(cookie(services.settings, csrf.COOKIE, "", max_age=0))
    return response


@post("/logout")
async def sign_out(desk: Here) -> Response[str]:
    """End the sign-in, here and wherever else its cookie is."""
    await desk.services.sign_ins.sign_out(desk.request.cookies.get(COOKIE))
    response = answers.go("/login")
    response.set_cookie(cookie(desk.services.settings, COOKIE, "", max_age=0))
    return response


def address_of(services: Services, request: AnyRequest) -> str:
    """Give the address that the browser asks from."""
    peer = request.client.host if request.client else ""
    return client_address(peer, request.headers.get("x-forwarded-for"), services.settings.trusted_proxies)


async def _opened(services: Services, request: AnyRequest, email: str, password: str) -> str:
    address = address_of(services, request)
    return await services.sign_ins.sign_in(email, password, address, request.headers.get("user-agent", ""))


def form_page(request: AnyRequest, view: View, status: int = 200) -> Response[str]:
    """Answer with the form; its token is bound to a cookie that the browser keeps until it is signed in."""
    services: Services = request.app.state.services
    visitor = request.cookies.get(csrf.COOKIE) or csrf.new_visitor()
    shell = bare_shell(request, csrf.token(services.vault, visitor))
    response = answers.page(request.app.state.renderer.page(shell, view), status)
    response.set_cookie(cookie(services.settings, csrf.COOKIE, visitor, VISITOR_LASTS_S))
    return response


ROUTES = [
    Router("/", route_handlers=[show, sign_in], request_max_body_size=MAX_BODY, include_in_schema=False),
    pages(sign_out),
]
