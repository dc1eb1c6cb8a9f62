"""What people say to the bot, and what it does about it, through a Bot API server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from leadsbot import clock
from leadsbot.bot import BotService, links
from leadsbot.routing import destinations
from leadsbot.routing.destination import open_config
from leadsbot.services import Services
from leadsbot.workspaces.bootstrap import Created
from tests.routing.house import Make, in_thread, until
from tests.support.telegram_calls import BLOCKED, Call
from tests.support.telegram_server import ADA, TelegramServer
from tests.support.waiting import PATIENCE_S

CHAT = 7001
GROUP = -1005


@pytest.fixture
async def bot(services: Services) -> AsyncIterator[BotService]:
    service = BotService(services)
    await service.start()
    yield service
    await service.stop()


@pytest.fixture
async def channel(services: Services, workspace: Created) -> dict[str, Any]:
    return await destinations.create_channel(services, workspace.workspace_id, "telegram", {})


async def config(services: Services, workspace: Created, channel: dict[str, Any]) -> dict[str, Any]:
    row = await destinations.get_channel(services.database, workspace.workspace_id, channel["id"])
    return open_config(services.vault, row["config"])


async def answer(telegram: TelegramServer, chat_id: int, nth: int = 1) -> Call:
    """Give the bot's nth message to a chat, once it is there."""

    def there(_: Call) -> bool:
        return len(to(telegram, chat_id)) >= nth

    await in_thread(lambda: telegram.wait_for(there))
    return to(telegram, chat_id)[nth - 1]


def to(telegram: TelegramServer, chat_id: int) -> list[Call]:
    return [call for call in telegram.sent if call.params.get("chat_id") == str(chat_id)]


async def test_start_with_a_code_links_the_private_chat(
    services: Services, bot: BotService, workspace: Created, telegram: TelegramServer, channel: dict[str, Any]
) -> None:
    telegram.say(CHAT, ADA, f"/start {links.make_code(services.vault, channel['id'])}")
    assert (await answer(telegram, CHAT)).text.startswith("Linked: new leads of Lindenhof arrive here.\n")
    assert await config(services, workspace, channel) == {"chat_id": CHAT, "title": "Ada"}


async def test_link_with_a_code_links_the_topic_it_was_said_in(
    services: Services, bot: BotService, workspace: Created, telegram: TelegramServer, channel: dict[str, Any]
) -> None:
    code = links.make_code(services.vault, channel["id"])
    telegram.say(GROUP, ADA, f"/link@leadsbot_test_bot {code}", thread_id=31)
    said = await answer(telegram, GROUP)
    assert said.params["message_thread_id"] == "31" and "Linked" in said.text
    linked = await config(services, workspace, channel)
    assert linked == {"chat_id": GROUP, "thread_id": 31, "title": "Group 1005"}


async def test_the_link_that_adds_the_bot_to_a_group_links_that_group(
    services: Services, bot: BotService, workspace: Created, telegram: TelegramServer, channel: dict[str, Any]
) -> None:
    code = links.make_code(services.vault, channel["id"])
    telegram.say(GROUP, ADA, f"/start@leadsbot_test_bot {code}")  # as Telegram says it for whoever follows ?startgroup=
    assert "Linked" in (await answer(telegram, GROUP)).text
    assert await config(services, workspace, channel) == {"chat_id": GROUP, "title": "Group 1005"}


async def test_an_update_that_can_not_be_read_keeps_nobody_from_being_heard(
    services: Services, bot: BotService, workspace: Created, telegram: TelegramServer
) -> None:
    telegram.push({"message": {"message_id": 1, "from": ADA, "text": "of another age"}})
    telegram.say(CHAT, ADA, "/help")
    assert "I bring new leads" in (await answer(telegram, CHAT)).text


async def test_linking_wakes_whoever_watches_the_workspace(
    services: Services, bot: BotService, workspace: Created, telegram: TelegramServer, channel: dict[str, Any]
) -> None:
    telegram.say(CHAT, ADA, f"/start {links.make_code(services.vault, channel['id'])}")

    async def linked() -> bool | None:
        return True if "chat_id" in await config(services, workspace, channel) else None

    assert await until(services, workspace, linked)


async def test_a_code_that_comes_twice_from_the_same_chat_is_answered_twice(
    services: Services, bot: BotService, workspace: Created, telegram: TelegramServer, channel: dict[str, Any]
) -> None:
    code = links.make_code(services.vault, channel["id"])
    telegram.say(CHAT, ADA, f"/start {code}")
    telegram.say(CHAT, ADA, f"/start {code}")
    assert "Linked" in (await answer(telegram, CHAT, 2)).text


async def test_a_code_that_was_used_opens_no_second_chat(
    services: Services, bot: BotService, workspace: Created, telegram: TelegramServer, channel: dict[str, Any]
) -> None:
    code = links.make_code(services.vault, channel["id"])
    telegram.say(CHAT, ADA, f"/start {code}")
    await answer(telegram, CHAT)
    telegram.say(GROUP, ADA, f"/link {code}")
    assert "used for another chat" in (await answer(telegram, GROUP)).text
    assert (await config(services, workspace, channel))["chat_id"] == CHAT


async def test_a_forged_code_links_nothing_and_says_so(
    services: Services, bot: BotService, workspace: Created, telegram: TelegramServer, channel: dict[str, Any]
) -> None:
    code = links.make_code(services.vault, channel["id"])
    telegram.say(CHAT, ADA, f"/start {code[:-1]}{'A' if code[-1] != 'A' else 'B'}")
    assert "I don't know this code" in (await answer(telegram, CHAT)).text
    assert await config(services, workspace, channel) == {}


async def test_an_expired_code_links_nothing_and_says_so(
    services: Services, bot: BotService, workspace: Created, telegram: TelegramServer, channel: dict[str, Any]
) -> None:
    with clock.freeze(clock.now() - 2 * clock.DAY):
        code = links.make_code(services.vault, channel["id"])
    telegram.say(CHAT, ADA, f"/start {code}")
    assert "expired" in (await answer(telegram, CHAT)).text
    assert await config(services, workspace, channel) == {}


async def test_the_code_of_a_deleted_channel_links_nothing_and_says_so(
    services: Services, bot: BotService, workspace: Created, telegram: TelegramServer, channel: dict[str, Any]
) -> None:
    await destinations.delete_channel(services.database, workspace.workspace_id, channel["id"])
    telegram.say(CHAT, ADA, f"/start {links.make_code(services.vault, channel['id'])}")
    assert "deleted" in (await answer(telegram, CHAT)).text


@pytest.mark.parametrize("text", ["/help", "/start", "hello?", "/nonsense", "/HELP@LeadsBot_Test_Bot"])
async def test_in_private_the_bot_answers_anything_with_its_help(
    bot: BotService, telegram: TelegramServer, text: str
) -> None:
    telegram.say(CHAT, ADA, text)
    said = await answer(telegram, CHAT)
    assert "/link CODE" in said.text and "/help" in said.text


async def test_in_a_group_the_bot_answers_only_what_is_said_to_it(bot: BotService, telegram: TelegramServer) -> None:
    for text in ("hello everybody", "/nonsense", "/help@other_bot", "/link@other_bot abc"):
        telegram.say(GROUP, ADA, text)
    telegram.say(GROUP, ADA, "/help")
    await answer(telegram, GROUP)
    telegram.say(CHAT, ADA, "/help")
    await answer(telegram, CHAT)
    assert len(to(telegram, GROUP)) == 1


async def test_a_chat_that_can_not_be_answered_does_not_hold_up_the_next(
    bot: BotService, telegram: TelegramServer
) -> None:
    telegram.fail(CHAT, BLOCKED, always=True)
    telegram.say(CHAT, ADA, "/help")
    telegram.say(GROUP, ADA, "/help")
    await answer(telegram, GROUP)
    assert to(telegram, CHAT) == []


async def test_an_update_is_confirmed_once_it_was_handled(bot: BotService, telegram: TelegramServer) -> None:
    telegram.say(CHAT, ADA, "/help")
    await answer(telegram, CHAT)
    telegram.say(GROUP, ADA, "/help")
    await answer(telegram, GROUP)
    assert len(to(telegram, CHAT)) == 1


async def test_a_webhook_from_before_is_taken_away(services: Services, telegram: TelegramServer) -> None:
    telegram.webhook = {"url": "https://old.example.com/"}
    bot = BotService(services)
    await bot.start()
    try:
        await in_thread(lambda: wait_for_call(telegram, lambda call: call.method == "deleteWebhook"))
        telegram.say(CHAT, ADA, "/help")
        await answer(telegram, CHAT)
    finally:
        await bot.stop()


async def test_without_a_bot_nothing_is_asked_for(make_services: Make, telegram: TelegramServer) -> None:
    bot = BotService(make_services(telegram_token=""))
    await bot.start()
    await asyncio.sleep(0)
    await bot.stop()
    assert telegram.calls == []


async def test_a_wrong_token_is_told_in_one_line_without_the_token(
    make_services: Make, telegram: TelegramServer
) -> None:
    bot = BotService(make_services(telegram_token="1:wrong-token"))
    with capture_logs() as logs:
        await bot.start()
        await in_thread(lambda: wait_for_call(telegram, lambda call: call.status == 401))
        async with asyncio.timeout(PATIENCE_S):
            while not logs:  # noqa: ASYNC110 (a log line signals nothing)
                await asyncio.sleep(0.01)
        await bot.stop()
    assert [entry["event"] for entry in logs] == ["bot.token_refused"]
    assert "@BotFather" in logs[0]["hint"] and "wrong-token" not in str(logs)
    assert len(telegram.calls) == 1


def wait_for_call(telegram: TelegramServer, wanted: Any, timeout: float = PATIENCE_S) -> None:
    with telegram.changed:
        assert telegram.changed.wait_for(lambda: any(map(wanted, telegram.calls)), timeout)
