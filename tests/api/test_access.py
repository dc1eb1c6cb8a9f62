"""Who may do what: each address of the REST doors is tried without a key, with too small a key, and by a stranger."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from litestar import Litestar, Router
from litestar.di import Provide
from litestar.routes import HTTPRoute

from leadsbot.db import Database
from leadsbot.ids import new_id
from leadsbot.jobs.handlers import modules_in
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.sign_in import COOKIE
from tests.api.conftest import Client, key_with
from tests.api.rows import add_form, add_hosted_form, add_lead, add_session

# What an address needs before it does anything; the rest take nothing, or an empty change.
BODIES: dict[str, dict[str, Any]] = {
    "PUT /api/leads/{lead_id}/stage": {"stage": "Won"},
    "POST /api/v1/leads/{lead_id}/notes": {"text": "Called her back."},
    "POST /api/v1/leads/{lead_id}/spam": {"spam": False},
    "POST /api/v1/leads/bulk": {"lead_ids": ["0199c3f2-7c1e-7d3a-9a52-6f0e4b1d2c3b"], "spam": False},
    "POST /api/v1/leads/{lead_id}/merge": {"lead_id": "{other_id}"},
    "POST /api/v1/sites": {"name": "Another"},
    "POST /api/v1/sites/{site_id}/allow-origin": {"origin": "https://new.example"},
    "POST /api/v1/endpoints": {"name": "Another"},
    "POST /api/v1/endpoints/{endpoint_id}/allow-ip": {"ip": "203.0.113.7"},
    "POST /api/v1/endpoints/{endpoint_id}/allow-origin": {"origin": "https://new.example"},
    "POST /api/v1/keys": {"name": "A key", "scopes": ["leads:read"]},
    "PATCH /api/v1/keys/{key_id}": {"name": "Renamed"},
    "POST /api/v1/sources": {"name": "Trade fair"},
    "PATCH /api/v1/sources/{source_id}": {"name": "Fair"},
    "POST /api/v1/stages": {"name": "On hold"},
    "POST /api/v1/lead-types": {"name": "Private"},
    "POST /api/v1/event-types": {"name": "Wedding"},
    "POST /api/v1/workspace/members": {"email": "new@example.com"},
    "PATCH /api/v1/workspace/members/{member_id}": {"role": "admin"},
    "POST /api/v1/webhooks": {"url": "http://127.0.0.1:9/hook", "events": []},
    "POST /api/v1/webhooks/{webhook_id}/replay": {"since": "2026-05-04T00:00:00Z"},
    "POST /api/v1/channels": {"kind": "email", "config": {"to": ["owner@example.com"]}},
}
CSV = {"content-type": "text/csv"}
# What an import that was only handed in doesn't take yet: its owner learns that, a stranger doesn't.
TOO_EARLY = ("POST /api/v1/imports/{import_id}/run", "POST /api/v1/imports/{import_id}/undo")


def doors() -> list[str]:
    """Every `METHOD /path` below /api that wants a key, as the REST doors declare them."""
    routers = [route for module in modules_in("leadsbot.api") for route in getattr(module, "ROUTES", ())]
    keyed = [router for router in routers if isinstance(router, Router)]
    app = Litestar(keyed, dependencies={"services": Provide(object, sync_to_thread=False)}, openapi_config=None)
    found = [
        f"{method} {route.path_format}"
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method in route.methods
        if method != "OPTIONS"
    ]
    return sorted(found)


DOORS = doors()
READS = [door for door in DOORS if re.match(r"GET /api/(v1/)?(leads|merges|sessions|forms|analytics)\b", door)]


def request(client: Client, door: str, ids: dict[str, str]) -> httpx.Request:
    method, path = door.split(" ")
    for name, value in ids.items():
        path = path.replace(f"{{{name}}}", value)
    assert "{" not in path, f"the test knows no row for {door}"
    body = BODIES.get(door, {}) if method in ("POST", "PATCH", "PUT") else None
    if body and body.get("lead_id") == "{other_id}":
        body = {"lead_id": ids["other_id"]}
    return client.build_request(method, path, json=body)


@pytest.fixture
async def rows(api: Client, database: Database, workspace: Created) -> dict[str, str]:
    """One row of each kind in the owner's workspace, by the name that paths give its id."""
    webhook_id = (await api.post("/api/v1/webhooks", json=BODIES["POST /api/v1/webhooks"])).json()["id"]
    channel_id = (await api.post("/api/v1/channels", json=BODIES["POST /api/v1/channels"])).json()["id"]
    lead_id = await add_lead(database, workspace, email="ada@example.com")
    return {
        "lead_id": lead_id,
        "other_id": await add_lead(database, workspace, email="augusta@example.com"),
        "note_id": (await api.post(f"/api/v1/leads/{lead_id}/notes", json={"text": "Call her."})).json()["id"],
        "merge_id": await _merged(api, database, workspace),
        "import_id": await _imported(api),
        "site_id": workspace.site_id,
        "endpoint_id": workspace.endpoint_id,
        "session_id": await add_session(database, workspace),
        "form_id": await add_form(database, workspace),
        "key_id": (await api.post("/api/v1/keys", json=BODIES["POST /api/v1/keys"])).json()["id"],
        **{
            f"{name}_id": (await api.post(f"/api/v1/{path}", json=BODIES[f"POST /api/v1/{path}"])).json()["id"]
            for name, path in (
                ("source", "sources"),
                ("stage", "stages"),
                ("lead_type", "lead-types"),
                ("event_type", "event-types"),
                ("member", "workspace/members"),
            )
        },
        "webhook_id": webhook_id,
        "channel_id": channel_id,
        "hosted_form_id": await add_hosted_form(database, workspace),
        "delivery_id": (await api.post(f"/api/v1/webhooks/{webhook_id}/test")).json()["id"],
        "removed_id": await _removed(api),
    }


async def _removed(api: Client) -> str:
    """Remove a channel; gives the id under which it can be put back."""
    channel_id = (await api.post("/api/v1/channels", json=BODIES["POST /api/v1/channels"])).json()["id"]
    assert (await api.delete(f"/api/v1/channels/{channel_id}")).status_code == 204
    return str(channel_id)


async def _merged(api: Client, database: Database, workspace: Created) -> str:
    """Merge two leads that nothing else names; gives the merge's id."""
    kept, other = [await add_lead(database, workspace, email=f"{name}@example.com") for name in ("bob", "bobby")]
    answer = await api.post(f"/api/v1/leads/{kept}/merge", json={"lead_id": other})
    return str(answer.json()["merge_id"])


async def _imported(api: Client) -> str:
    """Hand a file in to be checked; gives the import's id."""
    answer = await api.post("/api/v1/imports?dry_run=1", content=b"email\njo@example.com\n", headers=CSV)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


async def test_no_door_opens_without_a_key(nobody: Client) -> None:
    ids = dict.fromkeys(_id_names(), new_id())
    for door in DOORS:
        answer = await nobody.send(request(nobody, door, ids))
        assert (answer.status_code, answer.json()["code"]) == (401, "key_missing"), door
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_the_key_is_asked_for_before_the_body_is_read(nobody: Client) -> None:
    answer = await nobody.post("/api/v1/sites", content=b"{not json")
    assert answer.status_code == 401


async def test_a_malformed_key_is_refused(nobody: Client) -> None:
    for key in ("lb_", "lb_" + "a" * 39, "lb_" + "a" * 41, "xx_" + "a" * 40, "lb_" + "ä" * 40):
        answer = await nobody.get("/api/leads", headers={"x-api-key": key.encode("latin-1")})
        assert (answer.status_code, answer.json()["code"]) == (401, "key_malformed"), key


async def test_an_unknown_key_is_refused(as_: Callable[[str], Client]) -> None:
    answer = await as_("lb_" + "a" * 40).get("/api/leads")
    assert (answer.status_code, answer.json()["code"]) == (401, "key_unknown")


async def test_a_key_opens_in_either_header(nobody: Client, workspace: Created) -> None:
    for headers in ({"x-api-key": workspace.api_key}, {"authorization": f"bearer {workspace.api_key}"}):
        assert (await nobody.get("/api/leads", headers=headers)).status_code == 200


async def test_the_dashboards_cookie_opens_nothing(nobody: Client, database: Database, workspace: Created) -> None:
    nobody.cookies.set(COOKIE, "whatever it holds")
    for door in ("/api/leads", "/api/v1/sites"):
        assert (await nobody.get(door)).status_code == 401


async def test_a_reading_key_reads_and_does_nothing_else(
    as_: Callable[[str], Client], database: Database, workspace: Created, rows: dict[str, str]
) -> None:
    reader = as_(await key_with(database, workspace, ["leads:read"]))
    for door in DOORS:
        answer = await reader.send(request(reader, door, rows))
        if door in READS:
            assert answer.status_code == 200, door
        else:
            assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing"), door


async def test_a_managing_key_alone_reads_no_leads(
    as_: Callable[[str], Client], database: Database, workspace: Created, rows: dict[str, str]
) -> None:
    manager = as_(await key_with(database, workspace, ["manage"]))
    for door in READS:
        assert (await manager.send(request(manager, door, rows))).status_code == 403, door


async def test_a_stranger_meets_nothing_of_anothers_workspace(
    stranger_api: Client, api: Client, rows: dict[str, str]
) -> None:
    for door in (door for door in DOORS if "{" in door):
        answer = await stranger_api.send(request(stranger_api, door, rows))
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), door
    for door in (door for door in DOORS if "{" in door and not door.startswith("DELETE")):
        answer = await api.send(request(api, door, rows))
        assert answer.status_code in (200, 201, 202, *((409,) if door in TOO_EARLY else ())), (door, answer.text)


async def test_a_strangers_lists_hold_nothing_of_anothers_workspace(
    stranger_api: Client, rows: dict[str, str], stranger: Created
) -> None:
    for door in (door for door in DOORS if door.startswith("GET ") and "{" not in door):
        answer = await stranger_api.send(request(stranger_api, door, {}))
        assert answer.status_code == 200
        assert not [name for name, value in rows.items() if value in answer.text], door


async def test_ids_that_are_none_or_unknown_are_not_found(api: Client) -> None:
    for wrong in ("", "7", "..%2Fsites", "%00", "x" * 300):
        ids = {name: wrong or new_id() for name in _id_names()}
        for door in (door for door in DOORS if "{" in door):
            answer = await api.send(request(api, door, ids))
            assert answer.status_code == 404, (door, wrong, answer.text)
            assert answer.json()["request_id"]


def _id_names() -> set[str]:
    return {name for door in DOORS for name in re.findall(r"{(\w+)}", door)}
