"""What a new workspace sends unasked: a mail to owners and admins for each new lead, wherever SMTP is set."""

from __future__ import annotations

import msgspec

from leadsbot import clock
from leadsbot.channels.email import CHANNEL as EMAIL
from leadsbot.db import Tx
from leadsbot.ids import new_id
from leadsbot.routing.kinds import default_events
from leadsbot.routing.tables import Channel


async def add_team_mail(tx: Tx, workspace_id: str) -> str:
    """Add the mail channel of owners and admins, whoever that is at the time, in the caller's transaction; give its id.

    It is there from the first minute; routing makes deliveries for it once the operator has set an SMTP server.
    """
    channel_id = new_id()
    tx.insert(
        Channel,
        {
            "id": channel_id,
            "workspace_id": workspace_id,
            "kind": EMAIL.kind,
            "name": EMAIL.label,
            "config": msgspec.json.encode(EMAIL.check_config({"to": ["owners", "admins"]})).decode(),
            "events": msgspec.json.encode(default_events(EMAIL.kind)).decode(),
            "created_at": clock.now(),
        },
    )
    return channel_id
