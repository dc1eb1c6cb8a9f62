"""The lead doors that need a key (contract, sections 4 and 6): what each makes of a body."""

from __future__ import annotations

from typing import Any

from tests.api.conftest import Client

JANE = {"name": "Jane Doe", "email": "Jane@Example.com", "phone": "+43 660 1234567"}


async def lead(api: Client, lead_id: str) -> dict[str, Any]:
    answer = await api.get(f"/api/leads/{lead_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["lead"]
    return found


async def test_a_whole_lead_is_created_and_can_be_read(api: Client) -> None:
    answer = await api.post("/api/v1/leads", json={**JANE, "guests": 24, "eventType": "Gala", "source": "Fair"})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["status"] == "created" and made["lead_url"].endswith(f"/leads/{made['id']}")
    found = await lead(api, made["id"])
    assert (found["first_name"], found["last_name"], found["email"]) == ("Jane", "Doe", "jane@example.com")
    assert found["custom_data"] == {"guests": 24, "event_type": "Gala"}
    assert (found["stage"], found["source"], found["confirmation"]) == ("New", "Fair", "confirmed")


async def test_a_postback_creates_then_updates_the_lead_of_that_email(api: Client) -> None:
    first = await api.post("/api/postback", json=JANE)
    assert first.status_code == 201, first.text
    assert first.json() == {
        "lead_id": first.json()["lead_id"],
        "created": True,
        "stage": "New",
        "stage_changed": True,
        "warning": None,
    }
    second = await api.post("/api/postback", json={"email": "JANE@example.com", "stage": "won"})
    assert second.status_code == 200, second.text
    assert (second.json()["stage"], second.json()["stage_changed"]) == ("Won", True)
    back = await api.post("/api/postback", json={"email": "jane@example.com", "stage": "New", "company": "Acme"})
    assert back.json()["stage"] == "Won" and "force_stage" in back.json()["warning"]
    assert (await lead(api, back.json()["lead_id"]))["company"] == "Acme"
    forced = await api.post("/api/postback", json={"email": "jane@example.com", "stage": "New", "force_stage": True})
    assert (forced.json()["stage"], forced.json()["warning"]) == ("New", None)


async def test_a_visitors_form_needs_an_email_or_a_phone(api: Client) -> None:
    answer = await api.post("/api/public/leads", json={"firstName": "Jane", "data": {"a": [1]}})
    assert (answer.status_code, answer.json()["fields"]) == (400, ["email", "phone"])
    made = await api.post("/api/public/leads", json={"phone": "0660 1", "lastName": "Doe", "data": {"a": [1]}})
    assert made.status_code == 201 and made.json()["success"] is True
    assert (await lead(api, made.json()["id"]))["custom_data"] == {"a": [1]}


async def test_what_is_missing_is_named(api: Client) -> None:
    answer = await api.post("/api/v1/leads", json={"email": "jane@example.com"})
    assert answer.status_code == 400
    assert (answer.json()["error"], answer.json()["fields"]) == ("Missing required fields", ["name", "phone"])
