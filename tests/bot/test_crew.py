"""Bots that workspaces brought along: heard like the instance's, while their channels are there."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from leadsbot.bot import BotService, links, rivals
from leadsbot.bot.crew import Crew
from leadsbot.routing import destinations
from leadsbot.workspaces.bootstrap import Created
from tests.bot.talking import channel_in
from tests.bot.test_bot import CHAT, answer, wait_for_call
from tests.routing.house import Make, in_thread
from tests.support.telegram_server import ADA, TelegramServer
from tests.support.waiting import PATIENCE_S


async def test_a_channel_is_linked_by_its_own_bot(
    make_services: Make, workspace: Created, telegram: TelegramServer
) -> None:
    services = make_services(telegram_token="")
    given = {"bot_token": telegram.token}
    channel = await destinations.create_channel(services, workspace.workspace_id, "telegram", given)
    offer = await links.offer(services, channel)
    assert offer is not None and offer.url == f"https://t.me/leadsbot_test_bot?start={offer.code}"
    bot = BotService(services)
    await bot.start()
    telegram.say(CHAT, ADA, f"/start {offer.code}")
    assert "Linked" in (await answer(telegram, CHAT)).text
    telegram.say(CHAT, ADA, "/leads")
    assert "Leads of Lindenhof" in (await answer(telegram, CHAT, 2)).text
    await bot.stop()


async def test_a_bot_is_heard_until_its_channel_goes_and_a_wrong_token_does_not_spin(
    make_services: Make, workspace: Created, telegram: TelegramServer
) -> None:
    services = make_services(telegram_token="")
    channel = await channel_in(services, workspace, CHAT, bot_token="77:wrong")
    crew = Crew(services, look_s=0.02)
    task = asyncio.create_task(crew.run())
    with capture_logs() as logs:
        await in_thread(lambda: wait_for_call(telegram, lambda call: call.status == 401))
        await destinations.delete_channel(services.database, workspace.workspace_id, channel["id"])
        async with asyncio.timeout(PATIENCE_S):
            while len(asyncio.all_tasks()) > 2 and "telegram-own-bot" in _names():  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert len(telegram.calls) == 1
    assert [entry["bot"] for entry in logs if entry["event"] == "bot.token_refused"] == ["77"]
    assert "wrong" not in str(logs)
    assert await services.database.fetch("SELECT id FROM leases") == []


@pytest.mark.parametrize("own", [False, True], ids=["the instance's", "a workspace's own"])
async def test_a_wrong_token_with_a_bots_number_gets_in_nobodys_way(
    make_services: Make, workspace: Created, telegram: TelegramServer, own: bool
) -> None:
    services = make_services(**{"telegram_token": ""} if own else {})
    if own:
        await channel_in(services, workspace, CHAT, bot_token=telegram.token)
    await channel_in(services, workspace, 12, bot_token="4242:zzz-not-its-token")
    crew = Crew(services, look_s=0.02)  # it comes first to whatever it could take
    task = asyncio.create_task(crew.run())
    await in_thread(lambda: wait_for_call(telegram, lambda call: call.status == 401))
    bot = BotService(services)
    await bot.start()
    telegram.say(CHAT, ADA, "/help")
    assert "/leads" in (await answer(telegram, CHAT)).text
    await bot.stop()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _names() -> set[str]:
    return {task.get_name() for task in asyncio.all_tasks()}


async def test_a_code_of_another_bot_links_nothing(
    make_services: Make, workspace: Created, telegram: TelegramServer
) -> None:
    services = make_services()
    given = {"bot_token": "77:another"}
    channel = await destinations.create_channel(services, workspace.workspace_id, "telegram", given)
    bot = BotService(services)
    await bot.start()
    telegram.say(CHAT, ADA, f"/start {links.make_code(services.vault, channel['id'])}")
    assert "for another bot" in (await answer(telegram, CHAT)).text
    await bot.stop()


async def test_a_bot_that_another_program_uses_is_left_alone(
    make_services: Make, workspace: Created, telegram: TelegramServer
) -> None:
    telegram.webhook = {"url": "https://shop.example.com/bot"}
    for mode in ("polling", "webhook"):
        services = make_services(telegram_token="", telegram_mode=mode)
        await channel_in(services, workspace, CHAT, bot_token=telegram.token)
        bot = BotService(services)
        with capture_logs() as logs:
            await bot.start()
            async with asyncio.timeout(PATIENCE_S):
                while "bot.used_elsewhere" not in [entry["event"] for entry in logs]:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
                while not await rivals.noted(services.database, telegram.token):  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            await bot.stop()
    assert telegram.webhook == {"url": "https://shop.example.com/bot"}
