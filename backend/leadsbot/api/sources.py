"""Sources: where leads come from, those that somebody named and those that attribution found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody

from leadsbot.api.keyed import Holder, House, Part, keyed
from leadsbot.api.texts import Name
from leadsbot.clock import rfc3339
from leadsbot.leads import source_editing
from leadsbot.routing import renaming


class SourceName(msgspec.Struct, forbid_unknown_fields=True):
    name: Name


@get("/", summary="List sources with how many leads came from each")
async def list_sources(services: House, holder: Holder, part: Part) -> dict[str, Any]:
    page = await source_editing.list_sources(services.database, holder.workspace_id, part)
    return page.json(_shown)


@post("/", summary="Add a source")
async def create_source(services: House, holder: Holder, data: JSONBody[SourceName]) -> dict[str, Any]:
    source = await source_editing.add_source(services.database, holder.workspace_id, data.name)
    return _shown(source._asdict())


@get("/{source_id:uuid}", summary="A source")
async def get_source(services: House, holder: Holder, source_id: FromPath[UUID]) -> dict[str, Any]:
    source = await source_editing.get_source(services.database, holder.workspace_id, str(source_id))
    return _shown(source._asdict())


@patch("/{source_id:uuid}", summary="Rename a source, on its leads too; under another one's name they become one")
async def change_source(
    services: House, holder: Holder, source_id: FromPath[UUID], data: JSONBody[SourceName]
) -> dict[str, Any]:
    source = await source_editing.rename_source(
        services.database, holder.workspace_id, str(source_id), data.name, renaming.follow
    )
    return _shown(source._asdict())


@delete("/{source_id:uuid}", summary="Delete a source; its leads keep the name")
async def delete_source(services: House, holder: Holder, source_id: FromPath[UUID]) -> None:
    await source_editing.delete_source(services.database, holder.workspace_id, str(source_id))


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    last = row["last_lead_at"]
    return {
        **{name: row[name] for name in ("id", "name", "leads")},
        "created_at": rfc3339(row["created_at"]),
        "last_lead_at": None if last is None else rfc3339(last),
    }


ROUTES = [keyed("/api/v1/sources", [list_sources, create_source, get_source, change_source, delete_source], "sources")]
