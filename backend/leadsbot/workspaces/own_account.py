"""What people change of themselves: their name, their password."""

from __future__ import annotations

from leadsbot.db import Database, Tx
from leadsbot.errors import InvalidInput
from leadsbot.workspaces import passwords

MAX_NAME = 200


async def rename(database: Database, user_id: str, name: str) -> None:
    """Change how somebody is called. Raises InvalidInput."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= MAX_NAME:
        raise InvalidInput(f"A name has between 1 and {MAX_NAME} characters.", fields=["name"])

    async def unit(tx: Tx) -> None:
        await tx.execute("UPDATE users SET name = $2 WHERE id = $1", user_id, name)

    await database.write(unit)


async def change_password(database: Database, user_id: str, sign_in_id: str, password: str) -> None:
    """Set somebody's password, once the one before was proven, and sign them out everywhere but here. Raises
    InvalidInput."""
    try:
        password_hash = await passwords.hashed(passwords.check_strength(password))
    except InvalidInput as error:
        raise InvalidInput(error.message, fields=["new_password"]) from None

    async def unit(tx: Tx) -> None:
        await tx.execute("UPDATE users SET password_hash = $2 WHERE id = $1", user_id, password_hash)
        await tx.execute("DELETE FROM sign_ins WHERE user_id = $1 AND id <> $2", user_id, sign_in_id)

    await database.write(unit)
