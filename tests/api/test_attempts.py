"""`GET /api/v1/attempts`: what was sent to a workspace's doors, taken and refused, and nobody else's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from leadsbot import clock
from leadsbot.db import Database
from leadsbot.ids import is_id
from leadsbot.workspaces import refusals
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.refusals import Doorway, Refused
from tests.api.conftest import Client, key_with
from tests.support.waiting import until

JANE = {"name": "Jane Doe", "email": "jane@example.com", "phone": "+43 660 1234567"}
LOG = "/api/v1/attempts"


async def listed(api: Client, **asked: Any) -> list[dict[str, Any]]:
    answer = await api.get(LOG, params=asked)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows


def turned_away(workspace: Created, at: int, kind: str = "site") -> Refused:
    whose = {"site": workspace.site_id, "endpoint": workspace.endpoint_id, "key": workspace.api_key_id}[kind]
    door = Doorway(workspace.workspace_id, kind, whose)  # type: ignore[arg-type]
    return Refused(door, "origin", "https://a.example", "not on the list", at, door="widget", address="203.0.113.7")


async def refuse(database: Database, *said: Refused) -> None:
    await asyncio.gather(*(database.put(refusals.keep, one) for one in said))


async def test_what_was_taken_and_what_was_refused_by_key_is_listed_newest_first(
    api: Client, workspace: Created
) -> None:
    assert await listed(api) == []
    made = (await api.post("/api/v1/leads", json=JANE)).json()
    await api.post("/api/v1/leads", json={"email": "jane@example.com"})
    refused, taken = await until(lambda: _two(api))
    assert (taken["outcome"], taken["door_kind"], taken["door"], taken["lead_id"]) == (
        "accepted",
        "key",
        "v1",
        made["id"],
    )
    assert taken["door_id"] == refused["door_id"] == workspace.api_key_id
    assert (refused["outcome"], refused["status"], refused["reason"]) == ("refused", 400, "missing_fields")
    assert refused["hint"] == "Missing required fields: name, phone" and refused["lead_id"] is None
    assert is_id(refused["id"]) and refused["at"].endswith("Z") and refused.keys() == taken.keys()


async def test_the_hint_of_a_missing_field_is_one_sentence(api: Client) -> None:
    await api.post("/api/public/leads", json={"firstName": "Jane"})
    [refused] = await until(lambda: listed(api))
    assert refused["hint"] == "An email or a phone is required: email, phone"


async def _two(api: Client) -> list[dict[str, Any]]:
    found = await listed(api)
    return found if len(found) == 2 else []


async def test_it_is_filtered_by_door_and_outcome(api: Client, database: Database, workspace: Created) -> None:
    await api.post("/api/v1/leads", json=JANE)
    now = clock.now() + clock.MINUTE
    await refuse(database, *(turned_away(workspace, now, kind) for kind in ("site", "endpoint", "key")))

    async def kinds(**asked: Any) -> list[str]:
        return sorted(f"{one['outcome']} {one['door_kind']}" for one in await listed(api, **asked))

    everything = ["accepted key", "refused endpoint", "refused key", "refused site"]
    assert await kinds() == everything
    assert await kinds(outcome="accepted") == ["accepted key"]
    assert await kinds(outcome="refused") == everything[1:]
    assert await kinds(door_kind="key") == ["accepted key", "refused key"]
    assert await kinds(door_kind="site") == ["refused site"]
    assert await kinds(door_id=workspace.endpoint_id) == ["refused endpoint"]
    assert await kinds(door_id=workspace.api_key_id, outcome="accepted") == ["accepted key"]


@pytest.mark.parametrize("asked", [{"outcome": "lost"}, {"door_kind": "window"}, {"door_id": "x"}, {"cursor": "x"}])
async def test_what_can_not_be_asked_is_refused(api: Client, asked: dict[str, str]) -> None:
    assert (await api.get(LOG, params=asked)).status_code == 400


async def test_pages_follow_each_other_without_a_gap_whichever_side_they_come_from(
    api: Client, database: Database, workspace: Created
) -> None:
    for number in range(3):
        await api.post("/api/v1/leads", json={**JANE, "email": f"{number}@example.com"})
    now = clock.now()
    await refuse(database, *(turned_away(workspace, now + n * clock.HOUR) for n in (-1, 0, 1)))
    await refuse(database, *(replace(turned_away(workspace, now - clock.DAY), reason=str(n)) for n in range(3)))
    whole = [one["id"] for one in await listed(api)]
    assert len(whole) == 9
    for limit in (1, 2, 3, 4, 9):
        seen, cursor = [], None
        while True:
            page = (await api.get(LOG, params={"limit": limit} | ({"cursor": cursor} if cursor else {}))).json()
            seen += [one["id"] for one in page["data"]]
            cursor = page["next_cursor"]
            if not cursor:
                break
        assert seen == whole, limit


async def test_a_stranger_sees_nothing_of_it(
    api: Client, stranger_api: Client, database: Database, workspace: Created
) -> None:
    await api.post("/api/v1/leads", json=JANE)
    await refuse(database, turned_away(workspace, clock.now()))
    assert len(await listed(api)) == 2
    assert await listed(stranger_api) == []
    assert await listed(stranger_api, door_id=workspace.site_id) == []


async def test_it_needs_manage(as_: Callable[[str], Client], database: Database, workspace: Created) -> None:
    reader = as_(await key_with(database, workspace, ["leads:read", "leads:write"]))
    assert (await reader.get(LOG)).status_code == 403
