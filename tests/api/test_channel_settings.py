"""What a channel's owner sets over HTTP: filter, options, silence, a template and its preview."""

from __future__ import annotations

from typing import Any

from tests.api.conftest import Client

EMAIL = {"kind": "email", "config": {"to": ["office@example.com"]}}
CONDITIONS = {
    "all": [{"field": "form_completion_percent", "op": ">=", "value": 50}, {"field": "email", "op": "exists"}]
}
QUIET = {"start": "20:00", "end": "07:00", "days_off": ["sun"]}


async def made(api: Client, **more: Any) -> dict[str, Any]:
    answer = await api.post("/api/v1/channels", json={**EMAIL, **more})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_filter_is_given_back_as_it_was_set(api: Client) -> None:
    channel = await made(api, filter=CONDITIONS)
    assert channel["filter"] == CONDITIONS
    path = f"/api/v1/channels/{channel['id']}"
    for filter in ({"source": ["google", "bing"]}, {"not": CONDITIONS}, {}):
        assert (await api.patch(path, json={"filter": filter})).json()["filter"] == filter
    assert (await api.patch(path, json={"filter": None})).json()["filter"] == {}


async def test_options_are_set_changed_and_removed(api: Client) -> None:
    channel = await made(api, options={"quiet_hours": QUIET, "digest": "hourly"})
    assert channel["options"] == {"quiet_hours": QUIET, "digest": "hourly"}
    path = f"/api/v1/channels/{channel['id']}"
    changed = (await api.patch(path, json={"options": {"digest": None, "summaries": ["daily"]}})).json()
    assert changed["options"] == {"quiet_hours": QUIET, "summaries": ["daily"]}
    assert (await api.patch(path, json={"name": "Desk"})).json()["options"] == changed["options"]
    assert (await api.patch(path, json={"options": None})).json()["options"] == {}


async def test_what_can_not_be_is_named_and_changes_nothing(api: Client) -> None:
    channel = await made(api)
    path = f"/api/v1/channels/{channel['id']}"
    for change, field in (
        ({"filter": {"all": [{"field": "email", "op": "like", "value": "x"}]}}, "filter.all[0].op"),
        ({"filter": {"colour": "red"}}, "filter.colour"),
        ({"options": {"loud": True}}, "options"),
        ({"options": {"quiet_hours": {"start": "9", "end": "10:00"}}}, "options.quiet_hours.start"),
        ({"options": {"escalate_after_minutes": 5}}, "options.escalate_after_minutes"),
        ({"options": {"template": "{{ lead.nmae }}"}}, "options.template"),
        ({"options": "none"}, "options"),
        ({"muted_until": "tomorrow"}, "muted_until"),
        ({"muted_until": "2026-05-04T12:00:00"}, "muted_until"),
    ):
        answer = await api.patch(path, json=change)
        assert (answer.status_code, answer.json()["fields"]) == (400, [field]), change
        answer = await api.post("/api/v1/channels", json={**EMAIL, **change})
        assert answer.status_code == 400, change
    assert (await api.get(path)).json() == channel
    telegram = {"kind": "telegram", "config": {"chat_id": 7}, "options": {"escalate_after_minutes": 5}}
    assert (await api.post("/api/v1/channels", json=telegram)).json()["options"] == {"escalate_after_minutes": 5}


async def test_a_channel_is_silenced_and_heard_again(api: Client) -> None:
    channel = await made(api)
    assert channel["muted_until"] is None
    path = f"/api/v1/channels/{channel['id']}"
    muted = await api.patch(path, json={"muted_until": "2026-05-04T14:00:00+02:00"})
    assert muted.json()["muted_until"] == "2026-05-04T12:00:00.000Z"
    assert (await api.patch(path, json={"muted_until": None})).json()["muted_until"] is None


async def tried(api: Client, template: str, **more: Any) -> dict[str, Any]:
    answer = await api.post("/api/v1/channels/preview", json={"template": template, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_template_is_tried_on_a_sample_then_on_the_latest_lead(api: Client) -> None:
    sample = await tried(api, "{{ lead.name }}")
    assert sample == {"text": "Grace Hopper", "cut": False, "error": None, "lead_id": None}
    ids = []
    for name in ("Ada", "Anna"):
        lead = {"name": f"{name} Berg", "email": f"{name}@example.com", "phone": "1"}
        ids.append((await api.post("/api/v1/leads", json=lead)).json()["id"])
    latest = await tried(api, "{{ lead.first_name }} {{ event.type }}")
    assert (latest["text"], latest["lead_id"]) == ("Anna lead.created", ids[1])
    assert (await tried(api, "{{ lead.first_name }}", lead_id=ids[0]))["text"] == "Ada"
    told = await tried(api, "{{ from_stage }} {{ session.completion_percent }}", event="lead.stage_changed")
    assert told["text"] == "New"
    failed = await tried(api, "{{ 1 / 0 }}")
    assert failed["text"] == "" and "division by zero" in failed["error"]


async def test_a_template_that_can_not_be_is_refused_with_its_line(api: Client) -> None:
    for body, field in (
        ({"template": "a\n{{ b }}"}, "template"),
        ({"template": "a", "event": "lead.deleted"}, "event"),
    ):
        answer = await api.post("/api/v1/channels/preview", json=body)
        assert (answer.status_code, answer.json()["fields"]) == (400, [field])
    assert "Line 2" in (await api.post("/api/v1/channels/preview", json={"template": "a\n{{ b }}"})).json()["error"]


async def test_a_strangers_lead_is_no_ones_preview(api: Client, stranger_api: Client) -> None:
    lead = {"name": "Ada Berg", "email": "ada@example.com", "phone": "1"}
    ours = (await api.post("/api/v1/leads", json=lead)).json()["id"]
    said = {"template": "{{ lead.name }}"}
    answer = await stranger_api.post("/api/v1/channels/preview", json={**said, "lead_id": ours})
    assert answer.status_code == 404
    assert (await stranger_api.post("/api/v1/channels/preview", json=said)).json()["lead_id"] is None
