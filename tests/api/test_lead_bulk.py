"""Several leads at once over the API: moved, given to somebody, called spam, deleted."""

from __future__ import annotations

from typing import Any

import pytest

from leadsbot.db import Database
from leadsbot.ids import new_id
from leadsbot.routing.together import MOST_LEADS
from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import Client
from tests.api.rows import NOON, add_lead

PATH = "/api/v1/leads/bulk"


async def sent(api: Client, lead_ids: list[str], **change: Any) -> tuple[list[str], list[str], list[str]]:
    answer = await api.post(PATH, json={"lead_ids": lead_ids, **change})
    assert answer.status_code == 200, answer.text
    said = answer.json()
    return said["changed"], said["unchanged"], said["not_found"]


async def column(database: Database, name: str) -> dict[str, Any]:
    rows = await database.fetch(f"SELECT id, {name} FROM leads WHERE deleted_at IS NULL")
    return {row["id"]: row[name] for row in rows}


async def test_each_is_changed_and_the_answer_tells_which_were_not(
    api: Client, database: Database, workspace: Created
) -> None:
    won, new = [await add_lead(database, workspace, NOON, stage=stage) for stage in ("Won", "New")]
    gone = new_id()
    assert await sent(api, [new, won, gone, new], stage="won") == ([new], [won], [gone])
    assert await sent(api, [new], stage="New") == ([new], [], [])
    moved = (await api.get(f"/api/leads/{new}")).json()["history"][1:]
    assert [(move["to_stage"], move["by"]) for move in moved] == [("Won", "First key"), ("New", "First key")]
    (member,) = (await api.get("/api/v1/workspace/members")).json()["data"]
    assert await sent(api, [won, new], assigned_to=member["email"].upper()) == ([won, new], [], [])
    assert await sent(api, [won], assigned_to=None) == ([won], [], [])
    assert {bool(owner) for owner in (await column(database, "assigned_to")).values()} == {True, False}
    assert await sent(api, [won, new], spam=True) == ([won, new], [], [])
    assert await sent(api, [won, new], spam=False) == ([won, new], [], [])
    assert await sent(api, [won], delete=True) == ([won], [], [])
    assert await sent(api, [won, new], delete=True) == ([new], [], [won])
    assert await column(database, "stage") == {}


async def test_what_cannot_be_wanted_changes_nothing(api: Client, database: Database, workspace: Created) -> None:
    lead = await add_lead(database, workspace, NOON, stage="New")
    ids = [lead]
    for body, code, fields in (
        ({"lead_ids": ids}, "invalid_input", ["stage", "assigned_to", "spam", "delete"]),
        ({"lead_ids": ids, "stage": "Won", "spam": True}, "invalid_input", ["stage", "assigned_to", "spam", "delete"]),
        ({"lead_ids": ids, "delete": False}, "invalid_input", ["stage", "assigned_to", "spam", "delete"]),
        ({"lead_ids": ids, "stage": "Sold"}, "unknown_stage", ["stage"]),
        ({"lead_ids": ids, "assigned_to": "nobody@example.com"}, "invalid_input", ["assigned_to"]),
        ({"lead_ids": [new_id() for _ in range(MOST_LEADS + 1)], "spam": True}, "invalid_input", ["lead_ids"]),
        ({"lead_ids": [], "spam": True}, "invalid_input", ["lead_ids"]),
        ({"lead_ids": ["no-id"], "spam": True}, "invalid_input", ["lead_ids"]),
    ):
        answer = await api.post(PATH, json=body)
        said = answer.json()
        assert answer.status_code == 400, body
        assert (said["code"], said["fields"]) == (code, fields), said
    assert await column(database, "stage") == {lead: "New"}


@pytest.mark.parametrize(
    "change",
    [{"stage": "Won"}, {"assigned_to": None}, {"spam": True}, {"delete": True}],
    ids=["stage", "assigned_to", "spam", "delete"],
)
async def test_a_strangers_leads_are_not_found(
    stranger_api: Client, database: Database, workspace: Created, change: dict[str, Any]
) -> None:
    lead = await add_lead(database, workspace, NOON, stage="New")
    before = await database.fetch("SELECT * FROM leads")
    assert await sent(stranger_api, [lead], **change) == ([], [], [lead])
    assert await database.fetch("SELECT * FROM leads") == before


async def test_the_same_request_once_more_gives_the_first_answer(
    api: Client, database: Database, workspace: Created
) -> None:
    lead = await add_lead(database, workspace, NOON, stage="New")
    body, key = {"lead_ids": [lead], "stage": "Won"}, {"Idempotency-Key": "bulk-1"}
    answers = [await api.post(PATH, json=body, headers=key) for _ in range(2)]
    assert answers[0].json() == answers[1].json() == {"changed": [lead], "unchanged": [], "not_found": []}
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    other = await api.post(PATH, json={**body, "stage": "Lost"}, headers=key)
    assert (other.status_code, await column(database, "stage")) == (409, {lead: "Won"})
