"""Bad input at the REST doors: always the contract's error body, never a trace of what broke."""

from __future__ import annotations

from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import Client

JSON = {"content-type": "application/json"}
BAD_BODIES = {
    "nothing": b"",
    "not JSON": b"name=Shop",
    "cut off": b'{"name": "Sh',
    "an array": b"[]",
    "null": b"null",
    "a text": b'"Shop"',
    "invalid UTF-8": b'{"name": "\xff"}',
    "a bare surrogate": b'{"name": "\\ud800"}',
    "a NUL": b'{"name": "a\\u0000b"}',
    "a raw NUL": b'{"name": "a\x00b"}',
    "a NUL in a name": b'{"name": "a", "b\\u0000": 1}',
    "deep nesting": b"[" * 100_000,
    "deep nesting inside": b'{"name": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_001,
    "a thousand fields": b"{" + b",".join(b'"f%d": 1' % number for number in range(1000)) + b"}",
    "NaN": b'{"name": "a", "abandon_after_minutes": NaN}',
    "an enormous number": b'{"name": "a", "abandon_after_minutes": 1e999}',
}


async def test_a_bad_body_is_answered_in_the_contracts_shape(api: Client, workspace: Created) -> None:
    for what, body in BAD_BODIES.items():
        for method, path in (("POST", "/api/v1/sites"), ("PATCH", f"/api/v1/sites/{workspace.site_id}")):
            answer = await api.request(method, path, content=body, headers=JSON)
            assert answer.status_code == 400, (what, answer.text)
            told = answer.json()
            assert set(told) <= {"error", "code", "fields", "request_id"} and told["error"] and told["code"], what
            assert answer.headers["cache-control"] == "no-store"
    assert len((await api.get("/api/v1/sites")).json()["data"]) == 1


async def test_a_body_over_a_mebibyte_is_refused(api: Client) -> None:
    answer = await api.post("/api/v1/sites", content=b'{"name": "' + b"a" * 1024 * 1024 + b'"}', headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_a_body_that_says_it_is_no_json_is_refused(api: Client) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/msgpack", "multipart/form-data"):
        answer = await api.post("/api/v1/sites", content=b'{"name": "Shop"}', headers={"content-type": kind})
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type"), kind


async def test_a_body_in_json_of_any_name_is_taken(api: Client) -> None:
    for headers in (
        JSON,
        {"content-type": "application/json; charset=utf-8"},
        {"content-type": "application/x+json"},
        {},
    ):
        answer = await api.post("/api/v1/sites", content=b'{"name": "Shop"}', headers=headers)
        assert answer.status_code == 201, headers


async def test_an_address_that_is_none_is_not_found(api: Client) -> None:
    for path in ("/api", "/api/v1", "/api/v1/nothing", "/api/leads/1/2/3"):
        answer = await api.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path


async def test_a_method_that_is_not_taken_says_which_are(api: Client) -> None:
    answer = await api.put("/api/v1/sites", json={})
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))
