"""Another program that polls with the same token: the bot waits, says so once, and is heard again afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest
from structlog.testing import capture_logs
from telegram.error import Conflict

from leadsbot import clock
from leadsbot.bot import polling, rivals
from leadsbot.bot.line import line_of
from leadsbot.bot.polling import Poller
from leadsbot.services import Services
from leadsbot.workspaces.bootstrap import Created
from tests.bot.talking import GROUP, channel_in
from tests.routing.house import in_thread
from tests.support.telegram_server import ADA, TelegramServer
from tests.support.waiting import PATIENCE_S


@asynccontextmanager
async def rival(services: Services, telegram: TelegramServer) -> AsyncIterator[None]:
    """Let somebody else poll, as eagerly as such programs do."""
    bot = line_of(services, telegram.token).bot

    async def poll() -> None:
        while True:
            try:
                await bot.told(None, 20, [])
            except Conflict:
                await asyncio.sleep(0.05)

    task = asyncio.create_task(poll())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_of_two_who_poll_ours_waits_says_so_and_is_heard_again(
    services: Services, workspace: Created, telegram: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "RETRY_S", (0.1,))
    await channel_in(services, workspace, GROUP)
    poller = Poller(services)
    with capture_logs() as logs:
        running = asyncio.create_task(poller.run())
        async with rival(services, telegram), asyncio.timeout(PATIENCE_S):
            while not await rivals.noted(services.database, telegram.token):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        telegram.say(ADA["id"], ADA, "/help")
        told = await in_thread(lambda: telegram.wait_for(lambda call: "I bring new leads" in call.text))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert told.status == 200 and not [call for call in telegram.calls if call.method == "deleteWebhook"]
    hints = [entry["hint"] for entry in logs if entry["event"] == "bot.polled_elsewhere"]
    assert hints and "Another program polls with this bot's token" in hints[0]
    events = await services.database.fetch("SELECT workspace_id, data FROM events WHERE type = 'site.alert'")
    (told_owners,) = events
    alert = msgspec.json.decode(told_owners["data"])["alert"]
    assert told_owners["workspace_id"] == workspace.workspace_id and "Another program polls" in alert["text"]


async def test_a_lone_conflict_is_no_rival(services: Services, telegram: TelegramServer) -> None:
    poller = Poller(services)
    assert await poller._after(Conflict("terminated by other getUpdates request")) == polling.RETRY_S[0]
    assert await rivals.noted(services.database, telegram.token) == ""
    await poller._after(Conflict("terminated by other getUpdates request"))
    assert "polls with this bot's token" in await rivals.noted(services.database, telegram.token)
    assert await rivals.noted(services.database, "4242:another") == ""


async def test_what_was_noted_of_a_rival_ends_by_itself(services: Services, telegram: TelegramServer) -> None:
    await rivals.note(services, telegram.token, "polls")
    over = clock.now() - clock.SECOND
    await services.database.write(lambda tx: tx.execute("UPDATE leases SET ends_at = $1", over))
    assert await rivals.all_noted(services.database) == {}
