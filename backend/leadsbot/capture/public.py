"""`POST /api/public/leads`: a visitor's form, passed on by somebody's own backend."""

from __future__ import annotations

from typing import Any

from litestar import post
from litestar.params import JSONBody

from leadsbot.api.keyed import Holder, House, keyed
from leadsbot.capture import keyed_door
from leadsbot.capture.guards import spam
from leadsbot.capture.house_rules import rules_of
from leadsbot.capture.keyed_door import NOTED, Body, writes
from leadsbot.capture.lead_body import controls, read
from leadsbot.errors import InvalidInput
from leadsbot.ids import new_id

DOOR = "public"


@post("/", opt=writes(DOOR), exception_handlers=NOTED, summary="Create a lead from a visitor's form")
async def create_lead(services: House, holder: Holder, data: JSONBody[Body]) -> dict[str, Any]:
    own, body = controls(data, ("honeypot",))
    if str(own.get("honeypot") or "").strip():
        return {"success": True, "id": new_id()}
    told = read(body, believes=True)
    if not (told.contact.email or told.contact.phone):
        raise InvalidInput("An email or a phone is required.", code="missing_fields", fields=["email", "phone"])
    rules = await rules_of(services.database, holder.workspace_id)
    # A visitor wrote this, though a server sends it: what they said is judged, how it was sent isn't known.
    junk = spam.reasons(told.contact)
    taken, _ = await keyed_door.take(services, holder, rules, told, DOOR, body=body, spam_reasons=junk)
    return {"success": True, "id": taken.lead_id}


ROUTES = [keyed("/api/public/leads", [create_lead], "doors")]
