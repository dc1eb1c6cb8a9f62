"""Endpoints as their owners see and change them. What their door reads of them is in `endpoints`."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from leadsbot import clock
from leadsbot.clock import rfc3339
from leadsbot.db import Database, Tx
from leadsbot.db.paging import Page, Slice, Where, newest_first
from leadsbot.db.tx import Row
from leadsbot.errors import InvalidInput, NotFound
from leadsbot.ids import new_id
from leadsbot.vault import Vault
from leadsbot.workspaces import refusals, removals
from leadsbot.workspaces.refusals import MAX_PER_DOOR, MAX_REQUESTS_PER_DOOR
from leadsbot.workspaces.tables import Endpoint

PROVIDERS = ("turnstile", "hcaptcha", "recaptcha")
LONGEST_SECRET = 500
_LISTS = ("required_fields", "allowed_ips", "allowed_origins")
_PLAIN = ("name", "burst_per_second", "leads_per_ip_per_day", "captcha_provider")
EDITABLE = (*_LISTS, *_PLAIN, "allow_all_ips", "captcha_secret", "signing")
EVERYTHING = Slice()


class Changed(NamedTuple):
    """An endpoint's row, and its signing secret where one was made: it is shown this once."""

    row: Row
    signing_secret: str = ""


async def list_endpoints(database: Database, workspace_id: str, part: Slice = EVERYTHING) -> Page:
    """Give the workspace's endpoints, newest first."""
    where = Where()
    where.equal("workspace_id", workspace_id)
    return await newest_first(database, "SELECT * FROM endpoints", where, part)


async def get_endpoint(database: Database, workspace_id: str, endpoint_id: str) -> Row:
    """Give an endpoint's row; `NotFound` when it doesn't exist or is another workspace's."""
    return _found(await database.fetch_one(_GET, endpoint_id, workspace_id))


async def create_endpoint(database: Database, vault: Vault, workspace_id: str, values: Mapping[str, Any]) -> Changed:
    """Add an endpoint with `values` of `EDITABLE` (checked by the caller; lists as lists).

    `InvalidInput` for a CAPTCHA without its secret.
    """
    endpoint_id = new_id()
    secret = new_secret() if values.get("signing") else ""

    async def unit(tx: Tx) -> Changed:
        owned = {"id": endpoint_id, "workspace_id": workspace_id, "created_at": clock.now()}
        tx.insert(Endpoint, {**owned, **_stored(vault, values, secret)})
        await tx.flush()
        return Changed(_sound(_found(await tx.fetch_one(_GET, endpoint_id, workspace_id))), secret)

    return await database.write(unit)


async def change_endpoint(
    database: Database, vault: Vault, workspace_id: str, endpoint_id: str, values: Mapping[str, Any]
) -> Changed:
    """Change `values` of `EDITABLE` and leave the rest; else as `create_endpoint`, or `NotFound`.

    Signing that is on already keeps its secret: `rotate_secret` makes another. Without a provider no CAPTCHA secret
    is kept, and a new provider needs its own.
    """
    secret = new_secret() if values.get("signing") else ""

    async def unit(tx: Tx) -> Changed:
        before = await _locked(tx, workspace_id, endpoint_id)
        fresh = "" if before["signing_secret"] else secret
        said = {name: value for name, value in values.items() if name != "signing" or not value or fresh}
        provider = said.get("captcha_provider", before["captcha_provider"])
        if provider != before["captcha_provider"]:
            said = {"captcha_secret": "", **said}
        await _update(tx, endpoint_id, _stored(vault, said, fresh))
        return Changed(_sound(_found(await tx.fetch_one(_GET, endpoint_id, workspace_id))), fresh)

    return await database.write(unit)


async def rotate_secret(database: Database, vault: Vault, workspace_id: str, endpoint_id: str) -> Changed:
    """Make a new signing secret, which counts at once; the old one signs nothing any more. Else `NotFound`."""
    secret = new_secret()

    async def unit(tx: Tx) -> Changed:
        await _locked(tx, workspace_id, endpoint_id)
        await _update(tx, endpoint_id, {"signing_secret": vault.encrypt(secret)})
        return Changed(_found(await tx.fetch_one(_GET, endpoint_id, workspace_id)), secret)

    return await database.write(unit)


async def delete_endpoint(database: Database, workspace_id: str, endpoint_id: str, by: str = "") -> None:
    """Delete an endpoint with what it refused; its leads stay, and it can be put back. Else `NotFound`."""

    async def unit(tx: Tx) -> None:
        row = await _locked(tx, workspace_id, endpoint_id)
        removals.keep(tx, "endpoint", row, row["name"], by)
        await tx.execute("DELETE FROM endpoints WHERE id = $1", endpoint_id)
        await refusals.forget(tx, endpoint_id)

    await database.write(unit)


async def put_back(tx: Tx, removal: Row) -> None:
    """Put a deleted endpoint back under its address, with its secrets."""
    tx.insert(Endpoint, removals.fitting(Endpoint, removal["row"]))


async def allow(
    database: Database, workspace_id: str, endpoint_id: str, column: str, entry: str, *, forgiven: str = ""
) -> Row:
    """Put a checked origin or network on a list (`allowed_origins`, `allowed_ips`), and give the endpoint's row.

    What was refused from there, under `forgiven` as it came where that isn't `entry` itself, is cleared. A list that
    lets everybody in stays so: a first entry would shut everybody else out.
    """

    async def unit(tx: Tx) -> Row:
        row = await _locked(tx, workspace_id, endpoint_id)
        entries = msgspec.json.decode(row[column], type=list[str])
        limits = bool(entries) if column == "allowed_origins" else not row["allow_all_ips"]
        if limits and entry not in entries:
            await _update(tx, endpoint_id, {column: _json([*entries, entry])})
        await _forgive(tx, endpoint_id, column, forgiven or entry)
        return _found(await tx.fetch_one(_GET, endpoint_id, workspace_id))

    return await database.write(unit)


async def _forgive(tx: Tx, endpoint_id: str, column: str, whose: str) -> None:
    if column == "allowed_origins":
        for table in ("door_refusals", "refused_requests"):
            await tx.execute(
                f"DELETE FROM {table} WHERE door_id = $1 AND reason = 'origin' AND origin = $2", endpoint_id, whose
            )
        return
    await tx.execute(
        "DELETE FROM refused_requests WHERE door_id = $1 AND reason = 'ip' AND address = $2", endpoint_id, whose
    )
    await tx.execute(
        "DELETE FROM door_refusals WHERE door_id = $1 AND reason = 'ip' AND NOT EXISTS"
        " (SELECT 1 FROM refused_requests r WHERE r.door_id = $1 AND r.reason = 'ip')",
        endpoint_id,
    )


async def list_refusals(database: Database, endpoint_id: str) -> list[Row]:
    """Give what the endpoint turned away by reason and origin, the latest first."""
    return await database.fetch(
        f"SELECT * FROM door_refusals WHERE door_id = $1 ORDER BY last_at DESC, id LIMIT {MAX_PER_DOOR}", endpoint_id
    )


async def list_refused(database: Database, endpoint_id: str) -> list[Row]:
    """Give the last requests that the endpoint turned away, one by one, the latest first."""
    return await database.fetch(
        f"SELECT * FROM refused_requests WHERE door_id = $1 ORDER BY at DESC, id DESC LIMIT {MAX_REQUESTS_PER_DOOR}",
        endpoint_id,
    )


def inbound_url(public_url: str, endpoint_id: str) -> str:
    return f"{public_url}/api/inbound/w/{endpoint_id}/leads"


def new_secret() -> str:
    """Make a signing secret: 256 random bits, in letters that every header and shell takes."""
    return f"lbs_{secrets.token_urlsafe(32)}"


def endpoint_json(changed: Changed, public_url: str) -> dict[str, Any]:
    """Give the endpoint's public shape (contract, section 4); of its secrets only whether there is one."""
    row, secret = changed
    seen = row["last_seen_at"]
    shown = {
        "id": row["id"],
        "name": row["name"],
        "url": inbound_url(public_url, row["id"]),
        **{column: msgspec.json.decode(row[column]) for column in _LISTS},
        "allow_all_ips": bool(row["allow_all_ips"]),
        "leads_per_ip_per_day": row["leads_per_ip_per_day"],
        "burst_per_second": row["burst_per_second"],
        "captcha_provider": row["captcha_provider"] or None,
        "captcha_secret_set": bool(row["captcha_secret"]),
        "signing": bool(row["signing_secret"]),
        "last_seen_at": None if seen is None else rfc3339(seen),
        "created_at": rfc3339(row["created_at"]),
    }
    return {**shown, "signing_secret": secret} if secret else shown


_GET = "SELECT * FROM endpoints WHERE id = $1 AND workspace_id = $2"


async def _locked(tx: Tx, workspace_id: str, endpoint_id: str) -> Row:
    lock = " FOR UPDATE" if tx.dialect == "postgres" else ""
    return _found(await tx.fetch_one(_GET + lock, endpoint_id, workspace_id))


def _found(row: Row | None) -> Row:
    if row is None:
        raise _no_such_endpoint()
    return row


def _no_such_endpoint() -> NotFound:
    return NotFound("There is no such endpoint.")


def _sound(row: Row) -> Row:
    """Give the row back unless it asks for what can't be: the transaction fails with it."""
    if row["captcha_provider"] and not row["captcha_secret"]:
        sentence = "A CAPTCHA needs the secret that its provider gave you: send captcha_secret too."
        raise InvalidInput(sentence, fields=["captcha_secret"])
    return row


def _stored(vault: Vault, values: Mapping[str, Any], secret: str) -> dict[str, Any]:
    unknown = set(values) - set(EDITABLE)
    if unknown:
        raise ValueError(f"nothing of an endpoint that may change: {sorted(unknown)}")
    stored = {name: _json(value) if name in _LISTS else value for name, value in values.items() if name != "signing"}
    if "signing" in values:
        stored["signing_secret"] = vault.encrypt(secret) if secret else ""
    if stored.get("captcha_secret"):
        stored["captcha_secret"] = vault.encrypt(stored["captcha_secret"])
    return stored


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


async def _update(tx: Tx, endpoint_id: str, stored: Mapping[str, Any]) -> None:
    if stored:
        assignments = ", ".join(f"{column} = ${number}" for number, column in enumerate(stored, 2))
        await tx.execute(f"UPDATE endpoints SET {assignments} WHERE id = $1", endpoint_id, *stored.values())
