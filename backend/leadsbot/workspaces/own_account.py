"""What people change of themselves: their name, their password, where they are signed in."""

from __future__ import annotations

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.db.tx import Row
from leadsbot.errors import InvalidInput
from leadsbot.workspaces import passwords
from leadsbot.workspaces.passwords import Proven

MAX_NAME = 200
MOST_SIGN_INS = 50


async def rename(database: Database, user_id: str, name: str) -> None:
    """Change how somebody is called. Raises InvalidInput."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= MAX_NAME:
        raise InvalidInput(f"A name has between 1 and {MAX_NAME} characters.", fields=["name"])

    async def unit(tx: Tx) -> None:
        await tx.execute("UPDATE users SET name = $2 WHERE id = $1", user_id, name)

    await database.write(unit)


async def set_password(database: Database, user: Proven, password: str, spare: str = "") -> bool:
    """Set somebody's password and sign them out everywhere, but for the sign-in `spare`; False where it was changed
    since `user` was read. Raises InvalidInput for one that won't do.
    """
    password_hash = await passwords.hashed(passwords.check_strength(password))

    async def unit(tx: Tx) -> bool:
        changed = await tx.execute(
            "UPDATE users SET password_hash = $2 WHERE id = $1 AND password_hash = $3",
            user.user_id,
            password_hash,
            user.password_hash,
        )
        if changed:
            await _end_sign_ins(tx, user.user_id, spare)
        return bool(changed)

    return await database.write(unit)


async def sign_ins_of(database: Database, user_id: str) -> list[Row]:
    """Give where somebody is signed in, in whichever workspace, the latest first."""
    return await database.fetch(
        "SELECT id, created_at, ip_address, user_agent FROM sign_ins WHERE user_id = $1 AND expires_at > $2"
        f" ORDER BY created_at DESC, id DESC LIMIT {MOST_SIGN_INS}",
        user_id,
        clock.now(),
    )


async def sign_out_elsewhere(database: Database, user_id: str, spare: str) -> None:
    """End all of somebody's sign-ins but `spare`."""
    await database.write(lambda tx: _end_sign_ins(tx, user_id, spare))


async def _end_sign_ins(tx: Tx, user_id: str, spare: str) -> None:
    await tx.execute("DELETE FROM sign_ins WHERE user_id = $1 AND id <> $2", user_id, spare)
