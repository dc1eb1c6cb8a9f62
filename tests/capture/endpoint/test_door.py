"""An endpoint's door over HTTP: what it takes, in which encodings, and what it makes of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from leadsbot import clock
from leadsbot.capture.endpoint import SEEN_EVERY_MS
from leadsbot.db import Database, Tx
from leadsbot.ids import new_id
from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import Client
from tests.capture.endpoint.posting import JANE, LINKS, kept, leads, noted, signature
from tests.support.capture import DESKTOP


async def test_the_answer_is_the_whole_lead(nobody: Client, api: Client, door: str) -> None:
    answer = await nobody.post(
        door, json={**JANE, "message": "Hello", "guests": 24, "utm_source": "google"}, headers={"user-agent": DESKTOP}
    )
    assert answer.status_code == 201, answer.text
    lead = answer.json()
    assert (lead["first_name"], lead["last_name"], lead["email"]) == ("Jane", "Doe", "jane@example.com")
    assert (lead["phone"], lead["message"], lead["custom_data"]) == (JANE["phone"], "Hello", {"guests": 24})
    assert (lead["stage"], lead["confirmation"], lead["utm_source"]) == ("New", "confirmed", "google")
    assert (lead["ip_address"], lead["user_agent"]) == ("192.0.2.7", DESKTOP)
    assert (lead["browser"], lead["os"], lead["device_type"]) == ("Chrome 126", "Linux", "desktop")
    assert lead["lead_url"].endswith(f"/leads/{lead['id']}")
    assert (await api.get(f"/api/leads/{lead['id']}")).json()["lead"] == lead


async def test_a_lead_is_posted_and_nothing_else(nobody: Client, door: str) -> None:
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        answer = await nobody.request(method, door)
        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed"), method
        assert "POST" in answer.headers["allow"]


async def test_an_endpoint_that_is_none_is_not_found(nobody: Client) -> None:
    for wrong in (new_id(), "7", "x" * 300, "%00"):
        answer = await nobody.post(f"/api/inbound/w/{wrong}/leads", json=JANE)
        assert answer.status_code == 404 and answer.json()["request_id"], wrong


async def test_a_form_is_taken_in_both_encodings(nobody: Client, api: Client, door: str) -> None:
    plain = await nobody.post(door, data={**JANE, "interests": ["tea", "cake"]})
    assert plain.status_code == 201 and plain.json()["custom_data"] == {"interests": "tea, cake"}
    assert plain.json()["first_name"] == "Jane"
    with_file = await nobody.post(
        door, data={**JANE, "firm": "Müller & Söhne"}, files={"cv": ("lebenslauf.pdf", b"%PDF-1.7", "application/pdf")}
    )
    assert with_file.status_code == 201, with_file.text
    assert with_file.json()["custom_data"] == {"firm": "Müller & Söhne", "cv": "lebenslauf.pdf (a file, not kept)"}


async def test_json_by_another_name_and_without_one_is_json(nobody: Client, door: str) -> None:
    body = json.dumps(JANE).encode()
    for kind in ("application/json; charset=utf-8", "application/ld+json", ""):
        headers = {"content-type": kind} if kind else {}
        answer = await nobody.post(door, content=body, headers=headers)
        assert answer.status_code == 201, (kind, answer.text)


UNREADABLE: list[tuple[str, bytes, int, str]] = [
    ("application/json", b"{not json", 400, "invalid_json"),
    ("application/json", b"[]", 400, "invalid_input"),
    ("application/json", b"\xff\xfe", 400, "invalid_json"),
    ("application/json", b'{"a":' * 100_000, 400, "invalid_json"),
    ("application/json", b'{"name": "a\\u0000b"}', 400, "invalid_input"),
    ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(700)), 400, "too_many_fields"),
    ("multipart/form-data; boundary=x", b"nothing of the kind", 400, "invalid_form"),
    ("multipart/form-data", b"--x--", 400, "invalid_form"),
    ("text/plain", b"hello", 415, "unsupported_media_type"),
    ("image/png", b"", 415, "unsupported_media_type"),
]


@pytest.mark.parametrize(("kind", "body", "status", "code"), UNREADABLE)
async def test_what_can_not_be_read_is_refused(
    nobody: Client, database: Database, door: str, kind: str, body: bytes, status: int, code: str
) -> None:
    answer = await nobody.post(door, content=body, headers={"content-type": kind})
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert (await noted(database, code))["status"] == status
    assert await leads(database) == 0


async def test_a_body_over_a_mebibyte_is_too_large(nobody: Client, database: Database, door: str) -> None:
    answer = await nobody.post(door, json={**JANE, "message": "a" * 1024 * 1024})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert (await noted(database, "too_large"))["status"] == 413


async def test_name_phone_and_email_are_required_at_first(nobody: Client, rules: Any, door: str) -> None:
    answer = await nobody.post(door, json={"message": "Hello"})
    assert answer.status_code == 400
    told = answer.json()
    assert (told["code"], told["error"], told["fields"]) == (
        "missing_fields",
        "Missing required fields",
        ["name", "phone", "email"],
    )
    assert (await nobody.post(door, json={"firstName": "Jane", "email": "j@example.com", "phone": "12345"})).is_success
    await rules(required_fields=["company"])
    assert (await nobody.post(door, json=JANE)).json()["fields"] == ["company"]
    assert (await nobody.post(door, json={"company": "Acme"})).status_code == 201
    await rules(required_fields=[])
    assert (await nobody.post(door, json={})).json()["code"] == "missing_fields"
    assert (await nobody.post(door, json={"message": "Hello"})).status_code == 201


async def test_a_phone_holds_five_to_twenty_digits(nobody: Client, door: str) -> None:
    for phone, status in (("1234", 400), ("12345", 201), ("1" * 20, 201), ("1" * 21, 400), ("call me", 400)):
        answer = await nobody.post(door, json={**JANE, "phone": phone})
        assert answer.status_code == status, phone
        assert status == 201 or answer.json()["fields"] == ["phone"]


async def test_a_lead_type_falls_back_to_the_first(
    nobody: Client, database: Database, workspace: Created, door: str
) -> None:
    without = await nobody.post(door, json={**JANE, "lead_type_name": "Wedding"})
    assert (without.json()["lead_type"], without.json()["custom_data"]) == ("", {"lead_type": "Wedding"})

    async def unit(tx: Tx) -> None:
        await tx.execute("UPDATE workspaces SET lead_types = $1", '["Wedding", "Corporate"]')

    await database.write(unit)
    for name, found in (("corporate", "Corporate"), ("Funeral", "Wedding"), ("", "Wedding")):
        answer = await nobody.post(door, json={**JANE, "lead_type_name": name})
        assert answer.json()["lead_type"] == found, name


async def test_what_a_stranger_says_of_themselves_is_not_believed(nobody: Client, rules: Any, door: str) -> None:
    said = {"ip_address": "8.8.8.8", "user_agent": "curl/1", "assigned_to": "owner@example.com"}
    lead = (await nobody.post(door, json={**JANE, **said}, headers={"user-agent": DESKTOP})).json()
    assert (lead["ip_address"], lead["user_agent"], lead["assigned_to"]) == ("192.0.2.7", DESKTOP, None)
    assert lead["custom_data"] == said


async def test_a_stranger_does_not_say_where_a_lead_stands(nobody: Client, database: Database, door: str) -> None:
    said: list[dict[str, str]] = [{"stage": "Won"}, {"Stage": "Nope"}, {"status": "quoted"}, {"status": "nope"}]
    for wish in said:
        answer = await nobody.post(door, json={**JANE, **wish, "customData": {"a": 1}})
        assert answer.status_code == 201, answer.text
        assert (answer.json()["stage"], answer.json()["custom_data"]) == ("New", {**wish, "a": 1})
    both = await nobody.post(door, json={**JANE, "stage": "Won", "custom_data": {"stage": "main stage"}})
    assert both.json()["custom_data"] == {"stage": "Won", "stage (2)": "main stage"}
    assert len(await database.fetch("SELECT DISTINCT stage FROM leads")) == 1


async def test_a_source_that_a_stranger_names_stands_on_the_lead_alone(
    nobody: Client, api: Client, database: Database, rules: Any, door: str
) -> None:
    await api.post("/api/v1/sources", json={"name": "Google"})
    for said, stands in (("Made up", "Made up"), ("GOOGLE", "Google")):
        assert (await nobody.post(door, json={**JANE, "source": said})).json()["source"] == stands
    assert [row["name"] for row in await database.fetch("SELECT name FROM sources")] == ["Google"]
    secret = (await rules(signing=True))["signing_secret"]
    body = json.dumps({**JANE, "source": "Partner"}).encode()
    answer = await nobody.post(door, content=body, headers={"x-leadsbot-signature": signature(body, secret)})
    assert answer.json()["source"] == "Partner"
    assert {row["name"] for row in await database.fetch("SELECT name FROM sources")} == {"Google", "Partner"}


async def test_the_form_that_a_body_names_is_kept_in_each_spelling(nobody: Client, door: str) -> None:
    answer = await nobody.post(door, json={**JANE, "form_id": "contact", "formId": "hero"})
    assert answer.json()["custom_data"] == {"form_id": "contact", "formId": "hero"}


async def test_a_filled_honeypot_is_answered_like_a_lead_and_kept_nowhere(
    nobody: Client, database: Database, door: str
) -> None:
    real = await nobody.post(door, json={**JANE, "honeypot": ""})
    trapped = await nobody.post(door, json={**JANE, "honeypot": "http://spam.example"})
    assert (trapped.status_code, trapped.headers["content-type"]) == (201, real.headers["content-type"])
    own = ("id", "created_at", "updated_at", "lead_url")
    assert {k: v for k, v in trapped.json().items() if k not in own} == {
        k: v for k, v in real.json().items() if k not in own
    }
    assert await leads(database) == 1
    assert (await noted(database, "honeypot"))["status"] == 201


async def test_it_always_creates_and_says_which_may_be_the_same(nobody: Client, api: Client, door: str) -> None:
    first = (await nobody.post(door, json=JANE)).json()["id"]
    second = (await nobody.post(door, json=JANE)).json()["id"]
    assert first != second
    assert {lead["id"] for lead in (await api.get("/api/leads")).json()["leads"]} == {first, second}


async def test_when_it_was_last_seen_is_noted_now_and_then(nobody: Client, rules: Any, door: str) -> None:
    now = clock.now()
    with clock.freeze(now) as advance:
        seen = []
        for wait in (0, SEEN_EVERY_MS - 1, 1):
            advance(wait)
            assert (await nobody.post(door, json=JANE)).status_code == 201
            seen.append((await rules())["last_seen_at"])
    assert seen == [clock.rfc3339(now), clock.rfc3339(now), clock.rfc3339(now + SEEN_EVERY_MS)]


# --- Origins


async def test_what_is_spam_is_kept_with_its_reasons_and_a_stranger_is_told_of_none(
    nobody: Client, api: Client, door: str
) -> None:
    answer = await nobody.post(door, json={**JANE, "message": f"Look here: {LINKS}"})
    lead = await kept(api, answer)
    assert lead["spam"] is True and lead["spam_reasons"]
    assert answer.status_code == 201 and answer.json() == {**lead, "spam": False, "spam_reasons": []}
