"""What becomes of what is held and folded when something fails, or is gone meanwhile."""

from __future__ import annotations

import json
from typing import Any

import pytest

from leadsbot import clock
from leadsbot.jobs import lanes
from leadsbot.routing import destinations, folding, muting
from leadsbot.routing.erasure import forget_deliveries
from leadsbot.services import Services
from leadsbot.workspaces.bootstrap import Created
from tests.routing.holding import CHAT, NOON, QUIET, chat, names, of, released, waiting
from tests.routing.house import Make
from tests.support.smtp_server import SmtpServer
from tests.support.telegram_calls import BROKEN, KICKED, Fault, too_many
from tests.support.telegram_server import TelegramServer


async def test_a_crash_after_sending_repeats_the_same_digest(
    services: Services, workspace: Created, telegram: TelegramServer
) -> None:
    with clock.freeze(NOON) as advance:
        channel_id = await chat(services, workspace, QUIET)
        await waiting(services, workspace, 3)
        advance(clock.HOUR)
        await folding.release(services, channel_id)  # sent, and never settled
        advance(clock.MINUTE)
        await waiting(services, workspace, 2)  # they wait behind it
        await released(services, channel_id)
        first, again = telegram.sent
        assert first.text == again.text and len(names(first.text)) == 3
        rows = await of(services)
        assert [row["status"] for row in rows] == ["delivered"] * 3 + ["pending"] * 2
        assert {row["folded_into"] for row in rows[:3]} == {rows[0]["id"]}


@pytest.mark.parametrize("fault", [too_many(30), BROKEN])
async def test_a_digest_that_fails_is_tried_again_as_it_was(
    services: Services, workspace: Created, telegram: TelegramServer, fault: Any
) -> None:
    with clock.freeze(NOON) as advance:
        channel_id = await chat(services, workspace, QUIET)
        await waiting(services, workspace, 3)
        advance(clock.HOUR)
        telegram.fail(CHAT, fault)
        wait = await released(services, channel_id)
        assert wait >= 30_000 if fault.status == 429 else wait == 1_000
        rows = await of(services)
        assert {row["status"] for row in rows} == {"pending" if fault.status == 429 else "failed"}
        assert {row["folded_into"] for row in rows} == {rows[0]["id"]} and not telegram.sent
        advance(wait)
        await released(services, channel_id)
        assert len(names(telegram.sent[0].text)) == 3
        assert {row["status"] for row in await of(services)} == {"delivered"}
        attempts = await services.database.fetch("SELECT id FROM attempts")
        assert len(attempts) == 6


async def test_of_a_digest_that_telegram_finds_wrong_only_what_is_wrong_is_dead(
    services: Services, workspace: Created, telegram: TelegramServer
) -> None:
    telegram.refuse("Lead 007", Fault(400, "Bad Request: text is unwanted"))
    with clock.freeze(NOON) as advance:
        channel_id = await chat(services, workspace, QUIET)
        await waiting(services, workspace, 12)
        advance(clock.HOUR)
        for _ in range(2 * 12):
            if any(row["held"] for row in await of(services)):
                advance(await released(services, channel_id))
    told = [name for call in telegram.sent for name in names(call.text)]
    assert sorted(told) == [f"Lead {number:03d}" for number in range(12) if number != 7] and len(telegram.sent) <= 4
    rows = {json.loads(row["body"])["data"]["lead"]["name"]: row for row in await of(services)}
    wrong = rows.pop("Lead 007")
    assert (wrong["status"], wrong["folded_into"]) == ("dead", None) and "Text is unwanted" in wrong["reason"]
    assert {row["status"] for row in rows.values()} == {"delivered"}
    channel = await destinations.get_channel(services.database, workspace.workspace_id, channel_id)
    assert channel["enabled"]


async def test_a_chat_that_is_gone_ends_all_of_a_digest(
    services: Services, workspace: Created, telegram: TelegramServer
) -> None:
    with clock.freeze(NOON) as advance:
        channel_id = await chat(services, workspace, QUIET)
        await waiting(services, workspace, 3)
        advance(clock.HOUR)
        telegram.fail(CHAT, KICKED)
        await released(services, channel_id)
        assert {(row["status"], row["held"]) for row in await of(services)} == {("dead", "")}
        channel = await destinations.get_channel(services.database, workspace.workspace_id, channel_id)
        assert not channel["enabled"]


@pytest.mark.parametrize(("gone", "status"), [("off", "withheld"), ("deleted", "dead")])
async def test_what_is_held_ends_with_its_channel(
    services: Services, workspace: Created, gone: str, status: str
) -> None:
    with clock.freeze(NOON):
        channel_id = await chat(services, workspace, QUIET)
        await waiting(services, workspace, 2)
        if gone == "off":
            await destinations.update_channel(services, workspace.workspace_id, channel_id, {"enabled": False})
        else:
            await destinations.delete_channel(services.database, workspace.workspace_id, channel_id)
        await released(services, channel_id)
        assert {(row["status"], row["held"], row["next_attempt_at"]) for row in await of(services)} == {
            (status, "", None)
        }
        assert not await services.database.fetch("SELECT id FROM jobs WHERE kind = 'release'")


async def test_a_lead_that_is_erased_meanwhile_is_named_no_more(
    services: Services, workspace: Created, telegram: TelegramServer
) -> None:
    with clock.freeze(NOON) as advance:
        channel_id = await chat(services, workspace, QUIET)
        rows = await waiting(services, workspace, 3)
        gone = str(rows[1]["lead_id"])

        async def unit(tx: Any) -> None:
            await forget_deliveries(tx, [gone], "")

        await services.database.write(unit)
        advance(clock.HOUR)
        await released(services, channel_id)
        assert names(telegram.sent[0].text) == ["Lead 000", "Lead 002"]
        assert [row["status"] for row in await of(services)] == ["delivered", "withheld", "delivered"]


async def test_while_its_service_asks_to_wait_nothing_that_is_held_goes_out_either(
    make_services: Make, workspace: Created, smtp: SmtpServer
) -> None:
    services = make_services(smtp_url=smtp.url)
    database, whose = services.database, workspace.workspace_id
    row = await destinations.create_channel(services, whose, "email", {"to": ["team@example.com"]})
    await muting.mute(database, whose, [row["id"]], clock.now() + clock.HOUR)
    await waiting(services, workspace, 1)
    await database.write(lambda tx: lanes.hold(tx, f"channel:{row['id']}", 30_000))
    await muting.mute(database, whose, [row["id"]], None)
    assert await released(services, row["id"]) > 20_000
    assert {one["status"] for one in await of(services)} == {"pending"}
