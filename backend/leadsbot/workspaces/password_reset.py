"""Another password for somebody who has forgotten theirs, by a signed link.

The link holds for `LASTS_S` and works once: it is bound to the password that it replaces. Nothing of it is stored.
"""

from __future__ import annotations

import hashlib
from hmac import compare_digest
from typing import Final

from itsdangerous import BadSignature, SignatureExpired

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.db.tx import Row
from leadsbot.errors import NotFound
from leadsbot.vault import Vault
from leadsbot.workspaces.limits import take
from leadsbot.workspaces.own_account import set_password
from leadsbot.workspaces.passwords import Proven

PATH: Final = "/login/reset"
LASTS_S: Final = 3600
ASKED_FROM_AN_ADDRESS: Final = 30
ADDRESS_WINDOW_MS: Final = 15 * clock.MINUTE
# So that nobody fills somebody else's mailbox.
MAILS_TO_AN_ACCOUNT: Final = 5
ACCOUNT_WINDOW_MS: Final = clock.HOUR

_PURPOSE: Final = "password reset"


async def count_address(tx: Tx, address: str) -> None:
    """Count that somebody asks from this address. Raises TooManyRequests."""
    await take(tx, f"reset-from:{address}", 1, ASKED_FROM_AN_ADDRESS, ADDRESS_WINDOW_MS)


async def count_account(tx: Tx, email: str) -> None:
    """Count that this account, should there be one, is mailed. Raises TooManyRequests."""
    key = f"reset-to:{hashlib.sha256(email.encode()).hexdigest()[:32]}"
    await take(tx, key, 1, MAILS_TO_AN_ACCOUNT, ACCOUNT_WINDOW_MS)


async def secret_for(database: Database, vault: Vault, email: str) -> str | None:
    """Give the secret of a link for the account with this email, or None where there is none."""
    user = await database.fetch_one("SELECT id, password_hash FROM users WHERE email = $1", email)
    return str(vault.serializer(_PURPOSE).dumps([user["id"], _fingerprint(vault, user)])) if user else None


async def look(database: Database, vault: Vault, secret: str) -> Row:
    """Give the user whom a link is for; `NotFound`, with a sentence, for one that holds no longer or never did."""
    try:
        user_id, fingerprint = vault.serializer(_PURPOSE).loads(secret, max_age=LASTS_S)
    except SignatureExpired:
        raise NotFound("This link has expired: it holds for an hour. Ask for another.") from None
    except (BadSignature, ValueError):
        raise NotFound("This link is not whole. Copy all of it from the mail, or ask for another.") from None
    user = await database.fetch_one("SELECT id, email, password_hash FROM users WHERE id = $1", str(user_id))
    if user is None or not compare_digest(_fingerprint(vault, user), str(fingerprint)):
        raise NotFound("This link was used already, or the password was changed since. Ask for another.")
    return user


async def use(database: Database, vault: Vault, secret: str, password: str) -> str:
    """Set the password that a link is for and sign its person out everywhere; gives their email.

    Raises as `look()` does, and InvalidInput for a password that won't do. Of two who use it at once one succeeds.
    """
    user = await look(database, vault, secret)
    if not await set_password(database, Proven(user["id"], user["password_hash"]), password):
        raise NotFound("This link was used already. Ask for another.")
    return str(user["email"])


def _fingerprint(vault: Vault, user: Row) -> str:
    return vault.mac(_PURPOSE, f"{user['id']}:{user['password_hash']}".encode()).hex()[:32]
