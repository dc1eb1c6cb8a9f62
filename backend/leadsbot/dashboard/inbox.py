"""The inbox: the list, narrowed as asked, with a lead open beside it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Literal

import msgspec
from litestar import Response, get

from leadsbot.dashboard.desk import Desk, Here, pages
from leadsbot.dashboard.shown.leads import lead_page, lead_rows
from leadsbot.dashboard.shown.people import people
from leadsbot.dashboard.views import Inbox, InboxFilter, Lead, Stage, StageCount
from leadsbot.db import Database
from leadsbot.errors import InvalidInput, NotFound
from leadsbot.ids import is_id
from leadsbot.leads import changes, reading
from leadsbot.leads.filters import LONGEST_SEARCH, NOBODY, LeadFilter
from leadsbot.workspaces import site_editing
from leadsbot.workspaces.workspace_editing import get_workspace

ME: Final = "me"


@get("/leads")
async def show(desk: Here) -> Response[str]:
    """Show the list; what its address asks for that can't be is passed over."""
    return await desk.page(await inbox(desk))


async def inbox(desk: Desk) -> Inbox:
    """Read the inbox as the address asks for it."""
    database, workspace_id = desk.database, desk.workspace_id
    # Read first: a lead that comes while the page is put together is shown twice rather than never.
    seen = await last_event(database, workspace_id)
    workspace = await get_workspace(database, workspace_id)
    pipeline = tuple(msgspec.json.decode(workspace["stages"], type=list[str]))
    team = await people(database, workspace_id)
    asked = _asked(desk, pipeline, {user_id for user_id, _ in team})
    opened = await _opened(desk)
    owner = desk.person.user_id if asked.owner == ME else asked.owner or None
    spam: Literal["only", "out"] = "only" if asked.spam else "out"
    wanted = LeadFilter(asked.stage or None, asked.search or None, assigned_to=owner, spam=spam)
    cursor = desk.asked("cursor") or None
    try:
        page = await reading.list_leads(database, workspace_id, wanted, cursor)
    except InvalidInput:
        cursor, page = None, await reading.list_leads(database, workspace_id, wanted)
    counts = await reading.stage_counts(database, workspace_id, LeadFilter(assigned_to=owner, spam=spam))
    alone = cursor is None and page.next_cursor is None  # to search costs a look at every lead, and so does to count
    return Inbox(
        rows=await lead_rows(database, page.rows, pipeline),
        filter=asked,
        stages=tuple(StageCount(Stage.of(name, pipeline), counts.get(name, 0)) for name in pipeline),
        total=len(page.rows) if alone else await _total(database, workspace_id, wanted, counts),
        spam=await reading.count_leads(database, workspace_id, LeadFilter(spam="only")),
        older=page.next_cursor or "",
        first_page=cursor is None,
        open=opened,
        tag="" if page.rows else await _tag(desk),
        seen=seen,
        people=team,
    )


async def last_event(database: Database, workspace_id: str) -> int:
    """Give the number of the latest event of the workspace, 0 before the first."""
    row = await database.fetch_one("SELECT max(seq) AS seq FROM events WHERE workspace_id = $1", workspace_id)
    return int(row["seq"] or 0) if row else 0


def _asked(desk: Desk, pipeline: tuple[str, ...], team: Collection[str]) -> InboxFilter:
    stage, owner = desk.asked("stage"), desk.asked("assigned_to").lower()
    return InboxFilter(
        search=desk.asked("search")[:LONGEST_SEARCH],
        stage=stage if stage in pipeline else "",
        spam=desk.asked("spam") == "1",
        owner=owner if owner in (ME, NOBODY) or owner in team else "",
    )


async def _opened(desk: Desk) -> Lead | None:
    """Give the lead that stands open, read now; none where there is no such lead."""
    lead_id = desk.asked("open").lower()
    if not is_id(lead_id):
        return None
    try:
        row = await reading.get_lead(desk.database, desk.workspace_id, lead_id)
    except NotFound:
        return None
    if row["read_at"] is None:
        await changes.mark_read(desk.database, desk.workspace_id, lead_id)
    return await lead_page(desk.database, row)


async def _total(database: Database, workspace_id: str, wanted: LeadFilter, counts: dict[str, int]) -> int:
    if wanted.search:
        return await reading.count_leads(database, workspace_id, wanted)
    return counts.get(wanted.stage, 0) if wanted.stage else sum(counts.values())


async def _tag(desk: Desk) -> str:
    """Give the tag of the workspace's first site, for an inbox that waits for its first lead."""
    sites = (await site_editing.list_sites(desk.database, desk.workspace_id)).rows
    if not sites:
        return ""
    site = sites[-1]
    return site_editing.script_tag(desk.services.settings.public_url, site["public_token"], site["consent"])


ROUTES = [pages(show)]
