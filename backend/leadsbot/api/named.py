"""What the collections of a workspace's lists share: bodies, and how an entry is shown."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from leadsbot.api.keyed import said
from leadsbot.api.texts import Name
from leadsbot.leads import list_editing
from leadsbot.routing import renaming
from leadsbot.services import Services
from leadsbot.workspaces.lists import Entry, Kind

Position = Annotated[int, Meta(ge=0, le=1_000)]


class NewEntry(msgspec.Struct, forbid_unknown_fields=True):
    """`position` counts from 0; without it the entry becomes the last."""

    name: Name
    position: Position | UnsetType = UNSET


class EntryChange(msgspec.Struct, forbid_unknown_fields=True):
    """What is left out stays as it is."""

    name: Name | UnsetType = UNSET
    position: Position | UnsetType = UNSET


async def listed(services: Services, workspace_id: str, kind: Kind) -> dict[str, Any]:
    """Give the whole list, in its order: it is short."""
    listing = await list_editing.listing(services.database, workspace_id, kind)
    counts = await list_editing.counts(services.database, workspace_id, kind)
    return {"data": [shown(entry, counts.get(entry.name, 0)) for entry in listing.entries()], "next_cursor": None}


async def one(services: Services, workspace_id: str, kind: Kind, entry_id: str) -> dict[str, Any]:
    listing = await list_editing.listing(services.database, workspace_id, kind)
    entry = listing.entry(entry_id)
    counts = await list_editing.counts(services.database, workspace_id, kind)
    return shown(entry, counts.get(entry.name, 0))


async def created(services: Services, workspace_id: str, kind: Kind, data: NewEntry) -> dict[str, Any]:
    entry = await list_editing.add(services.database, workspace_id, kind, **said(data))
    services.sites.forget()
    return await one(services, workspace_id, kind, entry.id)


async def changed(
    services: Services, workspace_id: str, kind: Kind, entry_id: str, data: EntryChange
) -> dict[str, Any]:
    entry = await list_editing.change(
        services.database, workspace_id, kind, entry_id, **said(data), follow=renaming.follow
    )
    services.sites.forget()
    return await one(services, workspace_id, kind, entry.id)


async def removed(services: Services, workspace_id: str, kind: Kind, entry_id: str) -> None:
    await list_editing.remove(services.database, workspace_id, kind, entry_id)


def shown(entry: Entry, leads: int) -> dict[str, Any]:
    return {"id": entry.id, "name": entry.name, "position": entry.position, "leads": leads}
