"""Sessions that became no lead hold nobody's address and browser for longer than their workspace keeps leads."""

from __future__ import annotations

from typing import Any

import pytest

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.forms import forgetting
from leadsbot.forms.forgetting import forget_old
from leadsbot.forms.tables import Session
from leadsbot.ids import new_id
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.workspace_editing import change_workspace
from tests.forms.report_rows import session

PERSONAL = {
    "ip_address": "203.0.113.7",
    "client": '{"user_agent": "Mozilla/5.0"}',
    "touch": '{"last": {"gclid": "abc"}}',
    "page_url": "https://example.com/contact",
    "referrer": "https://example.org/",
}


async def store(database: Database, owner: Created, age: int, **more: Any) -> str:
    """Keep a session that began and ended `age` ms ago; gives its id."""
    at = clock.now() - age
    row = session(owner, new_id(), started_at=at, utm_source="ads", completion_percent=50, **PERSONAL)
    row.update(more)

    async def unit(tx: Tx) -> None:
        tx.insert(Session, row)

    await database.write(unit)
    return str(row["id"])


async def found(database: Database, session_id: str) -> dict[str, Any]:
    (row,) = await database.fetch("SELECT * FROM sessions WHERE id = $1", session_id)
    return row


@pytest.fixture
async def keeps_30_days(database: Database, workspace: Created) -> Created:
    await change_workspace(database, workspace.workspace_id, {"retention_days": 30})
    return workspace


async def test_what_is_older_is_emptied_and_counts_on(
    database: Database, keeps_30_days: Created, stranger: Created, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "AT_ONCE", 2)
    old = [await store(database, keeps_30_days, (31 + day) * clock.DAY) for day in range(5)]
    young = await store(database, keeps_30_days, 29 * clock.DAY)
    back = await store(database, keeps_30_days, 31 * clock.DAY, last_activity_at=clock.now())
    theirs = await store(database, stranger, 400 * clock.DAY)
    assert await forget_old(database, clock.now()) == 5
    for one in old:
        row = await found(database, one)
        assert (row["ip_address"], row["client"], row["touch"], row["visit_id"]) == ("", "{}", "{}", "")
        assert (row["page_url"], row["referrer"]) == ("", "")
        assert (row["completion_percent"], row["utm_source"], row["device_type"]) == (50, "ads", "desktop")
    for one in (young, back, theirs):
        assert (await found(database, one))["ip_address"] == "203.0.113.7"
    assert await forget_old(database, clock.now()) == 0


async def test_a_lead_s_session_is_the_lead_s(database: Database, keeps_30_days: Created) -> None:
    theirs = await store(database, keeps_30_days, 60 * clock.DAY, lead_id=new_id())
    assert await forget_old(database, clock.now()) == 0
    assert (await found(database, theirs))["ip_address"] == "203.0.113.7"
