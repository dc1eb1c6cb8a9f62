"""A form's report: how many saw, began and sent it, where they stopped, and what happened in each field."""

from __future__ import annotations

from typing import cast, get_args
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath

from leadsbot import clock
from leadsbot.dashboard.desk import Desk, Here, pages
from leadsbot.dashboard.shown.form_report import report_view
from leadsbot.dashboard.views import ReportChoice
from leadsbot.dashboard.views.form_report import PERIODS
from leadsbot.forms.report import Asked, form_report
from leadsbot.forms.report_shape import Device

USUAL_DAYS = 30
DEVICES: tuple[Device, ...] = get_args(Device)


@get("/forms/{form_id:uuid}")
async def show(desk: Here, form_id: FromPath[UUID]) -> Response[str]:
    """Show the report; what can't be asked for is passed over."""
    choice = _choice(desk, str(form_id))
    since = clock.now() - choice.days * clock.DAY
    wanted = Asked(since, None, desk.person.timezone, cast("Device | None", choice.device or None))
    report = await form_report(desk.database, desk.workspace_id, choice.form, wanted)
    return await desk.page(report_view(report, choice))


def _choice(desk: Desk, form_id: str) -> ReportChoice:
    days, device = desk.asked("days"), desk.asked("device")
    return ReportChoice(
        form_id,
        int(days) if days in map(str, PERIODS) else USUAL_DAYS,
        device if device in DEVICES else "",
    )


ROUTES = [pages(show)]
