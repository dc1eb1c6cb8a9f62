"""What the doors that need a key share: from a body to a submission, and who learns of what was refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import msgspec
from litestar import Request, Response
from msgspec.structs import replace

from leadsbot import clock
from leadsbot.api import errors as api_errors
from leadsbot.api.keyed import HOLDER
from leadsbot.capture.arrivals import Arrival, store
from leadsbot.capture.house_rules import HouseRules, Placed, place
from leadsbot.capture.lead_body import Told, put, spelled
from leadsbot.errors import InvalidInput, LeadsBotError, NotFound
from leadsbot.forms.reading import get_form
from leadsbot.ids import is_id, new_id
from leadsbot.leads.intake import CONFIRMED
from leadsbot.leads.submission import Submission, Taken
from leadsbot.services import Services
from leadsbot.workspaces.api_keys import KeyHolder
from leadsbot.workspaces.refusals import Doorway, Refused

WRITES: dict[str, Any] = {"scope": "leads:write"}

Body = dict[str, Any]


async def take(
    services: Services,
    holder: KeyHolder,
    rules: HouseRules,
    told: Told,
    door: str,
    *,
    body: Mapping[str, Any],
    joins: bool = False,
    lead_id: str | None = None,
    force_stage: bool = False,
    spam_reasons: tuple[str, ...] = (),
) -> tuple[Taken, Placed]:
    """Store what a body told as a lead of the key's workspace; gives what became of it and where it was to stand."""
    form_id = await _form(services, holder.workspace_id, told)
    placed = place(rules, told)
    now = clock.now()
    sub = Submission(
        id=holder.request_id or new_id(),
        workspace_id=holder.workspace_id,
        stages=rules.stages,
        door=door,
        contact=told.contact,
        received_at=now,
        submitted_at=now,
        country=rules.country,
        fields=as_came(body),
        form_id=form_id,
        form_name=placed.columns.get("form_name", ""),
        page_url=placed.columns.get("page_url", ""),
        percent=placed.columns.get("form_completion_percent"),
        completed=placed.columns.get("form_fields_completed"),
        total=placed.columns.get("form_fields_total"),
        confirmation=CONFIRMED,
        stage=placed.stage,
        joins=joins,
        fills_only=False,
        advances=not joins,
        force_stage=force_stage,
        lead_id=lead_id,
        spam_reasons=spam_reasons,
        door_id=holder.key_id,
        by=f"{holder.name} ({door})",
        extra=extra_of(placed),
        hints=placed.hints,
    )
    arrival = Arrival(sub, source=placed.source, per_hour=rules.leads_per_hour)
    taken: Taken = await services.database.put(store, arrival)
    return await _first_time(services, sub.id, taken) if taken.repeated else taken, placed


async def _first_time(services: Services, submission_id: str, taken: Taken) -> Taken:
    """Tell what became of a submission that was stored before, by a request whose answer was lost."""
    row = await services.database.fetch_one(
        "SELECT stage, (SELECT id FROM submissions WHERE lead_id = $1 ORDER BY received_at, id LIMIT 1) AS first"
        " FROM leads WHERE id = $1",
        taken.lead_id,
    )
    created = row is not None and row["first"] == submission_id
    stage = str(row["stage"]) if row else ""
    return replace(taken, created=created, stage=stage, stage_changed=created)


async def _form(services: Services, workspace_id: str, told: Told) -> str | None:
    """Give the form that a body names, where the workspace has it; any other id is kept aside."""
    form_id = told.asked.get("form_id", "")
    if is_id(form_id):
        with suppress(NotFound):
            return str((await get_form(services.database, workspace_id, form_id.lower()))["id"])
    if form_id:
        put(told.contact.custom, "form_id", form_id)
    return None


def extra_of(placed: Placed) -> dict[str, Any]:
    """Give the columns that aren't the submission's own."""
    own = ("form_name", "form_completion_percent", "form_fields_completed", "form_fields_total")
    return {name: value for name, value in placed.columns.items() if name not in own}


def writes(door: str) -> dict[str, Any]:
    """Give a handler's `opt`: the scope it needs, and what its door is called where something was turned away."""
    return {**WRITES, "door": door}


def require(names: Iterable[str], present: set[str]) -> None:
    """Raise the contract's error for what is missing."""
    missing = [name for name in dict.fromkeys(names) if spelled(name) not in present]
    if missing:
        raise InvalidInput("Missing required fields", code="missing_fields", fields=missing)


def as_came(body: Mapping[str, Any]) -> str:
    """Give the submission's fields as they are kept: names and values as they came."""
    return msgspec.json.encode([{"name": name, "label": name, "value": value} for name, value in body.items()]).decode()


def _refuse(request: Request[Any, Any, Any], cause: Exception) -> Response[bytes]:
    """Answer, and note what was refused with the key that it came with."""
    answer = api_errors.answer(request, cause)
    holder: KeyHolder | None = request.scope.get("state", {}).get(HOLDER)
    error = api_errors.as_ours(cause)
    if holder and error.status < 500:
        services: Services = request.app.state.services
        services.refusals.note(
            Refused(
                Doorway(holder.workspace_id, "key", holder.key_id),
                error.code,
                "",
                _hint(error),
                clock.now(),
                door=request.route_handler.opt.get("door", ""),
                status=error.status,
            )
        )
    return answer


def _hint(error: LeadsBotError) -> str:
    """Say to the owner what was refused; of a missing field, which."""
    if error.code != "missing_fields":
        return error.message
    return f"{error.message.removesuffix('.')}: {', '.join(error.fields)}"


# For the handler of every such door: `@post("/", opt=WRITES, exception_handlers=NOTED)`.
NOTED: dict[type[Exception] | int, Any] = {Exception: _refuse}
