"""Answers take their turn among a chat's alerts."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from leadsbot import clock
from leadsbot.bot.answers import Answer, Place, dress, say, show
from leadsbot.bot.line import line_of
from leadsbot.bot.turns import LONGEST_S, Turns
from leadsbot.routing import pace
from leadsbot.routing.destination import Destination
from leadsbot.services import Services
from leadsbot.workspaces.bootstrap import Created
from tests.bot.talking import PRIVATE, channel_in
from tests.support.telegram_calls import too_many
from tests.support.telegram_server import TelegramServer

NOW = 1_777_896_000_000  # 4 May 2026, noon


async def test_after_an_answer_the_chats_alerts_wait_their_turn_and_other_chats_do_not(
    services: Services, workspace: Created, telegram: TelegramServer
) -> None:
    here = Destination("telegram", await channel_in(services, workspace, PRIVATE))
    there = Destination("telegram", await channel_in(services, workspace, 8))
    with clock.freeze(NOW):
        assert await say(line_of(services, telegram.token), Place(PRIVATE), Answer("hello"))
        assert await pace.turn(services, here) == 1_000
        assert await pace.turn(services, there) < 1_000


async def test_what_telegram_refuses_as_too_fast_holds_up_the_chat_for_as_long(
    services: Services, workspace: Created, telegram: TelegramServer
) -> None:
    here = Destination("telegram", await channel_in(services, workspace, PRIVATE))
    telegram.fail(PRIVATE, too_many(30))
    with clock.freeze(NOW):
        assert await say(line_of(services, telegram.token), Place(PRIVATE), Answer("hello")) is None
        assert 28_000 < await pace.turn(services, here) <= 30_000


async def test_an_answer_waits_where_telegram_asks_for_little_once(
    services: Services, telegram: TelegramServer
) -> None:
    telegram.fail(PRIVATE, too_many(1))
    assert await say(line_of(services, telegram.token), Place(PRIVATE), Answer("hello"))
    assert [call.status for call in telegram.calls] == [429, 200]
    telegram.fail(PRIVATE, too_many(1), too_many(1))
    assert await say(line_of(services, telegram.token), Place(PRIVATE), Answer("hello")) is None


async def test_a_message_that_a_press_changes_takes_its_turn_too(
    services: Services, workspace: Created, telegram: TelegramServer
) -> None:
    here = Destination("telegram", await channel_in(services, workspace, PRIVATE))
    line = line_of(services, telegram.token)
    number = (await line.bot.send_message(PRIVATE, "Leads")).message_id
    with clock.freeze(NOW):
        await show(line, Place(PRIVATE, message_id=number), Answer("Leads, page 2"))
        assert await pace.turn(services, here) == 1_000 and telegram.message(number)["text"] == "Leads, page 2"
        telegram.fail(PRIVATE, too_many(30))
        await dress(line, Place(PRIVATE, message_id=number), None)
        assert 28_000 < await pace.turn(services, here) <= 30_000


@pytest.mark.parametrize(("refused_s", "waited_s"), [(0.2, 0.2), (60, LONGEST_S)])
async def test_nobody_waits_for_an_answer_for_ever(
    services: Services, telegram: TelegramServer, monkeypatch: pytest.MonkeyPatch, refused_s: float, waited_s: float
) -> None:
    with clock.freeze(NOW) as advance:

        async def sleep(seconds: float) -> None:
            advance(round(seconds * clock.SECOND))

        monkeypatch.setattr("leadsbot.bot.turns.asyncio", SimpleNamespace(sleep=sleep))
        turns = Turns(services, telegram.token)
        await turns.refused(PRIVATE, refused_s)
        await turns.take(PRIVATE)
        assert clock.now() - NOW == waited_s * clock.SECOND
        assert await pace.take(services, turns._limits(PRIVATE)) > 0
