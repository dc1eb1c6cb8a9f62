"""What belongs to another workspace doesn't exist: every route that the application has, asked by a stranger.

The routes are those that Litestar has, not a list of ours: a new one needs a maker in `tests/api/served.py` for what
its path names, and an example in `api/reference/calls/`, or these tests fail.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import httpx
import pytest
from litestar.routes import HTTPRoute

from leadsbot.api.reference.call import CSV, JSON, every_call
from leadsbot.api.reference.describing import scopes_of
from leadsbot.ids import new_id
from leadsbot.workspaces.api_keys import SCOPES
from tests.api.served import ORIGIN, PASSWORD, House, Rows, house
from tests.api.test_openapi import IN_FRONT, app, is_example

__all__ = ["house"]

CALLS = every_call()
# An id in a body that a stranger may name: what is theirs by that name is meant, or a new lead made of it.
OWN = {"POST /api/postback"}


# Every route that wants a key, by its door, with the scopes of which it wants one.
KEYED = {door: scopes for door, scopes in scopes_of(app()).items() if not door.startswith("OPTIONS ")}


def test_what_wants_no_key_is_known_to_want_none() -> None:
    free = {
        f"{method} {route.path_format}"
        for route in app().routes
        if isinstance(route, HTTPRoute) and route.path.startswith(("/api", "/f/"))
        for method in route.methods - {"OPTIONS", "HEAD"}
    } - KEYED.keys()
    known = {door for door, call in CALLS.items() if not call.keyed} - IN_FRONT
    assert free - {"GET /f/{token}", "GET /f/{token}/thanks"} == known - {"GET /health", "GET /metrics"}
    assert len(KEYED) > 50


@pytest.fixture(scope="module")
def owned(house: House) -> dict[str, str]:
    """One row of each kind in the owner's workspace, by the name that paths give its id."""
    rows = Rows(house, house.owner)
    names = {name for door in KEYED for name in re.findall(r"{(\w+)}", door)}
    return {name: rows.make(name) for name in sorted(names)}


@pytest.fixture(scope="module")
def stranger(house: House) -> httpx.Client:
    """Every scope, in another workspace."""
    return house.client(house.stranger.api_key)


def asked(client: httpx.Client, door: str, ids: dict[str, str], in_body: dict[str, str]) -> httpx.Response:
    """Make the call of a door, its example as the body, with these ids in path and body."""
    method, path = door.split(" ")
    for name, value in ids.items():
        path = path.replace(f"{{{name}}}", value)
    call = CALLS.get(door)
    assert call is not None and "{" not in path, f"say in api/reference/calls/ what {door} is"
    content: dict[str, Any] = {}
    if call.kind == CSV:
        content = {"content": call.example, "headers": {"content-type": CSV}}
    elif call.example is not None and call.kind == JSON:
        content = {"json": named(call.example, in_body)}
    return client.request(method, path, **content)


def named(example: dict[str, Any], ids: dict[str, str]) -> dict[str, Any]:
    """Put ids into an example body."""
    return {name: ids.get(name, inner) if is_example(inner) else inner for name, inner in example.items()}


def plain(answer: httpx.Response) -> tuple[int, str]:
    """Give an answer without what differs in any two of them."""
    return answer.status_code, re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", answer.text)


def held(house: House) -> dict[str, Any]:
    """Read everything of the owner's that the API shows, but when keys were used and endpoints were seen, and what the
    background makes of deliveries meanwhile."""
    told: dict[str, Any] = {}
    client = house.client(house.owner.api_key)
    for door in (door for door in KEYED if door.startswith("GET ") and "{" not in door):
        answer = client.get(door.removeprefix("GET "))
        assert answer.status_code == 200, (door, answer.text)
        if door == "GET /api/v1/deliveries":
            told[door] = sorted(one["id"] for one in answer.json()["data"])
            continue
        told[door] = re.sub(r'"last_\w+_at":("[^"]*"|null)', "", answer.text)
    return told


def test_no_route_opens_without_a_key(house: House, owned: dict[str, str]) -> None:
    nobody = house.client()
    for door in KEYED:
        answer = asked(nobody, door, owned, owned)
        assert (answer.status_code, answer.json()["code"]) == (401, "key_missing"), door
        assert answer.headers["www-authenticate"] == "Bearer", door


def test_no_route_opens_to_a_key_that_lacks_its_scope(house: House, owned: dict[str, str]) -> None:
    owner = house.client(house.owner.api_key)
    for wanted in set(KEYED.values()):
        others = [scope for scope in SCOPES if scope not in wanted]
        made = owner.post("/api/v1/keys", json={"name": "not enough", "scopes": others}).json()
        client = house.client(made["key"])
        for door in (door for door, scopes in KEYED.items() if scopes == wanted):
            answer = asked(client, door, owned, owned)
            assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing"), door


def test_another_workspaces_ids_are_answered_like_made_up_ones_and_change_nothing(
    house: House, stranger: httpx.Client, owned: dict[str, str]
) -> None:
    before = held(house)
    made_up = {name: new_id() for name in owned}
    for door in (door for door in KEYED if "{" in door):
        other = dict.fromkeys(owned, new_id())
        theirs, nowhere = asked(stranger, door, owned, other), asked(stranger, door, made_up, other)
        assert theirs.status_code == 404, (door, theirs.text)
        assert theirs.json()["code"] == "not_found", (door, theirs.text)
        assert plain(theirs) == plain(nowhere), door
    assert held(house) == before


def test_another_workspaces_ids_in_a_body_are_worth_nothing(
    house: House, stranger: httpx.Client, owned: dict[str, str]
) -> None:
    before = held(house)
    made_up = {name: new_id() for name in owned}
    own = Rows(house, house.stranger)
    for call in (call for door, call in CALLS.items() if door in KEYED and ids_in(call.example)):
        ids = {name: own.make(name, call.door) for name in call.path_names}
        theirs, nowhere = asked(stranger, call.door, ids, owned), asked(stranger, call.door, ids, made_up)
        assert plain(theirs) == plain(nowhere), call.door
        assert theirs.status_code in (400, 404) or call.door in OWN, (call.door, theirs.text)
    assert held(house) == before


def test_another_workspaces_ids_in_a_query_find_nothing(
    house: House, stranger: httpx.Client, owned: dict[str, str]
) -> None:
    filters = {name for name in owned if name.endswith("_id")}
    for door in (door for door in KEYED if door.startswith("GET ") and "{" not in door):
        for name in sorted(asks(door) & filters):
            answer = stranger.get(door.removeprefix("GET "), params={name: owned[name]})
            assert (answer.status_code, answer.json()["data"]) == (200, []), (door, name)


def test_a_reader_of_the_owners_own_finds_it_all(house: House, owned: dict[str, str]) -> None:
    """So that the 404s above say something."""
    owner = house.client(house.owner.api_key)
    for door in (door for door in KEYED if door.startswith("GET ") and "{" in door):
        assert asked(owner, door, owned, owned).status_code == 200, door


def ids_in(example: Any) -> bool:
    return isinstance(example, dict) and any(is_example(value) for value in example.values())


@cache
def described() -> dict[str, Any]:
    paths: dict[str, Any] = app().openapi_schema.to_schema()["paths"]
    return paths


def asks(door: str) -> set[str]:
    """The names of a route's query parameters."""
    return {one["name"] for one in described()[door.removeprefix("GET ")]["get"].get("parameters", ())}


# --- The dashboard's pages

# What people without a sign-in may see; each of these has tests of its own for what it tells whom.
OPEN = (
    "/login",
    "/f/",
    "/invitations/",
    "/unsubscribe/",
    "/telegram/",
    "/health",
    "/metrics",
    "/openapi.json",
    "/docs",
    "/static",
    "/api/",
)
PAGES = sorted(
    f"{method} {route.path_format}"
    for route in app().routes
    if isinstance(route, HTTPRoute) and not route.path.startswith(OPEN)
    for method in route.methods - {"OPTIONS", "HEAD"}
)
# What forms hold, so that it isn't the form that is refused; and what paths call otherwise than the API does.
SAID = {"stage": "Won", "text": "Hello", "spam": "1", "name": "Mine", "role": "member", "origin": ORIGIN, "move": "up"}
ALIASES = {"hosted_id": "hosted_form_id", "entry_id": "source_id"}


def page_of(client: httpx.Client, door: str, ids: dict[str, str], token: str = "") -> httpx.Response:
    method, path = door.split(" ")
    for name in re.findall(r"{(\w+)}", path):
        path = path.replace(f"{{{name}}}", "sources" if name == "kind" else ids[ALIASES.get(name, name)])
    if method == "GET":
        return client.get(path, headers={"accept": "text/html"})
    form = {
        **SAID,
        "_csrf_token": token,
        "lead_id": ids["other_id"],
        "other_id": ids["other_id"],
        "form": ids["form_id"],
    }
    return client.post(path, data=form, headers={"origin": str(client.base_url), "accept": "text/html"})


@pytest.fixture(scope="module")
def visitor(house: House) -> tuple[httpx.Client, str]:
    """The stranger's browser, signed in, and the token of its forms."""
    client = house.client()
    found = re.search(r'name="csrf-token" content="(\w+)"', client.get("/login").text)
    said = {"email": house.stranger.user_email, "password": PASSWORD, "_csrf_token": found[1] if found else ""}
    answer = client.post("/login", data=said, headers={"origin": house.url})
    assert answer.status_code == 303, answer.text
    found = re.search(r'name="csrf-token" content="(\w+)"', client.get("/leads").text)
    assert found
    return client, found[1]


def test_signed_out_every_page_leads_to_the_sign_in(house: House, owned: dict[str, str]) -> None:
    client = house.client()
    assert len(PAGES) > 40
    for door in PAGES:
        answer = page_of(client, door, owned)
        if door.startswith("GET "):
            assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/login"), door
        else:
            assert answer.status_code in (303, 401, 403), (door, answer.text)


def test_another_workspaces_pages_are_not_there_and_its_buttons_do_nothing(
    house: House, visitor: tuple[httpx.Client, str], owned: dict[str, str]
) -> None:
    before = held(house)
    client, token = visitor
    for door in (door for door in PAGES if re.search(r"{\w+_id}", door)):
        answer = page_of(client, door, owned, token)
        assert answer.status_code == 404, (door, answer.status_code, answer.text[-600:])
    assert held(house) == before
