"""A new workspace with all that its first minute needs: owner, site, API key, inbound endpoint."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import msgspec

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.errors import Conflict, InvalidInput
from leadsbot.ids import new_id
from leadsbot.workspaces import api_keys, passwords
from leadsbot.workspaces.sites import new_token
from leadsbot.workspaces.tables import Endpoint, Member, Site, User, Workspace

PIPELINES = {
    "leads": ("Form Started", "New", "Contacted", "Quoted", "Won", "Lost"),
    "applications": (
        "Form Started",
        "Application Submitted",
        "Payment Pending",
        "Paid",
        "Completed",
        "Lost",
    ),
}


@dataclass(frozen=True, slots=True)
class NewWorkspace:
    """What `create()` is to make. `email` is normalised already, `origins` are checked patterns."""

    name: str
    email: str
    password: str
    origins: Sequence[str] = ()
    pipeline: str = "leads"
    timezone: str = "UTC"
    site_name: str = "Website"


@dataclass(frozen=True, slots=True)
class Created:
    """The ids of what was made, and the API key, shown this once."""

    workspace_id: str
    user_id: str
    user_email: str
    site_id: str
    public_token: str
    api_key: str
    api_key_id: str
    endpoint_id: str


Also = Callable[[Tx, Created], Awaitable[None]]


async def create(database: Database, new: NewWorkspace, also: Also | None = None) -> Created:
    """Make it all in one transaction, and `also` what rooms above want a new workspace to have.

    Raises `Conflict` when somebody with this email exists already.
    """
    if new.pipeline not in PIPELINES:
        raise InvalidInput(f"The pipeline is one of: {', '.join(PIPELINES)}.", fields=["pipeline"])
    password_hash = await passwords.hashed(passwords.check_strength(new.password))

    async def unit(tx: Tx) -> Created:
        if await tx.fetch("SELECT 1 AS taken FROM users WHERE email = $1", new.email):
            raise Conflict(f"There is already a user with the email {new.email}.", fields=["email"])
        created = _insert(tx, new, password_hash)
        if also:
            await also(tx, created)
        return created

    return await database.write(unit)


def _insert(tx: Tx, new: NewWorkspace, password_hash: str) -> Created:
    now = clock.now()
    workspace_id, user_id, site_id, endpoint_id = (new_id() for _ in range(4))
    token = new_token()
    stages = msgspec.json.encode(PIPELINES[new.pipeline]).decode()
    origins = msgspec.json.encode(list(new.origins)).decode()
    owned = {"workspace_id": workspace_id, "created_at": now}
    tx.insert(
        Workspace,
        {"id": workspace_id, "name": new.name, "timezone": new.timezone, "stages": stages, "created_at": now},
    )
    tx.insert(User, {"id": user_id, "email": new.email, "password_hash": password_hash, "created_at": now})
    tx.insert(Member, {"id": new_id(), "user_id": user_id, "role": "owner", **owned})
    tx.insert(
        Site,
        {"id": site_id, "name": new.site_name, "public_token": token, "allowed_origins": origins, **owned},
    )
    tx.insert(Endpoint, {"id": endpoint_id, "name": "Inbound", **owned})
    key_id, key = api_keys.create(tx, workspace_id, "First key", api_keys.SCOPES)
    return Created(workspace_id, user_id, new.email, site_id, token, key, key_id, endpoint_id)
