"""A form's report over HTTP: its shape, its parameters, and whose it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from leadsbot import clock
from leadsbot.clock import DAY, MINUTE
from leadsbot.db import Database
from leadsbot.ids import new_id
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.workspace_editing import change_workspace
from tests.api.conftest import Client, key_with
from tests.api.rows import ms
from tests.forms.report_rows import add_form, add_sessions, add_views, session, stat


@pytest.fixture
async def form_id(database: Database, workspace: Created) -> str:
    """A form that three saw today, of whom two began and one sent it."""
    form_id = await add_form(database, workspace)
    at = clock.now() - MINUTE
    await add_views(database, form_id, 3, at)
    stats = [stat("email", label="Your e-mail", entered=1, time=4_000), stat("phone", entered=2, time=9_000)]
    await add_sessions(
        database,
        session(workspace, form_id, stats, state="submitted", started_at=at, wait_ms=2_500, tries=2),
        session(workspace, form_id, stats, state="abandoned", started_at=at, last_field="Phone", device_type="mobile"),
    )
    return form_id


async def report(client: Client, form_id: str, query: str = "") -> dict[str, Any]:
    answer = await client.get(f"/api/v1/forms/{form_id}/report{query}")
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def test_it_tells_counts_beside_every_rate(api: Client, form_id: str) -> None:
    shown = await report(api, form_id)
    numbers = ("views", "starters", "submitters", "abandoned", "in_progress", "senders", "resubmitters")
    assert [shown[name] for name in numbers] == [3, 2, 1, 1, 0, 1, 1]
    assert shown["conversion"] == {
        "views_to_starters": {"rate": 0.6667, "count": 2, "of": 3},
        "views_to_submitters": {"rate": 0.3333, "count": 1, "of": 3},
        "starters_to_submitters": {"rate": 0.5, "count": 1, "of": 2},
    }
    assert shown["time_to_start"] == {"median_ms": 2_500, "p90_ms": 2_500, "count": 1}
    assert shown["completion"][0] == {"rate": 1.0, "count": 1, "of": 1, "from": 0, "to": 24}
    assert shown["drop_off"] == [{"rate": 1.0, "count": 1, "of": 1, "abandoned": 1, "field": "Phone"}]
    assert [(one["name"], one["label"]) for one in shown["fields"]] == [("email", "Your e-mail"), ("phone", "Phone")]
    email = shown["fields"][0]
    assert email["time"] == {"median_ms": 4_000, "p90_ms": 4_000, "count": 2, "mean_ms": 4_000}
    assert email["invalid"] == {"rate": 0.0, "count": 0, "of": 2, "total": 0}
    assert email["autofilled"] == {"rate": 0.0, "count": 0, "of": 2}
    assert (shown["form"]["id"], shown["device"], shown["timezone"]) == (form_id, None, "UTC")
    assert (shown["sessions"], shown["sampled_sessions"], shown["sample_limit"]) == (2, 2, 2_000)


async def test_dates_are_whole_days_of_the_workspace(
    api: Client, database: Database, workspace: Created, form_id: str
) -> None:
    await change_workspace(database, workspace.workspace_id, {"timezone": "Pacific/Auckland"})
    noon = ms("2026-05-01T12:00Z")  # the second of May there
    await add_sessions(database, session(workspace, form_id, started_at=noon))
    for query, starters in {
        "?from=2026-05-02&to=2026-05-02": 1,
        "?from=2026-05-01&to=2026-05-01": 0,
        "?from=2026-05-01T12:00:00Z&to=2026-05-01T12:00:00Z": 1,
        "?from=2020-01-01&to=2026-05-03": 1,
    }.items():
        assert (await report(api, form_id, query))["starters"] == starters, query
    shown = await report(api, form_id, "?from=2026-05-02&to=2026-05-02")
    assert (shown["from"], shown["to"]) == ("2026-05-01T12:00:00.000Z", "2026-05-02T11:59:59.999Z")


async def test_what_is_older_than_thirty_days_must_be_asked_for(
    api: Client, database: Database, workspace: Created, form_id: str
) -> None:
    await add_sessions(database, session(workspace, form_id, started_at=clock.now() - 31 * DAY))
    assert (await report(api, form_id))["starters"] == 2
    assert (await report(api, form_id, "?from=2020-01-01"))["starters"] == 3


async def test_it_can_be_narrowed_to_a_device(api: Client, form_id: str) -> None:
    shown = await report(api, form_id, "?device=mobile")
    assert (shown["device"], shown["views"], shown["starters"], shown["abandoned"]) == ("mobile", None, 1, 1)
    assert shown["conversion"]["views_to_starters"] == {"rate": None, "count": 1, "of": None}


async def test_a_parameter_that_makes_no_sense_is_named(api: Client, form_id: str) -> None:
    for query, field in {
        "from=soon": "from",
        "to=2026-02-30": "to",
        "from=2026-05-02&to=2026-05-01": "from",
        "device=fridge": "device",
        "from=%00": "from",
    }.items():
        answer = await api.get(f"/api/v1/forms/{form_id}/report?{query}")
        assert (answer.status_code, answer.json()["fields"]) == (400, [field]), query


async def test_a_stranger_finds_no_form(stranger_api: Client, api: Client, form_id: str) -> None:
    assert (await stranger_api.get(f"/api/v1/forms/{form_id}/report")).status_code == 404
    for unknown in (new_id(), "nothing"):
        assert (await api.get(f"/api/v1/forms/{unknown}/report")).status_code == 404


async def test_it_needs_a_key_that_may_read(
    nobody: Client, as_: Callable[[str], Client], database: Database, workspace: Created, form_id: str
) -> None:
    address = f"/api/v1/forms/{form_id}/report"
    assert (await nobody.get(address)).status_code == 401
    assert (await as_(await key_with(database, workspace, ["leads:write"])).get(address)).status_code == 403
    assert (await as_(await key_with(database, workspace, ["leads:read"])).get(address)).status_code == 200


async def test_the_reference_describes_it(nobody: Client) -> None:
    told = (await nobody.get("/openapi.json")).json()
    operation = told["paths"]["/api/v1/forms/{form_id}/report"]["get"]
    assert {one["name"] for one in operation["parameters"]} == {"form_id", "from", "to", "device"}
    shape = told["components"]["schemas"]["Report"]["properties"]
    assert {"from", "to", "views", "starters", "submitters", "drop_off", "fields"} <= set(shape)
    assert "description" in told["components"]["schemas"]["FieldReport"]["properties"]["sessions"]


async def test_what_the_widget_sends_is_what_it_tells(nobody: Client, api: Client, workspace: Created) -> None:
    form = {"key": "quote", "name": "Get a quote"}
    email = ["email", "Your e-mail", 1, 4_000, 700, 1, 3, 1, 1, 1]
    far = {"seq": 1, "form": form, "percent": 50, "done": 1, "total": 2, "wait": 2_500}
    now = clock.now()
    sent = {"type": "submit", "id": new_id(), "session": new_id(), "start": now - 9_000, "at": now, "tries": 2,
            "confirmation": "confirmed", "fields": [], "stats": [email, ["phone", "Phone"]], **far}  # fmt: skip
    begun = {"type": "progress", "session": new_id(), "start": now - 9_000, "at": now, "last": "Phone",
             "stats": [email, ["phone", "Phone", 2, 900, 300, 0, 0, 0, 0, 0]], **far}  # fmt: skip
    batch = {"v": 1, "id": new_id(), "sent": now, "visit": {"id": new_id(), "at": now},
             "page": {"url": "https://lindenhof.example/quote", "title": "", "ref": ""},
             "events": [{"type": "view", "form": form, "at": now - 9_000}, sent, begun]}  # fmt: skip
    answer = await nobody.post(
        f"/api/w/{workspace.public_token}/events", json=batch, headers={"origin": "https://lindenhof.example"}
    )
    assert answer.status_code == 202, answer.text
    (found,) = (await api.get("/api/v1/forms")).json()["data"]
    shown = await report(api, found["id"])
    assert [shown[name] for name in ("views", "starters", "submitters", "resubmitters")] == [1, 2, 1, 1]
    assert shown["time_to_finish"] == {"median_ms": 9_000, "p90_ms": 9_000, "count": 1}
    assert shown["time_to_start"]["median_ms"] == 2_500
    told = {one["name"]: one for one in shown["fields"]}
    assert list(told) == ["email", "phone"] and told["email"]["label"] == "Your e-mail"
    assert told["email"]["deletions"] == {"rate": 1.0, "count": 2, "of": 2, "total": 6}
    assert told["phone"]["blank_when_submitted"] == {"rate": 1.0, "count": 1, "of": 1}
    assert told["phone"]["drop_off"] == {"rate": 1.0, "count": 1, "of": 1, "abandoned": 0}
