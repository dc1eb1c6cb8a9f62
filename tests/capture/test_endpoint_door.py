"""An endpoint's door over HTTP: what it takes, in which encodings, and each reason to turn somebody away."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from leadsbot import clock
from leadsbot.capture.endpoint import SEEN_EVERY_MS
from leadsbot.db import Database, Tx
from leadsbot.ids import new_id
from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import Client, Serve, api, as_, nobody, serve, stranger_api
from tests.support.captcha_server import SECRET, TOKEN, CaptchaServer
from tests.support.capture import DESKTOP
from tests.support.http_thread import Answer
from tests.support.waiting import until

__all__ = ["api", "as_", "nobody", "serve", "stranger_api"]

JANE = {"name": "Jane Doe", "email": "Jane@Example.com", "phone": "+43 660 1234567"}
PAGE = "https://www.example.com"


@pytest.fixture
def door(workspace: Created) -> str:
    return f"/api/inbound/w/{workspace.endpoint_id}/leads"


@pytest.fixture
def provider() -> Iterator[CaptchaServer]:
    with CaptchaServer() as server:
        yield server


@pytest.fixture
def rules(api: Client, workspace: Created) -> Any:
    """Set the endpoint's rules; gives what the API answers."""

    async def change(**changes: Any) -> dict[str, Any]:
        answer = await api.patch(f"/api/v1/endpoints/{workspace.endpoint_id}", json=changes)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    return change


async def leads(database: Database) -> int:
    rows = await database.fetch("SELECT id FROM leads")
    return len(rows)


async def kept(api: Client, answer: httpx.Response) -> dict[str, Any]:
    """Give the lead that an answer speaks of, as its owner sees it."""
    lead: dict[str, Any] = (await api.get(f"/api/v1/leads/{answer.json()['id']}")).json()
    return lead


async def noted(database: Database, reason: str) -> dict[str, Any]:
    """Give the request that was turned away for this, once that is written down."""

    async def found() -> dict[str, Any] | None:
        return await database.fetch_one("SELECT * FROM refused_requests WHERE reason = $1", reason)

    row: dict[str, Any] | None = await until(found)
    assert row is not None
    return row


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
    for said, kept in (("Made up", "Made up"), ("GOOGLE", "Google")):
        assert (await nobody.post(door, json={**JANE, "source": said})).json()["source"] == kept
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


async def test_every_origin_may_send_until_some_are_named(nobody: Client, door: str) -> None:
    answer = await nobody.post(door, json=JANE, headers={"origin": PAGE})
    assert answer.status_code == 201
    assert (answer.headers["access-control-allow-origin"], answer.headers["vary"]) == (PAGE, "Origin")
    assert "access-control-allow-origin" not in (await nobody.post(door, json=JANE)).headers


async def test_another_origin_is_refused_and_can_read_nothing(
    nobody: Client, database: Database, rules: Any, door: str
) -> None:
    await rules(allowed_origins=["https://*.example.com"])
    assert (await nobody.post(door, json=JANE, headers={"origin": PAGE})).status_code == 201
    for headers in ({"origin": "https://evil.example"}, {"referer": "https://evil.example/x"}, {"origin": "null"}, {}):
        answer = await nobody.post(door, json=JANE, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "origin_not_allowed"), headers
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert answer.headers["vary"] == "Origin" and "example.com" not in answer.text
    row = await noted(database, "origin")
    assert row["address"] == "192.0.2.7" and row["hint"]
    assert await leads(database) == 1


async def test_a_preflight_is_answered_with_what_may_be_sent(nobody: Client, rules: Any, door: str) -> None:
    await rules(allowed_origins=[PAGE], allow_all_ips=False)
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    answer = await nobody.options(door, headers={"origin": PAGE, **asked})
    assert answer.status_code == 204 and answer.content == b""
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert "POST" in answer.headers["access-control-allow-methods"]
    allowed = answer.headers["access-control-allow-headers"].lower()
    assert {"content-type", "x-leadsbot-signature", "idempotency-key"} <= set(allowed.split(", "))
    assert int(answer.headers["access-control-max-age"]) > 0 and answer.headers["vary"] == "Origin"
    refused = await nobody.options(door, headers={"origin": "https://evil.example", **asked})
    assert refused.status_code == 403
    assert not [name for name in refused.headers if name.startswith("access-control")]


async def test_a_page_can_read_why_its_lead_was_not_taken(nobody: Client, rules: Any, door: str) -> None:
    headers = {"origin": PAGE}
    assert (await nobody.post(door, json={}, headers=headers)).headers["access-control-allow-origin"] == PAGE
    await rules(allow_all_ips=False)
    refused = await nobody.post(door, json=JANE, headers=headers)
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (403, PAGE)


# --- Addresses


async def test_only_listed_addresses_may_send(serve: Serve, database: Database, rules: Any, door: str) -> None:
    await rules(allow_all_ips=False, allowed_ips=["10.0.0.0/8", "2001:db8::/32"])
    for peer, status in (
        ("10.200.0.1", 201),
        ("::ffff:10.200.0.1", 201),
        ("2001:db8:1::1", 201),
        ("192.0.2.7", 403),
        ("2001:db9::1", 403),
    ):
        async with serve(peer=peer) as client:
            answer = await client.post(door, json=JANE)
            assert answer.status_code == status, (peer, answer.text)
            if status == 403:
                assert answer.json()["code"] == "ip_not_allowed" and peer not in answer.text
                assert "is not on the list of allowed addresses" in (await noted(database, "ip"))["hint"]


async def test_a_forwarded_address_counts_behind_our_own_proxy_alone(serve: Serve, rules: Any, door: str) -> None:
    await rules(allow_all_ips=False, allowed_ips=["203.0.113.7"])
    forwarded = [("x-forwarded-for", "8.8.8.8"), ("x-forwarded-for", "203.0.113.7")]
    async with serve() as client:
        assert (await client.post(door, json=JANE, headers=forwarded)).status_code == 403
    async with serve({"LEADSBOT_TRUSTED_PROXIES": "192.0.2.0/24"}) as client:
        answer = await client.post(door, json=JANE, headers=forwarded)
        assert answer.status_code == 201 and answer.json()["ip_address"] == "203.0.113.7"
        turned = [("x-forwarded-for", "203.0.113.7"), ("x-forwarded-for", "8.8.8.8")]
        assert (await client.post(door, json=JANE, headers=turned)).status_code == 403


async def test_a_burst_is_slowed_down(nobody: Client, database: Database, rules: Any, door: str) -> None:
    await rules(burst_per_second=2)
    with clock.freeze(clock.now()) as advance:
        answers = [await nobody.post(door, json=JANE) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [201, 201, 429]
        assert answers[2].json()["error"] == "Too Many Requests"
        advance(int(answers[2].headers["retry-after"]) * clock.SECOND)
        assert (await nobody.post(door, json=JANE)).status_code == 201
    assert (await noted(database, "burst"))["status"] == 429


async def test_an_address_begins_so_many_leads_within_a_day(
    serve: Serve, nobody: Client, database: Database, rules: Any, door: str
) -> None:
    await rules(leads_per_ip_per_day=2)
    with clock.freeze(clock.now()) as advance:
        assert [(await nobody.post(door, json=JANE)).status_code for _ in range(2)] == [201, 201]
        over = await nobody.post(door, json=JANE)
        assert (over.status_code, over.json()["error"]) == (429, "Too Many Requests")
        assert await leads(database) == 2
        async with serve(peer="192.0.2.8") as another:
            assert (await another.post(door, json=JANE)).status_code == 201
        advance(int(over.headers["retry-after"]) * clock.SECOND)
        assert (await nobody.post(door, json=JANE)).status_code == 201
    assert "more than 2 leads" in (await noted(database, "leads_per_day"))["hint"]


# --- Signatures


def signature(body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


async def test_a_signed_body_is_taken_and_no_other(
    nobody: Client, api: Client, database: Database, rules: Any, workspace: Created, door: str
) -> None:
    secret = (await rules(signing=True))["signing_secret"]
    body = json.dumps(JANE).encode()
    good = signature(body, secret)

    async def post(given: str | None, content: bytes = body) -> httpx.Response:
        headers = [(b"content-type", b"application/json")]
        if given is not None:
            headers.append((b"x-leadsbot-signature", given.encode("latin-1")))
        return await nobody.post(door, content=content, headers=headers)

    for fitting in (good, good.upper(), f"sha256={good}"):
        assert (await post(fitting)).status_code == 201, fitting
    for given in (None, "", "0" * 64, good[:-1], signature(body, "another"), "sha256=", "ä"):
        answer = await post(given)
        code = "signature_wrong" if given else "signature_missing"
        assert (answer.status_code, answer.json()["code"]) == (401, code), given
        assert answer.headers["www-authenticate"]
    assert (await post(good, body + b" ")).status_code == 401
    assert (await noted(database, "signature"))["status"] == 401
    turned = (await api.post(f"/api/v1/endpoints/{workspace.endpoint_id}/rotate-secret")).json()["signing_secret"]
    assert (await post(good)).status_code == 401
    assert (await post(signature(body, turned))).status_code == 201


async def test_a_secret_that_can_not_be_read_is_told_the_owner_alone(
    serve: Serve, database: Database, rules: Any, door: str
) -> None:
    await rules(signing=True)
    async with serve({"LEADSBOT_SECRET_KEY": "another key than before"}) as client:
        answer = await client.post(door, json=JANE, headers={"x-leadsbot-signature": "0" * 64})
        assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
        assert "SECRET" not in answer.text
        assert "LEADSBOT_SECRET_KEY was changed" in (await noted(database, "secret_unreadable"))["hint"]


async def test_a_signed_form_is_taken_byte_for_byte(nobody: Client, rules: Any, door: str) -> None:
    secret = (await rules(signing=True))["signing_secret"]
    body = urlencode(JANE).encode()
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-leadsbot-signature": signature(body, secret),
    }
    assert (await nobody.post(door, content=body, headers=headers)).status_code == 201


async def test_whoever_signs_may_say_whom_a_lead_is_for(
    nobody: Client, rules: Any, workspace: Created, door: str
) -> None:
    secret = (await rules(signing=True))["signing_secret"]
    body = json.dumps({**JANE, "assigned_to": "OWNER@example.com"}).encode()
    answer = await nobody.post(door, content=body, headers={"x-leadsbot-signature": signature(body, secret)})
    assert answer.status_code == 201 and answer.json()["assigned_to"] == workspace.user_id


async def test_whoever_signs_may_say_where_a_lead_stands(nobody: Client, rules: Any, door: str) -> None:
    secret = (await rules(signing=True))["signing_secret"]
    for said, status, code in (("won", 201, None), ("Nope", 400, "unknown_stage")):
        body = json.dumps({**JANE, "stage": said}).encode()
        answer = await nobody.post(door, content=body, headers={"x-leadsbot-signature": signature(body, secret)})
        assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
        assert status == 400 or (answer.json()["stage"], answer.json()["custom_data"]) == ("Won", {})


# --- CAPTCHAs


FIELD = {
    "turnstile": "cf-turnstile-response",
    "hcaptcha": "h-captcha-response",
    "recaptcha": "g-recaptcha-response",
}


@pytest.mark.parametrize("name", FIELD)
async def test_a_solved_captcha_lets_a_lead_in_once(
    serve: Serve, database: Database, rules: Any, provider: CaptchaServer, door: str, name: str
) -> None:
    await rules(captcha_provider=name, captcha_secret=SECRET)
    async with serve({"LEADSBOT_CAPTCHA_VERIFY_URL": provider.url}) as client:
        answer = await client.post(door, data={**JANE, FIELD[name]: TOKEN, "g-recaptcha-response": TOKEN})
        assert answer.status_code == 201, answer.text
        assert provider.asked == [{"secret": SECRET, "response": TOKEN, "remoteip": "192.0.2.7"}]
        assert answer.json()["custom_data"] == {}
        kept = await database.fetch("SELECT fields FROM submissions")
        assert TOKEN not in str(kept)
        again = await client.post(door, json={**JANE, "captcha_token": TOKEN}, headers={"origin": PAGE})
        assert (again.status_code, again.json()["code"]) == (400, "captcha_failed")
        assert again.json()["fields"] == [FIELD[name], "captcha_token"]
        assert again.headers["access-control-allow-origin"] == PAGE
        assert SECRET not in again.text
        assert "timeout-or-duplicate" in (await noted(database, "captcha"))["hint"]
    assert await leads(database) == 1


async def test_a_lead_without_a_token_is_refused_before_anybody_is_asked(
    serve: Serve, rules: Any, provider: CaptchaServer, door: str
) -> None:
    await rules(captcha_provider="turnstile", captcha_secret=SECRET)
    async with serve({"LEADSBOT_CAPTCHA_VERIFY_URL": provider.url}) as client:
        for more in ({}, {"captcha_token": ""}, {"captcha_token": 7}, {"captcha_token": "a" * 20_000}):
            answer = await client.post(door, json={**JANE, **more})
            assert (answer.status_code, answer.json()["code"]) == (400, "captcha_missing"), more
        # A token is good for one question: what is wrong with the form is said first.
        incomplete = await client.post(door, json={"captcha_token": TOKEN})
        assert incomplete.json()["code"] == "missing_fields"
    assert provider.asked == []


async def test_a_wrong_token_is_refused(serve: Serve, rules: Any, provider: CaptchaServer, door: str) -> None:
    await rules(captcha_provider="hcaptcha", captcha_secret=SECRET)
    async with serve({"LEADSBOT_CAPTCHA_VERIFY_URL": provider.url}) as client:
        answer = await client.post(door, json={**JANE, "captchaToken": "made up"})
    assert (answer.status_code, answer.json()["code"]) == (400, "captcha_failed")


BROKEN = [
    Answer(500, b"oops"),
    Answer(200, b"<html>"),
    Answer(200, b'{"success": "perhaps"}'),
    Answer(302, b"", {"location": "https://elsewhere.example"}),
    Answer(200, b'{"success": false, "error-codes": ["internal-error"]}'),
    Answer(200, b'{"success": false, "error-codes": ["invalid-input-secret"]}'),
]


@pytest.mark.parametrize("instead", BROKEN, ids=lambda answer: f"{answer.status}-{len(answer.body)}")
async def test_where_the_provider_can_not_say_the_caller_keeps_the_lead(
    serve: Serve, database: Database, rules: Any, provider: CaptchaServer, door: str, instead: Answer
) -> None:
    await rules(captcha_provider="turnstile", captcha_secret=SECRET)
    provider.instead = instead
    async with serve({"LEADSBOT_CAPTCHA_VERIFY_URL": provider.url}) as client:
        answer = await client.post(door, json={**JANE, "captcha_token": TOKEN})
        assert (answer.status_code, answer.json()["code"]) == (503, "captcha_unavailable")
        assert int(answer.headers["retry-after"]) > 0
        assert await leads(database) == 0
        assert (await noted(database, "captcha_unavailable"))["status"] == 503
        provider.instead = None
        assert (await client.post(door, json={**JANE, "captcha_token": TOKEN})).status_code == 201


async def test_where_nobody_answers_for_the_provider_the_caller_keeps_the_lead(
    serve: Serve, database: Database, rules: Any, door: str
) -> None:
    await rules(captcha_provider="recaptcha", captcha_secret=SECRET)
    async with serve({"LEADSBOT_CAPTCHA_VERIFY_URL": "http://127.0.0.1:9/siteverify"}) as client:
        answer = await client.post(door, json={**JANE, "captcha_token": TOKEN})
    assert answer.status_code == 503 and await leads(database) == 0


async def test_whom_recaptcha_takes_for_a_bot_is_kept_as_spam(
    serve: Serve, api: Client, rules: Any, provider: CaptchaServer, door: str
) -> None:
    await rules(captcha_provider="recaptcha", captcha_secret=SECRET)
    provider.more = {"score": 0.1}
    async with serve({"LEADSBOT_CAPTCHA_VERIFY_URL": provider.url}) as client:
        answer = await client.post(door, json={**JANE, "captcha_token": TOKEN})
    lead = await kept(api, answer)
    assert lead["spam"] is True and lead["spam_reasons"] == ["reCAPTCHA takes the sender for a bot (0.1 of 1)"]


async def test_tokens_are_never_kept_where_none_is_asked_for_either(
    nobody: Client, database: Database, door: str
) -> None:
    answer = await nobody.post(door, data={**JANE, **dict.fromkeys(FIELD.values(), TOKEN), "captcha_token": TOKEN})
    assert answer.status_code == 201 and TOKEN not in answer.text
    assert TOKEN not in str(await database.fetch("SELECT * FROM submissions"))


LINKS = " ".join(f"https://pills-{number}.example/x" for number in range(12))


async def test_what_is_spam_is_kept_with_its_reasons_and_a_stranger_is_told_of_none(
    nobody: Client, api: Client, door: str
) -> None:
    answer = await nobody.post(door, json={**JANE, "message": f"Look here: {LINKS}"})
    lead = await kept(api, answer)
    assert lead["spam"] is True and lead["spam_reasons"]
    assert answer.status_code == 201 and answer.json() == {**lead, "spam": False, "spam_reasons": []}


async def test_whoever_signs_is_told_why_it_is_spam(nobody: Client, rules: Any, door: str) -> None:
    secret = (await rules(signing=True))["signing_secret"]
    raw = json.dumps({**JANE, "message": f"Look here: {LINKS}"}).encode()
    signature = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    headers = {"content-type": "application/json", "x-leadsbot-signature": signature}
    lead = (await nobody.post(door, content=raw, headers=headers)).json()
    assert lead["spam"] is True and lead["spam_reasons"]


async def test_a_request_that_is_sent_again_makes_nothing_and_costs_no_token(
    serve: Serve, database: Database, rules: Any, provider: CaptchaServer, door: str
) -> None:
    await rules(captcha_provider="turnstile", captcha_secret=SECRET)
    headers = {"idempotency-key": "a-key", "origin": PAGE}
    async with serve({"LEADSBOT_CAPTCHA_VERIFY_URL": provider.url}) as client:
        first, second = [
            await client.post(door, json={**JANE, "captcha_token": TOKEN}, headers=headers) for _ in range(2)
        ]
        assert first.status_code == second.status_code == 201 and first.json() == second.json()
        assert second.headers["access-control-allow-origin"] == PAGE
        other = await client.post(door, json={**JANE, "message": "another"}, headers=headers)
        assert other.status_code == 409
    assert len(provider.asked) == 1 and await leads(database) == 1
