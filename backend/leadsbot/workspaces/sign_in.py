"""Signing people in and out of the dashboard: argon2, a signed cookie, throttling per address and per account.

The cookie holds the sign-in's id, signed; the row behind it is the truth, so that signing out ends it everywhere.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import NamedTuple

from itsdangerous import BadSignature

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.errors import NotFound, TooManyRequests, Unauthorized
from leadsbot.ids import new_id
from leadsbot.vault import Vault
from leadsbot.workspaces import passwords
from leadsbot.workspaces.limits import clear, take
from leadsbot.workspaces.passwords import Proven
from leadsbot.workspaces.tables import SignIn

COOKIE = "leadsbot_session"
LASTS_S = 30 * 24 * 3600
TRIES_PER_ACCOUNT_AND_ADDRESS = 10
TRIES_PER_ADDRESS = 30
TRIES_PER_ACCOUNT = 100
WINDOW_MS = 15 * clock.MINUTE


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in, and to which workspace."""

    sign_in_id: str
    user_id: str
    email: str
    name: str
    role: str
    workspace_id: str
    workspace_name: str
    timezone: str


class _Limit(NamedTuple):
    """`forgiven`: success forgets the tries. Not an address's: with an account of his own a guesser would reset it."""

    key: str
    tries: int
    forgiven: bool = True


def _limits(email: str, address: str) -> tuple[_Limit, ...]:
    """Give what a try counts against. Whoever tries from one place doesn't lock the owner out of another."""
    account = hashlib.sha256(email.encode()).hexdigest()[:32]
    return (
        _Limit(f"sign-in:{account}:{address}", TRIES_PER_ACCOUNT_AND_ADDRESS),
        _Limit(f"sign-in-from:{address}", TRIES_PER_ADDRESS, forgiven=False),
        _Limit(f"sign-in-to:{account}", TRIES_PER_ACCOUNT),
    )


class SignIns:
    """Opens, checks and ends sign-ins."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._serializer = vault.serializer("sign-in")

    async def sign_in(self, email: str, password: str, address: str, user_agent: str) -> str:
        """Give the cookie's value. Raises `Unauthorized` for whatever is wrong, `TooManyRequests` after many tries."""
        user = await self.prove(email, password, address)
        home = await self._database.fetch_one(
            "SELECT workspace_id FROM members WHERE user_id = $1 ORDER BY created_at, id LIMIT 1", user.user_id
        )
        if home is None:
            raise Unauthorized("You belong to no workspace any more. Ask to be invited.", code="no_workspace")
        return await self.open(user, home["workspace_id"], address, user_agent)

    async def prove(self, email: str, password: str, address: str) -> Proven:
        """Give the user whose password it is. Raises as `sign_in()` does."""
        email = email.strip().lower().replace("\0", "")
        limits = _limits(email, address)
        await self._throttle(limits)
        user = await self._database.fetch_one("SELECT id, password_hash FROM users WHERE email = $1", email)
        if not await passwords.matches(password, user["password_hash"] if user else None) or user is None:
            raise _wrong()
        newer_hash = await passwords.hashed(password) if passwords.needs_rehash(user["password_hash"]) else None

        async def proven(tx: Tx) -> Proven:
            for limit in limits:
                if limit.forgiven:
                    await clear(tx, limit.key)
            # Not over another password that was set meanwhile.
            renewed = newer_hash and await tx.execute(
                "UPDATE users SET password_hash = $2 WHERE id = $1 AND password_hash = $3",
                user["id"],
                newer_hash,
                user["password_hash"],
            )
            return Proven(user["id"], newer_hash if newer_hash and renewed else user["password_hash"])

        return await self._database.write(proven)

    async def open(self, user: Proven, workspace_id: str, address: str, user_agent: str) -> str:
        """Sign a user in to a workspace of theirs; gives the cookie's value. `Unauthorized` where their password was
        changed since they proved it: that ended all sign-ins, and begins none."""
        row = {
            "id": new_id(),
            "user_id": user.user_id,
            "workspace_id": workspace_id,
            "created_at": clock.now(),
            "expires_at": clock.now() + LASTS_S * clock.SECOND,
            "ip_address": address,
            "user_agent": user_agent[:512],
        }

        async def open_(tx: Tx) -> None:
            lock = " FOR SHARE" if tx.dialect == "postgres" else ""
            known = "SELECT 1 AS known FROM users WHERE id = $1 AND password_hash = $2"
            if not await tx.fetch(known + lock, *user):
                raise _wrong()
            tx.insert(SignIn, row)

        await self._database.write(open_)
        return str(self._serializer.dumps(row["id"]))

    async def switch(self, person: Person, workspace_id: str) -> None:
        """Go over to another workspace of theirs; `NotFound` where they don't belong."""

        async def unit(tx: Tx) -> None:
            changed = await tx.execute(
                "UPDATE sign_ins SET workspace_id = $2 WHERE id = $1 AND user_id = $3"
                " AND EXISTS (SELECT 1 FROM members WHERE user_id = $3 AND workspace_id = $2)",
                person.sign_in_id,
                workspace_id,
                person.user_id,
            )
            if not changed:
                raise NotFound("There is no such workspace.")

        await self._database.write(unit)

    async def person(self, cookie: str | None) -> Person | None:
        """Give who the cookie's value belongs to, or None when it is forged, expired or signed out."""
        sign_in_id = self._id(cookie)
        if sign_in_id is None:
            return None
        row = await self._database.fetch_one(
            "SELECT s.id AS sign_in_id, u.id AS user_id, u.email, u.name, m.role, w.id AS workspace_id,"
            " w.name AS workspace_name, w.timezone FROM sign_ins s JOIN users u ON u.id = s.user_id"
            " JOIN workspaces w ON w.id = s.workspace_id"
            " JOIN members m ON m.user_id = u.id AND m.workspace_id = w.id WHERE s.id = $1 AND s.expires_at > $2",
            sign_in_id,
            clock.now(),
        )
        return None if row is None else Person(**row)

    async def sign_out(self, cookie: str | None) -> None:
        sign_in_id = self._id(cookie)
        if sign_in_id is not None:

            async def close(tx: Tx) -> None:
                await tx.execute("DELETE FROM sign_ins WHERE id = $1", sign_in_id)

            await self._database.write(close)

    def _id(self, cookie: str | None) -> str | None:
        if not cookie:
            return None
        try:
            return str(self._serializer.loads(cookie, max_age=LASTS_S))
        except BadSignature:
            return None

    async def _throttle(self, limits: tuple[_Limit, ...]) -> None:
        """Count a try before the password is looked at: many at once are no way around; success forgets them."""

        async def count(tx: Tx) -> None:
            for limit in limits:
                await take(tx, limit.key, 1, limit.tries, WINDOW_MS)

        try:
            await self._database.write(count)
        except TooManyRequests as error:
            wait = error.retry_after or 1
            minutes = max(1, math.ceil(wait / 60))
            raise TooManyRequests(
                f"Too many tries. Try again in {minutes} min.", code="too_many_sign_ins", retry_after=wait
            ) from None


def _wrong() -> Unauthorized:
    return Unauthorized("Email or password is not right.", code="wrong_credentials")


async def purge(tx: Tx) -> int:
    """Delete sign-ins that have expired."""
    return await tx.execute("DELETE FROM sign_ins WHERE expires_at < $1", clock.now())
