"""The API's description, held against a served LeadsBot: complete, its examples work, and answers are as it says."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import subprocess
from typing import Any

import jsonschema_rs
import pytest
from litestar import Litestar
from litestar.di import Provide
from litestar.routes import HTTPRoute

from leadsbot.api import docs
from leadsbot.api.reference.call import Call, every_call
from leadsbot.api.reference.describing import METHODS, PUBLIC
from leadsbot.api.reference.samples import asked, samples
from leadsbot.jobs.handlers import modules_in
from tests.api.served import NOWHERE, House, Rows, house
from tests.support.waiting import PATIENCE_S

__all__ = ["house"]

CALLS = every_call()
Json = dict[str, Any]
# Answered by what stands in front of Litestar, which lists no routes.
IN_FRONT = {"GET /widget.js", "GET /api/w/{token}", "POST /api/w/{token}/events", "GET /api/w/{token}/form"}
# Told to people who follow a form, not to programs.
FOR_PEOPLE = {"GET /f/{token}", "GET /f/{token}/thanks"}
# A second lead, site, … of the same name would be refused: what is sent twice is told apart.
NAMED = ("name", "email")
END = "--- end of a sample ---"


def app() -> Litestar:
    """Every route of the house; nothing behind them is asked."""
    routes = [route for module in modules_in("leadsbot") for route in getattr(module, "ROUTES", ())]
    return Litestar(
        routes,
        dependencies={"services": Provide(object, sync_to_thread=False)},
        openapi_config=docs.openapi_config(),
    )


@pytest.fixture(scope="module")
def told() -> Json:
    return docs.described(app())


def described(told: Json) -> list[Call]:
    """Give what is said of the calls that there are."""
    return [call for door, call in CALLS.items() if door in doors_of(told)]


def doors_of(told: Json) -> set[str]:
    return {f"{method.upper()} {path}" for path, item in told["paths"].items() for method in METHODS if method in item}


# --- Complete


def test_every_public_route_is_described_and_no_other(told: Json) -> None:
    routed = {
        f"{method} {route.path_format}"
        for route in app().routes
        if isinstance(route, HTTPRoute) and route.path.split("/")[1] in PUBLIC
        for method in route.methods
        if method not in ("OPTIONS", "HEAD")
    }
    assert doors_of(told) == (routed | IN_FRONT) - FOR_PEOPLE


def test_every_call_has_its_words_its_answer_and_an_example_of_its_body(told: Json) -> None:
    assert doors_of(told) - CALLS.keys() == set(), "say what it takes and answers in api/reference/calls/"
    assert CALLS.keys() - doors_of(told) == set(), "no such call is there any more"
    for call in described(told):
        operation = told["paths"][call.path][call.method.lower()]
        assert operation["summary"] and len(operation["tags"]) == 1, call.door
        good = [status for status in operation["responses"] if status < "400"]
        assert good and (good in (["204"], ["303"]) or call.answer is not None), call.door
        if call.sampled and "requestBody" in operation:
            assert call.example is not None, call.door


def test_scopes_are_those_that_the_routes_ask_for(told: Json) -> None:
    def scope(path: str, method: str) -> Any:
        return told["paths"][path][method].get("security")

    assert scope("/api/v1/leads", "post") == [{"bearer": ["leads:write"]}, {"header": ["leads:write"]}]
    assert scope("/api/leads", "get") == [{"bearer": ["leads:read"]}, {"header": ["leads:read"]}]
    assert scope("/api/v1/sites", "post") == [{"bearer": ["manage"]}, {"header": ["manage"]}]
    assert scope("/f/{token}", "post") is None and scope("/health", "get") is None
    wrong = [call.door for call in described(told) if call.keyed != bool(scope(call.path, call.method.lower()))]
    assert wrong == []


def test_no_two_shapes_share_a_name(told: Json) -> None:
    declared = app().openapi_schema.to_schema()["components"]["schemas"]
    shapes = told["components"]["schemas"]
    both = {
        name
        for name in declared
        if declared[name].get("properties", {}).keys() != shapes[name].get("properties", {}).keys()
    }
    assert both == set(), "a shape of api/reference has the name of another that the code declares"


def test_every_field_of_a_lead_may_be_sent_but_those_that_are_made_here(told: Json) -> None:
    shapes = told["components"]["schemas"]
    made = {"id", "created_at", "updated_at", "confirmation", "spam", "spam_reasons", "lead_url"}
    assert set(shapes["Lead"]["properties"]) - made <= set(shapes["WholeLead"]["properties"])


def test_every_example_of_a_body_fits_its_schema(told: Json) -> None:
    for call in described(told):
        body = told["paths"][call.path][call.method.lower()].get("requestBody")
        for kind, content in (body or {"content": {}})["content"].items():
            if call.example is not None:
                assert kind == call.kind
                assert problems(content["schema"], call.example, told) == [], call.door


def test_programs_of_any_origin_may_read_it(house: House) -> None:
    answer = house.client().get("/openapi.json", headers={"origin": "https://editor.example"})
    assert answer.headers["access-control-allow-origin"] == "*" and answer.json()["openapi"].startswith("3.1")


# --- The examples, run


def problems(schema: Json, value: Any, told: Json) -> list[str]:
    """Say where a value doesn't fit."""
    whole = {**schema, "components": told["components"]}
    validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
    return [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(value)]


def filled(value: Any, rows: Rows, mark: str) -> Any:
    """Put real ids into an example, and tell its names apart."""
    if not isinstance(value, dict):
        return value
    made = {
        name: rows.make(name) if name.endswith("_id") and is_example(inner) else inner for name, inner in value.items()
    }
    made |= {name: f"{mark}.{inner}" for name, inner in made.items() if name in NAMED}
    return made | ({"url": NOWHERE} if "url" in made else {})


def is_example(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("0199c3f2-")


def request_of(call: Call, house: House, rows: Rows, mark: str) -> dict[str, str]:
    """Give a call's samples as a reader would have filled them in."""
    ids = {name: rows.make(name, call.door) for name in call.path_names}
    asks = asked(call, house.url, house.owner.api_key, ids, dict(call.query))
    return samples(asks.__class__(asks.method, asks.url, asks.key, asks.kind, filled(call.example, rows, mark)))


def heard(language: str, code: list[str]) -> list[tuple[int, str]]:
    """Run samples one after the other; gives the status and body that each one prints."""
    if language == "fetch":
        return _printed(_node(code))
    if language == "python":
        return _printed([_python(one) for one in code])
    found = [_shell(one + " -sS -w '\\n%{http_code}'").rpartition("\n") for one in code]
    return [(int(status), body) for body, _, status in found]


def _printed(said: list[str]) -> list[tuple[int, str]]:
    found = [one.strip("\n").partition(" ") for one in said]
    return [(int(status), body) for status, _, body in found]


def _python(code: str) -> str:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(code, "sample", "exec"), {})
    return said.getvalue()


def _node(code: list[str]) -> list[str]:
    """Run all in one process: starting one takes longer than a sample does."""
    script = "\n".join(f"{{\n{one}\n}}\nconsole.log({END!r});" for one in code)
    line = ["node", "--input-type=module", "-"]
    done = subprocess.run(line, input=script, capture_output=True, text=True, check=True, timeout=PATIENCE_S)
    return done.stdout.split(END)[:-1]


def _shell(line: str) -> str:
    return subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True, timeout=PATIENCE_S).stdout


NODE = pytest.mark.skipif(shutil.which("node") is None, reason="no node here to run the JavaScript with")


@pytest.mark.parametrize("language", ["curl", "python", pytest.param("fetch", marks=NODE)])
def test_every_example_works_and_is_answered_as_described(house: House, told: Json, language: str) -> None:
    rows = Rows(house, house.owner)
    calls = [call for call in described(told) if call.sampled]
    answers = heard(language, [request_of(call, house, rows, language)[language] for call in calls])
    failed = {call.door: why for call, one in zip(calls, answers, strict=True) if (why := unlike(call, one, told))}
    assert failed == {}


def unlike(call: Call, answer: tuple[int, str], told: Json) -> str:
    """Say in what an answer isn't as described."""
    status, body = answer
    answers = told["paths"][call.path][call.method.lower()]["responses"]
    if call.door == "POST /f/{token}" and status == 200 and body.startswith("<!doctype html>"):
        return ""  # fetch and requests have followed the redirect to the page that says thanks
    if str(status) not in answers or status >= 400:
        return f"{status} {body}"
    content = answers[str(status)].get("content", {}).get("application/json")
    return "; ".join(problems(content["schema"], json.loads(body), told)[:3]) if content else ""
