"""`POST /api/postback`: another system's word about a lead, which it makes or brings up to date."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, post
from litestar.params import JSONBody

from leadsbot.api.keyed import Holder, House, keyed
from leadsbot.capture import keyed_door
from leadsbot.capture.house_rules import Placed, rules_of
from leadsbot.capture.keyed_door import NOTED, Body, writes
from leadsbot.capture.lead_body import controls, read
from leadsbot.errors import InvalidInput
from leadsbot.ids import is_id
from leadsbot.leads.pipeline import LOST
from leadsbot.leads.submission import Taken

DOOR = "postback"


@post("/", opt=writes(DOOR), exception_handlers=NOTED, summary="Create a lead or bring it up to date")
async def take_postback(services: House, holder: Holder, data: JSONBody[Body]) -> Response[bytes]:
    own, body = controls(data, ("lead_id", "force_stage"))
    told = read(body, believes=True)
    lead_id = _lead_id(own.get("lead_id"))
    if not (lead_id or told.contact.email or told.contact.phone):
        raise InvalidInput(
            "Say which lead is meant: lead_id, or an email or phone.",
            code="missing_fields",
            fields=["lead_id", "email", "phone"],
        )
    rules = await rules_of(services.database, holder.workspace_id)
    taken, placed = await keyed_door.take(
        services,
        holder,
        rules,
        told,
        DOOR,
        body=body,
        joins=True,
        lead_id=lead_id,
        force_stage=_flag(own.get("force_stage")),
    )
    answer = {
        "lead_id": taken.lead_id,
        "created": taken.created,
        "stage": taken.stage,
        "stage_changed": taken.stage_changed,
        "warning": _warning(taken, placed, lead_id, told.asked.get("status", "")),
    }
    return Response(
        msgspec.json.encode(answer), status_code=201 if taken.created else 200, media_type="application/json"
    )


def _warning(taken: Taken, placed: Placed, lead_id: str | None, status: str) -> str | None:
    said = []
    if lead_id and taken.lead_id != lead_id:
        made = "this one was created" if taken.created else "this one has the same email"
        made = "it was merged into this one" if taken.succeeds else made
        said.append(f"There is no lead {lead_id}; {made}.")
    if placed.stage and placed.stage != taken.stage:
        why = "which is left by force alone" if taken.stage == LOST else f"since {placed.stage} lies behind it"
        said.append(f"The stage stays {taken.stage}, {why}: force_stage: true moves it to {placed.stage}.")
    if status and not placed.stage:
        there = f"the lead begins at {taken.stage}" if taken.created else f"the stage stays {taken.stage}"
        said.append(
            f'The pipeline has no stage for the status "{status}", so {there}: send one that it has as "stage".'
        )
    return " ".join(said) or None


def _lead_id(value: Any) -> str | None:
    if value in (None, ""):
        return None
    if not isinstance(value, str) or not is_id(value.strip()):
        raise InvalidInput("lead_id is a lead's id, a UUID.", fields=["lead_id"])
    return value.strip().lower()


def _flag(value: Any) -> bool:
    if value in (None, True, False):
        return bool(value)
    raise InvalidInput("force_stage is true or false.", fields=["force_stage"])


ROUTES = [keyed("/api/postback", [take_postback], "doors")]
