"""Whose lead it is: given, claimed, given back, with who did it beside the event."""

from __future__ import annotations

import json
from typing import Any

import pytest

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.errors import InvalidInput, NotFound
from leadsbot.ids import new_id
from leadsbot.leads.changes import assign, mark_spam
from leadsbot.routing import news
from leadsbot.workspaces.bootstrap import Created


async def new_lead(database: Database, workspace: Created) -> str:
    lead_id, now = new_id(), clock.now()

    async def unit(tx: Tx) -> None:
        await tx.execute(
            "INSERT INTO leads (id, workspace_id, created_at, updated_at, stage) VALUES ($1, $2, $3, $3, 'New')",
            lead_id,
            workspace.workspace_id,
            now,
        )

    await database.write(unit)
    return lead_id


async def owner_of(database: Database, workspace: Created) -> str:
    rows = await database.fetch("SELECT user_id FROM members WHERE workspace_id = $1", workspace.workspace_id)
    return str(rows[0]["user_id"])


async def told(database: Database) -> list[dict[str, Any]]:
    rows = await database.fetch("SELECT id, data FROM events WHERE type = 'lead.updated' ORDER BY seq")
    return [json.loads(row["data"]) | {"event": row["id"]} for row in rows]


async def test_whoever_claims_first_has_it_and_the_second_hears_whose_it_is(
    database: Database, workspace: Created, stranger: Created
) -> None:
    lead_id, owner = await new_lead(database, workspace), await owner_of(database, workspace)
    outsider, here = await owner_of(database, stranger), workspace.workspace_id
    assert await assign(database, here, lead_id, owner, "ada@example.com", unless_taken=True) is None
    assert await assign(database, here, lead_id, owner, "ada@example.com", unless_taken=True) == owner
    with pytest.raises(InvalidInput):
        await assign(database, here, lead_id, outsider, "ada@example.com")
    with pytest.raises(NotFound):
        await assign(database, stranger.workspace_id, lead_id, outsider, "stranger@example.com")
    assert await assign(database, here, lead_id, None, "ada@example.com") == owner
    happened = await told(database)
    assert [(one["did"], one["by"], one["lead"]["assigned_to"]) for one in happened] == [
        ("assigned", "ada@example.com", owner),
        ("assigned", "ada@example.com", None),
    ]


async def test_who_did_it_stays_in_the_house(database: Database, workspace: Created) -> None:
    lead_id = await new_lead(database, workspace)
    await database.write(lambda tx: mark_spam(tx, workspace.workspace_id, lead_id, True, "ada@example.com"))
    [happened] = await told(database)
    assert (happened["did"], happened["by"]) == ("spam", "ada@example.com")
    [one] = await news.load(database, [happened["event"]], "https://leads.example.com")
    assert set(json.loads(one.body)["data"]) == {"lead"}
