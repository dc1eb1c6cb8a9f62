"""A lead's page shows whatever an integration put into it, in words and escaped."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from leadsbot.workspaces.bootstrap import Created
from tests.dashboard.browsing import ADDRESS, Browser, shown
from tests.dashboard.test_render import ATTACK, harmless


@pytest.fixture
def api(app: Any, workspace: Created) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app)
    return httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers={"x-api-key": workspace.api_key})


TOUCHES: list[Any] = [
    {"at": 10**30},
    {"at": -1},
    {"at": True},
    {"at": "2026-05-01"},
    {"at": 1_777_636_800_000, "url": 7, "ref": ["x"], "utm": ["google"], "ids": "gclid"},
    {"at": 1_777_636_800_000, "utm": {"source": {"a": 1}, "medium": 5}, "ids": {"gclid": 1}},
    {"url": "https://a.example/", "utm": {"source": "news"}},
]


async def test_values_of_every_kind_are_told_in_words(owner: Browser, api: httpx.AsyncClient) -> None:
    body = {"email": "jane@example.com", "vip": True, "diet": ["vegan", "halal"], "hall": {"name": "A", "seats": 40.0}}
    lead_id = (await api.post("/api/public/leads", json=body)).json()["id"]
    await api.post("/api/postback", json={"lead_id": lead_id, "second": [{"guest": "Jim", ATTACK: ATTACK}]})
    answer = await owner.see(f"/leads/{lead_id}")
    assert answer.status_code == 200
    harmless(answer.text)
    page = shown(answer)
    for words in ("yes", "vegan, halal", "name: A; seats: 40", "(guest: Jim;"):
        assert words in page, words


async def test_an_odd_first_touch_breaks_no_page(owner: Browser, api: httpx.AsyncClient) -> None:
    for number, touch in enumerate(TOUCHES):
        body = {"email": f"n{number}@example.com", "first_touch": touch, "click_ids": {"gclid": {"a": 1}, "x": [1]}}
        answer = await api.post("/api/public/leads", json=body)
        assert answer.status_code == 201, answer.text
        lead_id = answer.json()["id"]
        assert (await owner.see(f"/leads/{lead_id}")).status_code == 200, touch
        assert (await api.get(f"/api/v1/leads/{lead_id}/timeline")).status_code == 200, touch
        assert (await api.get(f"/api/leads/{lead_id}")).json()["lead"]["first_touch"] == touch
    assert (await owner.see("/leads")).status_code == 200
