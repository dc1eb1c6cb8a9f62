"""API keys: made here and shown once, listed without themselves, revoked at once."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from leadsbot.api.keyed import Holder, House, Part, keyed
from leadsbot.api.texts import Name
from leadsbot.db import Tx
from leadsbot.workspaces import api_keys, key_editing

Scope = Literal["leads:write", "leads:read", "manage"]


class NewKey(msgspec.Struct, forbid_unknown_fields=True):
    name: Name
    scopes: Annotated[list[Scope], Meta(min_length=1)]


class KeyChange(msgspec.Struct, forbid_unknown_fields=True):
    name: Name


@get("/", summary="List keys, the revoked among them")
async def list_keys(services: House, holder: Holder, part: Part) -> dict[str, Any]:
    page = await key_editing.list_keys(services.database, holder.workspace_id, part)
    return page.json(key_editing.key_json)


@post("/", summary="Make a key; this answer alone carries it")
async def create_key(services: House, holder: Holder, data: JSONBody[NewKey]) -> dict[str, Any]:
    scopes = [scope for scope in api_keys.SCOPES if scope in data.scopes]

    async def unit(tx: Tx) -> tuple[str, str]:
        return api_keys.create(tx, holder.workspace_id, data.name.strip(), scopes)

    key_id, key = await services.database.write(unit)
    row = await key_editing.get_key(services.database, holder.workspace_id, key_id)
    return {**key_editing.key_json(row), "key": key}


@get("/{key_id:uuid}", summary="What is known of a key")
async def get_key(services: House, holder: Holder, key_id: FromPath[UUID]) -> dict[str, Any]:
    return key_editing.key_json(await key_editing.get_key(services.database, holder.workspace_id, str(key_id)))


@patch("/{key_id:uuid}", summary="Rename a key")
async def change_key(
    services: House, holder: Holder, key_id: FromPath[UUID], data: JSONBody[KeyChange]
) -> dict[str, Any]:
    row = await key_editing.rename_key(services.database, holder.workspace_id, str(key_id), data.name.strip())
    return key_editing.key_json(row)


@delete("/{key_id:uuid}", summary="Revoke a key")
async def revoke_key(services: House, holder: Holder, key_id: FromPath[UUID]) -> None:
    await key_editing.revoke_key(services.database, holder.workspace_id, str(key_id))


ROUTES = [keyed("/api/v1/keys", [list_keys, create_key, get_key, change_key, revoke_key], "keys")]
