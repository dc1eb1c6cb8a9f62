"""Possible duplicates of a lead: listed, merged and taken apart again, or said to be none."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.status_codes import HTTP_200_OK

from leadsbot.api.keyed import READS, Holder, House, Part, keyed, text_of
from leadsbot.leads import duplicates, merged, merges, reading
from leadsbot.leads.present import lead_json
from leadsbot.services import Services


class MergeBody(msgspec.Struct, forbid_unknown_fields=True):
    """Which lead becomes part of the one in the address."""

    lead_id: UUID


@get("/{lead_id:uuid}/duplicates", opt=READS, summary="Leads that may be the same person")
async def list_duplicates(services: House, holder: Holder, lead_id: FromPath[UUID]) -> dict[str, Any]:
    """Oldest first, at most ten: of the same email or phone, or linked by the door that made one."""
    row = await reading.get_lead(services.database, holder.workspace_id, str(lead_id))
    found = await duplicates.offered(services.database, row)
    return {"data": [_shown(services, one) for one in found], "next_cursor": None}


@post("/{lead_id:uuid}/merge", status_code=HTTP_200_OK, summary="Merge another lead into this one")
async def merge_lead(
    services: House, holder: Holder, lead_id: FromPath[UUID], data: JSONBody[MergeBody]
) -> dict[str, Any]:
    """The lead in the address is kept, the other becomes part of it; gives the kept one with `merge_id`, by which the
    merge can be undone for 30 days."""
    row, merge_id = await merges.merge(
        services.database, holder.workspace_id, str(lead_id), str(data.lead_id), holder.name
    )
    return {**_shown(services, row), "merge_id": merge_id}


@get("/", opt=READS, summary="List merges")
async def list_merges(
    services: House,
    holder: Holder,
    part: Part,
    lead_id: FromQuery[UUID | None] = None,
    merged_id: FromQuery[UUID | None] = None,
) -> dict[str, Any]:
    """Newest first; of one kept lead (`lead_id`) or of one that is gone (`merged_id`)."""
    page = await merged.listed(services.database, holder.workspace_id, part, text_of(lead_id), text_of(merged_id))
    return page.json(merged.merge_json)


@post("/{merge_id:uuid}/undo", status_code=HTTP_200_OK, summary="Undo a merge")
async def undo_merge(services: House, holder: Holder, merge_id: FromPath[UUID]) -> dict[str, Any]:
    """Gives both leads as they are again. `edited` names fields of the kept one that were changed since the merge and
    so keep their newer value."""
    undone = await merges.undo(services.database, holder.workspace_id, str(merge_id))
    return {
        "merge_id": str(merge_id),
        "kept": _shown(services, undone.kept),
        "restored": _shown(services, undone.restored),
        "edited": undone.edited,
    }


@post("/{lead_id:uuid}/duplicates/{other_id:uuid}/dismiss", status_code=HTTP_200_OK, summary="Say it is not the same")
async def dismiss_duplicate(
    services: House, holder: Holder, lead_id: FromPath[UUID], other_id: FromPath[UUID]
) -> dict[str, Any]:
    """The two are offered to be merged no more. Gives what is left of the list."""
    await duplicates.set_apart(services.database, holder.workspace_id, str(lead_id), str(other_id), holder.name)
    return await _left(services, holder.workspace_id, str(lead_id))


@delete("/{lead_id:uuid}/duplicates/{other_id:uuid}/dismiss", status_code=HTTP_200_OK, summary="Offer it again")
async def offer_duplicate_again(
    services: House, holder: Holder, lead_id: FromPath[UUID], other_id: FromPath[UUID]
) -> dict[str, Any]:
    """Take a dismissal back. Gives the list."""
    await duplicates.offer_again(services.database, holder.workspace_id, str(lead_id), str(other_id))
    return await _left(services, holder.workspace_id, str(lead_id))


async def _left(services: Services, workspace_id: str, lead_id: str) -> dict[str, Any]:
    row = await reading.get_lead(services.database, workspace_id, lead_id)
    found = await duplicates.offered(services.database, row)
    return {"data": [_shown(services, one) for one in found], "next_cursor": None}


def _shown(services: Services, row: dict[str, Any]) -> dict[str, Any]:
    return lead_json(row, services.settings.public_url)


ROUTES = [
    keyed("/api/v1/leads", [list_duplicates, merge_lead, dismiss_duplicate, offer_duplicate_again], "leads"),
    keyed("/api/v1/merges", [list_merges, undo_merge], "leads"),
]
