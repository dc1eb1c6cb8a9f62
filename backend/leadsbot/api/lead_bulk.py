"""Changing several leads at once, as the inbox does with those that are chosen there."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK
from msgspec import UNSET, Meta, UnsetType

from leadsbot.api.keyed import EDITS, Holder, House, said
from leadsbot.capture.house_rules import member_of, rules_of
from leadsbot.errors import InvalidInput
from leadsbot.leads import changes, pipeline
from leadsbot.routing import erasure, withheld
from leadsbot.routing.together import MOST_LEADS, Act, each
from leadsbot.services import Services
from leadsbot.workspaces.api_keys import KeyHolder

CHANGES = ("stage", "assigned_to", "spam", "delete")


class ManyLeads(msgspec.Struct, forbid_unknown_fields=True):
    """Which leads, and the one thing that becomes of each."""

    lead_ids: Annotated[list[UUID], Meta(min_length=1, max_length=MOST_LEADS)]
    stage: Annotated[str, Meta(min_length=1, max_length=200)] | UnsetType = UNSET
    assigned_to: Annotated[str, Meta(max_length=320)] | UnsetType | None = UNSET
    spam: bool | UnsetType = UNSET
    delete: bool | UnsetType = UNSET


class ManyChanged(msgspec.Struct):
    """What became of the leads that were named, each id once and in the order they came in."""

    changed: list[UUID]
    unchanged: Annotated[list[UUID], Meta(description="they were so already")]
    not_found: Annotated[list[UUID], Meta(description="deleted, or no lead of this workspace")]


@post("/bulk", opt=EDITS, status_code=HTTP_200_OK, summary="Change or delete several leads")
async def change_many(services: House, holder: Holder, data: JSONBody[ManyLeads]) -> ManyChanged:
    act = await _act(services, holder, data)
    ids = list(dict.fromkeys(data.lead_ids))
    found = await each([str(lead_id) for lead_id in ids], act)
    return ManyChanged(
        changed=[lead_id for lead_id in ids if found.get(str(lead_id)) is True],
        unchanged=[lead_id for lead_id in ids if found.get(str(lead_id)) is False],
        not_found=[lead_id for lead_id in ids if str(lead_id) not in found],
    )


async def _act(services: Services, holder: KeyHolder, data: ManyLeads) -> Act:
    """Give what is done to one lead, which tells whether that changed it; `InvalidInput` for what can't be wanted."""
    name, value = _wanted(data)
    database, workspace_id, by = services.database, holder.workspace_id, holder.name
    rules = await rules_of(database, workspace_id)
    if name == "stage":
        stage = pipeline.find(rules.stages, value)

        async def move(lead_id: str) -> bool:
            return await changes.move(database, workspace_id, lead_id, stage, by) != stage

        return move
    if name == "assigned_to":
        owner = member_of(rules, value) if value else None

        async def assign(lead_id: str) -> bool:
            return await changes.assign(database, workspace_id, lead_id, owner, by) != owner

        return assign
    if name == "spam":
        return lambda lead_id: withheld.set_spam(database, workspace_id, lead_id, value, by)

    async def delete(lead_id: str) -> bool:
        await erasure.delete_lead(database, workspace_id, lead_id)
        return True

    return delete


def _wanted(data: ManyLeads) -> tuple[str, Any]:
    """Give the one change that was asked for."""
    asked = {name: value for name, value in said(data).items() if name in CHANGES}
    if len(asked) != 1 or asked.get("delete") is False:
        raise InvalidInput(f"Say one thing that becomes of the leads: {', '.join(CHANGES)}.", fields=list(CHANGES))
    return next(iter(asked.items()))
