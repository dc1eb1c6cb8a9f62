"""How many leads a workspace takes by key in an hour (contract, section 4)."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from leadsbot import clock
from leadsbot.db import Database
from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import Client
from tests.api.rows import add_lead, change_workspace


def body(number: int) -> dict[str, Any]:
    return {"name": "Jane Doe", "email": f"n{number}@example.com", "phone": "+43 660 1234567", "source": f"S{number}"}


@pytest.fixture
async def three_an_hour(database: Database, workspace: Created) -> None:
    await change_workspace(database, workspace, leads_per_hour=3)


async def count(database: Database, table: str) -> int:
    (row,) = await database.fetch(f"SELECT count(*) AS rows FROM {table}")
    return int(row["rows"])


@pytest.mark.usefixtures("three_an_hour")
async def test_leads_of_every_door_with_a_key_count_together(
    api: Client, database: Database, workspace: Created
) -> None:
    doors = ["/api/public/leads", "/api/v1/leads", f"/api/inbound/{workspace.workspace_id}/leads", "/api/postback"]
    answers = [await api.post(door, json=body(number)) for number, door in enumerate(doors)]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    assert answers[3].json()["code"] == "leads_per_hour"
    clause = "Too Many Requests: this workspace takes 3 leads an hour by its API keys; try again in "
    assert answers[3].json()["error"].startswith(clause)
    for number, door in enumerate(doors, 10):
        assert (await api.post(door, json=body(number))).status_code == 429


@pytest.mark.usefixtures("three_an_hour")
async def test_one_too_many_stores_nothing(api: Client, database: Database) -> None:
    for number in range(3):
        await api.post("/api/v1/leads", json=body(number))
    tables = ("leads", "submissions", "events", "stage_changes", "jobs")
    before = {table: await count(database, table) for table in tables}
    assert (await api.post("/api/v1/leads", json=body(3))).status_code == 429
    assert {table: await count(database, table) for table in tables} == before
    assert await database.fetch("SELECT id FROM sources WHERE name = 'S3'") == []


@pytest.mark.usefixtures("three_an_hour")
async def test_as_many_as_fit_come_through_when_all_come_at_once(api: Client, database: Database) -> None:
    answers = await asyncio.gather(*(api.post("/api/v1/leads", json=body(number)) for number in range(12)))
    assert Counter(answer.status_code for answer in answers) == {201: 3, 429: 9}
    assert await count(database, "leads") == 3


@pytest.mark.usefixtures("three_an_hour")
async def test_what_changes_a_lead_counts_as_none(api: Client) -> None:
    for number in range(3):
        await api.post("/api/v1/leads", json=body(number))
    for number in range(3):
        assert (await api.post("/api/postback", json=body(number))).status_code == 200
    assert (await api.post("/api/public/leads", json={"honeypot": "x"})).status_code == 201
    assert (await api.post("/api/v1/leads", json={})).status_code == 400


@pytest.mark.usefixtures("three_an_hour")
async def test_visitors_count_as_none(api: Client, database: Database, workspace: Created) -> None:
    for number in range(5):
        await add_lead(database, workspace, clock.now(), email=f"v{number}@example.com")
    assert (await api.post("/api/v1/leads", json=body(1))).status_code == 201


@pytest.mark.usefixtures("three_an_hour")
async def test_another_workspace_has_an_hour_of_its_own(api: Client, stranger_api: Client) -> None:
    for number in range(4):
        await api.post("/api/v1/leads", json=body(number))
    assert (await stranger_api.post("/api/v1/leads", json=body(1))).status_code == 201


@pytest.mark.usefixtures("three_an_hour")
async def test_retry_after_says_when_there_is_room(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    for number in range(3):
        await api.post("/api/v1/leads", json=body(number))
    now += 20 * clock.MINUTE
    wait = int((await api.post("/api/v1/leads", json=body(3))).headers["retry-after"])
    assert 2_400 - 60 <= wait <= 2_400 + 60
    now += (wait - 61) * clock.SECOND
    assert (await api.post("/api/v1/leads", json=body(3))).status_code == 429
    now += 61 * clock.SECOND
    assert (await api.post("/api/v1/leads", json=body(3))).status_code == 201


async def test_without_a_setting_a_hundred_an_hour_fit(api: Client, database: Database) -> None:
    (row,) = await database.fetch("SELECT leads_per_hour FROM workspaces LIMIT 1")
    assert row["leads_per_hour"] == 100
