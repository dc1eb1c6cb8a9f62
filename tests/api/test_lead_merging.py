"""Possible duplicates over HTTP: offered, merged, taken apart, said to be none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec

from leadsbot import clock
from leadsbot.db import Database
from leadsbot.leads import changes, merged, merges
from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import Client, key_with
from tests.api.rows import NOON, add_lead, add_note


async def made(api: Client, **fields: Any) -> str:
    body = {"name": "Jane Doe", "email": "jane@example.com", "phone": "+43 660 1234567", **fields}
    answer = await api.post("/api/v1/leads", json=body)
    assert answer.status_code == 201, answer.text
    lead_id: str = answer.json()["id"]
    return lead_id


async def whole(api: Client, lead_id: str) -> dict[str, Any]:
    """Everything that the API says of a lead."""
    lead = (await api.get(f"/api/v1/leads/{lead_id}")).json()
    told = (await api.get(f"/api/leads/{lead_id}")).json()
    thread = (await api.get(f"/api/v1/leads/{lead_id}/timeline")).json()["data"]
    return {"lead": lead, "history": told["history"], "thread": thread}


async def merge(api: Client, kept: str, other: str) -> dict[str, Any]:
    answer = await api.post(f"/api/v1/leads/{kept}/merge", json={"lead_id": other})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def ids(api: Client, lead_id: str) -> list[str]:
    answer = await api.get(f"/api/v1/leads/{lead_id}/duplicates")
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["data"]]


async def test_several_duplicates_are_offered_oldest_first(api: Client) -> None:
    first, second, third = [await made(api) for _ in range(3)]
    by_phone = await made(api, email="other@example.com")
    await made(api, email="nobody@example.com", phone="+43 1 5555555")
    assert await ids(api, third) == [first, second, by_phone]
    assert await ids(api, first) == [second, third, by_phone]


async def test_a_merge_makes_one_lead_of_two(api: Client, workspace: Created, database: Database) -> None:
    kept = await made(api, company="", tags="fair", guests=8)
    other = await made(api, company="Acme", tags=["vip"], hall="Oak", status="quoted")
    await add_note(database, other, NOON, "Likes oak")
    answer = await merge(api, kept, other)
    assert (answer["id"], answer["company"], answer["stage"]) == (kept, "Acme", "Quoted")
    assert (answer["tags"], answer["custom_data"]) == (["fair", "vip"], {"guests": 8, "hall": "Oak"})
    found = await whole(api, kept)
    assert found["history"][-1]["reason"] == "merged with another lead"
    kinds = [entry["kind"] for entry in found["thread"]]
    assert (kinds.count("submitted"), kinds.count("note")) == (2, 1)
    assert (await api.get("/api/leads")).json()["total"] == 1
    gone = await api.get(f"/api/v1/leads/{other}")
    assert (gone.status_code, gone.json()["code"]) == (404, "merged")
    assert kept in gone.json()["error"]


async def test_webhooks_learn_that_an_id_is_gone(api: Client, database: Database) -> None:
    kept, other = await made(api), await made(api, status="quoted")
    merge_id = (await merge(api, kept, other))["merge_id"]
    rows = await database.fetch("SELECT type, lead_id, data FROM events ORDER BY seq")
    told = [(row["type"], row["lead_id"]) for row in rows[2:]]
    assert told == [("lead.updated", kept), ("lead.stage_changed", kept), ("lead.deleted", other)]
    assert msgspec.json.decode(rows[-1]["data"]) == {"lead": {"id": other}, "merged_into": kept}
    await api.post(f"/api/v1/merges/{merge_id}/undo")
    back = (await database.fetch("SELECT type, lead_id, data FROM events ORDER BY seq"))[-1]
    assert (back["type"], back["lead_id"]) == ("lead.updated", other)
    assert msgspec.json.decode(back["data"])["unmerged_from"] == kept


async def test_undo_restores_both_exactly(api: Client, workspace: Created, database: Database) -> None:
    kept = await add_lead(database, workspace, NOON, email="jane@example.com", first_name="Jane")
    other = await add_lead(database, workspace, NOON + 5, phone="0660 1", stage="Won", first_touch={"at": NOON - 9})
    await add_note(database, other, NOON, "Likes oak")
    await changes.add_note(database, workspace.workspace_id, kept, "Call her", "owner@example.com")
    before = [await whole(api, kept), await whole(api, other)]
    merge_id = (await merge(api, kept, other))["merge_id"]
    assert [await whole(api, kept)] != before[:1]
    answer = await api.post(f"/api/v1/merges/{merge_id}/undo")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["kept"], answer.json()["restored"]) == (before[0]["lead"], before[1]["lead"])
    assert answer.json()["edited"] == []
    assert [await whole(api, kept), await whole(api, other)] == before
    again = await api.post(f"/api/v1/merges/{merge_id}/undo")
    assert (again.status_code, again.json()["code"]) == (409, "undone")


async def test_what_was_done_since_survives_the_undo(api: Client, workspace: Created, database: Database) -> None:
    kept, other = await made(api), await made(api, status="quoted", company="Acme")
    merge_id = (await merge(api, kept, other))["merge_id"]
    await changes.move(database, workspace.workspace_id, kept, "Won", "owner@example.com")
    await changes.add_note(database, workspace.workspace_id, kept, "Signed", "owner@example.com")
    answer = (await api.post(f"/api/v1/merges/{merge_id}/undo")).json()
    assert (answer["edited"], answer["kept"]["stage"], answer["kept"]["company"]) == (["stage"], "Won", "")
    assert answer["restored"]["stage"] == "Quoted"
    found = await whole(api, kept)
    assert [entry["text"] for entry in found["thread"] if entry["kind"] == "note"] == ["Signed"]


async def rename(api: Client, name: str, new: str) -> None:
    answer = await api.patch(f"/api/v1/stages/{await stage_id(api, name)}", json={"name": new})
    assert answer.status_code == 200, answer.text


async def stage_id(api: Client, name: str) -> str:
    stages = (await api.get("/api/v1/stages")).json()["data"]
    return str(next(stage["id"] for stage in stages if stage["name"] == name))


async def test_an_undo_finds_stages_under_the_names_they_have_now(api: Client) -> None:
    kept, other = await made(api, status="contacted"), await made(api, status="won")
    await rename(api, "Won", "Signed")
    merge_id = (await merge(api, kept, other))["merge_id"]
    for name, new in (("Signed", "Closed"), ("Contacted", "Reached")):
        await rename(api, name, new)
    assert (await api.post("/api/v1/stages", json={"name": "Won"})).status_code == 201
    answer = (await api.post(f"/api/v1/merges/{merge_id}/undo")).json()
    assert (answer["kept"]["stage"], answer["restored"]["stage"], answer["edited"]) == ("Reached", "Closed", [])


async def test_an_undo_puts_a_lead_of_a_stage_that_is_gone_at_the_one_before(api: Client) -> None:
    kept, other = await made(api, status="quoted"), await made(api, status="contacted")
    merge_id = (await merge(api, kept, other))["merge_id"]
    assert (await api.delete(f"/api/v1/stages/{await stage_id(api, 'Contacted')}")).status_code == 204
    answer = (await api.post(f"/api/v1/merges/{merge_id}/undo")).json()
    assert (answer["kept"]["stage"], answer["restored"]["stage"]) == ("Quoted", "New")


async def test_merges_on_merges_are_undone_from_the_last(api: Client) -> None:
    first, second, third = [await made(api, seat=number) for number in range(3)]
    before = [await whole(api, one) for one in (first, second, third)]
    inner = (await merge(api, second, third))["merge_id"]
    outer = (await merge(api, first, second))["merge_id"]
    assert first in (await api.get(f"/api/v1/leads/{third}")).json()["error"]
    early = await api.post(f"/api/v1/merges/{inner}/undo")
    assert (early.status_code, early.json()["code"]) == (409, "kept_lead_gone")
    for merge_id in (outer, inner):
        assert (await api.post(f"/api/v1/merges/{merge_id}/undo")).status_code == 200
    assert [await whole(api, one) for one in (first, second, third)] == before


async def test_merges_are_listed(api: Client, stranger_api: Client) -> None:
    first, second, third = [await made(api) for _ in range(3)]
    inner, outer = (await merge(api, second, third))["merge_id"], (await merge(api, first, second))["merge_id"]
    await api.post(f"/api/v1/merges/{outer}/undo")
    listed = (await api.get("/api/v1/merges")).json()["data"]
    assert [one["id"] for one in listed] == [outer, inner]
    assert (listed[0]["undo_until"], listed[1]["undone_at"]) == (None, None)
    assert listed[1]["undo_until"] > listed[1]["at"]
    gone = (await api.get("/api/v1/merges", params={"merged_id": third})).json()["data"]
    assert [(one["id"], one["lead_id"]) for one in gone] == [(inner, second)]
    assert (await api.get("/api/v1/merges", params={"lead_id": third})).json()["data"] == []
    assert (await stranger_api.get("/api/v1/merges")).json()["data"] == []


async def test_merges_that_cross_leave_one_lead(api: Client) -> None:
    one, other = await made(api), await made(api)
    answers = await asyncio.gather(
        api.post(f"/api/v1/leads/{one}/merge", json={"lead_id": other}),
        api.post(f"/api/v1/leads/{other}/merge", json={"lead_id": one}),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 404]
    assert (await api.get("/api/leads")).json()["total"] == 1


async def test_merges_that_cross_on_two_nodes_leave_one_lead(
    api: Client, workspace: Created, database: Database, database_url: str
) -> None:
    """Two nodes have two writers: only the rows' locks stand between them."""
    one, other = await made(api), await made(api)
    async with Database.opened(database_url) as second:
        done = await asyncio.gather(
            merges.merge(database, workspace.workspace_id, one, other, "a"),
            merges.merge(second, workspace.workspace_id, other, one, "b"),
            return_exceptions=True,
        )
    database.bind()
    assert sorted(type(result).__name__ for result in done) == ["NotFound", "tuple"]
    assert (await api.get("/api/leads")).json()["total"] == 1


async def test_a_merge_can_be_undone_for_thirty_days(api: Client, database: Database) -> None:
    kept, other = await made(api), await made(api)
    merge_id = (await merge(api, kept, other))["merge_id"]
    with clock.freeze(clock.now() + merged.UNDO_MS + 1):
        await database.write(merged.purge)
        late = await api.post(f"/api/v1/merges/{merge_id}/undo")
        gone = await api.get(f"/api/v1/leads/{other}")
    assert (late.status_code, late.json()["code"]) == (409, "too_late")
    (row,) = await database.fetch("SELECT * FROM merges")
    assert (row["merged"], row["kept_before"], row["moved"]) == ("{}", "{}", "{}")
    assert gone.json()["code"] == "merged"


async def test_a_lead_that_is_deleted_is_forgotten_by_its_merges(api: Client, database: Database) -> None:
    first, second, third = [await made(api) for _ in range(3)]
    await merge(api, second, third)
    await merge(api, first, second)
    await database.write(lambda tx: merged.forget(tx, first))
    assert await database.fetch("SELECT * FROM merges") == []


async def test_not_the_same_is_remembered_and_taken_back(api: Client, database: Database) -> None:
    first, second = await made(api), await made(api)
    path = f"/api/v1/leads/{second}/duplicates/{first}/dismiss"
    answer = await api.post(path)
    assert (answer.status_code, answer.json()["data"]) == (200, [])
    assert await ids(api, first) == []
    (row,) = await database.fetch("SELECT duplicate_of FROM leads WHERE id = $1", second)
    assert row["duplicate_of"] is None
    assert (await api.delete(path)).json()["data"][0]["id"] == first
    (row,) = await database.fetch("SELECT duplicate_of FROM leads WHERE id = $1", second)
    assert row["duplicate_of"] == first


async def test_the_next_older_one_is_offered_when_one_is_dismissed(api: Client, database: Database) -> None:
    first, second, third = [await made(api) for _ in range(3)]
    await api.post(f"/api/v1/leads/{third}/duplicates/{second}/dismiss")
    (row,) = await database.fetch("SELECT duplicate_of FROM leads WHERE id = $1", third)
    assert (row["duplicate_of"], await ids(api, third)) == (first, [first])


async def test_what_makes_no_sense_is_refused(api: Client) -> None:
    one = await made(api)
    for body, status in (
        ({"lead_id": one}, 400),
        ({}, 400),
        ({"lead_id": "x"}, 400),
        ({"lead_id": one.replace("0", "1", 1).replace("9", "8", 1)}, 404),
    ):
        answer = await api.post(f"/api/v1/leads/{one}/merge", json=body)
        assert (answer.status_code, set(answer.json()) >= {"error", "code", "request_id"}) == (status, True), body
    assert (await api.post(f"/api/v1/leads/{one}/duplicates/{one}/dismiss")).status_code == 400


async def test_a_stranger_finds_nothing(api: Client, stranger_api: Client) -> None:
    mine, also = await made(api), await made(api)
    theirs = await made(stranger_api)
    merge_id = (await merge(api, mine, await made(api)))["merge_id"]
    for answer in (
        await stranger_api.get(f"/api/v1/leads/{mine}/duplicates"),
        await stranger_api.post(f"/api/v1/leads/{mine}/merge", json={"lead_id": also}),
        await stranger_api.post(f"/api/v1/leads/{mine}/merge", json={"lead_id": theirs}),
        await stranger_api.post(f"/api/v1/leads/{theirs}/merge", json={"lead_id": mine}),
        await stranger_api.post(f"/api/v1/leads/{mine}/duplicates/{also}/dismiss"),
        await stranger_api.delete(f"/api/v1/leads/{mine}/duplicates/{also}/dismiss"),
        await stranger_api.post(f"/api/v1/merges/{merge_id}/undo"),
    ):
        assert answer.status_code == 404, answer.request.url
    assert await ids(stranger_api, theirs) == []


async def test_merging_needs_a_key_that_may_manage(
    api: Client, as_: Callable[[str], Client], workspace: Created, database: Database, nobody: Client
) -> None:
    mine, other = await made(api), await made(api)
    writer = as_(await key_with(database, workspace, ["leads:write", "leads:read"]))
    body = {"lead_id": other}
    assert (await writer.post(f"/api/v1/leads/{mine}/merge", json=body)).status_code == 403
    assert (await nobody.post(f"/api/v1/leads/{mine}/merge", json=body)).status_code == 401
    assert (await writer.get(f"/api/v1/leads/{mine}/duplicates")).status_code == 200
