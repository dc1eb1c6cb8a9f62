"""What a lead door with a key turns away is noted with that key, for its owner to find."""

from __future__ import annotations

from typing import Any

from leadsbot.db import Database
from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import Client
from tests.api.rows import change_workspace
from tests.support.waiting import until


async def noted(database: Database, count: int) -> list[dict[str, Any]]:
    """The requests that were turned away, once there are `count`: they are written a moment after the answer."""

    async def there() -> list[dict[str, Any]] | None:
        rows = await database.fetch("SELECT * FROM refused_requests ORDER BY at, id")
        return rows if len(rows) >= count else None

    return await until(there) or []


async def test_each_door_notes_what_it_turned_away(api: Client, database: Database, workspace: Created) -> None:
    paths = {
        "public": "/api/public/leads",
        "v1": "/api/v1/leads",
        "inbound": f"/api/inbound/{workspace.workspace_id}/leads",
        "postback": "/api/postback",
    }
    for number, (door, path) in enumerate(paths.items(), 1):
        answer = await api.post(path, json={"email": "a secret value"})
        assert answer.status_code == 400
        row = (await noted(database, number))[-1]
        assert (row["door_kind"], row["door_id"], row["door"]) == ("key", workspace.api_key_id, door)
        assert (row["status"], row["reason"]) == (400, "invalid_input")
        assert "email" in row["hint"] and "secret value" not in row["hint"]


async def test_a_refusal_of_each_kind_is_noted_by_its_code(
    api: Client, stranger_api: Client, database: Database, workspace: Created
) -> None:
    await change_workspace(database, workspace, leads_per_hour=0)
    path = "/api/v1/leads"
    jane = {"name": "Jane Doe", "email": "jane@example.com", "phone": "0660 1"}
    codes = []
    requests: list[dict[str, Any]] = [
        {"content": b"{", "headers": {"content-type": "application/json"}},
        {"content": b"a=b", "headers": {"content-type": "application/x-www-form-urlencoded"}},
        {"json": {}},
        {"json": jane},
        {"json": {**jane, "stage": "Nowhere"}},
    ]
    for request in requests:
        answer = await api.post(path, **request)
        codes.append((answer.status_code, answer.json()["code"]))
        await noted(database, len(codes))
    rows = await noted(database, len(codes))
    assert sorted((row["status"], row["reason"]) for row in rows) == sorted(codes)
    assert {status for status, _ in codes} == {400, 415, 429}
    assert (await stranger_api.post(f"/api/inbound/{workspace.workspace_id}/leads", json=jane)).status_code == 404
    theirs = (await noted(database, len(codes) + 1))[-1]
    assert theirs["workspace_id"] != workspace.workspace_id


async def test_a_lead_that_came_through_is_noted_nowhere(api: Client, database: Database) -> None:
    assert (await api.post("/api/public/leads", json={"email": "jane@example.com"})).status_code == 201
    assert (await api.post("/api/public/leads", json={"honeypot": "x"})).status_code == 201
    assert await database.fetch("SELECT id FROM refused_requests") == []
