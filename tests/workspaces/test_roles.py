"""What each role may do what another may."""

from __future__ import annotations

import pytest

from leadsbot.errors import InvalidInput
from leadsbot.workspaces.members import ADMIN, MEMBER, OWNER, ROLES, at_least, check_role


def test_an_owner_may_all_an_admin_may_and_an_admin_all_a_member_may() -> None:
    may = {(role, needed) for role in ROLES for needed in ROLES if at_least(role, needed)}
    assert may == {(OWNER, OWNER), (OWNER, ADMIN), (OWNER, MEMBER), (ADMIN, ADMIN), (ADMIN, MEMBER), (MEMBER, MEMBER)}


def test_there_is_no_other_role() -> None:
    assert [check_role(role) for role in ROLES] == list(ROLES)
    with pytest.raises(InvalidInput):
        check_role("king")
