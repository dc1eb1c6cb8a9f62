"""Which doors judge what they take in, and what becomes of it over the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Client

JUNK = {"name": "Max Riedl", "email": "max@mailinator.com", "message": "[url=https://pills.example]x[/url]"}


async def listed(api: Client, spam: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await api.get("/api/leads", params={"spam": spam})).json()["leads"]
    return found


async def test_what_a_visitor_said_is_judged_at_the_public_door(api: Client) -> None:
    body = {"email": JUNK["email"], "message": JUNK["message"]}
    answer = await api.post("/api/public/leads", json=body)
    assert answer.status_code == 201 and answer.json()["success"]
    assert await listed(api, "false") == []
    [lead] = await listed(api, "true")
    assert lead["spam"] and len(lead["spam_reasons"]) == 2


@pytest.mark.parametrize("path", ["/api/v1/leads", "/api/postback"])
async def test_what_an_own_system_says_with_a_key_is_not(api: Client, path: str) -> None:
    assert (await api.post(path, json=JUNK | {"phone": "0660 1234567"})).status_code == 201
    [lead] = await listed(api, "false")
    assert not lead["spam"] and lead["spam_reasons"] == []


async def test_taken_back_over_the_api_it_is_a_lead_again(api: Client, stranger_api: Client) -> None:
    await api.post("/api/public/leads", json={"email": JUNK["email"]})
    [lead] = await listed(api, "true")
    path = f"/api/v1/leads/{lead['id']}/spam"
    assert (await stranger_api.post(path, json={"spam": False})).status_code == 404
    assert (await api.post(path, json={"spam": False})).status_code == 200
    [back] = await listed(api, "false")
    assert (back["id"], back["spam"], back["spam_reasons"]) == (lead["id"], False, [])
