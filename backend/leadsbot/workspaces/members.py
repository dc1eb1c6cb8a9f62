"""Who belongs to a workspace, and as what: owners, admins, members, and those who are invited.

Members work with leads; admins and owners change settings; owners alone make and unmake owners. A workspace always has
an owner.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from leadsbot import clock
from leadsbot.clock import rfc3339
from leadsbot.db import Database, Tx
from leadsbot.db.paging import Page, Slice, page_of
from leadsbot.db.tx import Row
from leadsbot.errors import Conflict, Forbidden, InvalidInput, NotFound
from leadsbot.ids import new_id
from leadsbot.workspaces import invitations, passwords, removals
from leadsbot.workspaces.lists import held
from leadsbot.workspaces.tables import Invitation, Member, User

OWNER: Final = "owner"
ADMIN: Final = "admin"
MEMBER: Final = "member"
ROLES: Final = (OWNER, ADMIN, MEMBER)
MOST_MEMBERS = 500

_MEMBERS = (
    "SELECT m.id, m.user_id, u.email, u.name, m.role, 'active' AS status, m.created_at, NULL AS expires_at"
    " FROM members m JOIN users u ON u.id = m.user_id WHERE m.workspace_id = $1"
)
_INVITED = (
    "SELECT id, NULL AS user_id, email, name, role, 'invited' AS status, created_at, expires_at FROM invitations"
    " WHERE workspace_id = $1 AND accepted_at IS NULL"
)

# What rooms above do when somebody was invited: the invitation's id, the link's secret.
Tell = Callable[[Tx, str, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class NewMember:
    """Whom to take in. `email` is normalised already; with a `password` a new person needs no invitation. `by_role` is
    what the one who asks may do, a key with `manage` as much as an owner."""

    email: str
    role: str = MEMBER
    name: str = ""
    password: str | None = None
    by: str = ""
    by_role: str = OWNER


def at_least(role: str, needed: str) -> bool:
    """Tell whether `role` may do what `needed` may."""
    return ROLES.index(role) <= ROLES.index(needed)


async def list_members(database: Database, workspace_id: str, part: Slice) -> Page:
    """Give members and open invitations, newest first."""
    return page_of(await everybody(database, workspace_id), part)


async def everybody(database: Database, workspace_id: str) -> list[Row]:
    """Give members and open invitations, as they came."""
    rows = await database.fetch(_MEMBERS, workspace_id) + await database.fetch(_INVITED, workspace_id)
    return sorted(rows, key=lambda row: (row["created_at"], row["id"]))


async def get_member(database: Database, workspace_id: str, member_id: str) -> Row:
    """Give a member or an open invitation by its id; else `NotFound`."""
    return _found(await everybody(database, workspace_id), member_id)


async def add_member(
    database: Database, workspace_id: str, new: NewMember, tell: Tell | None = None
) -> tuple[str, str | None]:
    """Take somebody in; gives the member's id, or the invitation's with the secret of its link.

    Somebody invited before is invited anew: the older link ends. `Conflict` where they are a member already, where an
    owner invited them as one and this isn't an owner, or where a password is given for somebody who has one.
    """
    password_hash = await passwords.hashed(passwords.check_strength(new.password)) if new.password else None

    async def unit(tx: Tx) -> tuple[str, str | None]:
        await held(tx, workspace_id)
        everyone = await _everybody(tx, workspace_id)
        if any(row["email"] == new.email and row["user_id"] for row in everyone):
            raise Conflict(f"{new.email} is a member already.", fields=["email"])
        if new.by_role != OWNER and any(row["email"] == new.email and row["role"] == OWNER for row in everyone):
            raise Conflict(f"{new.email} is invited as an owner: only owners change that.", fields=["email"])
        if len(everyone) >= MOST_MEMBERS:
            raise Conflict(f"A workspace has at most {MOST_MEMBERS} members.")
        if password_hash is None:
            made = await invitations.invite(tx, workspace_id, new.email, new.name, new.role, new.by)
            if tell:
                await tell(tx, *made)
            return made
        if await tx.fetch("SELECT 1 AS taken FROM users WHERE email = $1", new.email):
            raise Conflict(
                f"{new.email} has a password already. Leave it out, and they get an invitation.", fields=["password"]
            )
        user = {"id": new_id(), "email": new.email, "name": new.name, "password_hash": password_hash}
        tx.insert(User, {**user, "created_at": clock.now()})
        await invitations.withdraw(tx, workspace_id, new.email)
        return invitations.join(tx, workspace_id, user["id"], new.role), None

    return await database.write(unit)


async def change_role(database: Database, workspace_id: str, member_id: str, role: str, *, by_role: str = OWNER) -> Row:
    """Make a member, or somebody invited, something else. Raises `NotFound`, `Conflict` for the last owner, `Forbidden`
    where an owner is made or unmade by somebody (`by_role`) who isn't one."""

    async def unit(tx: Tx) -> Row:
        row, everyone = await _held(tx, workspace_id, member_id, by_role)
        _among_owners(check_role(role), by_role)
        if role != OWNER:
            _keep_an_owner(row, everyone, "Make somebody else an owner first.")
        table = "members" if row["user_id"] else "invitations"
        await tx.execute(f"UPDATE {table} SET role = $2 WHERE id = $1", row["id"], role)
        return {**row, "role": role}

    return await database.write(unit)


async def remove_member(
    database: Database, workspace_id: str, member_id: str, by: str = "", *, by_role: str = OWNER
) -> Row:
    """Take somebody out, signed out at once, or take an invitation back; gives who it was. They can be put back.

    Raises `NotFound`, `Conflict` for the last owner, `Forbidden` where somebody who isn't an owner removes one.
    """

    async def unit(tx: Tx) -> Row:
        row, everyone = await _held(tx, workspace_id, member_id, by_role)
        _keep_an_owner(row, everyone, "Make somebody else an owner first.")
        table, kind = ("members", "member") if row["user_id"] else ("invitations", "invitation")
        stored = await tx.fetch_one(f"SELECT * FROM {table} WHERE id = $1", row["id"])
        removals.keep(tx, kind, stored or {}, row["email"], by)
        if row["user_id"] is None:
            await tx.execute("DELETE FROM invitations WHERE id = $1", row["id"])
            return row
        await tx.execute("DELETE FROM members WHERE id = $1", row["id"])
        await tx.execute("DELETE FROM sign_ins WHERE user_id = $1 AND workspace_id = $2", row["user_id"], workspace_id)
        return row

    return await database.write(unit)


async def put_back(tx: Tx, removal: Row) -> None:
    """Put a member, or an invitation, back as they were. Raises Conflict where they are there again already."""
    row = removal["row"]
    await held(tx, row["workspace_id"])
    everyone = await _everybody(tx, row["workspace_id"])
    if any(one["email"] == removal["name"] for one in everyone):
        raise Conflict(f"{removal['name']} is a member or invited again already.", code="already_there")
    if len(everyone) >= MOST_MEMBERS:
        raise Conflict(f"A workspace has at most {MOST_MEMBERS} members.")
    table = Member if removal["kind"] == "member" else Invitation
    tx.insert(table, removals.fitting(table, row))


async def resend(
    database: Database, workspace_id: str, invitation_id: str, tell: Tell | None = None, *, by_role: str = OWNER
) -> tuple[Row, str]:
    """Invite somebody anew; the link before ends. Gives the row and the new link's secret; else `NotFound`, or
    `Forbidden` for an owner's invitation and somebody who isn't one."""

    async def unit(tx: Tx) -> tuple[Row, str]:
        row, _ = await _held(tx, workspace_id, invitation_id, by_role)
        if row["user_id"]:
            raise Conflict(f"{row['email']} is a member already.")
        found, secret = await invitations.invite(tx, workspace_id, row["email"], row["name"], row["role"], None)
        if tell:
            await tell(tx, found, secret)
        return _found(await _everybody(tx, workspace_id), found), secret

    return await database.write(unit)


def check_role(role: str) -> str:
    if role not in ROLES:
        raise InvalidInput(f"The role is one of: {', '.join(ROLES)}.", fields=["role"])
    return role


def member_json(row: Row) -> dict[str, Any]:
    """Give a member's public shape; somebody invited has no `user_id` yet."""
    expires = row["expires_at"]
    return {
        **{name: row[name] for name in ("id", "user_id", "email", "name", "role")},
        "status": status_of(row),
        "created_at": rfc3339(row["created_at"]),
        "expires_at": None if expires is None else rfc3339(expires),
    }


def status_of(row: Row) -> str:
    """Give `active`, `invited`, or `expired` for an invitation whose link has ended."""
    return "expired" if row["expires_at"] is not None and row["expires_at"] <= clock.now() else str(row["status"])


async def _everybody(tx: Tx, workspace_id: str) -> list[Row]:
    await tx.flush()
    return await tx.fetch(_MEMBERS, workspace_id) + await tx.fetch(_INVITED, workspace_id)


async def _held(tx: Tx, workspace_id: str, member_id: str, by_role: str) -> tuple[Row, list[Row]]:
    """Read a member whom somebody of this role may change, and everybody beside, while no other node changes them."""
    await held(tx, workspace_id)
    everyone = await _everybody(tx, workspace_id)
    row = _found(everyone, member_id)
    _among_owners(row["role"], by_role)
    return row, everyone


def _among_owners(role: str, by_role: str) -> None:
    if role == OWNER and by_role != OWNER:
        raise Forbidden("Only an owner may do this. Ask one of them.", code="role_missing")


def _keep_an_owner(row: Row, everyone: list[Row], advice: str) -> None:
    owners = [one for one in everyone if one["role"] == OWNER and one["user_id"]]
    if [one["id"] for one in owners] == [row["id"]]:
        raise Conflict(f"{row['email']} is the only owner. {advice}", code="last_owner")


def _found(rows: list[Row], member_id: str) -> Row:
    for row in rows:
        if row["id"] == member_id.lower():
            return row
    raise NotFound("There is no such member.")
