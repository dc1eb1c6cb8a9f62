"""A lead list's query string, understood: the same filters at every address that lists, counts or exports leads."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar.params import FromQuery, QueryParameter

from leadsbot.api.keyed import Holder, House
from leadsbot.errors import InvalidInput
from leadsbot.ids import is_id
from leadsbot.leads import pipeline
from leadsbot.leads.contact import normalise_email
from leadsbot.leads.filters import LONGEST_SEARCH, NOBODY, LeadFilter, end_of, first_moment
from leadsbot.workspaces.workspace_editing import get_workspace

Search = Annotated[
    str | None,
    QueryParameter(
        max_length=LONGEST_SEARCH,
        description="in name, email, phone, company or message, without case; a phone however it is spaced",
    ),
]
From = Annotated[str | None, QueryParameter(name="from", description="a date (its whole day) or an RFC 3339 time")]
Email = Annotated[str | None, QueryParameter(description="the whole address, without case")]
Phone = Annotated[str | None, QueryParameter(description="the whole number, however it is spaced")]
Owner = Annotated[str | None, QueryParameter(description="a member's email or id, or `nobody`")]
To = Annotated[str | None, QueryParameter(name="to", description="a date (its whole day) or an RFC 3339 time")]


async def lead_filter(
    services: House,
    holder: Holder,
    stage: FromQuery[str | None] = None,
    search: Search = None,
    email: Email = None,
    phone: Phone = None,
    source: FromQuery[str | None] = None,
    campaign: FromQuery[str | None] = None,
    lead_type: FromQuery[str | None] = None,
    event_type: FromQuery[str | None] = None,
    tag: FromQuery[str | None] = None,
    assigned_to: Owner = None,
    from_: From = None,
    to: To = None,
    spam: FromQuery[bool] = False,
) -> LeadFilter:
    """Give what is asked for; an empty value asks for nothing. `InvalidInput` names the parameter that is wrong."""
    asked = {"stage": stage, "search": search, "source": source, "campaign": campaign, "email": email, "phone": phone}
    asked |= {"lead_type": lead_type, "event_type": event_type, "tag": tag, "assigned_to": assigned_to}
    wrong = [name for name, value in asked.items() if value and "\0" in value]
    if wrong:
        raise InvalidInput("A text holds a NUL character.", fields=wrong)
    workspace = await get_workspace(services.database, holder.workspace_id)
    stages = msgspec.json.decode(workspace["stages"], type=list[str])
    timezone = workspace["timezone"]
    return LeadFilter(
        stage=pipeline.find(stages, stage) if stage else None,
        search=search or None,
        email=(normalise_email(email) or email) if email else None,
        phone=phone or None,
        country=workspace["country"],
        source=source or None,
        campaign=campaign or None,
        lead_type=lead_type or None,
        event_type=event_type or None,
        tag=tag or None,
        assigned_to=await _owner(services, holder, assigned_to) if assigned_to else None,
        since=first_moment(from_, timezone) if from_ else None,
        until=end_of(to, timezone) if to else None,
        spam="in" if spam else "out",
    )


async def _owner(services: House, holder: Holder, asked: str) -> str:
    """Give the id of the member who is asked for; an id may be of somebody who has left. Else `InvalidInput`."""
    if asked == NOBODY or is_id(asked.lower()):
        return asked.lower()
    found = await services.database.fetch_one(
        "SELECT u.id FROM users u JOIN members m ON m.user_id = u.id WHERE m.workspace_id = $1 AND u.email = $2",
        holder.workspace_id,
        normalise_email(asked) or asked,
    )
    if found is None:
        sentence = f'assigned_to is the email or id of somebody in the workspace, or "{NOBODY}".'
        raise InvalidInput(sentence, fields=["assigned_to"])
    return str(found["id"])
