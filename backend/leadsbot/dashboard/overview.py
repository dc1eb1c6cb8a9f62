"""The first page: how the day is going, what needs a hand, and what is left to set up."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from litestar import Response, get

from leadsbot import clock
from leadsbot.dashboard import words
from leadsbot.dashboard.desk import Desk, Here, pages
from leadsbot.dashboard.shown.capture_log import open_alerts
from leadsbot.dashboard.shown.channels import anyone_is_told
from leadsbot.dashboard.shown.deliveries import destinations
from leadsbot.dashboard.shown.leads import lead_rows, pipeline_of
from leadsbot.dashboard.shown.troubles import troubles
from leadsbot.dashboard.shown.unsent import latest_unsent
from leadsbot.dashboard.views import Day, Overview, Step
from leadsbot.db.paging import MAX_LIMIT, Slice
from leadsbot.forms.reading import has_submissions
from leadsbot.leads import reading
from leadsbot.workspaces import site_editing

DAYS = 14
WEEK = 7
FRESHEST = 6
MOST_UNSENT = 5


@get("/")
async def show(desk: Here) -> Response[str]:
    pipeline = await pipeline_of(desk.database, desk.workspace_id)
    fresh = await reading.list_leads(desk.database, desk.workspace_id, limit=FRESHEST)
    daily = await _daily(desk)
    counts = [day.count for day in daily]
    stopped, trouble = await troubles(desk.database, desk.workspace_id)
    view = Overview(
        today=counts[-1],
        yesterday=counts[-2],
        week=sum(counts[-WEEK:]),
        week_before=sum(counts[-2 * WEEK : -WEEK]),
        daily=daily,
        fresh=await lead_rows(desk.database, fresh.rows, pipeline),
        trouble=trouble,
        stopped=stopped,
        steps=await _steps(desk, bool(fresh.rows)),
        alerts=await open_alerts(desk.database, desk.workspace_id),
        unsent=await latest_unsent(desk.database, desk.workspace_id, MOST_UNSENT),
    )
    return await desk.page(view)


async def _daily(desk: Desk) -> tuple[Day, ...]:
    """Count the leads of each day of the workspace's calendar, in one pass over the newest."""
    today = words.local(clock.now(), desk.person.timezone).date()
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    starts = [_midnight(day, desk.person.timezone) for day in (*days, today + timedelta(days=1))]
    sums = ", ".join(
        f"coalesce(sum(CASE WHEN created_at >= ${n} AND created_at < ${n + 1} THEN 1 ELSE 0 END), 0) AS day_{n}"
        for n in range(2, DAYS + 2)
    )
    row = await desk.database.fetch_one(
        f"SELECT {sums} FROM leads WHERE workspace_id = $1 AND created_at >= $2 AND NOT spam AND deleted_at IS NULL",
        desk.workspace_id,
        *starts,
    )
    return tuple(Day(day, int(row[f"day_{n}"]) if row else 0) for n, day in enumerate(days, 2))


def _midnight(day: date, timezone: str) -> int:
    """Give the ms at which a day begins there."""
    begins = datetime(day.year, day.month, day.day, tzinfo=words.zone(timezone)).astimezone(UTC)
    return int(begins.timestamp()) * clock.SECOND


async def _steps(desk: Desk, has_leads: bool) -> tuple[Step, ...]:
    """Give the checklist, until a lead has come and somebody is told of the next."""
    sites = (await site_editing.list_sites(desk.database, desk.workspace_id, Slice(MAX_LIMIT))).rows
    there = await destinations(desk.database, desk.workspace_id)
    seen = any(site["last_seen_at"] for site in sites)
    plain = any(site["last_form_at"] for site in sites)
    told = await anyone_is_told(desk.services, desk.workspace_id)
    if (seen or plain) and has_leads and (told or there.webhooks):
        return ()
    url = desk.services.settings.public_url
    tag = site_editing.script_tag(url, sites[-1]["public_token"], sites[-1]["consent"]) if sites else ""
    return (
        Step("Paste the script tag into your page", "In the head or the body, once. The form you have does the rest.",
             "/sites", "Set up the site", done=seen, code=tag),
        Step("Send your own form once", "Open your page and fill its form in as a visitor would.",
             "/sites", "See where the tag was seen", done=await has_submissions(desk.database, desk.workspace_id)),
        Step("Connect a chat or a mailbox", "Hear of each lead within seconds.",
             "/channels", "Connect a channel", done=told),
        Step("Add a webhook", "Send each lead on to your CRM, n8n or Zapier.",
             "/webhooks", "Add a webhook", done=bool(there.webhooks)),
    )  # fmt: skip


ROUTES = [pages(show)]
