"""The Bot API server that the tests stand on: it keeps Telegram's rules, so that breaking them fails here."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Message
from telegram.error import BadRequest, Conflict, InvalidToken

from leadsbot.channels.telegram.api import OutboundRequest, make_bot
from leadsbot.outbound import Outbound
from tests.support.telegram_server import ADA, TelegramServer
from tests.support.webhook_receiver import WebhookReceiver

CHAT = 42


@pytest.fixture
def telegram() -> Iterator[TelegramServer]:
    with TelegramServer() as running:
        yield running


@pytest.fixture
def bot(outbound: Outbound, telegram: TelegramServer) -> Bot:
    return make_bot(telegram.token, telegram.base_url, OutboundRequest(outbound, "bot"))


def keyboard(**button: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("Claim", **button)]])  # type: ignore[arg-type]


async def send(bot: Bot, text: str, **button: str) -> Message:
    return await bot.send_message(CHAT, text, parse_mode="HTML", reply_markup=keyboard(**button) if button else None)


async def refusal(bot: Bot, text: str, **button: str) -> str:
    with pytest.raises(BadRequest) as refused:
        await send(bot, text, **button)
    return refused.value.message.lower()


async def test_it_knows_its_own_token_and_no_other(bot: Bot, telegram: TelegramServer, outbound: Outbound) -> None:
    assert (await bot.get_me()).is_bot
    with pytest.raises(InvalidToken):
        await make_bot("1:other", telegram.base_url, OutboundRequest(outbound, "bot")).get_me()


@pytest.mark.parametrize("text", ["<b>a", "a</b>", "<b><i>a</b></i>", "<script>a</script>", "a < b", "<>"])
async def test_unbalanced_or_unknown_markup_is_refused(text: str, bot: Bot) -> None:
    assert "can't parse entities" in await refusal(bot, text)


async def test_balanced_markup_is_not_refused(bot: Bot, telegram: TelegramServer) -> None:
    message = await send(bot, '<b>a</b> &lt;i&gt; <a href="https://a.example/?x=1&amp;y">link</a>')
    assert message.text == "a <i> link" == telegram.sent[0].text


async def test_a_text_over_4096_units_is_refused(bot: Bot) -> None:
    await send(bot, "<b>" + "😀" * 2048 + "</b>")
    assert "too long" in await refusal(bot, "😀" * 2049)


async def test_an_empty_text_is_refused(bot: Bot) -> None:
    assert "empty" in await refusal(bot, "<b> </b>")


async def test_callback_data_over_64_bytes_is_refused(bot: Bot) -> None:
    await send(bot, "a", callback_data="ü" * 32)
    assert "button_data_invalid" in await refusal(bot, "a", callback_data="ü" * 32 + "x")


async def test_a_button_that_leads_to_localhost_is_refused(bot: Bot) -> None:
    await send(bot, "a", url="https://leads.example.com/")
    assert "wrong http url" in await refusal(bot, "a", url="http://localhost:8000/")


async def test_a_press_arrives_can_be_answered_once_and_changes_the_message(bot: Bot, telegram: TelegramServer) -> None:
    sent = await send(bot, "New lead", callback_data="claim:1")
    telegram.press(sent.message_id, ADA, "claim:1")
    (update,) = await bot.get_updates(timeout=5)
    query = update.callback_query
    assert query is not None and query.message is not None
    assert (query.data, query.from_user.id, query.message.message_id) == ("claim:1", ADA["id"], sent.message_id)
    assert await bot.answer_callback_query(query.id)
    with pytest.raises(BadRequest):
        await bot.answer_callback_query(query.id)
    edited = await bot.edit_message_text("Claimed by Ada", CHAT, sent.message_id)
    assert isinstance(edited, Message) and edited.text == "Claimed by Ada"


async def test_an_edit_that_changes_nothing_is_refused(bot: Bot) -> None:
    sent = await send(bot, "New lead", callback_data="claim:1")
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_text("New lead", CHAT, sent.message_id, reply_markup=keyboard(callback_data="claim:1"))


async def test_long_polling_waits_for_what_is_said(bot: Bot, telegram: TelegramServer) -> None:
    polling = asyncio.create_task(bot.get_updates(timeout=10))
    said = telegram.say(-100, ADA, "/start CODE", thread_id=7)
    (update,) = await polling
    message = update.message
    assert message is not None and message.chat.type == "supergroup" and message.message_thread_id == 7
    assert message.parse_entities(["bot_command"]) == {message.entities[0]: "/start"}
    assert said["message_id"] == message.message_id


async def test_updates_stay_until_they_are_confirmed_by_offset(bot: Bot, telegram: TelegramServer) -> None:
    telegram.say(CHAT, ADA, "one")
    telegram.say(CHAT, ADA, "two")
    first = await bot.get_updates()
    again = await bot.get_updates(offset=first[0].update_id)
    rest = await bot.get_updates(offset=first[1].update_id)
    assert [len(first), len(again), len(rest)] == [2, 2, 1]
    assert await bot.get_updates(offset=first[1].update_id + 1) == ()


async def test_with_a_webhook_updates_are_pushed_and_polling_conflicts(bot: Bot, telegram: TelegramServer) -> None:
    with WebhookReceiver() as receiver:
        await bot.set_webhook(receiver.url, secret_token="s3cret")
        await asyncio.to_thread(telegram.say, CHAT, ADA, "hello")
        assert receiver.requests[0].json["message"]["text"] == "hello"
        assert receiver.requests[0].headers["x-telegram-bot-api-secret-token"] == "s3cret"
        with pytest.raises(Conflict):
            await bot.get_updates()
        await bot.delete_webhook()
        assert await bot.get_updates() == ()


async def test_waiting_for_a_message_that_never_comes_says_what_came(bot: Bot, telegram: TelegramServer) -> None:
    await send(bot, "something else")
    with pytest.raises(AssertionError, match="something else"):
        telegram.wait_for(lambda call: call.text == "expected", timeout=0.05)
    assert telegram.wait_for(lambda call: "else" in call.text).params["chat_id"] == str(CHAT)
