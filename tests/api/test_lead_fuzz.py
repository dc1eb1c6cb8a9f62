"""Bodies that make no sense: each is a lead or a refusal with its fields, at every door, and readable afterwards."""

from __future__ import annotations

import random
from typing import Any

from leadsbot.capture import lead_body
from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import Client

ROUNDS = 120
ODD: list[Any] = [
    *(
        "",
        " ",
        "x",
        "jane@example.com",
        "JANE@EXAMPLE.COM",
        "a@b",
        "@",
        "2026-05-31",
        "0000-00-00",
        "New",
        "won",
        "Lost",
    ),
    *("https://a.example/?utm_source=x&gclid=1#y", "http://[", "javascript:1", "//x", "\u202e‮", "🎉" * 50, "ß" * 2_000),
    *("x" * 2_001, "::1", "1.2.3.4", "999.1.1.1", "+43 660 1234567", "(((", "null", "%00", "{{ lead.email }}", "'; --"),
    *(0, 1, -1, 66.6, 1e308, 10**18, 10**30, True, False, None, [], {}, [[]], {"a": {"b": [None, 1.5]}}, ["x", 1]),
    *({"": ""}, {"gclid": 5, "fbclid": "x"}, {"at": 10**30}, {"url": "http://[", "at": 1, "utm": {"source": None}}),
]
NAMES = [
    *sorted(lead_body.KNOWN),
    "leadId",
    "force_stage",
    "honeypot",
    "firstName",
    "E-Mail",
    "",
    " ",
    "__proto__",
    "id",
]


def bodies(seed: int) -> list[dict[str, Any]]:
    chosen = random.Random(seed)
    return [
        {chosen.choice(NAMES): chosen.choice(ODD) for _ in range(chosen.randint(1, 6))}
        | ({"email": f"n{number}@example.com"} if chosen.random() < 0.7 else {})
        | ({"name": "Jane Doe", "phone": "0660 1"} if chosen.random() < 0.5 else {})
        for number in range(ROUNDS)
    ]


async def test_no_body_breaks_a_door(api: Client, workspace: Created) -> None:
    inbound = f"/api/inbound/{workspace.workspace_id}/leads"
    doors = ("/api/public/leads", "/api/v1/leads", "/api/postback", inbound)
    for number, body in enumerate(bodies(seed=1)):
        answer = await api.post(doors[number % 4], json=body)
        assert answer.status_code in (200, 201, 400, 404, 429), (body, answer.text)
        if answer.status_code == 400:
            assert answer.json()["error"] and answer.json()["fields"], (body, answer.text)
    listed = await api.get("/api/leads", params={"limit": 100, "spam": "true"})
    assert listed.status_code == 200 and listed.json()["total"] > 10
    for lead in listed.json()["leads"]:
        assert (await api.get(f"/api/v1/leads/{lead['id']}/timeline")).status_code == 200, lead


async def test_no_body_breaks_a_change(api: Client) -> None:
    made = await api.post("/api/public/leads", json={"email": "jane@example.com"})
    path = f"/api/v1/leads/{made.json()['id']}"
    for body in bodies(seed=2):
        answer = await api.patch(path, json=body)
        assert answer.status_code in (200, 400), (body, answer.text)
        if answer.status_code == 400:
            assert answer.json()["error"] and answer.json()["fields"], (body, answer.text)
        else:
            assert answer.json() == (await api.get(path)).json()
    assert (await api.get("/api/analytics")).status_code == 200
