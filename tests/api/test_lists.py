"""The pipeline, lead types and event types over HTTP: one entry at a time, with the leads that carry the names."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from leadsbot.db import Database
from leadsbot.ids import new_id
from leadsbot.jobs.tables import Job
from leadsbot.leads import stage_moves
from leadsbot.leads.stage_moves import STRAGGLERS
from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import Client
from tests.api.rows import add_lead

LISTS = ("stages", "lead-types", "event-types")


async def names(api: Client, path: str = "stages") -> list[str]:
    return [entry["name"] for entry in (await api.get(f"/api/v1/{path}")).json()["data"]]


async def entry(api: Client, name: str, path: str = "stages") -> dict[str, Any]:
    found: dict[str, Any] = next(
        one for one in (await api.get(f"/api/v1/{path}")).json()["data"] if one["name"] == name
    )
    return found


async def stage_of(database: Database, lead_id: str) -> str:
    row = await database.fetch_one("SELECT stage FROM leads WHERE id = $1", lead_id)
    assert row
    return str(row["stage"])


async def moves(api: Client, lead_id: str) -> list[tuple[str | None, str]]:
    history = (await api.get(f"/api/leads/{lead_id}")).json()["history"]
    return [(move["from_stage"], move["to_stage"]) for move in history]


async def test_stages_are_listed_in_order_with_the_leads_that_stand_there(
    api: Client, database: Database, workspace: Created
) -> None:
    await add_lead(database, workspace, stage="Quoted", email="a@example.com")
    await add_lead(database, workspace, email="b@example.com", spam=True)
    answer = (await api.get("/api/v1/stages")).json()
    assert answer["next_cursor"] is None
    assert [one["name"] for one in answer["data"]] == ["Form Started", "New", "Contacted", "Quoted", "Won", "Lost"]
    assert [one["position"] for one in answer["data"]] == list(range(6))
    assert [one["leads"] for one in answer["data"]] == [0, 0, 0, 1, 0, 0]


@pytest.mark.parametrize("path", LISTS)
async def test_an_entry_is_added_renamed_placed_and_deleted(api: Client, path: str) -> None:
    before = await names(api, path)
    made = await api.post(f"/api/v1/{path}", json={"name": "  Site   visit "})
    assert made.status_code == 201
    body = made.json()
    assert (body["name"], body["position"], body["leads"]) == ("Site visit", len(before), 0)
    address = f"/api/v1/{path}/{body['id']}"
    assert (await api.get(address)).json() == body
    changed = await api.patch(address, json={"name": "Visit", "position": 0})
    assert changed.status_code == 200 and changed.json() == {**body, "name": "Visit", "position": 0}
    assert await names(api, path) == ["Visit", *before]
    assert (await api.get(address)).json()["name"] == "Visit"
    assert (await api.delete(address)).status_code == 204
    assert (await api.get(address)).status_code == 404
    assert await names(api, path) == before


@pytest.mark.parametrize("path", LISTS)
async def test_a_name_is_there_once_whatever_its_case(api: Client, path: str) -> None:
    first = (await api.post(f"/api/v1/{path}", json={"name": "Größe"})).json()
    again = await api.post(f"/api/v1/{path}", json={"name": "GRÖSSE"})
    assert (again.status_code, again.json()["fields"]) == (409, ["name"])
    assert "There is a" in again.json()["error"]
    other = (await api.post(f"/api/v1/{path}", json={"name": "Other"})).json()
    assert (await api.patch(f"/api/v1/{path}/{other['id']}", json={"name": "größe"})).status_code == 409
    respelled = await api.patch(f"/api/v1/{path}/{first['id']}", json={"name": "GRÖSSE"})
    assert respelled.json()["name"] == "GRÖSSE" and respelled.json()["id"] == first["id"]


@pytest.mark.parametrize("path", LISTS)
async def test_an_id_stays_with_its_entry_and_goes_to_no_other(api: Client, path: str) -> None:
    first = (await api.post(f"/api/v1/{path}", json={"name": "Alpha"})).json()
    await api.patch(f"/api/v1/{path}/{first['id']}", json={"name": "Beta"})
    second = (await api.post(f"/api/v1/{path}", json={"name": "Alpha"})).json()
    assert second["id"] != first["id"]
    assert (await api.get(f"/api/v1/{path}/{first['id']}")).json()["name"] == "Beta"
    assert (await api.get(f"/api/v1/{path}/{second['id']}")).json()["name"] == "Alpha"
    await api.delete(f"/api/v1/{path}/{first['id']}")
    assert (await api.patch(f"/api/v1/{path}/{second['id']}", json={"name": "Beta"})).json()["id"] == second["id"]


@pytest.mark.parametrize("path", LISTS)
async def test_an_entry_without_sense_is_refused(api: Client, path: str) -> None:
    before = await names(api, path)
    longest = 100 if path == "stages" else 200
    for body, field in (
        ({}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x" * (longest + 1)}, "name"),
        ({"name": "A", "position": -1}, "position"),
        ({"name": "A", "color": "red"}, "color"),
    ):
        answer = await api.post(f"/api/v1/{path}", json=body)
        assert (answer.status_code, answer.json()["fields"]) == (400, [field]), body
    assert await names(api, path) == before
    assert (await api.patch(f"/api/v1/{path}/{new_id()}", json={"name": "A"})).status_code == 404


async def test_a_pipeline_has_fifty_stages_at_most_and_two_at_least(api: Client) -> None:
    for number in range(44):
        assert (await api.post("/api/v1/stages", json={"name": f"Step {number}"})).status_code == 201
    assert (await api.post("/api/v1/stages", json={"name": "One more"})).status_code == 409
    assert (await api.patch("/api/v1/workspace", json={"stages": ["A", "B"]})).status_code == 200
    refused = await api.delete(f"/api/v1/stages/{(await entry(api, 'A'))['id']}")
    assert (refused.status_code, refused.json()["error"]) == (
        409,
        "A pipeline has at least 2 stages. Add another one first.",
    )


async def test_a_renamed_stage_takes_its_leads_along(
    api: Client, database: Database, workspace: Created, stranger: Created
) -> None:
    lead = await add_lead(database, workspace, stage="Quoted", email="a@example.com")
    theirs = await add_lead(database, stranger, stage="Quoted", email="a@example.com")
    await api.patch(f"/api/v1/sites/{workspace.site_id}", json={"page_stages": ["Quoted", "Won"]})
    channel = await api.post(
        "/api/v1/channels",
        json={"kind": "email", "config": {"to": ["a@example.com"]}, "filter": {"stage": ["quoted", "Won"]}},
    )
    quoted = await entry(api, "Quoted")
    answer = await api.patch(f"/api/v1/stages/{quoted['id']}", json={"name": "Offer sent"})
    assert answer.json() == {**quoted, "name": "Offer sent"}
    assert await stage_of(database, lead) == "Offer sent"
    assert (await moves(api, lead))[-1][1] == "Quoted"
    assert await stage_of(database, theirs) == "Quoted"
    assert (await api.get("/api/leads", params={"stage": "offer sent"})).json()["total"] == 1
    assert (await api.get(f"/api/v1/sites/{workspace.site_id}")).json()["page_stages"] == ["Offer sent", "Won"]
    shown = (await api.get(f"/api/v1/channels/{channel.json()['id']}")).json()
    assert shown["filter"] == {"stage": ["Offer sent", "Won"]}


async def test_doors_know_a_changed_pipeline_at_once(api: Client) -> None:
    body = {"name": "Ada Lovelace", "email": "ada@example.com", "phone": "+43 660 1234567", "stage": "Offer sent"}
    assert (await api.post("/api/v1/leads", json=body)).status_code == 400
    await api.patch(f"/api/v1/stages/{(await entry(api, 'Quoted'))['id']}", json={"name": "Offer sent"})
    made = await api.post("/api/v1/leads", json=body)
    assert made.status_code == 201
    assert (await api.get(f"/api/v1/leads/{made.json()['id']}")).json()["stage"] == "Offer sent"


async def test_a_stage_where_leads_stand_is_not_deleted_without_a_word_on_them(
    api: Client, database: Database, workspace: Created
) -> None:
    for name in ("a", "b"):
        await add_lead(database, workspace, stage="Quoted", email=f"{name}@example.com")
    address = f"/api/v1/stages/{(await entry(api, 'Quoted'))['id']}"
    refused = await api.delete(address)
    assert (refused.status_code, refused.json()["code"]) == (409, "stage_in_use")
    assert refused.json()["error"].startswith('2 leads stand at "Quoted". Say where they go')
    for wrong in ("Nowhere", "Quoted"):
        answer = await api.delete(address, params={"move_to": wrong})
        assert (answer.status_code, answer.json()["fields"]) == (400, ["move_to"])
        assert "Contacted" in answer.json()["error"]
    assert "Quoted" in await names(api)


async def test_a_deleted_stage_gives_its_leads_to_another_with_their_history(
    api: Client, database: Database, workspace: Created, stranger: Created, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage_moves, "AT_ONCE", 2)
    leads = [await add_lead(database, workspace, stage="Quoted", email=f"{n}@example.com") for n in range(5)]
    theirs = await add_lead(database, stranger, stage="Quoted", email="a@example.com")
    await api.patch(f"/api/v1/sites/{workspace.site_id}", json={"page_stages": ["Quoted", "Won"]})
    address = f"/api/v1/stages/{(await entry(api, 'Quoted'))['id']}"
    assert (await api.delete(address, params={"move_to": "contacted"})).status_code == 204
    assert "Quoted" not in await names(api)
    for lead in leads:
        assert (await moves(api, lead))[-1] == ("Quoted", "Contacted")
    last = (await api.get(f"/api/leads/{leads[0]}")).json()["history"][-1]
    assert last["reason"] == 'the stage "Quoted" was deleted' and last["by"] == "First key (api)"
    events = await database.fetch("SELECT data FROM events WHERE type = 'lead.stage_changed'")
    told = [msgspec.json.decode(event["data"]) for event in events]
    assert sorted(one["lead"]["id"] for one in told) == sorted(leads)
    assert {(one["from_stage"], one["to_stage"], one["lead"]["stage"]) for one in told} == {
        ("Quoted", "Contacted", "Contacted")
    }
    assert await stage_of(database, theirs) == "Quoted"
    assert (await api.get(f"/api/v1/sites/{workspace.site_id}")).json()["page_stages"] == ["Won"]


async def test_leads_may_go_to_a_stage_by_its_id(api: Client, database: Database, workspace: Created) -> None:
    lead = await add_lead(database, workspace, stage="Quoted", email="a@example.com")
    won = await entry(api, "Won")
    address = f"/api/v1/stages/{(await entry(api, 'Quoted'))['id']}"
    assert (await api.delete(address, params={"move_to": won["id"]})).status_code == 204
    assert await stage_of(database, lead) == "Won"


@pytest.mark.parametrize("renamed", [True, False])
async def test_a_lead_that_still_came_in_under_the_old_name_is_fetched(
    api: Client, database: Database, workspace: Created, renamed: bool
) -> None:
    address = f"/api/v1/stages/{(await entry(api, 'Quoted'))['id']}"
    if renamed:
        await api.patch(address, json={"name": "Offer sent"})
    else:
        await api.delete(address, params={"move_to": "Contacted"})
    late = await add_lead(database, workspace, stage="Quoted", email="late@example.com")
    (job,) = await Job.select().where(Job.kind == STRAGGLERS)

    class Services:
        pass

    services: Any = Services()
    services.database = database
    await stage_moves.job_handlers(services)[STRAGGLERS](msgspec.json.decode(job["payload"]))
    assert await stage_of(database, late) == ("Offer sent" if renamed else "Contacted")
    assert len(await moves(api, late)) == (1 if renamed else 2)


async def test_a_renamed_type_is_renamed_on_its_leads_and_a_deleted_one_stays_there(api: Client) -> None:
    for path, field in (("lead-types", "lead_type"), ("event-types", "event_type")):
        made = (await api.post(f"/api/v1/{path}", json={"name": "Wedding"})).json()
        body = {"name": "Ada L", "email": f"{field}@example.com", "phone": "+436601234567", field: "wedding"}
        lead = (await api.post("/api/v1/leads", json=body)).json()["id"]
        assert (await api.get(f"/api/v1/{path}/{made['id']}")).json()["leads"] == 1
        await api.patch(f"/api/v1/{path}/{made['id']}", json={"name": "Marriage"})
        assert (await api.get(f"/api/v1/leads/{lead}")).json()[field] == "Marriage"
        await api.delete(f"/api/v1/{path}/{made['id']}")
        assert (await api.get(f"/api/v1/leads/{lead}")).json()[field] == "Marriage"


async def test_the_whole_pipeline_may_be_set_at_once(api: Client, database: Database, workspace: Created) -> None:
    lead = await add_lead(database, workspace, email="a@example.com")
    new = await entry(api, "New")
    wanted = ["Begun", "NEW", "Won", "Lost"]
    answer = await api.patch("/api/v1/workspace", json={"stages": wanted})
    assert answer.status_code == 200 and answer.json()["stages"] == wanted
    assert await stage_of(database, lead) == "NEW"
    assert (await entry(api, "NEW"))["id"] == new["id"]
    refused = await api.patch("/api/v1/workspace", json={"stages": ["Begun", "Won"], "name": "Changed"})
    assert (refused.status_code, refused.json()["code"]) == (409, "stage_in_use")
    assert '1 lead stands at "NEW". Move them first' in refused.json()["error"]
    after = (await api.get("/api/v1/workspace")).json()
    assert after["stages"] == wanted and after["name"] == "Lindenhof"


async def test_lists_without_sense_are_not_taken(api: Client) -> None:
    before = (await api.get("/api/v1/workspace")).json()
    for body in (
        {"stages": ["Only one"]},
        {"stages": ["New", "new"]},
        {"stages": ["New", "x" * 101]},
        {"stages": [f"S{n}" for n in range(51)]},
        {"stages": ["New", " "]},
        {"stages": None},
        {"lead_types": ["A", "a "]},
        {"event_types": ["x" * 201]},
        {"event_types": [1]},
    ):
        answer = await api.patch("/api/v1/workspace", json=body)
        assert (answer.status_code, answer.json()["fields"]) == (400, list(body)), (body, answer.text)
    assert (await api.get("/api/v1/workspace")).json() == before


async def test_deleted_leads_hold_up_no_stage(api: Client, database: Database, workspace: Created) -> None:
    lead = await add_lead(database, workspace, stage="Quoted", email="a@example.com")

    async def gone(tx: Any) -> None:
        await tx.execute("UPDATE leads SET deleted_at = 1 WHERE id = $1", lead)

    await database.write(gone)
    assert (await api.delete(f"/api/v1/stages/{(await entry(api, 'Quoted'))['id']}")).status_code == 204
    assert await stage_of(database, lead) == "Contacted"
