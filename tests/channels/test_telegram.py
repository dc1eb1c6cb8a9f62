"""Telegram: messages arrive in the right chat, and each refusal means what it should for the channel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from leadsbot.channels.base import DeliveryFailed, Parcel, Receipt, Standing
from leadsbot.channels.telegram import CHANNEL
from leadsbot.channels.telegram.api import OutboundRequest, make_bot
from leadsbot.errors import InvalidInput
from leadsbot.outbound import Outbound
from tests.channels.parcels import LEAD, parcel
from tests.support.telegram_calls import (
    BLOCKED,
    BROKEN,
    CHAT_NOT_FOUND,
    KICKED,
    TOPIC_NOT_FOUND,
    UNPARSABLE,
    Fault,
    migrated,
    too_many,
)
from tests.support.telegram_server import ADA, TelegramServer
from tests.support.webhook_receiver import Answer, WebhookReceiver

CHAT = -100_200
STAGES = ("Form Started", "New", "Contacted", "Quoted", "Won", "Lost")


@pytest.fixture
def telegram() -> Iterator[TelegramServer]:
    with TelegramServer() as running:
        yield running


def addressed(server: TelegramServer, event_type: str = "lead.created", **config: Any) -> Parcel:
    return parcel({"chat_id": CHAT, "bot_token": server.token, "api_base": server.base_url, **config}, event_type)


async def deliver(outbound: Outbound, server: TelegramServer, **config: Any) -> Receipt:
    return await CHANNEL.send(addressed(server, **config), outbound)


async def failure(outbound: Outbound, server: TelegramServer, **config: Any) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as failed:
        await deliver(outbound, server, **config)
    return failed.value


async def test_the_alert_arrives_in_the_chat_with_a_button(outbound: Outbound, telegram: TelegramServer) -> None:
    receipt = await deliver(outbound, telegram)
    sent = telegram.sent[0]
    assert (sent.method, sent.params["chat_id"]) == ("sendMessage", str(CHAT))
    assert sent.text.startswith("🟢 New lead: Grace Hopper")
    assert [button["url"] for button in sent.buttons] == ["https://leads.example.com/leads/0190f3a0"]
    assert receipt.status_code == 200
    assert receipt.state | {"shown": ""} == {"chat_id": CHAT, "message_id": sent.result["message_id"], "shown": ""}


async def test_it_arrives_in_the_topic_it_was_linked_to(outbound: Outbound, telegram: TelegramServer) -> None:
    await deliver(outbound, telegram, thread_id=7)
    assert telegram.sent[0].params["message_thread_id"] == "7"


async def test_without_a_topic_none_is_named(outbound: Outbound, telegram: TelegramServer) -> None:
    await deliver(outbound, telegram)
    assert "message_thread_id" not in telegram.sent[0].params


async def test_it_falls_back_to_plain_text_when_markup_is_refused(outbound: Outbound, telegram: TelegramServer) -> None:
    telegram.fail(CHAT, UNPARSABLE)
    await deliver(outbound, telegram)
    assert [call.status for call in telegram.calls] == [400, 200]
    assert "parse_mode" not in telegram.sent[0].params
    assert telegram.sent[0].text.startswith("🟢 New lead: Grace Hopper")


async def test_it_puts_the_address_into_the_text_when_the_button_is_refused(
    outbound: Outbound, telegram: TelegramServer
) -> None:
    telegram.fail(CHAT, Fault(400, "Bad Request: BUTTON_URL_INVALID"))
    alert = replace(addressed(telegram), standing=Standing(LEAD["id"], "New", STAGES))
    await CHANNEL.send(alert, outbound)
    assert [button["text"] for button in telegram.sent[0].buttons][-3:] == ["Claim", "Snooze", "Spam"]
    assert telegram.sent[0].text.endswith("https://leads.example.com/leads/0190f3a0")


@pytest.mark.parametrize(
    "refusal",
    ["Bad Request: ENTITY_TEXT_INVALID", "Bad Request: BUTTON_DATA_INVALID", "Bad Request: REPLY_MARKUP_TOO_LONG",
     "Bad Request: MESSAGE_TOO_LONG", "Bad Request: something that nobody has seen before"],
)  # fmt: skip
async def test_whatever_telegram_minds_the_alert_arrives(
    refusal: str, outbound: Outbound, telegram: TelegramServer
) -> None:
    telegram.fail(CHAT, Fault(400, refusal))
    await deliver(outbound, telegram)
    assert "Grace Hopper" in telegram.sent[0].text and "We need a compiler." in telegram.sent[0].text


async def test_a_chat_that_is_gone_is_not_asked_again_more_plainly(
    outbound: Outbound, telegram: TelegramServer
) -> None:
    telegram.fail(CHAT, Fault(400, "Bad Request: TOPIC_CLOSED"), always=True)
    assert (await failure(outbound, telegram)).disable
    assert len(telegram.calls) == 1


async def test_a_group_that_moved_while_it_has_a_topic_is_followed_into_the_topic(
    outbound: Outbound, telegram: TelegramServer
) -> None:
    telegram.fail(CHAT, migrated(-100_999))
    failed = await failure(outbound, telegram, thread_id=7)
    await deliver(outbound, telegram, **{"thread_id": 7, **(failed.moved or {})})
    assert (telegram.sent[0].params["chat_id"], telegram.sent[0].params["message_thread_id"]) == ("-100999", "7")


async def test_an_alert_is_edited_where_it_stands(outbound: Outbound, telegram: TelegramServer) -> None:
    first = addressed(telegram)
    state = (await CHANNEL.send(first, outbound)).state
    claimed = replace(first, standing=Standing(LEAD["id"], "New", STAGES, claimed=True, deeds=(("claimed", "Ada"),)))
    later = replace(claimed, config=dict(claimed.config) | {"chat_id": -7})  # linked to another chat meanwhile
    receipt = await CHANNEL.edit(later, state, outbound)
    assert telegram.message(state["message_id"])["text"].splitlines()[1] == "✅ Ada"
    assert "Release" in telegram.buttons(state["message_id"])
    assert receipt.state["shown"] == CHANNEL.shown(later) != state["shown"]


async def test_an_edit_that_changes_nothing_is_well(outbound: Outbound, telegram: TelegramServer) -> None:
    state = (await CHANNEL.send(addressed(telegram), outbound)).state
    await CHANNEL.edit(addressed(telegram), state, outbound)
    assert [call.status for call in telegram.calls] == [200, 400]


async def test_a_message_that_somebody_deleted_is_not_edited_again(
    outbound: Outbound, telegram: TelegramServer
) -> None:
    state = (await CHANNEL.send(addressed(telegram), outbound)).state
    telegram.remove(state["message_id"])
    with pytest.raises(DeliveryFailed) as failed:
        await CHANNEL.edit(addressed(telegram), state, outbound)
    assert failed.value.permanent and not failed.value.disable
    assert len(telegram.calls) == 2


async def test_of_a_deleted_lead_nothing_is_left_in_the_chat(outbound: Outbound, telegram: TelegramServer) -> None:
    state = (await CHANNEL.send(addressed(telegram), outbound)).state
    gone = parcel(dict(addressed(telegram).config), lead=None)
    await CHANNEL.edit(replace(gone, standing=Standing("", deleted=True)), state, outbound)
    assert telegram.message(state["message_id"])["text"] == "This lead was deleted."
    assert telegram.buttons(state["message_id"]) == {}


async def test_a_reminder_answers_the_alert(outbound: Outbound, telegram: TelegramServer) -> None:
    state = (await CHANNEL.send(addressed(telegram), outbound)).state
    config = dict(addressed(telegram).config)
    answer = await CHANNEL.send(parcel(config, "lead.unclaimed", reply_to=state["message_id"]), outbound)
    answered = telegram.message(answer.state["message_id"])["reply_to_message"]
    assert answered["message_id"] == state["message_id"]


async def test_it_waits_as_long_as_telegram_asks(outbound: Outbound, telegram: TelegramServer) -> None:
    telegram.fail(CHAT, too_many(37))
    failed = await failure(outbound, telegram)
    assert (failed.retry_after, failed.status_code, failed.permanent, failed.disable) == (37, 429, False, None)
    assert len(telegram.calls) == 1


async def test_it_follows_a_group_that_became_a_supergroup(outbound: Outbound, telegram: TelegramServer) -> None:
    telegram.fail(CHAT, migrated(-100_999))
    failed = await failure(outbound, telegram)
    assert (failed.moved, failed.permanent, failed.disable) == ({"chat_id": -100_999}, False, None)
    assert (await deliver(outbound, telegram, **(failed.moved or {}))).state["chat_id"] == -100_999


@pytest.mark.parametrize("fault", [BLOCKED, KICKED, CHAT_NOT_FOUND, TOPIC_NOT_FOUND])
async def test_it_switches_the_channel_off_when_the_chat_is_gone(
    fault: Fault, outbound: Outbound, telegram: TelegramServer
) -> None:
    telegram.fail(CHAT, fault)
    failed = await failure(outbound, telegram)
    assert failed.permanent and failed.disable == failed.message
    assert failed.status_code == fault.status


async def test_it_does_not_switch_the_channel_off_on_an_unknown_403(
    outbound: Outbound, telegram: TelegramServer
) -> None:
    telegram.fail(CHAT, Fault(403, "Forbidden: something that nobody has seen before"))
    failed = await failure(outbound, telegram)
    assert (failed.permanent, failed.disable, failed.status_code) == (False, None, 403)


async def test_it_switches_the_channel_off_when_the_token_is_refused(
    outbound: Outbound, telegram: TelegramServer
) -> None:
    failed = await failure(outbound, telegram, bot_token="4242:revoked")
    assert failed.permanent and failed.disable and failed.status_code == 401
    assert "revoked" not in failed.message


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_it_does_not_switch_the_channel_off_when_a_proxy_refuses(
    status: int, outbound: Outbound, telegram: TelegramServer
) -> None:
    with WebhookReceiver() as proxy:
        proxy.always(Answer(status, b"<html>bot was blocked by the user</html>"))
        failed = await failure(outbound, telegram, api_base=proxy.base_url)
    assert (failed.permanent, failed.disable, failed.status_code) == (False, None, status)


async def test_a_broken_api_is_tried_again(outbound: Outbound, telegram: TelegramServer) -> None:
    telegram.fail(CHAT, BROKEN)
    failed = await failure(outbound, telegram)
    assert (failed.permanent, failed.disable, failed.status_code) == (False, None, 502)


async def test_an_unreadable_success_is_tried_again(outbound: Outbound, telegram: TelegramServer) -> None:
    with WebhookReceiver() as proxy:
        proxy.always(Answer(200, b"<html>sign in to this wifi</html>"))
        failed = await failure(outbound, telegram, api_base=proxy.base_url)
    assert (failed.permanent, failed.disable) == (False, None)


async def test_an_api_that_is_down_is_tried_again_and_the_token_is_not_told(
    outbound: Outbound, telegram: TelegramServer
) -> None:
    with WebhookReceiver() as gone:
        pass
    failed = await failure(outbound, telegram, api_base=gone.base_url)
    assert (failed.permanent, failed.disable, failed.status_code) == (False, None, None)
    assert telegram.token not in failed.message


async def test_a_message_the_api_finds_wrong_is_not_tried_again(outbound: Outbound, telegram: TelegramServer) -> None:
    telegram.fail(CHAT, Fault(400, "Bad Request: message text is empty"), always=True)
    failed = await failure(outbound, telegram)
    assert failed.permanent and failed.disable is None
    assert len(telegram.calls) == 2  # dressed and bare


async def test_a_channel_without_a_chat_says_what_to_do(outbound: Outbound, telegram: TelegramServer) -> None:
    failed = await failure(outbound, telegram, chat_id=None)
    assert "Start" in failed.message and telegram.calls == []


async def test_a_server_without_a_bot_says_what_to_do(outbound: Outbound, telegram: TelegramServer) -> None:
    assert "LEADSBOT_TELEGRAM_TOKEN" in (await failure(outbound, telegram, bot_token=None)).message


async def test_the_same_bot_can_poll_for_what_people_say(outbound: Outbound, telegram: TelegramServer) -> None:
    bot = make_bot(telegram.token, telegram.base_url, OutboundRequest(outbound, "bot"))
    telegram.say(42, ADA, "/start CODE")
    updates = await bot.get_updates(timeout=5)
    assert updates[0].message is not None and updates[0].message.text == "/start CODE"
    assert await bot.get_updates(offset=updates[0].update_id + 1, timeout=0) == ()


async def test_files_can_be_sent_over_the_same_client(outbound: Outbound) -> None:
    with WebhookReceiver() as receiver:
        receiver.always(Answer(200, b'{"ok":true,"result":{"message_id":1,"date":1,"chat":{"id":1,"type":"private"}}}'))
        bot = make_bot("1:x", receiver.base_url, OutboundRequest(outbound, "bot"))
        await bot.send_photo(1, b"\x89PNG picture", caption="week")
    assert receiver.requests[0].headers["content-type"].startswith("multipart/form-data")
    assert b"\x89PNG picture" in receiver.requests[0].body


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ({}, {}),
        ({"chat_id": "-1001234567890"}, {"chat_id": -1001234567890}),
        ({"chat_id": 42, "thread_id": "7"}, {"chat_id": 42, "thread_id": 7}),
        ({"chat_id": "@our_leads", "bot_token": " 1:aB-_ "}, {"chat_id": "@our_leads", "bot_token": "1:aB-_"}),
    ],
)
def test_a_good_config_comes_back_in_its_normal_form(given: dict[str, Any], normal: dict[str, Any]) -> None:
    assert CHANNEL.check_config(given) == normal


@pytest.mark.parametrize(
    ("name", "value"),
    [("chat_id", "x"), ("chat_id", True), ("chat_id", 2**60), ("chat_id", 1.5), ("chat_id", []), ("thread_id", 0),
     ("bot_token", "nonsense"), ("bot_token", "1:a/../b"), ("bot_token", 5)],
)  # fmt: skip
def test_a_config_that_cannot_work_is_refused(name: str, value: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        CHANNEL.check_config({name: value})
    assert refused.value.fields == (f"config.{name}",)


def test_the_destination_names_chat_and_topic_but_no_token() -> None:
    assert CHANNEL.destination({"chat_id": 5, "thread_id": 7, "bot_token": "1:secret"}) == "telegram:5/7"
