"""What each role may do what another may."""

from __future__ import annotations

import pytest

from leadsbot.db import Database
from leadsbot.errors import Forbidden, InvalidInput
from leadsbot.workspaces import members
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.members import ADMIN, MEMBER, OWNER, ROLES, NewMember, at_least, check_role


def test_an_owner_may_all_an_admin_may_and_an_admin_all_a_member_may() -> None:
    may = {(role, needed) for role in ROLES for needed in ROLES if at_least(role, needed)}
    assert may == {(OWNER, OWNER), (OWNER, ADMIN), (OWNER, MEMBER), (ADMIN, ADMIN), (ADMIN, MEMBER), (MEMBER, MEMBER)}


def test_there_is_no_other_role() -> None:
    assert [check_role(role) for role in ROLES] == list(ROLES)
    with pytest.raises(InvalidInput):
        check_role("king")


async def test_who_became_an_owner_meanwhile_is_no_admins_to_change(database: Database, workspace: Created) -> None:
    """The role is looked at where it is changed, not before."""
    new = NewMember("ada@example.com", password="a good password")
    ada, _ = await members.add_member(database, workspace.workspace_id, new)
    await members.change_role(database, workspace.workspace_id, ada, OWNER)
    invited, _ = await members.add_member(database, workspace.workspace_id, NewMember("bo@example.com", OWNER))
    for touched in (
        members.change_role(database, workspace.workspace_id, ada, MEMBER, by_role=ADMIN),
        members.remove_member(database, workspace.workspace_id, ada, by_role=ADMIN),
        members.resend(database, workspace.workspace_id, invited, by_role=ADMIN),
    ):
        with pytest.raises(Forbidden):
            await touched
    await members.change_role(database, workspace.workspace_id, ada, MEMBER)
    with pytest.raises(Forbidden):
        await members.change_role(database, workspace.workspace_id, ada, OWNER, by_role=ADMIN)
    await members.remove_member(database, workspace.workspace_id, ada, by_role=ADMIN)
