"""Invitations: a link with a secret that its person has, and of which we keep the hash alone."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.errors import Conflict, Forbidden, LeadsBotError, NotFound
from leadsbot.ids import new_id
from leadsbot.workspaces import passwords
from leadsbot.workspaces.passwords import Proven
from leadsbot.workspaces.tables import Invitation, Member, User

LASTS_MS = 7 * clock.DAY
# An expired one is still seen in the list for a while, to be sent again.
KEPT_MS = 30 * clock.DAY
PATH = "/invitations"

_OPEN = (
    "SELECT i.*, w.name AS workspace_name, u.id AS user_id FROM invitations i"
    " JOIN workspaces w ON w.id = i.workspace_id LEFT JOIN users u ON u.email = i.email"
    " WHERE i.token_hash = $1 AND i.accepted_at IS NULL AND i.expires_at > $2"
)
_ENDED = "SELECT accepted_at FROM invitations WHERE token_hash = $1"


@dataclass(frozen=True, slots=True)
class Invited:
    """What an open invitation offers to whom. `user_id` is theirs where they have an account."""

    id: str
    workspace_id: str
    workspace_name: str
    email: str
    name: str
    role: str
    invited_by: str
    user_id: str | None


def link(public_url: str, secret: str) -> str:
    return f"{public_url}{PATH}/{secret}"


async def invite(tx: Tx, workspace_id: str, email: str, name: str, role: str, by: str | None) -> tuple[str, str]:
    """Invite somebody, or anew; gives the invitation's id and the link's secret, which nobody can read again."""
    secret, now = secrets.token_urlsafe(32), clock.now()
    row = await tx.fetch_one(
        "SELECT id FROM invitations WHERE workspace_id = $1 AND email = $2 AND accepted_at IS NULL", workspace_id, email
    )
    if row:
        await tx.execute(
            "UPDATE invitations SET token_hash = $2, expires_at = $3, role = $4, name = $5,"
            " invited_by = COALESCE($6, invited_by) WHERE id = $1",
            row["id"],
            _hash(secret),
            now + LASTS_MS,
            role,
            name,
            by,
        )
        return str(row["id"]), secret
    invitation_id = new_id()
    tx.insert(
        Invitation,
        {
            "id": invitation_id,
            "workspace_id": workspace_id,
            "email": email,
            "name": name,
            "role": role,
            "token_hash": _hash(secret),
            "invited_by": by or "",
            "created_at": now,
            "expires_at": now + LASTS_MS,
        },
    )
    return invitation_id, secret


async def withdraw(tx: Tx, workspace_id: str, email: str) -> None:
    """Take back what is open for somebody who has come in by another way."""
    await tx.execute(
        "DELETE FROM invitations WHERE workspace_id = $1 AND email = $2 AND accepted_at IS NULL", workspace_id, email
    )


async def look(database: Database, secret: str) -> Invited:
    """Give what a link offers; `NotFound` where it doesn't, with a code that says why: `invitation_used`,
    `invitation_expired`, or `invitation_unknown` for one that was taken back, renewed, or never was."""
    row = await database.fetch_one(_OPEN, _hash(secret), clock.now())
    if row is None:
        raise _over(await database.fetch_one(_ENDED, _hash(secret)))
    return Invited(**{name: row[name] for name in Invited.__dataclass_fields__})


async def accept(database: Database, secret: str, user_id: str) -> str:
    """Let a user in and give the workspace's id. `Forbidden` for somebody else's invitation; else as `look()`."""

    async def unit(tx: Tx) -> str:
        row = await _open(tx, secret)
        if row["user_id"] != user_id:
            raise Forbidden(f"This invitation is for {row['email']}.")
        return await _let_in(tx, row, user_id)

    return await database.write(unit)


async def accept_as_new(database: Database, secret: str, name: str, password: str) -> tuple[Proven, str]:
    """Make an account for the invited person and let them in; gives the user and the workspace's id.

    Raises `InvalidInput` for a password that won't do, `Conflict` where they have an account; else as `look()`.
    """
    password_hash = await passwords.hashed(passwords.check_strength(password))
    user_id = new_id()

    async def unit(tx: Tx) -> tuple[Proven, str]:
        row = await _open(tx, secret)
        if row["user_id"] is not None:
            raise Conflict("There is an account with this email already: sign in to accept.")
        user = {"id": user_id, "email": row["email"], "name": name, "password_hash": password_hash}
        tx.insert(User, {**user, "created_at": clock.now()})
        return Proven(user_id, password_hash), await _let_in(tx, row, user_id)

    return await database.write(unit)


def join(tx: Tx, workspace_id: str, user_id: str, role: str) -> str:
    """Make a user a member and give the membership's id."""
    member_id = new_id()
    row = {"id": member_id, "workspace_id": workspace_id, "user_id": user_id, "role": role}
    tx.insert(Member, {**row, "created_at": clock.now()})
    return member_id


async def purge(tx: Tx) -> int:
    """Delete invitations that ended long ago."""
    return await tx.execute("DELETE FROM invitations WHERE expires_at < $1", clock.now() - KEPT_MS)


async def still_open(database: Database, invitation_id: str, secret: str) -> bool:
    """Tell whether this secret opens this invitation."""
    row = await database.fetch_one(_OPEN, _hash(secret), clock.now())
    return row is not None and row["id"] == invitation_id


async def _open(tx: Tx, secret: str) -> dict[str, str | None]:
    lock = " FOR UPDATE OF i" if tx.dialect == "postgres" else ""
    row = await tx.fetch_one(_OPEN + lock, _hash(secret), clock.now())
    if row is None:
        raise _over(await tx.fetch_one(_ENDED, _hash(secret)))
    return row


async def _let_in(tx: Tx, row: dict[str, str | None], user_id: str) -> str:
    """Make them a member with the invitation's role; whoever is one already stays what they are."""
    workspace_id = str(row["workspace_id"])
    there = await tx.fetch(
        "SELECT 1 AS there FROM members WHERE workspace_id = $1 AND user_id = $2", workspace_id, user_id
    )
    if not there:
        join(tx, workspace_id, user_id, str(row["role"]))
    await tx.execute("UPDATE invitations SET accepted_at = $2 WHERE id = $1", row["id"], clock.now())
    return workspace_id


def _over(row: Mapping[str, Any] | None) -> LeadsBotError:
    if row is None:
        return NotFound(
            "This link opens no invitation: it isn't whole, was taken back, or a newer one took its place.",
            code="invitation_unknown",
        )
    if row["accepted_at"] is not None:
        return NotFound("This invitation was used already. Sign in to go on.", code="invitation_used")
    return NotFound(
        f"This invitation has expired: a link is good for {LASTS_MS // clock.DAY} days. Ask for a new one.",
        code="invitation_expired",
    )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
