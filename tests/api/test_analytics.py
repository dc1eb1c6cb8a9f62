"""`GET /api/analytics` (contract, section 9)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from leadsbot import clock
from leadsbot.db import Database
from leadsbot.forms.tables import FormView
from leadsbot.ids import new_id
from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import Client, key_with
from tests.api.rows import add_form, add_lead, add_session, change_workspace, ms

NOW = ms("2026-05-20T12:00Z")


@pytest.fixture(autouse=True)
def _frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


async def numbers(api: Client, **params: str) -> dict[str, Any]:
    answer = await api.get("/api/analytics", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def add(database: Database, workspace: Created, at: str = "2026-05-20T10:00Z", **more: Any) -> str:
    return await add_lead(database, workspace, ms(at), **more)


async def view(database: Database, form_id: str, at: str) -> None:
    async def unit(tx: Any) -> None:
        tx.insert(FormView, {"id": new_id(), "form_id": form_id, "at": ms(at)})

    await database.write(unit)


async def test_an_empty_workspace_has_every_number_at_nothing(api: Client) -> None:
    found = await numbers(api)
    assert found.keys() == {"total", "funnel", "sources", "daily", "campaigns", "devices", "abandonment"}
    assert found["total"] == 0 and found["sources"] == found["campaigns"] == found["devices"] == []
    assert [(step["stage"], step["count"], step["reached"], step["conversion"]) for step in found["funnel"]] == [
        (stage, 0, 0, None) for stage in ("Form Started", "New", "Contacted", "Quoted", "Won", "Lost")
    ]
    assert len(found["daily"]) == 30 and found["daily"][-1] == {"date": "2026-05-20", "count": 0}
    assert found["abandonment"] == {
        "viewed": 0,
        "started": 0,
        "abandoned": 0,
        "submitted": 0,
        "average_percent": None,
        "buckets": [
            {"from": lowest, "to": highest, "count": 0}
            for lowest, highest in ((0, 24), (25, 49), (50, 74), (75, 99), (100, 100))
        ],
    }


async def test_the_funnel_counts_lost_leads_as_far_as_they_had_come(
    api: Client, database: Database, workspace: Created
) -> None:
    for number, stage in enumerate(("Form Started", "New", "New", "Contacted", "Won", "Quoted")):
        lead_id = await add(database, workspace, email=f"n{number}@example.com", stage=stage)
    await api.put(f"/api/leads/{lead_id}/stage", json={"stage": "Won"})
    await api.put(f"/api/leads/{lead_id}/stage", json={"stage": "Quoted"})
    await api.put(f"/api/leads/{lead_id}/stage", json={"stage": "Lost"})
    await add(database, workspace, email="lost@example.com", stage="Lost")
    found = await numbers(api)
    assert found["total"] == 7
    assert [(step["stage"], step["count"], step["reached"], step["conversion"]) for step in found["funnel"]] == [
        ("Form Started", 1, 7, None),
        ("New", 2, 5, 0.7143),
        ("Contacted", 1, 3, 0.6),
        ("Quoted", 0, 2, 0.6667),
        ("Won", 1, 1, 0.5),
        ("Lost", 2, 2, None),
    ]


async def test_sources_campaigns_and_devices_come_with_the_most_first(
    api: Client, database: Database, workspace: Created
) -> None:
    for number, (source, campaign) in enumerate(
        [("Google", "Spring"), ("google", ""), ("Google", "spring"), ("Bing", "Spring"), ("", ""), ("Örtlich", "")]
    ):
        await add(database, workspace, email=f"n{number}@example.com", source=source, campaign=campaign)
    agent = (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile Safari/604.1"
    )
    await api.post("/api/public/leads", json={"email": "x@example.com", "user_agent": agent, "source": "GOOGLE"})
    found = await numbers(api)
    assert found["sources"] == [
        {"name": "Google", "count": 4},
        {"name": "Bing", "count": 1},
        {"name": "unknown", "count": 1},
        {"name": "Örtlich", "count": 1},
    ]
    assert found["campaigns"] == [{"name": "Spring", "count": 3}]
    assert found["devices"] == [{"name": "unknown", "count": 6}, {"name": "mobile", "count": 1}]


async def test_days_are_those_of_the_workspaces_calendar(api: Client, database: Database, workspace: Created) -> None:
    await change_workspace(database, workspace, timezone="America/New_York")
    times = ("2026-05-20T03:59Z", "2026-05-20T04:00Z", "2026-05-19T12:00Z", "2026-04-21T04:00Z", "2026-04-21T03:59Z")
    for number, at in enumerate(times):
        await add(database, workspace, at, email=f"n{number}@example.com")
    found = await numbers(api)
    counted = {day["date"]: day["count"] for day in found["daily"] if day["count"]}
    assert counted == {"2026-05-20": 1, "2026-05-19": 2, "2026-04-21": 1}
    assert [found["daily"][0]["date"], found["daily"][-1]["date"]] == ["2026-04-21", "2026-05-20"]
    assert found["total"] == 5
    may = await numbers(api, **{"from": "2026-05-19", "to": "2026-05-19"})
    assert (may["total"], may["daily"][-1]) == (2, {"date": "2026-05-19", "count": 2})
    assert sum(day["count"] for day in may["daily"]) == 2
    exact = await numbers(api, **{"from": "2026-05-20T03:59:00Z", "to": "2026-05-20T03:59:59Z"})
    assert exact["total"] == 1 and sum(step["count"] for step in exact["funnel"]) == 1


async def test_spam_is_left_out_and_deleted_leads_count_on(api: Client, database: Database, workspace: Created) -> None:
    spam_id = await add(database, workspace, email="spam@example.com", spam=True, source="Casino")
    gone = await add(database, workspace, email="gone@example.com", source="Fair", campaign="May", stage="Won")
    await add_session(database, workspace, ms("2026-05-20T09:00Z"), lead_id=spam_id, state="submitted")
    await add_session(database, workspace, ms("2026-05-20T09:00Z"), lead_id=gone, state="submitted")
    before = await numbers(api)
    assert (before["total"], before["sources"]) == (1, [{"name": "Fair", "count": 1}])
    assert (before["abandonment"]["started"], before["abandonment"]["submitted"]) == (1, 1)
    assert (await api.delete(f"/api/leads/{gone}")).status_code == 204
    assert await numbers(api) == before


async def test_abandonment_is_counted_from_visits_and_sessions(
    api: Client, database: Database, workspace: Created
) -> None:
    form_id = await add_form(database, workspace)
    for at in ("2026-05-18T09:00Z", "2026-05-20T09:00Z", "2026-05-20T09:30Z"):
        await view(database, form_id, at)
    told = [("abandoned", 10), ("abandoned", 49), ("abandoned", 100), ("submitted", 100), ("started", 30)]
    for state, percent in told:
        more = {"state": state, "completion_percent": percent, "form_id": form_id}
        await add_session(database, workspace, ms("2026-05-20T09:00Z"), **more)
    await add_session(database, workspace, ms("2026-05-18T09:00Z"), state="abandoned", completion_percent=1)
    found = (await numbers(api, **{"from": "2026-05-19"}))["abandonment"]
    assert (found["viewed"], found["started"], found["abandoned"], found["submitted"]) == (2, 5, 3, 1)
    assert found["average_percent"] == 53.0
    assert [bucket["count"] for bucket in found["buckets"]] == [1, 1, 0, 0, 1]


async def test_a_time_that_is_none_is_named(api: Client) -> None:
    for params, field in [({"from": "soon"}, "from"), ({"to": "2026-02-30"}, "to"), ({"to": "9999-12-31"}, "to")]:
        answer = await api.get("/api/analytics", params=params)
        assert (answer.status_code, answer.json()["fields"]) == (400, [field]), params
    answer = await api.get("/api/analytics", params={"from": "2026-05-02", "to": "2026-05-01"})
    assert (answer.status_code, answer.json()["fields"]) == (400, ["from"])
    assert (await numbers(api, to="0001-01-01"))["total"] == 0


async def test_a_stranger_counts_nothing_of_it_and_reading_is_enough(
    api: Client, stranger_api: Client, as_: Callable[[str], Client], database: Database, workspace: Created
) -> None:
    await add(database, workspace, email="ada@example.com")
    form_id = await add_form(database, workspace)
    await view(database, form_id, "2026-05-20T09:00Z")
    await add_session(database, workspace, ms("2026-05-20T09:00Z"))
    assert (await numbers(api))["total"] == 1
    theirs = await numbers(stranger_api)
    assert (theirs["total"], theirs["abandonment"]["viewed"], theirs["abandonment"]["started"]) == (0, 0, 0)
    reader = as_(await key_with(database, workspace, ["leads:read"]))
    assert (await numbers(reader))["total"] == 1
    for scope in ("leads:write", "manage"):
        assert (await as_(await key_with(database, workspace, [scope])).get("/api/analytics")).status_code == 403
