"""What visitors did with a form, as numbers."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import get
from litestar.params import FromPath, QueryParameter

from leadsbot import clock
from leadsbot.api.keyed import READS, Holder, House, keyed
from leadsbot.api.lead_query import From, To
from leadsbot.forms.report import asked, form_report
from leadsbot.forms.report_shape import Device, Report
from leadsbot.workspaces.workspace_editing import get_workspace

OnDevice = Annotated[Device | None, QueryParameter(description="sessions on such a device alone")]


@get(
    "/{form_id:uuid}/report",
    opt=READS,
    summary="A form's report: how many saw, began and sent it, where they left, and each field",
    description="Without `from`, the 30 days before `to`; without `to`, up to now.",
)
async def get_report(
    services: House,
    holder: Holder,
    form_id: FromPath[UUID],
    from_: From = None,
    to: To = None,
    device: OnDevice = None,
) -> Report:
    workspace = await get_workspace(services.database, holder.workspace_id)
    wanted = asked(from_, to, workspace["timezone"], device, clock.now())
    return await form_report(services.database, holder.workspace_id, str(form_id), wanted)


ROUTES = [keyed("/api/v1/forms", [get_report], "forms")]
