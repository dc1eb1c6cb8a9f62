"""Channels, webhooks and deliveries over HTTP, against servers that really receive."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import Client, Serve
from tests.support.telegram_server import TelegramServer
from tests.support.webhook_receiver import Answer, WebhookReceiver


@pytest.fixture
async def with_bot(serve: Serve, telegram: TelegramServer, workspace: Created) -> AsyncIterator[Client]:
    """The owner's client, where the instance has a bot."""
    settings = {"LEADSBOT_TELEGRAM_TOKEN": telegram.token, "LEADSBOT_TELEGRAM_API": telegram.base_url}
    async with serve(settings, x_api_key=workspace.api_key) as client:
        yield client


async def hook(api: Client, url: str, **more: Any) -> dict[str, Any]:
    answer = await api.post("/api/v1/webhooks", json={"url": url, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_webhooks_secret_is_shown_once_and_signs(api: Client, receiver: WebhookReceiver) -> None:
    made = await hook(api, receiver.url, events=["lead.created"])
    secret = made.pop("secret")
    path = f"/api/v1/webhooks/{made['id']}"
    assert (await api.get(path)).json() == made
    assert (await api.get("/api/v1/webhooks")).json() == {"data": [made], "next_cursor": None}
    delivery = (await api.post(f"{path}/test")).json()
    assert delivery["status"] == "delivered" and delivery["attempts"][0]["status_code"] == 204
    receiver.verify(secret)
    assert receiver.requests[-1].headers["x-leadsbot-delivery"] == delivery["id"]


async def test_a_rotated_secret_is_shown_once_and_signs(api: Client, receiver: WebhookReceiver) -> None:
    made = await hook(api, receiver.url)
    answer = await api.post(f"/api/v1/webhooks/{made['id']}/rotate-secret")
    assert answer.status_code == 200 and answer.json()["secret"] != made["secret"]
    await api.post(f"/api/v1/webhooks/{made['id']}/test")
    receiver.verify(answer.json()["secret"])


async def test_a_webhook_is_changed_and_deleted(api: Client) -> None:
    made = await hook(api, "https://hooks.example/a", events=["lead.created"])
    made.pop("secret")
    path = f"/api/v1/webhooks/{made['id']}"
    changed = (await api.patch(path, json={"enabled": False, "events": []})).json()
    assert changed.pop("missed_since") and not made.pop("missed_since")
    assert changed == {**made, "enabled": False, "events": []}
    assert (await api.delete(path)).status_code == 204
    assert (await api.get(path)).status_code == 404
    assert (await api.get("/api/v1/webhooks")).json()["data"] == []


async def test_a_replay_says_how_many_are_due_and_is_begun_once(api: Client) -> None:
    made = await hook(api, "https://hooks.example/a", events=["lead.created"])
    path = f"/api/v1/webhooks/{made['id']}"
    await api.patch(path, json={"enabled": False})
    missed = (await api.get(path)).json()["missed_since"]
    await api.post("/api/public/leads", json={"email": "ada@example.com"})
    refused = await api.post(f"{path}/replay", json={"since": missed})
    assert (refused.status_code, refused.json()["code"]) == (409, "destination_disabled")
    await api.patch(path, json={"enabled": True})
    answer = await api.post(f"{path}/replay", json={"since": missed})
    assert answer.status_code == 202 and answer.json()["id"] == made["id"]
    assert answer.json()["replay"] == {
        "since": answer.json()["replay"]["since"],
        "missed_only": False,
        "due": 1,
        "queued": 0,
    }
    assert (
        (await api.post(f"{path}/replay", json={"since": missed})).json()
        == answer.json()
        == (await api.get(path)).json()
    )


async def test_a_replay_from_no_time_is_not_begun(api: Client) -> None:
    made = await hook(api, "https://hooks.example/a", events=["lead.created"])
    for since in (None, 5, "", "yesterday", "2026-05-31T09:30:00", "9999-01-01T00:00:00Z", "2026-02-30"):
        answer = await api.post(f"/api/v1/webhooks/{made['id']}/replay", json={"since": since})
        assert (answer.status_code, answer.json()["fields"]) == (400, ["since"]), since
    assert (await api.post(f"/api/v1/webhooks/{made['id']}/replay", json={})).status_code == 400


async def test_a_webhook_without_sense_is_not_made(api: Client) -> None:
    for body, field in (
        ({}, "url"),
        ({"url": ""}, "url"),
        ({"url": "ftp://example.com"}, "url"),
        ({"url": "https://a.example/" + "a" * 2000}, "url"),
        ({"url": "https://a.example", "events": ["lead.eaten"]}, "events"),
        ({"url": "https://a.example", "events": "lead.created"}, "events"),
        ({"url": "https://a.example", "enabled": "yes"}, "enabled"),
        ({"url": "https://a.example", "secret": "mine"}, "secret"),
    ):
        answer = await api.post("/api/v1/webhooks", json=body)
        assert (answer.status_code, answer.json().get("fields")) == (400, [field]), body
    assert (await api.get("/api/v1/webhooks")).json()["data"] == []


async def test_a_failed_delivery_says_why_and_is_sent_again_by_hand(api: Client, receiver: WebhookReceiver) -> None:
    receiver.next(Answer(500, b"out of order"))
    made = await hook(api, receiver.url)
    delivery = (await api.post(f"/api/v1/webhooks/{made['id']}/test")).json()
    assert delivery["status"] == "dead" and delivery["attempts"][0]["status_code"] == 500
    assert delivery["attempts"][0]["error"]
    path = f"/api/v1/deliveries/{delivery['id']}"
    assert (await api.get(path)).json() == delivery
    again = await api.post(f"{path}/retry")
    assert again.status_code == 202
    assert again.json()["id"] == delivery["id"] and again.json()["status"] == "pending"


async def test_what_went_to_a_deleted_webhook_is_not_sent_again(api: Client, receiver: WebhookReceiver) -> None:
    made = await hook(api, receiver.url)
    delivery = (await api.post(f"/api/v1/webhooks/{made['id']}/test")).json()
    await api.delete(f"/api/v1/webhooks/{made['id']}")
    answer = await api.post(f"/api/v1/deliveries/{delivery['id']}/retry")
    assert (answer.status_code, answer.json()["code"]) == (409, "destination_deleted")


async def test_deliveries_are_listed_newest_first_and_filtered(api: Client, receiver: WebhookReceiver) -> None:
    receiver.next(Answer(500), Answer(204))
    hooks = [(await hook(api, receiver.url))["id"] for _ in range(2)]
    sent = [(await api.post(f"/api/v1/webhooks/{webhook_id}/test")).json()["id"] for webhook_id in hooks]
    for query, ids in {
        "": [sent[1], sent[0]],
        "status=dead": [sent[0]],
        "status=delivered": [sent[1]],
        f"webhook_id={hooks[0]}": [sent[0]],
        f"channel_id={hooks[0]}": [],
        f"lead_id={hooks[0]}": [],
    }.items():
        listed = (await api.get(f"/api/v1/deliveries?{query}")).json()["data"]
        assert [delivery["id"] for delivery in listed] == ids, query
    page = (await api.get("/api/v1/deliveries?limit=1")).json()
    page = (await api.get("/api/v1/deliveries", params={"limit": 1, "cursor": page["next_cursor"]})).json()
    assert [delivery["id"] for delivery in page["data"]] == [sent[0]] and page["next_cursor"] is None
    own = (await api.get(f"/api/v1/webhooks/{hooks[0]}/deliveries")).json()["data"]
    assert [delivery["id"] for delivery in own] == [sent[0]]


async def test_a_filter_that_makes_no_sense_is_named(api: Client) -> None:
    for query, field in {
        "status=lost": "status",
        "lead_id=7": "lead_id",
        "cursor=x": "cursor",
        "limit=0": "limit",
    }.items():
        answer = await api.get(f"/api/v1/deliveries?{query}")
        assert (answer.status_code, answer.json()["fields"]) == (400, [field]), query


async def test_a_telegram_channel_with_its_chat_works_at_once(with_bot: Client, telegram: TelegramServer) -> None:
    answer = await with_bot.post("/api/v1/channels", json={"kind": "telegram", "config": {"chat_id": 4711}})
    assert answer.status_code == 201 and "link_code" not in answer.json()
    delivery = (await with_bot.post(f"/api/v1/channels/{answer.json()['id']}/test")).json()
    assert delivery["status"] == "delivered" and delivery["channel_id"] == answer.json()["id"]
    assert telegram.sent


async def test_a_telegram_channel_without_a_chat_answers_with_its_link(with_bot: Client) -> None:
    made = (await with_bot.post("/api/v1/channels", json={"kind": "telegram", "config": {}})).json()
    assert 1 <= len(made["link_code"]) <= 64
    assert made["link_url"] == f"https://t.me/leadsbot_test_bot?start={made['link_code']}"
    assert (await with_bot.get(f"/api/v1/channels/{made['id']}")).json()["link_url"].startswith("https://t.me/")


async def test_a_channel_is_changed_and_deleted(api: Client) -> None:
    body = {"kind": "email", "name": "Office", "config": {"to": ["office@example.com"]}, "filter": {"source": "google"}}
    made = (await api.post("/api/v1/channels", json=body)).json()
    assert {name: made[name] for name in body} == body
    path = f"/api/v1/channels/{made['id']}"
    changed = (await api.patch(path, json={"name": "Desk", "enabled": False, "filter": None})).json()
    assert changed == {**made, "name": "Desk", "enabled": False, "filter": {}}
    assert (await api.get("/api/v1/channels")).json() == {"data": [changed], "next_cursor": None}
    assert (await api.delete(path)).status_code == 204
    assert (await api.get(path)).status_code == 404


async def test_a_channel_without_sense_is_not_made(api: Client) -> None:
    email = {"kind": "email", "config": {"to": ["a@example.com"]}}
    for body, field in (
        ({}, "kind"),
        ({"kind": "pigeon"}, "kind"),
        ({"kind": "webhook"}, "kind"),
        ({"kind": "email", "config": []}, "config"),
        ({**email, "events": ["lead.eaten"]}, "events"),
        ({**email, "enabled": 1}, "enabled"),
        ({**email, "id": "mine"}, "id"),
    ):
        answer = await api.post("/api/v1/channels", json=body)
        assert (answer.status_code, answer.json().get("fields")) == (400, [field]), body
    assert (await api.post("/api/v1/channels", json={"kind": "email", "config": {"to": ["nobody"]}})).status_code == 400
    assert (await api.get("/api/v1/channels")).json()["data"] == []
