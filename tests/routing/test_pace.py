"""Turns to write to a chat: as many as its limits allow, over all nodes, and none after it was told to stop."""

from __future__ import annotations

import asyncio

from leadsbot import clock
from leadsbot.channels.base import Limit
from leadsbot.db import Database, Tx
from leadsbot.routing import edits, pace
from leadsbot.routing.destination import Destination, seal_config
from leadsbot.services import Services

CHAT = Limit("telegram:42:7001", 1_000, serial=True)
GROUP = Limit("telegram:42:7001:group", 4_000, 5)
BOT = Limit("telegram:42", 40, 5)
NOW = 1_777_897_800_000


async def settle(database: Database, *limits: Limit, pause: int = 0) -> None:
    async def unit(tx: Tx) -> None:
        await (pace.pause(tx, limits, pause) if pause else pace.answered(tx, limits))

    await database.write(unit)


async def test_a_chat_gets_its_next_message_a_second_after_the_last_was_answered(services: Services) -> None:
    with clock.freeze(NOW) as advance:
        assert await pace.take(services, (CHAT, BOT)) == 0
        assert await pace.take(services, (CHAT, BOT)) == 1_000
        advance(3_000)
        assert await pace.take(services, (CHAT, BOT)) == 1_000  # its answer is still to come
        await settle(services.database, CHAT, BOT)
        advance(900)
        assert await pace.take(services, (CHAT, BOT)) == 100
        advance(100)
        assert await pace.take(services, (CHAT, BOT)) == 0
        advance(pace.UNANSWERED_MS)  # whoever took it has died
        assert await pace.take(services, (CHAT, BOT)) == 0


async def test_of_many_who_ask_at_once_one_may_and_a_group_has_twenty_a_minute(services: Services) -> None:
    with clock.freeze(NOW) as advance:
        assert sorted(await asyncio.gather(*(pace.take(services, (CHAT,)) for _ in range(8))))[:2] == [0, 1_000]
        sent = 0
        for _ in range(60):
            sent += await pace.take(services, (GROUP,)) == 0
            advance(1_000)
        assert 18 <= sent <= 20
        assert [await pace.take(services, (Limit("bot", 40, 5),)) for _ in range(6)] == [0, 0, 0, 0, 0, 40]


async def test_what_is_refused_by_one_limit_takes_no_turn_of_another(services: Services) -> None:
    with clock.freeze(NOW):
        await pace.take(services, (CHAT, BOT))
        for _ in range(20):
            assert await pace.take(services, (CHAT, BOT)) > 0
        assert [await pace.take(services, (BOT,)) for _ in range(5)] == [0, 0, 0, 0, 40]


async def test_a_chat_that_said_stop_is_left_alone_and_a_bot_that_hears_it_everywhere_too(services: Services) -> None:
    with clock.freeze(NOW) as advance:
        other = Limit("telegram:42:7002", 1_000, serial=True)
        await pace.take(services, (CHAT, BOT))
        await settle(services.database, CHAT, BOT, pause=30_000)
        assert await pace.take(services, (CHAT, BOT)) == 30_000
        assert await pace.take(services, (other, BOT)) == 0
        for number in range(pace.WIDE - 1):
            await settle(services.database, Limit(f"telegram:42:{number}", 1_000), BOT, pause=20_000)
        assert await pace.take(services, (Limit("telegram:42:9", 1_000), BOT)) == 20_000
        advance(20_000)
        assert await pace.take(services, (Limit("telegram:42:9", 1_000), BOT)) == 0


async def test_edits_of_a_group_leave_room_for_what_is_new(services: Services) -> None:
    config = seal_config(services.vault, {"chat_id": -1005})
    group = Destination("telegram", {"id": "c", "config": config})
    with clock.freeze(NOW) as advance:
        edited = 0
        for _ in range(30):
            edited += await pace.turn(services, group, edits.SPARE) == 0
            advance(1_000)
        assert 10 <= edited <= 11 and await pace.turn(services, group, edits.SPARE) > 0
        for _ in range(edits.SPARE):
            limits = pace.limits_of(services, group)
            assert await pace.take(services, limits) == 0
            await settle(services.database, *limits)
            advance(1_000)


async def test_an_edit_takes_the_chats_turn_and_waits_for_nobodys_answer(services: Services) -> None:
    config = seal_config(services.vault, {"chat_id": 7001})
    chat = Destination("telegram", {"id": "c", "config": config})
    with clock.freeze(NOW) as advance:
        assert [await pace.turn(services, chat) for _ in range(2)] == [0, 1_000]
        advance(1_000)
        assert await pace.take(services, pace.limits_of(services, chat)) == 0
        assert await pace.turn(services, Destination("email", {"id": "e", "config": "{}"})) == 0
        assert pace.limits_of(services, Destination("telegram", {"id": "c", "config": "of another key"})) == ()
