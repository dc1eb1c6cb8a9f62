"""`/stats`: how many leads came, where they stand, and how forms went."""

from __future__ import annotations

from datetime import date, timedelta
from html import escape

import msgspec

from leadsbot import clock
from leadsbot.analytics.overview import analytics
from leadsbot.analytics.period import Period
from leadsbot.bot.answers import Answer
from leadsbot.bot.rights import House, asked_by
from leadsbot.bot.said import Command, Said
from leadsbot.channels.telegram.text import cut
from leadsbot.leads import reading
from leadsbot.leads.filters import LeadFilter
from leadsbot.services import Services
from leadsbot.workspaces.workspace_editing import get_workspace

DAYS = 30
_NAME = 60


async def run(services: Services, said: Said) -> Answer:
    (house, *_) = await asked_by(services, said)
    today = Period(house.timezone).day(clock.now())
    counts = [await _since(services, house, today - timedelta(days=back)) for back in (0, 6, DAYS - 1)]
    workspace = await get_workspace(services.database, house.id)
    stages = msgspec.json.decode(workspace["stages"], type=list[str])
    since = Period(house.timezone).midnight(today - timedelta(days=DAYS - 1))
    told = await analytics(services.database, house.id, stages, Period(house.timezone, since))
    lines = [
        f"<b>{escape(cut(house.name, _NAME))}</b>",
        f"Leads: {counts[0]:,} today, {counts[1]:,} in 7 days, {counts[2]:,} in {DAYS} days",
        "",
        f"<b>Where those of {DAYS} days stand</b>",
        *(f"{escape(cut(one.stage, _NAME))}: {one.count:,}" for one in told.funnel),
    ]
    forms = told.abandonment
    if forms.started:
        lines += ["", f"Forms: {forms.started:,} begun, {forms.submitted:,} sent, {forms.abandoned:,} left"]
    return Answer("\n".join(lines))


async def _since(services: Services, house: House, day: date) -> int:
    since = Period(house.timezone).midnight(day)
    return await reading.count_leads(services.database, house.id, LeadFilter(since=since))


COMMAND = Command(("stats",), "/stats - how many leads came and where they stand", run, place=4)
