"""Whose Telegram account is whose: linked from the dashboard by the person who is signed in there."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import User as TelegramUser

from leadsbot import clock
from leadsbot.bot.tables import Account
from leadsbot.db import Database, Tx
from leadsbot.db.tx import Row
from leadsbot.errors import Conflict
from leadsbot.ids import new_id

_USERNAME, _NAME = 64, 200


@dataclass(frozen=True, slots=True)
class Holder:
    """The person whose account it is; `workspaces` are those that they belong to now."""

    user_id: str
    name: str
    email: str
    workspaces: frozenset[str]


async def holder_of(database: Database, telegram_id: int) -> Holder | None:
    """Give whose Telegram account this is, or None where nobody linked it."""
    rows = await database.fetch(
        "SELECT u.id, u.name, u.email, m.workspace_id FROM telegram_accounts a JOIN users u ON u.id = a.user_id"
        " LEFT JOIN members m ON m.user_id = u.id WHERE a.telegram_id = $1",
        telegram_id,
    )
    if not rows:
        return None
    belongs = frozenset(row["workspace_id"] for row in rows if row["workspace_id"])
    return Holder(rows[0]["id"], rows[0]["name"] or rows[0]["email"], rows[0]["email"], belongs)


async def account_of(database: Database, user_id: str) -> Row | None:
    """Give the Telegram account that a person has linked."""
    return await database.fetch_one("SELECT * FROM telegram_accounts WHERE user_id = $1", user_id)


async def link(database: Database, user_id: str, who: TelegramUser, issued_at: int) -> str:
    """Let a Telegram account be this person's, in place of the one before; gives the person's name.

    A code works once: after an account was linked, one that was issued earlier (ms) links no other. Raises Conflict.
    """
    row = {
        "id": new_id(),
        "user_id": user_id,
        "telegram_id": who.id,
        "username": (who.username or "")[:_USERNAME],
        "name": who.full_name[:_NAME],
        "linked_at": clock.now(),
    }

    async def unit(tx: Tx) -> str:
        lock = " FOR UPDATE" if tx.dialect == "postgres" else ""
        user = await tx.fetch_one(f"SELECT name, email FROM users WHERE id = $1{lock}", user_id)
        before = await tx.fetch_one("SELECT * FROM telegram_accounts WHERE user_id = $1", user_id)
        if user is None:
            raise Conflict("The person of this code has no account here any more.")
        if before and before["telegram_id"] != who.id and before["linked_at"] >= issued_at:
            raise Conflict("This code has been used. Your account page has a fresh one.")
        await tx.execute("DELETE FROM telegram_accounts WHERE user_id = $1 OR telegram_id = $2", user_id, who.id)
        tx.insert(Account, row)
        return str(user["name"] or user["email"])

    return await database.write(unit)


async def unlink(database: Database, user_id: str) -> bool:
    """Let go of a person's Telegram account; gives whether there was one."""

    async def unit(tx: Tx) -> bool:
        return bool(await tx.execute("DELETE FROM telegram_accounts WHERE user_id = $1", user_id))

    return await database.write(unit)


async def only_member(database: Database, workspace_id: str) -> str | None:
    """Give the id of the one person who belongs to a workspace; None where they are several."""
    rows = await database.fetch("SELECT user_id FROM members WHERE workspace_id = $1 LIMIT 2", workspace_id)
    return str(rows[0]["user_id"]) if len(rows) == 1 else None
