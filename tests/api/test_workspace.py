"""Keys and the workspace over HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable

from leadsbot.db import Database
from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import Client


async def test_a_key_is_shown_once_and_works_at_once(api: Client, as_: Callable[[str], Client]) -> None:
    answer = await api.post("/api/v1/keys", json={"name": "Reports", "scopes": ["leads:read"]})
    assert answer.status_code == 201
    made = answer.json()
    key = made.pop("key")
    assert re.fullmatch(r"lb_[A-Za-z0-9]{40}", key) and made["prefix"] == key[:12]
    assert (await as_(key).get("/api/leads")).status_code == 200
    shown = await api.get(f"/api/v1/keys/{made['id']}")
    assert shown.json() | {"last_used_at": None} == made
    assert key not in shown.text and key not in (await api.get("/api/v1/keys")).text


async def test_a_key_is_stored_as_a_salted_hash_alone(api: Client, database: Database) -> None:
    key = (await api.post("/api/v1/keys", json={"name": "Reports", "scopes": ["manage"]})).json()["key"]
    assert key not in str(await database.fetch("SELECT * FROM api_keys"))


async def test_a_key_says_when_it_was_used(api: Client, as_: Callable[[str], Client]) -> None:
    made = (await api.post("/api/v1/keys", json={"name": "Reports", "scopes": ["leads:read"]})).json()
    assert made["last_used_at"] is None
    await as_(made["key"]).get("/api/leads")
    # Written behind the answer, but before anything that is written later.
    await api.patch(f"/api/v1/keys/{made['id']}", json={"name": "Reports"})
    assert (await api.get(f"/api/v1/keys/{made['id']}")).json()["last_used_at"] is not None


async def test_a_revoked_key_is_refused_at_once_and_stays_listed(api: Client, as_: Callable[[str], Client]) -> None:
    made = (await api.post("/api/v1/keys", json={"name": "Reports", "scopes": ["leads:read"]})).json()
    client = as_(made["key"])
    assert (await client.get("/api/leads")).status_code == 200
    assert (await api.delete(f"/api/v1/keys/{made['id']}")).status_code == 204
    assert (await client.get("/api/leads")).status_code == 401
    shown = (await api.get(f"/api/v1/keys/{made['id']}")).json()
    assert shown["revoked_at"] is not None
    await api.delete(f"/api/v1/keys/{made['id']}")
    assert (await api.get(f"/api/v1/keys/{made['id']}")).json()["revoked_at"] == shown["revoked_at"]


async def test_keys_are_listed_newest_first_and_renamed(api: Client, workspace: Created) -> None:
    made = (await api.post("/api/v1/keys", json={"name": "Second", "scopes": ["manage", "leads:read"]})).json()
    listed = (await api.get("/api/v1/keys")).json()["data"]
    assert [key["id"] for key in listed] == [made["id"], workspace.api_key_id]
    assert listed[0]["scopes"] == ["leads:read", "manage"]
    assert (await api.patch(f"/api/v1/keys/{made['id']}", json={"name": "2nd"})).json()["name"] == "2nd"


async def test_a_key_without_sense_is_not_made(api: Client) -> None:
    for body, field in (
        ({"scopes": ["manage"]}, "name"),
        ({"name": " ", "scopes": ["manage"]}, "name"),
        ({"name": "A"}, "scopes"),
        ({"name": "A", "scopes": []}, "scopes"),
        ({"name": "A", "scopes": ["everything"]}, "scopes"),
        ({"name": "A", "scopes": "manage"}, "scopes"),
        ({"name": "A", "scopes": ["manage"], "key": "lb_mine"}, "key"),
    ):
        answer = await api.post("/api/v1/keys", json=body)
        assert (answer.status_code, answer.json().get("fields")) == (400, [field]), body
    assert len((await api.get("/api/v1/keys")).json()["data"]) == 1


async def test_the_workspace_is_one_object(api: Client, workspace: Created) -> None:
    shown = (await api.get("/api/v1/workspace")).json()
    assert shown["id"] == workspace.workspace_id and shown["name"] == "Lindenhof" and shown["timezone"] == "UTC"
    assert shown["stages"] == ["Form Started", "New", "Contacted", "Quoted", "Won", "Lost"]
    assert shown["leads_per_hour"] == 100 and shown["retention_days"] is None and shown["required_fields"] == []


async def test_the_workspace_takes_another_name_and_time_zone(api: Client, stranger_api: Client) -> None:
    before = (await api.get("/api/v1/workspace")).json()
    theirs = (await stranger_api.get("/api/v1/workspace")).json()
    answer = await api.patch("/api/v1/workspace", json={"timezone": "Asia/Kathmandu"})
    assert answer.status_code == 200 and answer.json() == {**before, "timezone": "Asia/Kathmandu"}
    answer = await api.patch("/api/v1/workspace", json={"name": " Hof "})
    assert answer.json() == {**before, "timezone": "Asia/Kathmandu", "name": "Hof"}
    assert (await stranger_api.get("/api/v1/workspace")).json() == theirs


async def test_a_change_without_sense_changes_nothing(api: Client) -> None:
    before = (await api.get("/api/v1/workspace")).json()
    for body, field in (
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
        ({"timezone": ""}, "timezone"),
        ({"name": ""}, "name"),
        ({"name": "A", "id": "mine"}, "id"),
        ({"country": "XX"}, "country"),
        ({"country": "AUT"}, "country"),
        ({"leads_per_hour": 0}, "leads_per_hour"),
        ({"leads_per_hour": 1_000_001}, "leads_per_hour"),
        ({"leads_per_hour": None}, "leads_per_hour"),
        ({"leads_per_hour": True}, "leads_per_hour"),
        ({"retention_days": 0}, "retention_days"),
        ({"summary_hour": 24}, "summary_hour"),
        ({"required_fields": ["lead_url"]}, "required_fields"),
        ({"required_fields": "phone"}, "required_fields"),
        ({"required_fields": [f"f{n}" for n in range(51)]}, "required_fields"),
    ):
        answer = await api.patch("/api/v1/workspace", json=body)
        assert (answer.status_code, answer.json()["fields"]) == (400, [field]), body
    assert (await api.get("/api/v1/workspace")).json() == before


async def test_the_workspace_takes_its_other_settings(api: Client) -> None:
    before = (await api.get("/api/v1/workspace")).json()
    wanted = {
        "country": "AT",
        "summary_hour": 0,
        "leads_per_hour": 1_000_000,
        "retention_days": 365,
        "lead_types": ["B2B", "B2C"],
    }
    assert (await api.patch("/api/v1/workspace", json=wanted)).json() == {**before, **wanted}
    unset = {"country": "", "summary_hour": 8, "retention_days": None, "lead_types": []}
    assert (await api.patch("/api/v1/workspace", json=unset)).json() == {**before, **unset, "leads_per_hour": 1_000_000}


async def test_a_required_field_is_asked_for_at_once_however_it_is_spelled(api: Client) -> None:
    answer = await api.patch("/api/v1/workspace", json={"required_fields": ["Event Date", "eventDate", "Budget (EUR)"]})
    assert answer.json()["required_fields"] == ["event_date", "budget_(eur)"]
    lead = {"name": "Ada L", "email": "ada@example.com", "phone": "+436601234567"}
    refused = await api.post("/api/v1/leads", json=lead)
    assert (refused.status_code, refused.json()["error"]) == (400, "Missing required fields")
    assert refused.json()["fields"] == ["event_date", "budget_(eur)"]
    told = {**lead, "event_date": "2026-05-31", "Budget (EUR)": 4000}
    assert (await api.post("/api/v1/leads", json=told)).status_code == 201


async def test_the_country_is_taken_in_either_case(api: Client) -> None:
    assert (await api.patch("/api/v1/workspace", json={"country": "at"})).json()["country"] == "AT"
