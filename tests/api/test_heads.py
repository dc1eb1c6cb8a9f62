"""HEAD wherever GET is: the same status and headers, and no body."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from leadsbot.api.heads import heads
from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import Client

VARIES = {"date", "set-cookie"}


@pytest.mark.parametrize("path", ["/", "/login", "/health", "/docs", "/openapi.json", "/nothing-here", "/leads"])
async def test_everybodys_pages_answer_head_as_get(nobody: Client, path: str) -> None:
    got, head = await nobody.get(path), await nobody.head(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert names(head.headers) == names(got.headers)
    assert head.headers.get("content-type") == got.headers.get("content-type")


async def test_the_apis_reads_answer_head_by_key_alone(api: Client, nobody: Client, workspace: Created) -> None:
    for path in ("/api/leads", "/api/v1/leads", "/api/v1/sites", "/api/analytics", f"/f/{workspace.public_token}"):
        got, head = await api.get(path), await api.head(path)
        assert (head.status_code, head.content) == (got.status_code, b""), path
        assert head.headers.get("content-length") == got.headers.get("content-length"), path
    assert (await nobody.head("/api/leads")).status_code == 401


async def test_what_is_only_posted_takes_no_head(api: Client) -> None:
    head = await api.head("/api/postback")
    assert (head.status_code, head.content) == (405, b"") and "HEAD" not in head.headers["allow"]
    put = await api.put("/api/leads")
    assert put.status_code == 405 and {"GET", "HEAD"} <= set(put.headers["allow"].split(", "))


async def test_an_answer_that_never_ends_ends_at_its_headers() -> None:
    told: list[dict[str, Any]] = []

    async def stream(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while (await receive())["type"] != "http.disconnect":
            await send({"type": "http.response.body", "body": b"tick", "more_body": True})

    async def request() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    await asyncio.wait_for(heads(stream)({"type": "http", "method": "HEAD"}, request, send), 30)
    assert [one["type"] for one in told] == ["http.response.start", "http.response.body"]
    assert told[1] == {"type": "http.response.body", "body": b""}


def names(headers: Any) -> set[str]:
    return {name.lower() for name in headers} - VARIES
