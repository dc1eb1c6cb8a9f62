"""The lead doors that need a key (contract, sections 4 and 6): what each makes of a body."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest

from leadsbot.app import MAX_BODY
from leadsbot.db import Database
from leadsbot.ids import new_id
from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import PUBLIC_URL, Client, Serve, key_with
from tests.api.rows import add_form, change_workspace

JANE = {"name": "Jane Doe", "email": "Jane@Example.com", "phone": "+43 660 1234567"}
PATHS = ("/api/public/leads", "/api/v1/leads", "/api/postback", "/api/inbound/{workspace}/leads")


@pytest.fixture(params=PATHS)
def door(request: pytest.FixtureRequest, workspace: Created) -> str:
    """The path of each door in turn."""
    path: str = request.param
    return path.format(workspace=workspace.workspace_id)


async def lead(api: Client, lead_id: str) -> dict[str, Any]:
    answer = await api.get(f"/api/leads/{lead_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["lead"]
    return found


async def created(api: Client, path: str = "/api/v1/leads", **body: Any) -> dict[str, Any]:
    """The lead that a door makes of a body, as it can be read afterwards."""
    answer = await api.post(path, json={**JANE, **body})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    return await lead(api, made.get("id") or made["lead_id"])


async def total(api: Client) -> int:
    found: int = (await api.get("/api/leads?spam=true")).json()["total"]
    return found


def refused(answer: httpx.Response, status: int, *fields: str) -> dict[str, Any]:
    """Check an error's shape; gives its body."""
    body: dict[str, Any] = answer.json()
    assert answer.status_code == status, answer.text
    assert body["error"] and body["code"] and body["request_id"]
    assert tuple(body.get("fields", ())) == fields, body
    return body


async def test_a_whole_lead_is_created_and_can_be_read(api: Client) -> None:
    answer = await api.post("/api/v1/leads", json={**JANE, "guests": 24, "eventType": "Gala", "source": "Fair"})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["status"] == "created" and made["lead_url"].endswith(f"/leads/{made['id']}")
    found = await lead(api, made["id"])
    assert (found["first_name"], found["last_name"], found["email"]) == ("Jane", "Doe", "jane@example.com")
    assert found["custom_data"] == {"guests": 24, "event_type": "Gala"}
    assert (found["stage"], found["source"], found["confirmation"]) == ("New", "Fair", "confirmed")


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


async def test_each_missing_field_is_named_and_the_workspaces_own_too(
    api: Client, database: Database, workspace: Created
) -> None:
    await change_workspace(database, workspace, required_fields=["event_date", "guestCount"])
    for path in ("/api/v1/leads", f"/api/inbound/{workspace.workspace_id}/leads"):
        answer = await api.post(path, json={})
        assert refused(answer, 400, "name", "email", "phone", "event_date", "guestCount")["error"] == (
            "Missing required fields"
        )
        refused(await api.post(path, json={**JANE, "eventDate": "2026-05-31"}), 400, "guestCount")
        assert (await api.post(path, json={**JANE, "eventDate": "2026-05-31", "guest count": 0})).status_code == 201
    assert (await api.post("/api/public/leads", json={"email": "a@example.com"})).status_code == 201


NAMES: list[tuple[dict[str, Any], list[str]]] = [
    ({"first_name": "Jane"}, ["last_name"]),
    ({"lastName": "Doe"}, ["first_name"]),
    ({"name": "   "}, ["name"]),
    ({"name": "Cher"}, []),
    ({"firstName": "Jane", "last_name": "Doe"}, []),
]


async def test_a_name_is_whole_or_in_two_parts(api: Client) -> None:
    for body, missing in NAMES:
        answer = await api.post("/api/v1/leads", json={"email": "a@example.com", "phone": "0660 1234567", **body})
        assert (answer.status_code, answer.json().get("fields", [])) == (400 if missing else 201, missing), body


WHOLE: dict[str, Any] = {
    "first_name": "Jane",
    "last_name": "Doe",
    "email": "jane@example.com",
    "phone": "0660 123 45 67",
    "company": "Acme <b>& Co</b>",
    "message": "Two lines\nand “quotes” 🎉",
    "notes": "From the fair",
    "event_date": "2026-05-31",
    "domain": "acme.example",
    "page_url": "https://acme.example/contact",
    "landing_page": "https://acme.example/?utm_source=x",
    "campaign": "Spring",
    "utm_source": "news",
    "utm_medium": "email",
    "utm_campaign": "spring",
    "utm_term": "hall",
    "utm_content": "top",
    "click_ids": {"gclid": "abc"},
    "first_touch": {"url": "https://acme.example/"},
    "referrer": "https://search.example/",
    "ip_address": "2001:db8::7",
    "user_agent": "Agent/1.0",
    "browser": "Browser",
    "os": "System",
    "device_type": "tablet",
    "form_name": "Contact us",
    "form_completion_percent": 80,
    "form_fields_completed": 4,
    "form_fields_total": 5,
    "tags": ["vip", "gala"],
}


async def test_every_field_of_a_lead_can_be_sent(api: Client, door: str) -> None:
    answer = await api.post(door, json={**WHOLE, "source": "Fair"})
    assert answer.status_code == 201, answer.text
    found = await lead(api, answer.json().get("id") or answer.json()["lead_id"])
    assert {name: found[name] for name in WHOLE} == WHOLE
    assert (found["source"], found["custom_data"], found["confirmation"]) == ("Fair", {}, "confirmed")


async def test_both_spellings_say_the_same(api: Client, door: str) -> None:
    body = {
        "firstName": "Jane",
        "lastName": "Doe",
        "Email": "jane@example.com",
        "phone": "0660 1",
        "eventDate": "2026-05-31",
        "utmSource": "news",
        "pageUrl": "https://acme.example/contact",
        "formCompletionPercent": 80,
    }
    answer = await api.post(door, json=body)
    found = await lead(api, answer.json().get("id") or answer.json()["lead_id"])
    assert (found["name"], found["email"], found["event_date"]) == ("Jane Doe", "jane@example.com", "2026-05-31")
    assert (found["utm_source"], found["page_url"]) == ("news", "https://acme.example/contact")
    assert (found["form_completion_percent"], found["custom_data"]) == (80, {})


async def test_what_is_no_field_is_kept_with_its_value(api: Client, door: str) -> None:
    extra = {"guests": 24, "Diet": ["vegan", {"nuts": False}], "budget": 1.5, "id": "crm-7", "spam": True, "vip": None}
    answer = await api.post(door, json={**JANE, **extra, "custom_data": {"guests": 25, "note": "x"}, "data": {"d": 1}})
    found = await lead(api, answer.json().get("id") or answer.json()["lead_id"])
    assert found["custom_data"] == {
        "guests": 24,
        "Diet": ["vegan", {"nuts": False}],
        "budget": 1.5,
        "id": "crm-7",
        "spam": True,
        "guests (2)": 25,
        "note": "x",
        "d": 1,
    }
    assert found["spam"] is False


async def test_a_lead_is_about_what_the_workspace_knows(api: Client, database: Database, workspace: Created) -> None:
    await change_workspace(database, workspace, event_types=["Gala Dinner"], lead_types=["Venue"])
    known = await created(api, event_type=" gala DINNER", leadTypeName="venue")
    assert (known["event_type"], known["lead_type"], known["custom_data"]) == ("Gala Dinner", "Venue", {})
    other = await created(api, event_type="Wake", lead_type="Catering")
    assert (other["event_type"], other["lead_type"]) == ("", "")
    assert other["custom_data"] == {"event_type": "Wake", "lead_type": "Catering"}


async def test_a_source_is_found_without_case_or_made(api: Client, database: Database, workspace: Created) -> None:
    assert (await created(api, source="Wedding Fair"))["source"] == "Wedding Fair"
    assert (await created(api, source="  wedding  FAIR "))["source"] == "Wedding Fair"
    assert (await created(api, source="Messe Köln"))["source"] == "Messe Köln"
    assert (await created(api, source="MESSE KÖLN"))["source"] == "Messe Köln"
    rows = await database.fetch("SELECT name FROM sources WHERE workspace_id = $1", workspace.workspace_id)
    assert {"Wedding Fair", "Messe Köln"} <= {row["name"] for row in rows}
    assert len([row for row in rows if row["name"].casefold() == "wedding fair"]) == 1


async def test_a_long_source_is_kept_whole(api: Client) -> None:
    assert (await created(api, source="s" * 2_000))["source"] == "s" * 2_000


STATUSES = [("new", "New"), ("NEW", "New"), ("contacted", "Contacted"), ("quoted", "Quoted"), (None, "New")]


async def test_a_status_says_a_stage(api: Client) -> None:
    for status, stage in STATUSES:
        assert (await created(api, status=status))["stage"] == stage
    refused(await api.post("/api/v1/leads", json={**JANE, "status": "asleep"}), 400, "status")


async def test_a_status_without_a_stage_of_its_name_starts_at_the_second(
    api: Client, database: Database, workspace: Created
) -> None:
    await change_workspace(database, workspace, stages=["Form Started", "Application Submitted", "Paid", "Lost"])
    for status in ("new", "contacted", "quoted", None):
        assert (await created(api, status=status))["stage"] == "Application Submitted"


async def test_an_unknown_stage_is_answered_with_the_valid_ones(api: Client, door: str) -> None:
    body = refused(await api.post(door, json={**JANE, "stage": "Nowhere"}), 400, "stage")
    assert "Form Started, New, Contacted, Quoted, Won, Lost" in body["error"]
    assert await total(api) == 0


async def test_a_stage_that_was_said_is_where_a_lead_begins(api: Client, door: str) -> None:
    answer = await api.post(door, json={**JANE, "stage": "quoted"})
    lead_id = answer.json().get("id") or answer.json()["lead_id"]
    history = (await api.get(f"/api/leads/{lead_id}")).json()["history"]
    assert [(move["from_stage"], move["to_stage"]) for move in history] == [(None, "Quoted")]
    assert history[0]["by"].startswith("First key (")


async def test_a_filled_honeypot_gets_the_same_answer_and_keeps_nothing(api: Client) -> None:
    for trap in ("http://spam.example", True, [1], 7):
        answer = await api.post("/api/public/leads", json={"email": "a@example.com", "honeypot": trap})
        assert answer.status_code == 201 and answer.json().keys() == {"success", "id"}
        assert (
            answer.json()["success"] is True and (await api.get(f"/api/leads/{answer.json()['id']}")).status_code == 404
        )
    assert (await api.post("/api/public/leads", json={"honeypot": "x"})).status_code == 201
    assert await total(api) == 0
    for empty in ("", "  ", None, False):
        answer = await api.post("/api/public/leads", json={"email": "a@example.com", "honeypot": empty})
        assert (await lead(api, answer.json()["id"]))["custom_data"] == {}


async def test_a_phone_stays_as_it_came_beside_its_number(api: Client, database: Database, workspace: Created) -> None:
    await change_workspace(database, workspace, country="AT")
    found = await created(api, phone=" 0660 / 123 45 67 ")
    assert found["phone"] == "0660 / 123 45 67"
    (row,) = await database.fetch("SELECT phone_e164, email, email_key FROM leads WHERE id = $1", found["id"])
    assert row == {"phone_e164": "+436601234567", "email": "jane@example.com", "email_key": "jane@example.com"}
    assert (await created(api, phone="ask my wife"))["phone"] == "ask my wife"


async def test_who_has_a_key_says_where_the_visitor_was_and_nobody_else_is_noted(api: Client) -> None:
    agent = (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile Safari/604.1"
    )
    said = await created(api, ipAddress="203.0.113.9", userAgent=agent)
    assert (said["ip_address"], said["user_agent"], said["device_type"]) == ("203.0.113.9", agent, "mobile")
    unsaid = await created(api)
    assert (unsaid["ip_address"], unsaid["user_agent"], unsaid["browser"]) == ("", "", "")


async def test_addresses_and_tags_say_where_a_lead_came_from(api: Client) -> None:
    found = await created(api, page_url="https://a.example/?utm_source=News&utm_campaign=May&gclid=1")
    assert (found["utm_source"], found["campaign"], found["click_ids"]) == ("News", "May", {"gclid": "1"})
    assert found["source"] and (await created(api))["source"] == ""


async def test_a_form_of_the_workspace_can_be_named(
    api: Client, stranger_api: Client, database: Database, workspace: Created
) -> None:
    form_id = await add_form(database, workspace)
    assert (await created(api, form_id=form_id))["form_id"] == form_id
    for other in ("contact-form-7", new_id()):
        kept = await created(api, form_id=other)
        assert (kept["form_id"], kept["custom_data"]) == (None, {"form_id": other})
    theirs = await created(stranger_api, form_id=form_id)
    assert (theirs["form_id"], theirs["custom_data"]) == (None, {"form_id": form_id})


async def test_a_lead_is_given_to_a_member_alone(api: Client, workspace: Created, stranger: Created) -> None:
    assert (await created(api, assigned_to="Owner@Example.com"))["assigned_to"]
    refused(await api.post("/api/v1/leads", json={**JANE, "assigned_to": "stranger@example.com"}), 400, "assigned_to")


async def test_a_lead_with_a_known_email_points_to_the_older_one(api: Client, database: Database) -> None:
    first = await created(api)
    second = await created(api, "/api/public/leads")
    third = await created(api, email="other@example.com")
    rows = await database.fetch("SELECT id, duplicate_of FROM leads")
    assert {row["id"]: row["duplicate_of"] for row in rows} == {
        first["id"]: None,
        second["id"]: first["id"],
        third["id"]: None,
    }


async def test_the_submission_is_kept_as_it_came(api: Client) -> None:
    made = await api.post("/api/v1/leads", json={**JANE, "Guests": 24, "list": [1, {"a": None}]})
    (entry,) = [
        entry
        for entry in (await api.get(f"/api/v1/leads/{made.json()['id']}/timeline")).json()["data"]
        if entry["kind"] == "submitted"
    ]
    assert {field["name"]: field["value"] for field in entry["fields"]} == {
        **JANE,
        "Guests": 24,
        "list": [1, {"a": None}],
    }
    assert entry["door"] == "v1"


# --- refusals


BAD_BODIES: list[tuple[bytes, str]] = [
    (b"", "invalid_input"),
    (b"{", "invalid_json"),
    (b'{"email": "a@example.com"', "invalid_json"),
    (b'{"email": "\xff@example.com"}', "invalid_json"),
    (b"[]", "invalid_input"),
    (b'"text"', "invalid_input"),
    (b"null", "invalid_input"),
    (b'{"message": "' + b"[" * 9 + b'"} trailing', "invalid_json"),
    (b'{"a": ' + b"[" * 5_000 + b"]" * 5_000 + b"}", "invalid_json"),
    (b'{"message": "a\\u0000b", "email": "a@example.com"}', "invalid_input"),
    (b'{"a\\u0000b": 1, "email": "a@example.com"}', "invalid_input"),
    (b'{"guests": 1e999}', "invalid_input"),
]


async def test_a_body_that_is_no_lead_is_refused(api: Client, door: str) -> None:
    for content, code in BAD_BODIES:
        answer = await api.post(door, content=content, headers={"content-type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (400, code), (content[:40], answer.text)
    assert await total(api) == 0


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"email": "jane"}, "email"),
    ({"email": {"a": 1}}, "email"),
    ({"phone": ["1"]}, "phone"),
    ({"first_name": "x" * 2_001}, "first_name"),
    ({"utmCampaign": "x" * 2_001}, "utm_campaign"),
    ({"message": "x" * 20_001}, "message"),
    ({"notes": "x" * 20_001}, "notes"),
    ({"event_date": "soon"}, "event_date"),
    ({"data": "text"}, "data"),
    ({"form_completion_percent": 101}, "form_completion_percent"),
]


async def test_a_field_that_is_wrong_is_named(api: Client, door: str) -> None:
    for body, field in WRONG:
        refused(await api.post(door, json={**JANE, **body}), 400, field)
    both = refused(await api.post(door, json={**JANE, "email": 7, "tags": 7}), 400, "email", "tags")
    assert '"email"' in both["error"] and '"tags"' in both["error"]
    assert await total(api) == 0


async def test_a_body_over_the_limit_is_too_large(api: Client, door: str) -> None:
    large = msgspec.json.encode({**JANE, "guests": "x" * MAX_BODY})
    refused(await api.post(door, content=large, headers={"content-type": "application/json"}), 413)

    async def parts() -> Any:
        for start in range(0, len(large), 65_536):
            yield large[start : start + 65_536]

    refused(await api.post(door, content=parts(), headers={"content-type": "application/json"}), 413)


async def test_another_content_type_is_not_taken(api: Client, door: str) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        refused(await api.post(door, content=b'{"email": "a@example.com"}', headers={"content-type": kind}), 415)
    answer = await api.post(
        door,
        content=msgspec.json.encode(JANE),
        headers={"content-type": "application/vnd.crm+json; charset=utf-8"},
    )
    assert answer.status_code == 201


async def test_a_key_needs_the_scope_to_write(
    as_: Callable[[str], Client], nobody: Client, database: Database, workspace: Created, door: str
) -> None:
    assert refused(await nobody.post(door, json=JANE), 401)["code"] == "key_missing"
    reader = as_(await key_with(database, workspace, ["leads:read", "manage"]))
    assert refused(await reader.post(door, json=JANE), 403)["code"] == "scope_missing"
    writer = as_(await key_with(database, workspace, ["leads:write"]))
    assert (await writer.post(door, json=JANE)).status_code == 201


async def test_another_method_is_named_as_such(api: Client) -> None:
    answer = await api.get("/api/public/leads")
    refused(answer, 405)
    assert "POST" in answer.headers["allow"]


async def test_a_lead_goes_into_the_keys_own_workspace_alone(
    api: Client, stranger_api: Client, workspace: Created
) -> None:
    path = f"/api/inbound/{workspace.workspace_id}/leads"
    refused(await stranger_api.post(path, json=JANE), 404)
    refused(await api.post(f"/api/inbound/{new_id()}/leads", json=JANE), 404)
    made = await api.post(path, json=JANE)
    assert made.status_code == 201 and made.json()["lead_url"] == f"{PUBLIC_URL}/leads/{made.json()['id']}"
    refused(await stranger_api.get(f"/api/leads/{made.json()['id']}"), 404)


async def test_two_at_once_with_one_email_are_linked_whichever_node_takes_them(
    serve: Serve, database: Database, workspace: Created
) -> None:
    async with serve(x_api_key=workspace.api_key) as one, serve(x_api_key=workspace.api_key) as two:
        answers = await asyncio.gather(*(node.post("/api/v1/leads", json=JANE) for node in (one, two, one, two)))
    assert {answer.status_code for answer in answers} == {201}
    rows = await database.fetch("SELECT id, duplicate_of FROM leads")
    assert len(rows) == 4 and len([row for row in rows if row["duplicate_of"] is None]) == 1
