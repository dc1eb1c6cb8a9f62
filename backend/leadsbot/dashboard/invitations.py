"""Accepting an invitation, with an account or without, and going over to another workspace."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from leadsbot.dashboard import answers, csrf
from leadsbot.dashboard.desk import Here, cookie, pages
from leadsbot.dashboard.posted import MAX_BODY, Posted
from leadsbot.dashboard.shell import bare_shell
from leadsbot.dashboard.sign_in import MAX_PASSWORD, VISITOR_LASTS_S, address_of
from leadsbot.dashboard.views import Form
from leadsbot.dashboard.views.settings import EndedInvitation, InvitationPage
from leadsbot.errors import Conflict, Forbidden, InvalidInput, LeadsBotError, NotFound, TooManyRequests, Unauthorized
from leadsbot.services import Services
from leadsbot.workspaces import invitations
from leadsbot.workspaces.invitations import Invited
from leadsbot.workspaces.passwords import Proven
from leadsbot.workspaces.sign_in import COOKIE, LASTS_S, Person

AnyRequest = Request[Any, Any, Any]

MAX_NAME = 200
_ENDED = {"invitation_used": "Invitation used", "invitation_expired": "Invitation expired"}


@get("/invitations/{secret:str}")
async def show(request: AnyRequest, secret: FromPath[str]) -> Response[str]:
    """Say who invites whom to what, and ask for what is missing."""
    services: Services = request.app.state.services
    try:
        return await _page(request, secret, await invitations.look(services.database, secret))
    except NotFound as error:
        return _ended(request, error)


@post("/invitations/{secret:str}")
async def accept(request: AnyRequest, secret: FromPath[str]) -> Response[str]:
    """Let the invited person in, and on to the workspace."""
    services: Services = request.app.state.services
    posted = await Posted.of(request)
    try:
        invited = await invitations.look(services.database, secret)
    except NotFound as error:
        return _ended(request, error)
    person = await services.sign_ins.person(request.cookies.get(COOKIE))
    holder = person.sign_in_id if person else request.cookies.get(csrf.COOKIE, "")
    try:
        csrf.check(request, posted, services.vault, holder, services.settings.public_url)
        if person and person.user_id == invited.user_id:
            workspace_id = await invitations.accept(services.database, secret, person.user_id)
            await services.sign_ins.switch(person, workspace_id)
            return answers.go("/leads")
        value = await _let_in(services, request, invited, secret, posted)
    except NotFound as error:  # used or taken back by another tab meanwhile
        return _ended(request, error)
    except (InvalidInput, Unauthorized, TooManyRequests, Conflict, Forbidden) as error:
        return await _page(request, secret, invited, _wrong(error, posted), error)
    response = answers.go("/leads")
    response.set_cookie(cookie(services.settings, COOKIE, value, LASTS_S))
    response.set_cookie(cookie(services.settings, csrf.COOKIE, "", max_age=0))
    return response


@post("/workspace")
async def switch(desk: Here) -> Response[str]:
    """Go over to another workspace of theirs."""
    await desk.services.sign_ins.switch(desk.person, desk.posted.text("workspace"))
    return desk.go("/leads")


async def _let_in(services: Services, request: AnyRequest, invited: Invited, secret: str, posted: Posted) -> str:
    """Take in somebody whose password it is, or a new account, and sign them in; gives the cookie's value."""
    address = address_of(services, request)
    user, workspace_id = await _taken_in(services, address, invited, secret, posted)
    return await services.sign_ins.open(user, workspace_id, address, request.headers.get("user-agent", ""))


async def _taken_in(
    services: Services, address: str, invited: Invited, secret: str, posted: Posted
) -> tuple[Proven, str]:
    password = posted.raw("password")[:MAX_PASSWORD]
    if invited.user_id:
        user = await services.sign_ins.prove(invited.email, password, address)
        return user, await invitations.accept(services.database, secret, user.user_id)
    name = posted.text("name")
    if not 1 <= len(name) <= MAX_NAME:
        raise InvalidInput(f"A name has between 1 and {MAX_NAME} characters.", fields=["name"])
    return await invitations.accept_as_new(services.database, secret, name, password)


def _wrong(error: LeadsBotError, posted: Posted) -> Form:
    """Put what is wrong beside its field, and keep what was typed but for the password."""
    fields = error.fields or (("password",) if isinstance(error, Unauthorized | TooManyRequests) else ("",))
    message = "That is not the password." if error.code == "wrong_credentials" else error.message
    return Form({"name": posted.text("name")}, dict.fromkeys(fields, message))


def _ended(request: AnyRequest, error: NotFound) -> Response[str]:
    """Say why the link opens nothing any more, and where to go on."""
    view = EndedInvitation(_ENDED.get(error.code, "No invitation"), error.message)
    response = answers.page(request.app.state.renderer.page(bare_shell(request), view), error.status)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


async def _page(
    request: AnyRequest, secret: str, invited: Invited, form: Form | None = None, error: LeadsBotError | None = None
) -> Response[str]:
    """Answer with the page; where nobody is signed in its token is bound to a cookie, as the sign-in's is."""
    services: Services = request.app.state.services
    person = await services.sign_ins.person(request.cookies.get(COOKIE))
    visitor = request.cookies.get(csrf.COOKIE) or csrf.new_visitor()
    shell = bare_shell(request, csrf.token(services.vault, person.sign_in_id if person else visitor))
    view = _view(secret, invited, person, form or Form({"name": invited.name}))
    status = 200 if error is None else HTTP_422_UNPROCESSABLE_ENTITY if error.status == 400 else error.status
    response = answers.page(request.app.state.renderer.page(shell, view), status)
    # The link opens a place in the workspace: it is told to no other page.
    response.headers["Referrer-Policy"] = "no-referrer"
    if person is None:
        response.set_cookie(cookie(services.settings, csrf.COOKIE, visitor, VISITOR_LASTS_S))
    return response


def _view(secret: str, invited: Invited, person: Person | None, form: Form) -> InvitationPage:
    return InvitationPage(
        action=f"{invitations.PATH}/{secret}",
        workspace=invited.workspace_name,
        email=invited.email,
        role=invited.role,
        invited_by=invited.invited_by,
        known=invited.user_id is not None,
        signed_in_as=person.email if person else "",
        form=form,
    )


_OPEN_TO_ALL = Router("/", route_handlers=[show, accept], request_max_body_size=MAX_BODY, include_in_schema=False)
ROUTES = [_OPEN_TO_ALL, pages(switch)]
