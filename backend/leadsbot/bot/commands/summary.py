"""`/summary`: what today came to so far, or yesterday, or last week, against the day or week before, with a chart."""

from __future__ import annotations

from datetime import timedelta

from leadsbot import clock
from leadsbot.analytics.period import Period
from leadsbot.bot.answers import Answer
from leadsbot.bot.rights import House, asked_by
from leadsbot.bot.said import Command, Said
from leadsbot.channels.base import chart, one_line
from leadsbot.channels.telegram.text import render
from leadsbot.services import Services
from leadsbot.summaries.figures import figures, told
from leadsbot.summaries.spans import Span, latest
from leadsbot.workspaces.workspace_editing import get_workspace

_ASKED = {"": 0, "today": 0, "yesterday": 1}


async def run(services: Services, said: Said) -> Answer | str:
    (house, *_) = await asked_by(services, said)
    span = _span(house, said.argument.casefold())
    if span is None:
        return "I know /summary today, /summary yesterday and /summary week."
    workspace = await get_workspace(services.database, house.id)
    summary = told(house.name, await figures(services.database, workspace, span))
    facts = [(fact["label"], one_line(fact["value"])) for fact in summary["facts"]]
    text = render(one_line(summary["title"]), facts, "", None)
    return Answer(text.html, picture=await chart.drawn(summary["chart"]))


def _span(house: House, asked: str) -> Span | None:
    if asked in ("week", "weekly", "last week"):
        return latest("weekly", clock.now(), house.timezone, 0)[1]
    if asked not in _ASKED:
        return None
    return Span("daily", Period(house.timezone).day(clock.now()) - timedelta(days=_ASKED[asked]), house.timezone)


COMMAND = Command(("summary",), "/summary [today|yesterday|week] - what came, against the time before", run)
