"""Members of the workspace, and those who are invited to it."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from leadsbot.api.keyed import Holder, House, Part, keyed
from leadsbot.api.texts import Short
from leadsbot.errors import InvalidInput
from leadsbot.leads.contact import normalise_email
from leadsbot.routing.invitation_mail import teller
from leadsbot.services import Services
from leadsbot.workspaces import members
from leadsbot.workspaces.invitations import link
from leadsbot.workspaces.members import NewMember, member_json

Role = Literal["owner", "admin", "member"]


class MemberToBe(msgspec.Struct, forbid_unknown_fields=True):
    """A new person without a password gets an invitation, as does somebody who has an account here."""

    email: Annotated[str, Meta(max_length=320)]
    name: Short = ""
    role: Role = "member"
    password: Annotated[str, Meta(max_length=200)] | None = None


class MemberChange(msgspec.Struct, forbid_unknown_fields=True):
    role: Role


@get("/", summary="List members, and open invitations among them")
async def list_members(services: House, holder: Holder, part: Part) -> dict[str, Any]:
    return (await members.list_members(services.database, holder.workspace_id, part)).json(member_json)


@post("/", summary="Add a member, or invite one: then the answer carries the link")
async def create_member(services: House, holder: Holder, data: JSONBody[MemberToBe]) -> dict[str, Any]:
    email = normalise_email(data.email)
    if email is None:
        raise InvalidInput('"email" is not a mail address.', fields=["email"])
    new = NewMember(email, data.role, data.name.strip(), data.password)
    member_id, secret = await members.add_member(services.database, holder.workspace_id, new, teller(services))
    row = await members.get_member(services.database, holder.workspace_id, member_id)
    return {**member_json(row), **_invite(services, secret)}


@get("/{member_id:uuid}", summary="A member, or somebody invited")
async def get_member(services: House, holder: Holder, member_id: FromPath[UUID]) -> dict[str, Any]:
    return member_json(await members.get_member(services.database, holder.workspace_id, str(member_id)))


@patch("/{member_id:uuid}", summary="Change a member's role")
async def change_member(
    services: House, holder: Holder, member_id: FromPath[UUID], data: JSONBody[MemberChange]
) -> dict[str, Any]:
    return member_json(await members.change_role(services.database, holder.workspace_id, str(member_id), data.role))


@delete("/{member_id:uuid}", summary="Remove a member, signed out at once, or take an invitation back")
async def remove_member(services: House, holder: Holder, member_id: FromPath[UUID]) -> None:
    await members.remove_member(services.database, holder.workspace_id, str(member_id), holder.name)


@post("/{member_id:uuid}/resend", status_code=200, summary="Invite anew; the link before ends")
async def resend(services: House, holder: Holder, member_id: FromPath[UUID]) -> dict[str, Any]:
    row, secret = await members.resend(services.database, holder.workspace_id, str(member_id), teller(services))
    return {**member_json(row), **_invite(services, secret)}


def _invite(services: Services, secret: str | None) -> dict[str, Any]:
    return {"invite_url": link(services.settings.public_url, secret)} if secret else {}


ROUTES = [
    keyed(
        "/api/v1/workspace/members",
        [list_members, create_member, get_member, change_member, remove_member, resend],
        "workspace",
    )
]
