"""The log of capture attempts: what was sent to sites, endpoints and by keys, and what became of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get
from litestar.params import FromQuery

from leadsbot.api.keyed import Holder, House, Part, keyed, text_of
from leadsbot.leads.attempts import Asked, DoorKind, Outcome, attempt_json, list_attempts


@get("/", summary="List capture attempts, taken and refused, the newest first")
async def list_(
    services: House,
    holder: Holder,
    part: Part,
    door_kind: FromQuery[DoorKind | None] = None,
    door_id: FromQuery[UUID | None] = None,
    outcome: FromQuery[Outcome | None] = None,
) -> dict[str, Any]:
    asked = Asked(door_kind, text_of(door_id), outcome)
    return (await list_attempts(services.database, holder.workspace_id, asked, part)).json(attempt_json)


ROUTES = [keyed("/api/v1/attempts", [list_], "attempts")]
