"""API keys (contract, section 4): `lb_` and 40 random characters, kept as a salted SHA-256, found by their prefix."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.errors import Forbidden, LeadsBotError, Unauthorized
from leadsbot.ids import new_id
from leadsbot.workspaces.tables import ApiKey

SCOPES = ("leads:write", "leads:read", "manage")
PREFIX_LENGTH = 12
TOUCH_EVERY_MS = 30 * clock.SECOND

_ALPHABET = string.ascii_letters + string.digits
_SHAPE = re.compile(r"lb_[A-Za-z0-9]{40}")


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """Who a request's key speaks for. `request_id` belongs to the request and its repetitions, where it carries an
    `Idempotency-Key`: what is made under that id is made once."""

    key_id: str
    name: str
    workspace_id: str
    scopes: frozenset[str]
    request_id: str | None = None

    def require(self, scope: str, *others: str) -> None:
        """Raise `Forbidden` unless the key has `scope`, or one of the others that do as well."""
        if self.scopes.isdisjoint((scope, *others)):
            raise Forbidden(f"This key lacks the scope {scope}.", code="scope_missing")


def create(tx: Tx, workspace_id: str, name: str, scopes: Sequence[str]) -> tuple[str, str]:
    """Add a key; gives its id and the key itself, which nobody can read again."""
    key = "lb_" + "".join(secrets.choice(_ALPHABET) for _ in range(40))
    salt = secrets.token_hex(16)
    key_id = new_id()
    tx.insert(
        ApiKey,
        {
            "id": key_id,
            "workspace_id": workspace_id,
            "name": name,
            "prefix": key[:PREFIX_LENGTH],
            "salt": salt,
            "hash": _hash(key, salt),
            "scopes": msgspec.json.encode(list(scopes)).decode(),
            "created_at": clock.now(),
        },
    )
    return key_id, key


class Keys:
    """Checks keys against the database at each request, so that revoking works at once on every node."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._touched: dict[str, int] = {}

    async def holder(self, authorization: str | None, x_api_key: str | None) -> KeyHolder:
        """Give who the request's key belongs to; `Unauthorized` when it is missing, malformed, unknown or revoked."""
        key = _presented(authorization, x_api_key)
        rows = await self._database.fetch(
            "SELECT id, name, workspace_id, salt, hash, scopes FROM api_keys WHERE prefix = $1 AND revoked_at IS NULL",
            key[:PREFIX_LENGTH],
        )
        for row in rows:
            if hmac.compare_digest(_hash(key, row["salt"]), row["hash"]):
                self._touch(row["id"])
                scopes = frozenset(msgspec.json.decode(row["scopes"], type=list[str]))
                return KeyHolder(row["id"], row["name"], row["workspace_id"], scopes)
        raise Unauthorized("This API key is unknown or was revoked.", code="key_unknown")

    def _touch(self, key_id: str) -> None:
        now = clock.now()
        if now - self._touched.get(key_id, 0) < TOUCH_EVERY_MS:
            return
        self._touched[key_id] = now
        try:
            self._database.put(_touch_keys, (key_id, now)).add_done_callback(lambda future: future.exception())
        except LeadsBotError:  # busy: the next use will say it
            self._touched.pop(key_id, None)


async def _touch_keys(tx: Tx, uses: Sequence[tuple[str, int]]) -> list[None]:
    await tx.execute_many("UPDATE api_keys SET last_used_at = $2 WHERE id = $1", sorted(uses))
    return [None] * len(uses)


def _presented(authorization: str | None, x_api_key: str | None) -> str:
    key = x_api_key or ""
    if authorization:
        scheme, _, value = authorization.partition(" ")
        key = value.strip() if scheme.lower() == "bearer" else key
    if not key:
        raise Unauthorized("Send an API key: Authorization: Bearer lb_…", code="key_missing")
    if not _SHAPE.fullmatch(key):
        raise Unauthorized("This is not an API key: one begins with lb_ and has 43 characters.", code="key_malformed")
    return key


def _hash(key: str, salt: str) -> str:
    return hashlib.sha256((salt + key).encode()).hexdigest()
