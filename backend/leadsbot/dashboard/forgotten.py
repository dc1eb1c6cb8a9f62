"""Forgotten passwords: asking for a link, and choosing another password by it. Nobody is signed in here."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_404_NOT_FOUND, HTTP_422_UNPROCESSABLE_ENTITY

from leadsbot.dashboard import csrf
from leadsbot.dashboard.posted import MAX_BODY, Posted
from leadsbot.dashboard.sign_in import MAX_EMAIL, address_of, form_page
from leadsbot.dashboard.views import Login
from leadsbot.dashboard.views.simple import Forgotten, Reset
from leadsbot.errors import Forbidden, InvalidInput, NotFound, TooManyRequests
from leadsbot.routing import password_mail
from leadsbot.services import Services
from leadsbot.workspaces import password_reset

AnyRequest = Request[Any, Any, Any]


@get("/login/forgotten")
async def show(request: AnyRequest) -> Response[str]:
    """Ask for the address; without a mail server say who can help."""
    services: Services = request.app.state.services
    return form_page(request, Forgotten(bool(services.settings.smtp_url)))


@post("/login/forgotten", status_code=200)
async def ask(request: AnyRequest) -> Response[str]:
    """Have the link mailed. The answer is the same whether there is such an account or not."""
    services: Services = request.app.state.services
    posted, mails = await Posted.of(request), bool(services.settings.smtp_url)
    email = posted.text("email")[:MAX_EMAIL].lower()
    try:
        _check(request, services, posted)
        if mails and email:
            await password_mail.ask(services, email, address_of(services, request))
    except (Forbidden, TooManyRequests) as error:
        return form_page(request, Forgotten(mails, email=email, error=error.message), error.status)
    return form_page(request, Forgotten(mails, sent=mails and bool(email), email=email))


@get("/login/reset/{secret:str}")
async def choose(request: AnyRequest, secret: FromPath[str]) -> Response[str]:
    services: Services = request.app.state.services
    try:
        user = await password_reset.look(services.database, services.vault, secret)
    except NotFound as error:
        return _page(request, Reset(error=error.message), HTTP_404_NOT_FOUND)
    return _page(request, Reset(f"{password_reset.PATH}/{secret}", user["email"]))


@post("/login/reset/{secret:str}", status_code=200)
async def change(request: AnyRequest, secret: FromPath[str]) -> Response[str]:
    """Set the password, end all sign-ins, and lead to signing in."""
    services: Services = request.app.state.services
    posted, database, vault = await Posted.of(request), services.database, services.vault
    try:
        user = await password_reset.look(database, vault, secret)
    except NotFound as error:
        return _page(request, Reset(error=error.message), HTTP_404_NOT_FOUND)
    view = Reset(f"{password_reset.PATH}/{secret}", user["email"])
    try:
        _check(request, services, posted)
        email = await password_reset.use(database, vault, secret, posted.raw("password"))
    except NotFound as error:  # used by another tab meanwhile
        return _page(request, Reset(error=error.message), HTTP_404_NOT_FOUND)
    except (Forbidden, InvalidInput) as error:
        status = HTTP_422_UNPROCESSABLE_ENTITY if isinstance(error, InvalidInput) else error.status
        return _page(request, Reset(view.action, view.email, error.message), status)
    return form_page(request, Login(email, said="Your password is changed. Sign in with it."))


def _check(request: AnyRequest, services: Services, posted: Posted) -> None:
    csrf.check(request, posted, services.vault, request.cookies.get(csrf.COOKIE, ""), services.settings.public_url)


def _page(request: AnyRequest, view: Reset, status: int = 200) -> Response[str]:
    """Answer with a page whose address is told to no other: who has it can choose the password."""
    response = form_page(request, view, status)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


ROUTES = [
    Router("/", route_handlers=[show, ask, choose, change], request_max_body_size=MAX_BODY, include_in_schema=False)
]
