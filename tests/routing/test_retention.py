"""Leads with which nothing has happened for a workspace's days are deleted; nobody else's."""

from __future__ import annotations

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.routing.retention import delete_overdue
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.workspace_editing import change_workspace
from tests.api.rows import add_lead
from tests.routing.house import Make


async def emails(database: Database) -> list[str]:
    return sorted(row["email"] for row in await database.fetch("SELECT email FROM leads WHERE deleted_at IS NULL"))


async def test_what_is_older_than_the_workspace_keeps_is_deleted(
    make_services: Make, database: Database, workspace: Created, stranger: Created
) -> None:
    now = clock.now()
    await change_workspace(database, workspace.workspace_id, {"retention_days": 30})
    for owner, age, email in (
        (workspace, 31 * clock.DAY, "old@example.com"),
        (workspace, 29 * clock.DAY, "kept@example.com"),
        (stranger, 400 * clock.DAY, "theirs@example.com"),
    ):
        await add_lead(database, owner, now - age, email=email)
    services = make_services()
    assert await delete_overdue(services) == 1
    assert await emails(database) == ["kept@example.com", "theirs@example.com"]
    assert await delete_overdue(services) == 0
    (event,) = await database.fetch("SELECT workspace_id FROM events WHERE type = 'lead.deleted'")
    assert event["workspace_id"] == workspace.workspace_id


async def test_a_lead_with_which_something_happened_is_kept(
    make_services: Make, database: Database, workspace: Created
) -> None:
    await change_workspace(database, workspace.workspace_id, {"retention_days": 1})
    lead = await add_lead(database, workspace, clock.now() - 2 * clock.DAY, email="back@example.com")

    async def touched(tx: Tx) -> None:
        await tx.execute("UPDATE leads SET updated_at = $2 WHERE id = $1", lead, clock.now())

    await database.write(touched)
    assert await delete_overdue(make_services()) == 0
