"""Changing leads over the API: stage, fields, notes, spam, and deleting (contract, section 4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from leadsbot.db import Database
from leadsbot.ids import new_id
from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import Client, key_with
from tests.api.rows import NOON, add_form, add_lead, add_note, change_workspace


@pytest.fixture
async def lead_id(database: Database, workspace: Created) -> str:
    """Ada's lead, at New."""
    return await add_lead(database, workspace, NOON, email="ada@example.com", last_name="Lovelace", phone="0660 1")


async def lead(api: Client, lead_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await api.get(f"/api/v1/leads/{lead_id}")).json()
    return found


async def changed(api: Client, lead_id: str, **body: Any) -> dict[str, Any]:
    """The answer to a change, which is the lead as it can be read then."""
    answer = await api.patch(f"/api/v1/leads/{lead_id}", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert found == await lead(api, lead_id)
    return found


async def told(database: Database) -> list[str]:
    return [row["type"] for row in await database.fetch("SELECT type FROM events ORDER BY seq")]


def named(answer: httpx.Response) -> tuple[int, list[str]]:
    return answer.status_code, answer.json().get("fields", [])


# --- stage


async def test_a_stage_is_set_in_any_direction_and_the_history_says_who(
    api: Client, database: Database, lead_id: str
) -> None:
    path = f"/api/leads/{lead_id}/stage"
    moves = [("won", "Won"), ("Lost", "Lost"), ("form started", "Form Started"), ("QUOTED", "Quoted")]
    for said, stage in moves:
        answer = await api.put(path, json={"stage": said, "reason": "by phone"})
        assert (answer.status_code, answer.json()["stage"], answer.json()["id"]) == (200, stage, lead_id)
    history = (await api.get(f"/api/leads/{lead_id}")).json()["history"]
    assert [move["to_stage"] for move in history] == ["New", *(stage for _, stage in moves)]
    assert {(move["by"], move["reason"]) for move in history[1:]} == {("First key", "by phone")}
    assert (await told(database))[1:] == ["lead.stage_changed"] * 4


async def test_the_stage_where_it_stands_changes_nothing(api: Client, database: Database, lead_id: str) -> None:
    assert (await api.put(f"/api/leads/{lead_id}/stage", json={"stage": "new"})).status_code == 200
    assert await told(database) == ["lead.created"]


async def test_an_unknown_stage_is_answered_with_the_valid_ones(api: Client, lead_id: str) -> None:
    answer = await api.put(f"/api/leads/{lead_id}/stage", json={"stage": "Paid"})
    assert named(answer) == (400, ["stage"]) and "New, Contacted, Quoted, Won, Lost" in answer.json()["error"]
    for body in ({}, {"stage": ""}, {"stage": 1}, {"stage": None}, {"stage": "New", "force": True}):
        assert (await api.put(f"/api/leads/{lead_id}/stage", json=body)).status_code == 400, body


# --- fields


async def test_any_field_can_be_changed_and_the_rest_stays(api: Client, database: Database, lead_id: str) -> None:
    before = await lead(api, lead_id)
    body = {
        "firstName": "Augusta",
        "email": " AUGUSTA@Example.com",
        "company": "Engine & Co",
        "notes": "From the fair",
        "event_date": "2026-05-31",
        "utmSource": "news",
        "click_ids": {"gclid": "1"},
        "tags": ["vip"],
        "ip_address": "203.0.113.9",
        "form_completion_percent": 100,
        "source": "Fair",
    }
    after = await changed(api, lead_id, **body)
    expected = {**body, "first_name": "Augusta", "email": "augusta@example.com", "utm_source": "news"}
    del expected["firstName"], expected["utmSource"]
    differing = {name for name in after if after[name] != before[name]}
    assert differing == {*expected, "name", "updated_at"}
    assert {name: after[name] for name in expected} == expected
    (row,) = await database.fetch("SELECT email_key FROM leads WHERE id = $1", lead_id)
    assert row["email_key"] == "augusta@example.com"
    assert await told(database) == ["lead.created", "lead.updated"]


async def test_nothing_is_told_of_a_change_that_changes_nothing(api: Client, database: Database, lead_id: str) -> None:
    before = await lead(api, lead_id)
    body = {"email": "ADA@example.com", "name": "Ada Lovelace", "stage": "new", "custom_data": {}, "tags": []}
    assert await changed(api, lead_id, **body) == before
    assert await changed(api, lead_id) == before
    assert await told(database) == ["lead.created"]


async def test_null_and_empty_clear_a_field(api: Client, database: Database, lead_id: str) -> None:
    full = {"company": "x", "tags": "a,b", "form_fields_total": 3, "click_ids": {"a": "1"}, "event_date": "2026-05-31"}
    await changed(api, lead_id, **full)
    after = await changed(api, lead_id, **dict.fromkeys(full), phone="", source=None, message=" ")
    assert (after["company"], after["tags"], after["form_fields_total"]) == ("", [], None)
    assert (after["click_ids"], after["event_date"], after["phone"], after["source"]) == ({}, "", "", "")
    (row,) = await database.fetch("SELECT phone_e164 FROM leads WHERE id = $1", lead_id)
    assert row["phone_e164"] == ""


async def test_custom_data_are_changed_entry_by_entry(api: Client, lead_id: str) -> None:
    assert (await changed(api, lead_id, guests=5, custom_data={"diet": ["vegan"], "hall": "A"}))["custom_data"] == {
        "guests": 5,
        "diet": ["vegan"],
        "hall": "A",
    }
    after = await changed(api, lead_id, guests=None, custom_data={"hall": None, "diet": "none"})
    assert after["custom_data"] == {"diet": "none"}
    many = {str(number): 1 for number in range(300)}
    await changed(api, lead_id, custom_data=many)
    answer = await api.patch(f"/api/v1/leads/{lead_id}", json={f"x{number}": 1 for number in range(300)})
    assert named(answer) == (400, ["custom_data"])


async def test_a_name_is_split_unless_its_parts_are_said(api: Client, lead_id: str) -> None:
    after = await changed(api, lead_id, name="Grace Brewster Hopper")
    assert (after["first_name"], after["last_name"]) == ("Grace", "Brewster Hopper")
    after = await changed(api, lead_id, name="Grace Hopper", last_name="Murray")
    assert after["name"] == "Grace Murray"


async def test_a_stage_can_be_changed_with_the_rest(api: Client, database: Database, lead_id: str) -> None:
    assert (await changed(api, lead_id, stage="won", company="Acme"))["stage"] == "Won"
    assert (await changed(api, lead_id, status="contacted"))["stage"] == "Contacted"
    history = (await api.get(f"/api/leads/{lead_id}")).json()["history"]
    assert [(move["from_stage"], move["by"]) for move in history[1:]] == [("New", "First key"), ("Won", "First key")]
    assert (await told(database))[1:] == ["lead.updated", "lead.stage_changed", "lead.stage_changed"]


async def test_what_the_workspace_has_is_found_by_any_case(api: Client, database: Database, workspace: Created) -> None:
    lead_id = await add_lead(database, workspace, email="ada@example.com", phone="")
    await change_workspace(database, workspace, event_types=["Gala"], lead_types=["Venue"], country="AT")
    form_id = await add_form(database, workspace)
    after = await changed(
        api,
        lead_id,
        event_type="gala",
        lead_type="VENUE",
        assigned_to="OWNER@example.com",
        form_id=form_id,
        phone="0660 1234567",
    )
    assert (after["event_type"], after["lead_type"], after["form_id"]) == ("Gala", "Venue", form_id)
    assert after["assigned_to"]
    (row,) = await database.fetch("SELECT phone_e164 FROM leads WHERE id = $1", lead_id)
    assert row["phone_e164"] == "+436601234567"
    after = await changed(api, lead_id, event_type=None, assigned_to=None, form_id="")
    assert (after["event_type"], after["assigned_to"], after["form_id"]) == ("", None, None)


WRONG: list[tuple[dict[str, Any], list[str]]] = [
    ({"email": "nobody"}, ["email"]),
    ({"stage": "Nowhere"}, ["stage"]),
    ({"stage": None}, ["stage"]),
    ({"status": "asleep"}, ["status"]),
    ({"event_type": "Wake"}, ["event_type"]),
    ({"lead_type": "Venue"}, ["lead_type"]),
    ({"assigned_to": "stranger@example.com"}, ["assigned_to"]),
    ({"form_id": "contact-form-7"}, ["form_id"]),
    ({"form_id": new_id()}, ["form_id"]),
    ({"ip_address": "here"}, ["ip_address"]),
    ({"custom_data": None}, ["custom_data"]),
    ({"first_name": "x" * 2_001}, ["first_name"]),
    ({"id": "x"}, ["id"]),
    ({"createdAt": "2026-01-01"}, ["created_at"]),
    ({"spam": True, "spam_reasons": []}, ["spam", "spam_reasons"]),
    ({"confirmation": "confirmed"}, ["confirmation"]),
]


async def test_a_change_that_cannot_be_made_is_named_and_nothing_changes(
    api: Client, database: Database, lead_id: str, stranger: Created
) -> None:
    before = await lead(api, lead_id)
    for body, fields in WRONG:
        answer = await api.patch(f"/api/v1/leads/{lead_id}", json={"company": "Acme", **body})
        assert named(answer) == (400, fields), body
    assert await lead(api, lead_id) == before


# --- notes


async def test_notes_are_added_listed_newest_first_and_deleted(api: Client, database: Database, lead_id: str) -> None:
    path = f"/api/v1/leads/{lead_id}/notes"
    made = [(await api.post(path, json={"text": f"Call {number} <b>\n"})).json() for number in range(3)]
    assert made[0].keys() == {"id", "lead_id", "text", "author", "created_at"}
    assert (made[0]["text"], made[0]["author"], made[0]["lead_id"]) == ("Call 0 <b>\n", "First key", lead_id)
    first = (await api.get(path, params={"limit": 2})).json()
    rest = (await api.get(path, params={"cursor": first["next_cursor"]})).json()
    assert [note["id"] for note in (*first["data"], *rest["data"])] == [note["id"] for note in reversed(made)]
    assert rest["next_cursor"] is None
    gone = await api.delete(f"{path}/{made[1]['id']}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert (await api.delete(f"{path}/{made[1]['id']}")).status_code == 404
    assert len((await api.get(path)).json()["data"]) == 2


async def test_a_note_must_say_something_and_not_too_much(api: Client, lead_id: str) -> None:
    path = f"/api/v1/leads/{lead_id}/notes"
    for body in ({}, {"text": ""}, {"text": " \n"}, {"text": 7}, {"text": "x" * 20_001}, {"text": "x", "by": "me"}):
        assert (await api.post(path, json=body)).status_code == 400, body
    assert (await api.post(path, json={"text": "x" * 20_000})).status_code == 201


async def test_a_note_belongs_to_its_lead(api: Client, database: Database, workspace: Created, lead_id: str) -> None:
    other = await add_lead(database, workspace, email="bob@example.com")
    note_id = (await api.post(f"/api/v1/leads/{other}/notes", json={"text": "hello"})).json()["id"]
    assert (await api.delete(f"/api/v1/leads/{lead_id}/notes/{note_id}")).status_code == 404
    assert len((await api.get(f"/api/v1/leads/{other}/notes")).json()["data"]) == 1


# --- spam


async def test_a_lead_goes_to_the_spam_and_comes_back(api: Client, lead_id: str) -> None:
    path = f"/api/v1/leads/{lead_id}/spam"
    answer = await api.post(path, json={"spam": True})
    assert (answer.status_code, answer.json()["id"], answer.json()["spam"]) == (200, lead_id, True)
    assert (await api.get("/api/leads")).json()["total"] == 0
    assert (await api.get("/api/leads?spam=true")).json()["total"] == 1
    assert (await api.post(path, json={"spam": True})).status_code == 200
    assert (await api.post(path, json={"spam": False})).json()["spam"] is False
    assert (await api.get("/api/leads")).json()["total"] == 1
    for body in ({}, {"spam": "yes"}, {"spam": 1}, {"spam": None}):
        assert (await api.post(path, json=body)).status_code == 400


# --- who may


async def test_either_scope_that_writes_changes_a_lead(
    as_: Callable[[str], Client], database: Database, workspace: Created, lead_id: str
) -> None:
    path = f"/api/v1/leads/{lead_id}"
    for scope in ("leads:write", "manage"):
        client = as_(await key_with(database, workspace, [scope]))
        assert (await client.patch(path, json={"company": scope})).status_code == 200
        assert (await client.post(f"{path}/notes", json={"text": scope})).status_code == 201
        assert (await client.post(f"{path}/spam", json={"spam": False})).status_code == 200
    manager = as_(await key_with(database, workspace, ["manage"]))
    assert (await manager.put(f"/api/leads/{lead_id}/stage", json={"stage": "Won"})).status_code == 403
    assert (await manager.delete(f"/api/leads/{lead_id}")).status_code == 403
    assert (await manager.delete(path)).status_code == 204


async def test_a_stranger_changes_nothing(api: Client, stranger_api: Client, database: Database, lead_id: str) -> None:
    await add_note(database, lead_id, NOON, "Ours")
    (note,) = (await api.get(f"/api/v1/leads/{lead_id}/notes")).json()["data"]
    before = await lead(api, lead_id)
    tries = [
        stranger_api.put(f"/api/leads/{lead_id}/stage", json={"stage": "Won"}),
        stranger_api.patch(f"/api/v1/leads/{lead_id}", json={"company": "Acme"}),
        stranger_api.patch(f"/api/v1/leads/{lead_id}", json={"email": "wrong"}),
        stranger_api.get(f"/api/v1/leads/{lead_id}/notes"),
        stranger_api.post(f"/api/v1/leads/{lead_id}/notes", json={"text": "Theirs"}),
        stranger_api.delete(f"/api/v1/leads/{lead_id}/notes/{note['id']}"),
        stranger_api.post(f"/api/v1/leads/{lead_id}/spam", json={"spam": True}),
        stranger_api.delete(f"/api/leads/{lead_id}"),
        stranger_api.delete(f"/api/v1/leads/{lead_id}"),
    ]
    for attempt in tries:
        answer = await attempt
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), answer.request.url
    assert await lead(api, lead_id) == before
    assert len((await api.get(f"/api/v1/leads/{lead_id}/notes")).json()["data"]) == 1
