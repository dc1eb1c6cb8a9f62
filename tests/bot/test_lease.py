"""One node polls at a time, and another takes over."""

from __future__ import annotations

import asyncio

from leadsbot.bot.lease import Lease
from leadsbot.bot.polling import Poller
from leadsbot.db import Database
from leadsbot.services import Services
from tests.bot.test_bot import CHAT, answer, to
from tests.support.telegram_server import ADA, TelegramServer
from tests.support.waiting import PATIENCE_S

SHORT_MS = 300


async def test_one_holds_it_and_the_other_does_not(database: Database) -> None:
    ours, theirs = Lease(database, "x"), Lease(database, "x")
    assert [await ours.take(), await theirs.take(), await ours.take()] == [True, False, True]


async def test_leases_of_other_names_are_free(database: Database) -> None:
    assert await Lease(database, "x").take() and await Lease(database, "y").take()


async def test_one_that_was_let_go_is_free_at_once(database: Database) -> None:
    ours, theirs = Lease(database, "x"), Lease(database, "x")
    await ours.take()
    await theirs.release()
    assert not await theirs.take()
    await ours.release()
    assert await theirs.take()


async def test_one_that_was_not_renewed_can_be_taken(database: Database) -> None:
    ours, theirs = Lease(database, "x", SHORT_MS), Lease(database, "x")
    await ours.take()
    async with asyncio.timeout(PATIENCE_S):
        while not await theirs.take():  # noqa: ASYNC110 (a lease that ends signals nothing)
            await asyncio.sleep(0.02)
    assert not await ours.take()


async def test_of_two_nodes_one_polls_and_the_other_takes_over(services: Services, telegram: TelegramServer) -> None:
    nodes = [
        asyncio.create_task(Poller(services, Lease(services.database, "telegram updates", SHORT_MS)).run())
        for _ in range(2)
    ]
    telegram.say(CHAT, ADA, "/help")
    await answer(telegram, CHAT)
    holder = await services.database.fetch_one("SELECT holder FROM leases")
    nodes[0].cancel()
    await asyncio.gather(nodes[0], return_exceptions=True)
    telegram.say(CHAT, ADA, "/help")
    await answer(telegram, CHAT, 2)
    nodes[1].cancel()
    await asyncio.gather(nodes[1], return_exceptions=True)
    assert holder is not None and len(to(telegram, CHAT)) == 2
    assert await services.database.fetch("SELECT holder FROM leases") == []
