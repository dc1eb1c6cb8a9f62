"""Members: who belongs to the workspace and as what, and inviting others."""

from __future__ import annotations

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from leadsbot.dashboard.desk import Desk, Here, pages, require
from leadsbot.dashboard.shown.removed import removed, undoable
from leadsbot.dashboard.views import Form, NewSecret, Toast
from leadsbot.dashboard.views.settings import Members, Person
from leadsbot.errors import Conflict, InvalidInput, TooManyRequests
from leadsbot.leads.contact import normalise_email
from leadsbot.routing.invitation_mail import teller
from leadsbot.workspaces import members
from leadsbot.workspaces.invitations import link
from leadsbot.workspaces.members import ADMIN, MEMBER, OWNER, ROLES, NewMember, check_role

PAGE = "/settings/members"
MAX_NAME = 200


@get(PAGE)
async def show(desk: Here) -> Response[str]:
    return await desk.page(await _view(desk))


@post(PAGE)
async def invite(desk: Here) -> Response[str]:
    """Invite somebody and show the link, this once."""
    posted = desk.posted
    try:
        email = normalise_email(posted.text("email"))
        if email is None:
            raise InvalidInput("Type a mail address, such as maria@example.com.", fields=["email"])
        role = check_role(posted.text("role") or MEMBER)
        require(desk.person, OWNER if role == OWNER else ADMIN)
        name = posted.text("name")[:MAX_NAME]
        new = NewMember(email, role, name, by=desk.person.email, by_role=desk.person.role)
        _, secret = await members.add_member(desk.database, desk.workspace_id, new, teller(desk.services))
    except (InvalidInput, Conflict, TooManyRequests) as error:
        form = Form(posted.values(), dict.fromkeys(error.fields or ["email"], error.message))
        return await desk.page(await _view(desk, form), HTTP_422_UNPROCESSABLE_ENTITY)
    assert secret is not None  # nobody is given a password here
    return _invited(desk, email, secret)


@post("/settings/members/{member_id:uuid}/role")
async def change_role(desk: Here, member_id: FromPath[UUID]) -> Response[str]:
    role, by_role = desk.posted.text("role"), desk.person.role
    try:
        row = await members.change_role(desk.database, desk.workspace_id, str(member_id), role, by_role=by_role)
    except Conflict as error:
        return desk.go(PAGE, Toast(error.message, "trouble"))
    return desk.go(PAGE, Toast(f"{row['email']} is {_a(role)} now."))


@post("/settings/members/{member_id:uuid}/remove")
async def remove(desk: Here, member_id: FromPath[UUID]) -> Response[str]:
    """Take a member out, or take an invitation back."""
    person = desk.person
    try:
        row = await members.remove_member(
            desk.database, desk.workspace_id, str(member_id), person.email, by_role=person.role
        )
    except Conflict as error:
        return desk.go(PAGE, Toast(error.message, "trouble"))
    if row["user_id"] == desk.person.user_id:
        return desk.go("/login")
    said = f"{row['email']} is out." if row["user_id"] else f"The invitation of {row['email']} is taken back."
    return desk.go(PAGE, undoable(said, "member", row["id"]))


@post("/settings/members/{member_id:uuid}/resend")
async def resend(desk: Here, member_id: FromPath[UUID]) -> Response[str]:
    """Make another link; the one before ends."""
    tell, by_role = teller(desk.services), desk.person.role
    try:
        row, secret = await members.resend(desk.database, desk.workspace_id, str(member_id), tell, by_role=by_role)
    except (Conflict, TooManyRequests) as error:
        return desk.go(PAGE, Toast(error.message, "trouble"))
    return _invited(desk, row["email"], secret)


def _invited(desk: Desk, email: str, secret: str) -> Response[str]:
    return desk.go(PAGE, secret=NewSecret(email, link(desk.services.settings.public_url, secret)))


def _a(role: str) -> str:
    return f"a {role}" if role == MEMBER else f"an {role}"


async def _view(desk: Desk, form: Form | None = None) -> Members:
    mine = desk.person.role == OWNER
    rows = await members.everybody(desk.database, desk.workspace_id)
    owners = [row["id"] for row in rows if row["role"] == OWNER and row["user_id"]]
    people = [
        Person(
            id=row["id"],
            email=row["email"],
            name=row["name"],
            role=row["role"],
            status=members.status_of(row),
            since=row["created_at"],
            expires_at=row["expires_at"],
            yours=row["user_id"] == desk.person.user_id,
            changeable=(mine or row["role"] != OWNER) and owners != [row["id"]],
        )
        for row in rows
    ]
    roles = tuple(role for role in ROLES if mine or role != OWNER)
    mails = bool(desk.services.settings.smtp_url)
    gone = await removed(desk.database, desk.workspace_id, "member", "invitation")
    return Members(tuple(people), roles, mails, desk.said().secret, form or Form(), gone)


ROUTES = [pages(show, invite, change_role, remove, resend)]
