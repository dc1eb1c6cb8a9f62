"""Putting back what somebody removed, of whatever kind, under its old id."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from leadsbot.db import Tx
from leadsbot.errors import Forbidden
from leadsbot.routing.removing import put_back_channel, put_back_webhook
from leadsbot.services import Services
from leadsbot.workspaces import endpoint_editing, members, removals

Row = dict[str, Any]

KINDS: Final[Mapping[str, Callable[[Tx, Row], Awaitable[None]]]] = {
    "channel": put_back_channel,
    "webhook": put_back_webhook,
    "endpoint": endpoint_editing.put_back,
    "member": members.put_back,
    "invitation": members.put_back,
}


async def restore(services: Services, workspace_id: str, thing_id: str, role: str = members.OWNER) -> Row:
    """Put back what has this id; gives the removal. `role` is that of who asks.

    Raises NotFound where nothing with this id was removed lately, Forbidden for an owner whom no owner puts back, or
    Conflict where something has taken its place.
    """

    async def unit(tx: Tx) -> Row:
        removal = await removals.taken_back(tx, workspace_id, thing_id)
        if removal["row"].get("role") == members.OWNER and not members.at_least(role, members.OWNER):
            raise Forbidden("Only an owner may put an owner back. Ask one of them.", code="role_missing")
        await KINDS[removal["kind"]](tx, removal)
        return removal

    removal = await services.database.write(unit)
    services.endpoints.forget()
    return removal
