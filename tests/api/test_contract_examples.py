"""The contract's tables of doors and collections, row by row, over HTTP against a served LeadsBot: example and refusal.

What each door makes of a body in depth is tested elsewhere; here stands that every promised address keeps its promise.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

import httpx
import pytest

from leadsbot.ids import is_id, new_id
from tests.api.served import NOWHERE, ORIGIN, PAGE, House, Rows, house
from tests.support.capture import batch, email_field, submit

__all__ = ["house"]

# Promised, and not built yet. Whoever builds one takes it out of here and writes its row.
LATER = {
    "workflows": "/api/v1/workflows",
    "campaigns": "/api/v1/campaigns",
    "exports": "/api/v1/exports/leads.csv",
}
ROWS = {
    *("GET /api/w/{token}", "GET /widget.js", "POST /api/w/{token}/events", "POST /f/{token}"),
    *("POST /api/public/leads", "POST /api/v1/leads", "POST /api/inbound/{workspace_id}/leads"),
    *("POST /api/inbound/w/{endpoint_id}/leads", "POST /api/postback"),
    *("GET /api/leads", "GET /api/leads/{id}", "PUT /api/leads/{id}/stage", "DELETE /api/leads/{id}"),
    *("GET /api/analytics", "Idempotency-Key", "keys and errors"),
    *("workspace", "sites", "endpoints", "keys", "leads", "forms", "sessions", "channels", "webhooks", "deliveries"),
    *("workflows", "campaigns", "imports", "exports", "health and docs"),
}
TESTED: dict[str, str] = {}
JANE = {"name": "Jane Doe", "email": "jane@example.com", "phone": "+43 660 1234567"}
Json = dict[str, Any]
Test = TypeVar("Test", bound=Callable[..., None])


def row(name: str) -> Callable[[Test], Test]:
    """Say which row of the contract a test is about."""

    def note(test: Test) -> Test:
        TESTED[name] = test.__name__
        return test

    return note


def test_every_row_has_its_test() -> None:
    assert TESTED.keys() | LATER.keys() == ROWS and not TESTED.keys() & LATER.keys()


def test_what_is_left_out_is_not_there_yet(api: httpx.Client) -> None:
    assert {name for name, path in LATER.items() if api.get(path).status_code != 404} == set()


@pytest.fixture(scope="module")
def api(house: House) -> httpx.Client:
    return house.client(house.owner.api_key)


@pytest.fixture(scope="module")
def nobody(house: House) -> httpx.Client:
    return house.client()


@pytest.fixture(scope="module")
def rows(house: House) -> Rows:
    return Rows(house, house.owner)


def mail() -> str:
    """An address that no other test has."""
    return f"{new_id()[-12:]}@example.com"


def told(answer: httpx.Response, status: int) -> Json:
    """Give an answer's body; a refusal's is checked for its shape."""
    assert answer.status_code == status, answer.text
    body: Json = answer.json()
    if status >= 400:
        assert {"error", "code", "request_id"} <= body.keys() <= {"error", "code", "request_id", "fields"}
        assert is_id(body["request_id"]) and body["error"]
    return body


def lead(api: httpx.Client, lead_id: str) -> Json:
    found: Json = told(api.get(f"/api/leads/{lead_id}"), 200)["lead"]
    return found


# --- Section 3: keyed by the public token


@row("GET /api/w/{token}")
def test_a_sites_settings(house: House, nobody: httpx.Client) -> None:
    answer = nobody.get(f"/api/w/{house.owner.public_token}", headers={"origin": ORIGIN})
    assert answer.status_code == 200 and "max-age" in answer.headers["cache-control"]
    assert told(nobody.get("/api/w/unknown-token"), 404)["code"] == "unknown_token"


@row("GET /widget.js")
def test_the_script(nobody: httpx.Client) -> None:
    answer = nobody.get("/widget.js", headers={"accept-encoding": "br"})
    headers = answer.headers
    assert (headers["content-encoding"], headers["access-control-allow-origin"]) == ("br", "*")
    assert headers["cross-origin-resource-policy"] == "cross-origin" and headers["etag"]
    assert nobody.get("/widget.js", headers={"if-none-match": headers["etag"]}).status_code == 304


@row("POST /api/w/{token}/events")
def test_the_widgets_batches(house: House, api: httpx.Client, nobody: httpx.Client) -> None:
    email, path = mail(), f"/api/w/{house.owner.public_token}/events"
    body = json.dumps(batch(submit(email_field(email))))
    for kind in ("text/plain", "application/json"):
        answer = nobody.post(path, content=body, headers={"origin": ORIGIN, "content-type": kind})
        assert answer.status_code == 202, answer.text
    assert [one["email"] for one in told(api.get("/api/leads", params={"search": email}), 200)["leads"]] == [email]
    assert told(nobody.post(path, content=b" " * 65_537), 413)["code"] == "too_large"


@row("POST /f/{token}")
def test_a_form_without_a_script(house: House, api: httpx.Client, nobody: httpx.Client) -> None:
    site = told(api.post("/api/v1/sites", json={"name": "Forms", "allowed_origins": [ORIGIN]}), 201)
    email, path, page = mail(), f"/f/{site['public_token']}", {"origin": ORIGIN, "referer": PAGE}
    answer = nobody.post(path, data={"email": email, "message": "Hello"}, headers=page)
    assert answer.status_code == 303
    led = nobody.post(path, data={"email": email, "_next": f"{ORIGIN}/thanks"}, headers=page)
    assert (led.status_code, led.headers["location"]) == (303, f"{ORIGIN}/thanks")
    astray = nobody.post(path, data={"email": email, "_next": "https://evil.example/"}, headers=page)
    assert astray.status_code == 303 and "evil" not in astray.headers["location"]
    assert told(api.get("/api/leads", params={"search": email}), 200)["total"] == 1
    elsewhere = nobody.post(path, data={"email": email}, headers={"origin": "https://evil.example"})
    assert elsewhere.status_code == 403 and "access-control-allow-origin" not in elsewhere.headers
    assert nobody.post("/f/unknown-token", data={"email": email}).status_code == 404


# --- Section 4: the lead doors


@row("POST /api/public/leads")
def test_a_visitors_form_passed_on(api: httpx.Client) -> None:
    body = {"firstName": "Jane", "lastName": "Doe", "email": mail(), "message": "Hello", "data": {"guests": 40}}
    made = told(api.post("/api/public/leads", json=body), 201)
    assert made.keys() == {"success", "id"} and made["success"] is True
    assert lead(api, made["id"])["custom_data"] == {"guests": 40}
    trapped = told(api.post("/api/public/leads", json={**body, "honeypot": "x"}), 201)
    assert trapped.keys() == made.keys() and api.get(f"/api/leads/{trapped['id']}").status_code == 404
    assert told(api.post("/api/public/leads", json={"firstName": "Jane"}), 400)["fields"] == ["email", "phone"]


@row("POST /api/v1/leads")
def test_a_whole_lead(house: House, api: httpx.Client) -> None:
    body = {**JANE, "email": mail(), "event_date": "2027-05-30", "event_type": "unheard of", "status": "contacted"}
    made = told(api.post("/api/v1/leads", json=body), 201)
    assert made.keys() == {"id", "status", "lead_url"} and made["status"] == "created"
    found = lead(api, made["id"])
    assert (found["first_name"], found["last_name"], found["stage"]) == ("Jane", "Doe", "Contacted")
    refused = told(api.post("/api/v1/leads", json={"email": mail(), "first_name": "Jane", "last_name": "Doe"}), 400)
    assert (refused["error"], refused["fields"]) == ("Missing required fields", ["phone"])
    stranger = house.client(house.stranger.api_key)
    told(stranger.post("/api/v1/leads", json={**JANE, "email": mail()}), 201)
    told(stranger.patch("/api/v1/workspace", json={"leads_per_hour": 1}), 200)
    over = stranger.post("/api/v1/leads", json={**JANE, "email": mail()})
    assert told(over, 429) and 0 < int(over.headers["retry-after"]) <= 3600
    told(stranger.patch("/api/v1/workspace", json={"leads_per_hour": 100}), 200)


@row("POST /api/inbound/{workspace_id}/leads")
def test_a_workspaces_own_address(house: House, api: httpx.Client) -> None:
    path = "/api/inbound/{}/leads"
    made = told(api.post(path.format(house.owner.workspace_id), json={**JANE, "email": mail()}), 201)
    assert made["status"] == "created" and lead(api, made["id"])["name"] == "Jane Doe"
    told(api.post(path.format(house.stranger.workspace_id), json=JANE), 404)


@row("POST /api/inbound/w/{endpoint_id}/leads")
def test_an_endpoint(house: House, api: httpx.Client, nobody: httpx.Client) -> None:
    path = f"/api/inbound/w/{house.owner.endpoint_id}/leads"
    assert house.owner.inbound_url.endswith(path)
    made = told(nobody.post(path, json={**JANE, "email": mail(), "lead_type_name": "unheard of"}), 201)
    assert lead(api, made["id"])["email"] == made["email"]
    assert told(nobody.post(path, json={"name": "Jane", "email": mail(), "phone": "12"}), 400)["fields"] == ["phone"]
    rules = {"name": "Strict", "allow_all_ips": False, "allowed_ips": ["203.0.113.0/24"]}
    strict = told(api.post("/api/v1/endpoints", json=rules), 201)
    told(nobody.post(f"/api/inbound/w/{strict['id']}/leads", json={**JANE, "email": mail()}), 403)
    rules = {"name": "Few", "leads_per_ip_per_day": 1, "required_fields": ["email"]}
    few = told(api.post("/api/v1/endpoints", json=rules), 201)
    told(nobody.post(f"/api/inbound/w/{few['id']}/leads", json={"email": mail()}), 201)
    over = nobody.post(f"/api/inbound/w/{few['id']}/leads", json={"email": mail()})
    assert told(over, 429)["error"] == "Too Many Requests" and int(over.headers["retry-after"]) > 0


@row("POST /api/postback")
def test_a_postback(api: httpx.Client) -> None:
    email = mail()
    made = told(api.post("/api/postback", json={"email": email}), 201)
    assert made.keys() == {"lead_id", "created", "stage", "stage_changed", "warning"} and made["created"] is True
    moved = told(api.post("/api/postback", json={"email": email.upper(), "stage": "Won"}), 200)
    assert (moved["lead_id"], moved["stage"], moved["stage_changed"]) == (made["lead_id"], "Won", True)
    back = {"lead_id": made["lead_id"], "stage": "Contacted", "company": "Acme"}
    kept = told(api.post("/api/postback", json=back), 200)
    assert (kept["stage"], kept["stage_changed"]) == ("Won", False) and "force_stage" in kept["warning"]
    assert lead(api, made["lead_id"])["company"] == "Acme"
    forced = told(api.post("/api/postback", json={**back, "force_stage": True}), 200)
    assert (forced["stage"], forced["warning"]) == ("Contacted", None)
    refused = told(api.post("/api/postback", json={"email": email, "stage": "Nowhere"}), 400)
    assert "Form Started, New, Contacted, Quoted, Won, Lost" in refused["error"]


# --- Section 4: leads


@row("GET /api/leads")
def test_leads_in_numbered_pages(api: httpx.Client, rows: Rows) -> None:
    rows.make("lead_id")
    page = told(api.get("/api/leads", params={"stage": "New", "limit": "1", "from": "2020-01-01"}), 200)
    assert page.keys() == {"leads", "total", "page", "limit", "pages"} and len(page["leads"]) == 1
    assert told(api.get("/api/leads", params={"page": "9999"}), 200)["leads"] == []
    assert told(api.get("/api/leads", params={"from": "yesterday"}), 400)["fields"] == ["from"]
    told(api.get("/api/leads", params={"limit": "101"}), 400)


@row("GET /api/leads/{id}")
def test_a_lead_with_its_history(api: httpx.Client, rows: Rows) -> None:
    found = told(api.get(f"/api/leads/{rows.make('lead_id')}"), 200)
    assert found.keys() == {"lead", "history"}
    assert found["history"][0].keys() == {"from_stage", "to_stage", "at", "by", "reason"}
    assert found["history"][0]["from_stage"] is None
    told(api.get(f"/api/leads/{new_id()}"), 404)


@row("PUT /api/leads/{id}/stage")
def test_a_stage_by_hand(api: httpx.Client, rows: Rows) -> None:
    path = f"/api/leads/{rows.make('lead_id')}"
    for stage in ("Won", "New"):
        assert told(api.put(f"{path}/stage", json={"stage": stage}), 200)["stage"] == stage
    moves = told(api.get(path), 200)["history"]
    assert [(move["from_stage"], move["to_stage"]) for move in moves[1:]] == [("New", "Won"), ("Won", "New")]
    told(api.put(f"{path}/stage", json={"stage": "Nowhere"}), 400)


@row("DELETE /api/leads/{id}")
def test_a_lead_deleted(api: httpx.Client, rows: Rows) -> None:
    path = f"/api/leads/{rows.make('lead_id')}"
    assert api.delete(path).status_code == 204
    told(api.get(path), 404)
    told(api.delete(path), 404)


@row("GET /api/analytics")
def test_analytics(api: httpx.Client, rows: Rows) -> None:
    rows.make("lead_id")
    counted = told(api.get("/api/analytics"), 200)
    assert counted.keys() == {"total", "funnel", "sources", "daily", "campaigns", "devices", "abandonment"}
    assert [one["stage"] for one in counted["funnel"]][:2] == ["Form Started", "New"]
    assert counted["funnel"][0].keys() == {"stage", "count", "reached", "conversion"} and len(counted["daily"]) == 30
    told(api.get("/api/analytics", params={"from": "yesterday"}), 400)


@row("Idempotency-Key")
def test_a_request_that_is_sent_again(api: httpx.Client) -> None:
    key, body = {"idempotency-key": new_id()}, {**JANE, "email": mail()}
    first, again = (told(api.post("/api/v1/leads", json=body, headers=key), 201) for _ in range(2))
    assert first == again and told(api.get("/api/leads", params={"search": body["email"]}), 200)["total"] == 1
    told(api.post("/api/v1/leads", json={**body, "message": "other"}, headers=key), 409)
    key = {"idempotency-key": new_id()}
    made, repeat = (
        told(api.post("/api/v1/keys", json={"name": "k", "scopes": ["manage"]}, headers=key), 201) for _ in range(2)
    )
    assert "key" in made and "key" not in repeat and made["id"] == repeat["id"]


@row("keys and errors")
def test_keys_and_errors(house: House, api: httpx.Client, nobody: httpx.Client) -> None:
    for headers in ({"authorization": f"Bearer {house.owner.api_key}"}, {"x-api-key": house.owner.api_key}):
        assert nobody.get("/api/leads", headers=headers).status_code == 200
    told(nobody.get("/api/leads"), 401)
    made = told(api.post("/api/v1/keys", json={"name": "reader", "scopes": ["leads:read"]}), 201)
    told(house.client(made["key"]).post("/api/v1/leads", json=JANE), 403)
    told(api.post("/api/v1/leads", content=b"{", headers={"content-type": "application/json"}), 400)
    told(api.post("/api/v1/leads", content=b"a=b", headers={"content-type": "text/plain"}), 415)
    told(api.post("/api/v1/leads", content=b" " * (1024 * 1024 + 1)), 413)
    assert told(api.delete("/api/v1/workspace"), 405)
    told(api.get("/api/v1/nothing"), 404)


# --- Section 4: the collections


def collection(api: httpx.Client, path: str, body: Json, change: Json) -> Json:
    """Make, list, read, change and delete; gives what was made."""
    made = told(api.post(path, json=body), 201)
    one = f"{path}/{made['id']}"
    listed = told(api.get(path, params={"limit": "1"}), 200)
    assert listed.keys() == {"data", "next_cursor"} and len(listed["data"]) == 1
    assert told(api.get(one), 200)["id"] == made["id"]
    if change:
        assert change.items() <= told(api.patch(one, json=change), 200).items()
    assert api.delete(one).status_code == 204
    told(api.get(f"{path}/{new_id()}"), 404)
    return made


@row("workspace")
def test_the_workspace(api: httpx.Client) -> None:
    found = told(api.get("/api/v1/workspace"), 200)
    fields = {"name", "timezone", "stages", "required_fields", "lead_types", "event_types", "leads_per_hour"}
    assert fields | {"retention_days"} <= found.keys()
    assert told(api.patch("/api/v1/workspace", json={"timezone": "Europe/Vienna"}), 200)["timezone"] == "Europe/Vienna"
    told(api.patch("/api/v1/workspace", json={"timezone": "Nowhere"}), 400)
    members = told(api.get("/api/v1/workspace/members"), 200)["data"]
    assert [member["role"] for member in members if member["email"] == "owner@example.com"] == ["owner"]
    collection(api, "/api/v1/workspace/members", {"email": mail(), "role": "member"}, {"role": "admin"})


@row("sites")
def test_sites(api: httpx.Client) -> None:
    made = collection(api, "/api/v1/sites", {"name": "Shop"}, {"abandon_after_minutes": 0.5, "consent": "required"})
    fields = {"name", "public_token", "allowed_origins", "leads_per_ip_per_day", "honeypot_field", "masked_fields"}
    fields |= {"hidden_fields", "ignored_forms", "partial_values", "thank_you_url", "abandon_after_minutes", "consent"}
    assert fields <= made.keys() and made["abandon_after_minutes"] == 30
    told(api.post("/api/v1/sites", json={"name": "Shop", "partial_values": "some"}), 400)


@row("endpoints")
def test_endpoints(api: httpx.Client) -> None:
    made = collection(api, "/api/v1/endpoints", {"name": "Partner"}, {"allowed_ips": ["203.0.113.0/24"]})
    fields = {"name", "url", "required_fields", "allow_all_ips", "allowed_ips", "allowed_origins"}
    assert fields | {"leads_per_ip_per_day", "captcha_provider", "signing"} <= made.keys()
    assert made["allow_all_ips"] is True and made["required_fields"] == ["name", "phone", "email"]
    told(api.post("/api/v1/endpoints", json={"name": "Partner", "allowed_ips": ["300.1.1.1"]}), 400)


@row("keys")
def test_keys(house: House, api: httpx.Client) -> None:
    made = told(api.post("/api/v1/keys", json={"name": "Shop", "scopes": ["leads:read"]}), 201)
    assert made["key"].startswith("lb_") and len(made["key"]) == 43
    shown = told(api.get(f"/api/v1/keys/{made['id']}"), 200)
    assert shown.keys() == {"id", "name", "prefix", "scopes", "created_at", "last_used_at", "revoked_at"}
    assert made["key"].startswith(shown["prefix"]) and len(shown["prefix"]) == 12
    assert api.delete(f"/api/v1/keys/{made['id']}").status_code == 204
    told(house.client(made["key"]).get("/api/leads"), 401)
    told(api.post("/api/v1/keys", json={"name": "Shop", "scopes": ["everything"]}), 400)


@row("leads")
def test_leads(api: httpx.Client, rows: Rows) -> None:
    body = {**JANE, "email": mail(), "message": "Hello"}
    made = told(api.post("/api/v1/leads", json=body), 201)
    path = f"/api/v1/leads/{made['id']}"
    assert told(api.get(path), 200)["message"] == "Hello"
    assert told(api.patch(path, json={"company": "Acme"}), 200)["company"] == "Acme"
    first = told(api.get("/api/v1/leads", params={"limit": "1"}), 200)
    second = told(api.get("/api/v1/leads", params={"limit": "1", "cursor": first["next_cursor"]}), 200)
    assert first["data"][0]["id"] != second["data"][0]["id"]
    assert told(api.get(f"{path}/timeline"), 200)["data"][0]["at"]
    assert told(api.post(f"{path}/notes", json={"text": "Called."}), 201)["text"] == "Called."
    assert told(api.post(f"{path}/merge", json={"lead_id": rows.make("lead_id")}), 200)["id"] == made["id"]
    assert told(api.post(f"{path}/spam", json={"spam": True}), 200)["spam"] is True
    assert api.delete(path).status_code == 204
    told(api.get("/api/v1/leads", params={"cursor": "made up"}), 400)


@row("forms")
def test_forms(api: httpx.Client, rows: Rows) -> None:
    path = f"/api/v1/forms/{rows.make('form_id')}"
    assert told(api.get(path), 200).keys() >= {"id", "site_id", "name", "page_url", "first_seen_at", "last_seen_at"}
    assert told(api.get(f"{path}/report"), 200).keys() >= {"views", "starters", "submitters", "completion", "fields"}
    told(api.get(f"/api/v1/forms/{new_id()}/report"), 404)


@row("sessions")
def test_sessions(api: httpx.Client, rows: Rows) -> None:
    found = told(api.get(f"/api/v1/sessions/{rows.make('session_id')}"), 200)
    assert found["state"] == "submitted" and is_id(found["lead_id"])
    listed = told(api.get("/api/v1/sessions", params={"state": "submitted", "form_id": found["form_id"]}), 200)
    assert listed["data"][0]["id"] == found["id"]
    told(api.get("/api/v1/sessions", params={"state": "asleep"}), 400)


@row("channels")
def test_channels(api: httpx.Client) -> None:
    body = {"kind": "email", "name": "Sales", "config": {"to": ["sales@example.com"]}, "events": ["lead.created"]}
    made = collection(api, "/api/v1/channels", body, {"enabled": False})
    assert {"id", "kind", "name", "config", "events", "filter", "enabled", "disabled_reason"} <= made.keys()
    told(api.post("/api/v1/channels", json={"kind": "pigeon", "config": {}}), 400)


@row("webhooks")
def test_webhooks(api: httpx.Client) -> None:
    made = collection(api, "/api/v1/webhooks", {"url": NOWHERE, "events": ["lead.deleted"]}, {"enabled": False})
    assert made["secret"].startswith("whsec_") and {"url", "events", "enabled", "disabled_reason"} <= made.keys()
    path = f"/api/v1/webhooks/{told(api.post('/api/v1/webhooks', json={'url': NOWHERE}), 201)['id']}"
    assert "secret" not in told(api.get(path), 200)
    assert told(api.post(f"{path}/rotate-secret"), 200)["secret"] != made["secret"]
    sent = told(api.post(f"{path}/test"), 200)
    assert [one["id"] for one in told(api.get(f"{path}/deliveries"), 200)["data"]] == [sent["id"]]
    told(api.post("/api/v1/webhooks", json={"url": "ftp://example.com"}), 400)


@row("deliveries")
def test_deliveries(api: httpx.Client, rows: Rows) -> None:
    found = told(api.get(f"/api/v1/deliveries/{rows.make('delivery_id')}"), 200)
    fields = {"id", "event_type", "lead_id", "channel_id", "webhook_id", "destination", "status", "created_at"}
    assert fields | {"delivered_at", "next_attempt_at", "attempts"} <= found.keys()
    assert told(api.post(f"/api/v1/deliveries/{found['id']}/retry"), 202)["id"] == found["id"]
    told(api.get("/api/v1/deliveries", params={"status": "lost"}), 400)


@row("imports")
def test_imports(api: httpx.Client, rows: Rows) -> None:
    found = told(api.get(f"/api/v1/imports/{rows.make('import_id')}"), 200)
    assert (found["state"], found["rows"], found["created"], found["updated"]) == ("done", 2, 1, 0)
    assert found["failed"][0].keys() == {"row", "error"}
    told(api.post("/api/v1/imports", json={"name": "Jane"}), 415)


@row("health and docs")
def test_health_and_docs(nobody: httpx.Client) -> None:
    assert told(nobody.get("/health"), 200) == {"status": "ok"}
    assert "leadsbot" in nobody.get("/metrics").text
    assert "API reference" in nobody.get("/docs").text
    assert told(nobody.get("/openapi.json"), 200)["openapi"].startswith("3.")
