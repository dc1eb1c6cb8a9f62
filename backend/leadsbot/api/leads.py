"""Leads: `/api/leads` in numbered pages, `/api/v1/leads` with a cursor, a lead's timeline, and where to change them."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, QueryParameter, SkipValidation

from leadsbot.api import lead_editing as edit
from leadsbot.api.keyed import READS, Holder, House, Part, keyed
from leadsbot.api.lead_bulk import change_many
from leadsbot.api.lead_query import lead_filter
from leadsbot.capture.v1 import create_lead
from leadsbot.db.paging import DEFAULT_LIMIT, MAX_LIMIT
from leadsbot.db.tx import Row
from leadsbot.leads import reading, timeline
from leadsbot.leads.filters import LeadFilter, ms_of
from leadsbot.leads.present import lead_json
from leadsbot.routing import deliveries
from leadsbot.services import Services

Wanted = NamedDependency[SkipValidation[LeadFilter]]
FILTERED = {"wanted": Provide(lead_filter)}


@get("/", opt=READS, dependencies=FILTERED, summary="List leads, in numbered pages")
async def list_pages(
    services: House,
    holder: Holder,
    wanted: Wanted,
    page: Annotated[int, QueryParameter(ge=1)] = 1,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> dict[str, Any]:
    rows, total = await reading.leads_on_page(services.database, holder.workspace_id, wanted, page, limit)
    pages = -(-total // limit)
    return {
        "leads": [_shown(services, row) for row in rows],
        "total": total,
        "page": page,
        "limit": limit,
        "pages": pages,
    }


@get("/{lead_id:uuid}", opt=READS, summary="A lead, and where it has stood")
async def get_with_history(services: House, holder: Holder, lead_id: FromPath[UUID]) -> dict[str, Any]:
    row = await reading.get_lead(services.database, holder.workspace_id, str(lead_id))
    moves = await reading.history(services.database, row["id"])
    return {"lead": _shown(services, row), "history": [reading.history_json(move) for move in moves]}


@get("/", opt=READS, dependencies=FILTERED, summary="List leads")
async def list_leads(services: House, holder: Holder, wanted: Wanted, part: Part) -> dict[str, Any]:
    page = await reading.list_leads(services.database, holder.workspace_id, wanted, part.cursor, part.limit)
    return page.json(lambda row: _shown(services, row))


@get("/{lead_id:uuid}", opt=READS, summary="A lead")
async def get_lead(services: House, holder: Holder, lead_id: FromPath[UUID]) -> dict[str, Any]:
    return _shown(services, await reading.get_lead(services.database, holder.workspace_id, str(lead_id)))


@get("/{lead_id:uuid}/timeline", opt=READS, summary="What happened with a lead, oldest first")
async def get_timeline(services: House, holder: Holder, lead_id: FromPath[UUID]) -> dict[str, Any]:
    row = await reading.get_lead(services.database, holder.workspace_id, str(lead_id))
    entries = await timeline.timeline(services.database, row)
    entries += await _deliveries(services, row)
    return {"data": [timeline.entry_json(entry) for entry in timeline.in_order(entries)], "next_cursor": None}


async def _deliveries(services: Services, lead: Row) -> list[timeline.Entry]:
    """Give the latest of what was sent about a lead."""
    page = await deliveries.list_deliveries(
        services.database, lead["workspace_id"], lead_id=lead["id"], limit=MAX_LIMIT
    )
    return [timeline.Entry("delivery", ms_of(row["created_at"]), {"delivery": row}) for row in page.rows]


def _shown(services: Services, row: Row) -> dict[str, Any]:
    return lead_json(row, services.settings.public_url)


ROUTES = [
    keyed("/api/leads", [list_pages, get_with_history, edit.set_stage, edit.delete_lead], "leads"),
    keyed(
        "/api/v1/leads",
        [
            *(create_lead, list_leads, get_lead, edit.change_lead, edit.delete_v1_lead, get_timeline),
            *(edit.list_notes, edit.add_note, edit.delete_note, edit.set_spam, edit.end_snooze, change_many),
        ],
        "leads",
    ),
]
