"""Webhooks and channels as their owner manages them, and as a stranger can't."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from leadsbot.errors import InvalidInput, NotFound
from leadsbot.routing import destinations
from leadsbot.routing.destination import open_config
from leadsbot.routing.destinations import channel_json, webhook_json
from leadsbot.services import Services
from leadsbot.workspaces.bootstrap import Created
from tests.support.telegram_calls import BLOCKED
from tests.support.telegram_server import TelegramServer
from tests.support.webhook_receiver import Answer, WebhookReceiver

URL = "https://crm.example.com/hook"
OWN_TOKEN = "99:own-bot-token"


async def hook(services: Services, workspace: Created, url: str = URL, **more: Any) -> tuple[dict[str, Any], str]:
    return await destinations.create_webhook(services.database, services.vault, workspace.workspace_id, url, **more)


async def chat(services: Services, workspace: Created, **config: Any) -> dict[str, Any]:
    return await destinations.create_channel(services, workspace.workspace_id, "telegram", config)


async def change(services: Services, workspace: Created, channel: dict[str, Any], **changes: Any) -> dict[str, Any]:
    row = await destinations.update_channel(services, workspace.workspace_id, channel["id"], changes)
    return channel_json(row, services.vault)


async def test_a_new_webhook_shows_its_secret_once(services: Services, workspace: Created) -> None:
    row, secret = await hook(services, workspace, events=["lead.created", "lead.created"])
    shown = webhook_json(row)
    assert secret.startswith("whsec_") and secret not in json.dumps(shown) and secret not in row["secret"]
    assert (shown["url"], shown["events"], shown["enabled"], shown["disabled_reason"]) == (
        URL,
        ["lead.created"],
        True,
        "",
    )
    assert {"id", "url", "events", "enabled", "disabled_reason", "created_at"} <= set(shown)


@pytest.mark.parametrize(
    ("url", "events", "field"),
    [
        ("", [], "url"),
        ("ftp://example.com", [], "url"),
        ("https://user:pass@example.com/", [], "url"),
        ("https://example.com/" + "ü" * 1900, [], "url"),
        (URL, ["lead.exploded"], "events"),
        (URL, "lead.created", "events"),
        (URL, [1], "events"),
    ],
)
async def test_a_webhook_of_no_use_is_refused(
    services: Services, workspace: Created, url: Any, events: Any, field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        await hook(services, workspace, url, events=events)
    assert caught.value.fields == (field,)
    assert (await destinations.list_webhooks(services.database, workspace.workspace_id)).rows == []


async def test_a_webhook_can_be_changed(services: Services, workspace: Created) -> None:
    row, _ = await hook(services, workspace)
    changes = {"url": URL + "2", "events": ["lead.deleted"], "enabled": False}
    await destinations.update_webhook(services.database, workspace.workspace_id, row["id"], changes)
    now = webhook_json(await destinations.get_webhook(services.database, workspace.workspace_id, row["id"]))
    assert (now["url"], now["events"], now["enabled"]) == (URL + "2", ["lead.deleted"], False)


@pytest.mark.parametrize("changes", [{"secret": "mine"}, {"enabled": "yes"}, {"url": None}])
async def test_a_webhook_can_not_be_changed_to_nonsense(
    services: Services, workspace: Created, changes: dict[str, Any]
) -> None:
    row, _ = await hook(services, workspace)
    with pytest.raises(InvalidInput):
        await destinations.update_webhook(services.database, workspace.workspace_id, row["id"], changes)


async def test_switching_on_forgives_what_had_failed(services: Services, workspace: Created) -> None:
    row, _ = await hook(services, workspace)
    await services.database.write(
        lambda tx: tx.execute("UPDATE webhooks SET enabled = FALSE, disabled_reason = 'gone', failing_since = 1")
    )
    now = await destinations.update_webhook(services.database, workspace.workspace_id, row["id"], {"enabled": True})
    assert (now["enabled"], now["disabled_reason"], now["failing_since"]) == (True, "", None)


async def test_lists_go_page_by_page_newest_first(services: Services, workspace: Created) -> None:
    made = [(await hook(services, workspace, f"{URL}{number}"))[0]["id"] for number in range(5)]
    seen, cursor = [], None
    for _ in range(3):
        page = await destinations.list_webhooks(services.database, workspace.workspace_id, cursor, 2)
        seen += [row["id"] for row in page.rows]
        cursor = page.next_cursor
    assert seen == made[::-1] and cursor is None


@pytest.mark.parametrize("cursor", ["", "!", "AAAA", "MTIz", "LTEuYQ", "MS5hAGI"])
async def test_a_cursor_that_was_never_given_is_refused(services: Services, workspace: Created, cursor: str) -> None:
    with pytest.raises(InvalidInput, match="cursor"):
        await destinations.list_webhooks(services.database, workspace.workspace_id, cursor)


async def test_a_channels_secrets_are_shown_by_their_end_alone(services: Services, workspace: Created) -> None:
    row = await chat(services, workspace, chat_id="-1001", bot_token=OWN_TOKEN)
    assert OWN_TOKEN not in row["config"]
    shown = channel_json(row, services.vault)
    assert shown["config"] == {"chat_id": -1001, "bot_token": "…oken"}
    assert (shown["kind"], shown["name"], shown["events"], shown["filter"]) == ("telegram", "Telegram", [], {})


async def test_a_masked_secret_handed_back_stays_what_it_was(services: Services, workspace: Created) -> None:
    row = await chat(services, workspace, chat_id=-1001, bot_token=OWN_TOKEN)
    shown = channel_json(row, services.vault)
    await change(services, workspace, row, config={**shown["config"], "thread_id": 7}, name="Sales")
    stored = await destinations.get_channel(services.database, workspace.workspace_id, row["id"])
    config = open_config(services.vault, stored["config"])
    assert config == {"chat_id": -1001, "thread_id": 7, "bot_token": OWN_TOKEN} and stored["name"] == "Sales"


async def test_null_takes_a_value_out_of_the_config(services: Services, workspace: Created) -> None:
    row = await chat(services, workspace, chat_id=-1001, thread_id=7)
    assert (await change(services, workspace, row, config={"thread_id": None}))["config"] == {"chat_id": -1001}


@pytest.mark.parametrize(
    ("kind", "config", "more", "field"),
    [
        ("pigeon", {}, {}, "kind"),
        ("webhook", {"url": URL}, {}, "kind"),
        ("telegram", {"chat_id": "here"}, {}, "config.chat_id"),
        ("telegram", [], {}, "config"),
        ("email", {"to": ["nobody"]}, {}, "config.to"),
        ("email", {"to": ["owners"], "cc": ["sales@example.com"]}, {}, "config.cc"),
        ("discord", {"webhook_url": "https://discord.com/api/webhooks/1/a", "thread_id": 5}, {}, "config.thread_id"),
        ("telegram", {}, {"events": ["x"]}, "events"),
        ("telegram", {}, {"filter": {"password": "x"}}, "filter.password"),
        ("telegram", {}, {"filter": {"source": [1]}}, "filter.source"),
        ("telegram", {}, {"filter": []}, "filter"),
        ("telegram", {}, {"name": "x" * 201}, "name"),
        ("telegram", {}, {"enabled": 1}, "enabled"),
    ],
)
async def test_a_channel_of_no_use_is_refused(
    services: Services, workspace: Created, kind: str, config: Any, more: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        await destinations.create_channel(services, workspace.workspace_id, kind, config, **more)
    assert caught.value.fields == (field,)
    assert (await destinations.list_channels(services.database, workspace.workspace_id)).rows == []


async def test_a_test_message_is_sent_at_once_and_kept(
    services: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    row, secret = await hook(services, workspace, receiver.url)
    delivery = await destinations.test_webhook(services, workspace.workspace_id, row["id"])
    assert receiver.verify(secret)["type"] == "test"
    assert (delivery["status"], delivery["event_type"], delivery["webhook_id"]) == ("delivered", "test", row["id"])
    assert [attempt["status_code"] for attempt in delivery["attempts"]] == [204]


async def test_a_test_that_fails_says_why_and_is_not_tried_again(
    services: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    receiver.always(Answer(410))
    row, _ = await hook(services, workspace, receiver.url)
    delivery = await destinations.test_webhook(services, workspace.workspace_id, row["id"])
    assert (delivery["status"], delivery["next_attempt_at"]) == ("dead", None)
    assert "410" in delivery["attempts"][0]["error"]
    assert (await destinations.get_webhook(services.database, workspace.workspace_id, row["id"]))["enabled"]
    assert await services.database.fetch("SELECT id FROM jobs") == []


async def test_a_channels_test_arrives_in_the_chat(
    services: Services, workspace: Created, telegram: TelegramServer
) -> None:
    row = await chat(services, workspace, chat_id=-1001)
    delivery = await destinations.test_channel(services, workspace.workspace_id, row["id"])
    assert delivery["status"] == "delivered" and "Lindenhof" in telegram.sent[0].text


@pytest.mark.parametrize(("chat_id", "why"), [(-1001, "blocked"), (None, "No chat is linked")])
async def test_a_channels_test_says_what_is_wrong(
    services: Services, workspace: Created, telegram: TelegramServer, chat_id: int | None, why: str
) -> None:
    telegram.fail(-1001, BLOCKED, always=True)
    row = await chat(services, workspace, chat_id=chat_id)
    delivery = await destinations.test_channel(services, workspace.workspace_id, row["id"])
    assert delivery["status"] == "dead" and why in delivery["attempts"][0]["error"]


Act = Callable[[Services, str, str], Awaitable[Any]]
WEBHOOK_ACTS: dict[str, Act] = {
    "get": lambda s, w, i: destinations.get_webhook(s.database, w, i),
    "update": lambda s, w, i: destinations.update_webhook(s.database, w, i, {"enabled": False}),
    "rotate": lambda s, w, i: destinations.rotate_secret(s.database, s.vault, w, i),
    "test": lambda s, w, i: destinations.test_webhook(s, w, i),
    "delete": lambda s, w, i: destinations.delete_webhook(s.database, w, i),
}
CHANNEL_ACTS: dict[str, Act] = {
    "get": lambda s, w, i: destinations.get_channel(s.database, w, i),
    "update": lambda s, w, i: destinations.update_channel(s, w, i, {"enabled": False}),
    "test": lambda s, w, i: destinations.test_channel(s, w, i),
    "delete": lambda s, w, i: destinations.delete_channel(s.database, w, i),
}


@pytest.mark.parametrize("act", WEBHOOK_ACTS.values(), ids=WEBHOOK_ACTS)
async def test_a_strangers_hands_do_not_reach_a_webhook(
    services: Services, workspace: Created, stranger: Created, act: Act
) -> None:
    row, _ = await hook(services, workspace)
    with pytest.raises(NotFound):
        await act(services, stranger.workspace_id, row["id"])
    assert await destinations.get_webhook(services.database, workspace.workspace_id, row["id"]) == row
    assert (await destinations.list_webhooks(services.database, stranger.workspace_id)).rows == []


@pytest.mark.parametrize("act", CHANNEL_ACTS.values(), ids=CHANNEL_ACTS)
async def test_a_strangers_hands_do_not_reach_a_channel(
    services: Services, workspace: Created, stranger: Created, act: Act
) -> None:
    row = await chat(services, workspace, chat_id=-1001)
    with pytest.raises(NotFound):
        await act(services, stranger.workspace_id, row["id"])
    assert await destinations.get_channel(services.database, workspace.workspace_id, row["id"]) == row
    assert (await destinations.list_channels(services.database, stranger.workspace_id)).rows == []


@pytest.mark.parametrize("unknown", ["", "x", "\x00", "0190f3a0-0000-7000-8000-000000000009"])
async def test_what_does_not_exist_is_not_found(services: Services, workspace: Created, unknown: str) -> None:
    for act in (*WEBHOOK_ACTS.values(), *CHANNEL_ACTS.values()):
        with pytest.raises(NotFound):
            await act(services, workspace.workspace_id, unknown)


async def test_the_owner_deletes_both(services: Services, workspace: Created) -> None:
    row, _ = await hook(services, workspace)
    channel = await chat(services, workspace, chat_id=-1001)
    await destinations.delete_webhook(services.database, workspace.workspace_id, row["id"])
    await destinations.delete_channel(services.database, workspace.workspace_id, channel["id"])
    assert (await destinations.list_webhooks(services.database, workspace.workspace_id)).rows == []
    assert (await destinations.list_channels(services.database, workspace.workspace_id)).rows == []
