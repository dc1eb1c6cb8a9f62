"""A signed-in person's request: who asks, what they posted, and how to answer them.

`pages()` stands before every page but sign-in: it knows who it is, and lets nothing be posted without proof that it
came from our own page. A handler asks for `desk` and finds all that done.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, Router
from litestar.datastructures import Cookie
from litestar.di import NamedDependency, Provide
from litestar.handlers import HTTPRouteHandler
from litestar.params import SkipValidation
from litestar.status_codes import HTTP_200_OK

from leadsbot.dashboard import answers, csrf, flash, sure
from leadsbot.dashboard.places import role_for
from leadsbot.dashboard.posted import MAX_BODY, Posted
from leadsbot.dashboard.render import Renderer
from leadsbot.dashboard.shell import full_shell, part_shell
from leadsbot.dashboard.views import NewSecret, Shell, Toast, View
from leadsbot.db import Database
from leadsbot.errors import Forbidden, Unauthorized
from leadsbot.services import Services
from leadsbot.settings import Settings
from leadsbot.workspaces import members, sign_in
from leadsbot.workspaces.sign_in import Person

AnyRequest = Request[Any, Any, Any]

_READS = ("GET", "HEAD", "OPTIONS")
_STATE = "desk"
_ROLE = "role"
_REFUSED = {
    members.OWNER: "Only an owner may do this. Ask one of them.",
    members.ADMIN: "Only owners and admins of this workspace get here. Ask one of them.",
}


@dataclass(frozen=True, slots=True)
class Desk:
    """One request of one person. `posted` is empty where nothing was."""

    request: AnyRequest
    services: Services
    person: Person
    posted: Posted

    @property
    def database(self) -> Database:
        return self.services.database

    @property
    def workspace_id(self) -> str:
        return self.person.workspace_id

    @property
    def renderer(self) -> Renderer:
        renderer: Renderer = self.request.app.state.renderer
        return renderer

    @property
    def shell(self) -> Shell:
        """The shell of a part of a page."""
        return part_shell(self.request, self.services.vault, self.person)

    @property
    def is_htmx(self) -> bool:
        return answers.is_htmx(self.request.headers)

    def asked(self, name: str) -> str:
        """Give a parameter of the address, or an empty text."""
        return str(self.request.query_params.get(name, "")).replace("\x00", "").strip()

    def said(self) -> flash.Said:
        """Give what the request before this one left to be said."""
        return flash.unseal(self.services.vault, self.person.sign_in_id, self.request.cookies.get(flash.COOKIE))

    async def page(self, view: View, status: int = HTTP_200_OK) -> Response[str]:
        """Answer with the whole page of `view`."""
        services = self.services
        shell = await full_shell(self.request, services.vault, services.database, self.person, self.said().toasts)
        response = answers.page(self.renderer.page(shell, view), status)
        if flash.COOKIE in self.request.cookies:
            response.set_cookie(cookie(services.settings, flash.COOKIE, "", max_age=0))
        return response

    def part(self, template: str, *toasts: Toast, **data: object) -> Response[str]:
        """Answer htmx with a part of a page, and with toasts to lay beside those that are there."""
        shell = self.shell
        html = self.renderer.part(shell, template, **data)
        return answers.page(html + (self.renderer.part(shell, "toasts.html", toasts=toasts) if toasts else ""))

    def go(self, path: str, *toasts: Toast, secret: NewSecret | None = None) -> Response[str]:
        """Send the browser on to a page, which then says `toasts`."""
        response = answers.go(path)
        if toasts or secret:
            sealed = flash.seal(self.services.vault, self.person.sign_in_id, toasts, secret)
            response.set_cookie(cookie(self.services.settings, flash.COOKIE, sealed, flash.LASTS_MS // 1000))
        return response


Here = NamedDependency[SkipValidation[Desk]]


def cookie(settings: Settings, name: str, value: str, max_age: int) -> Cookie:
    """Make a cookie that no script reads, no other site sends along and, behind https, nothing else carries."""
    return Cookie(
        key=name,
        value=value,
        max_age=max_age,
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings.public_url.startswith("https://"),
    )


def pages(*handlers: HTTPRouteHandler, role: str = members.MEMBER) -> Router:
    """Give a router of pages for people who are signed in, and at least `role` in their workspace; a page below a place
    of the navigation asks for that place's role besides."""
    return Router(
        "/",
        route_handlers=list(handlers),
        opt={_ROLE: role},
        before_request=_enter,
        dependencies={"desk": Provide(_desk, sync_to_thread=False)},
        request_max_body_size=MAX_BODY,
        include_in_schema=False,
    )


async def _enter(request: AnyRequest) -> Response[str] | None:
    """Let nobody in who isn't signed in, and nothing be changed by another site, or before its question is answered."""
    services: Services = request.app.state.services
    person = await services.sign_ins.person(request.cookies.get(sign_in.COOKIE))
    if person is None:
        raise Unauthorized("Sign in to see this page.", code="signed_out")
    for role in (request.route_handler.opt.get(_ROLE, members.MEMBER), role_for(request.url.path)):
        require(person, role)
    posted = Posted({})
    if request.method not in _READS:
        posted = await Posted.of(request)
        csrf.check(request, posted, services.vault, person.sign_in_id, services.settings.public_url)
    desk = Desk(request, services, person, posted)
    request.state[_STATE] = desk
    asked = sure.question(posted, request.url.path, request.headers)
    return await desk.page(asked) if asked else None


def require(person: Person, role: str) -> None:
    """Raise `Forbidden` unless the person is at least `role` in the workspace."""
    if not members.at_least(person.role, role):
        raise Forbidden(_REFUSED[role], code="role_missing")


def _desk(request: AnyRequest) -> Desk:
    desk: Desk = request.state[_STATE]
    return desk
