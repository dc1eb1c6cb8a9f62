"""What channels held back goes out: alone or folded, once, under one id, and never for who is gone meanwhile."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import msgspec
import pytest

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.events.log import Happening, record
from leadsbot.ids import new_id
from leadsbot.jobs import lanes
from leadsbot.jobs.outcomes import Again, Done, Outcome, settle
from leadsbot.routing import counted, deliver, deliveries, destinations, folding, gates, muting
from leadsbot.routing.destination import Destination
from leadsbot.routing.erasure import forget_deliveries
from leadsbot.routing.news import envelope
from leadsbot.routing.retiming import retime
from leadsbot.routing.tables import Delivery
from leadsbot.services import Services
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.workspace_editing import change_workspace
from tests.jobs.desk import make_due, take
from tests.jobs.desk import settle as settle_job
from tests.routing.house import LEAD, Make, in_thread, quiet, route_now, settled, tell
from tests.support.smtp_server import SmtpServer
from tests.support.telegram_calls import BROKEN, KICKED, Fault, too_many
from tests.support.telegram_server import TelegramServer

CHAT = -1001
NOON = 1_777_896_000_000  # Monday, 4 May 2026, 12:00 UTC
QUIET = {"quiet_hours": {"start": "11:00", "end": "13:00"}}

Row = dict[str, Any]


async def chat(services: Services, workspace: Created, options: Row | None = None, chat_id: int = CHAT) -> str:
    row = await destinations.create_channel(services, workspace.workspace_id, "telegram", {"chat_id": chat_id})
    if options:
        await destinations.update_channel(services, workspace.workspace_id, row["id"], {"options": options})
    return str(row["id"])


def lead(number: int) -> Row:
    return {**LEAD, "id": new_id(), "name": f"Lead {number:03d}", "email": f"lead{number}@x.example"}


async def burst(services: Services, workspace: Created, count: int, first: int = 0) -> None:
    """Let so many leads begin in one transaction."""
    leads = [lead(first + number) for number in range(count)]

    async def unit(tx: Any) -> None:
        record(tx, *(Happening(workspace.workspace_id, "lead.created", {"lead": one}, one["id"]) for one in leads))

    await services.database.write(unit)


async def waiting(services: Services, workspace: Created, count: int) -> list[Row]:
    """Let so many leads begin and their deliveries be tried, without a runner; gives these as they are then."""
    for number in range(count):
        await route_now(services, await tell(services, workspace, lead=lead(number)))
    rows = await services.database.fetch("SELECT * FROM deliveries WHERE held = '' AND status = 'pending'")
    for row in rows:
        outcome = await deliver.deliver(services, row["id"], row["round"])
        assert isinstance(outcome, Done) and outcome.writes
        await services.database.write(outcome.writes)
    await services.database.write(lambda tx: tx.execute("DELETE FROM jobs WHERE kind = 'deliver'"))  # as they are done
    return await of(services)


async def of(services: Services) -> list[Row]:
    return await services.database.fetch("SELECT * FROM deliveries ORDER BY created_at, event_id")


async def released(services: Services, channel_id: str) -> int:
    """Run the channel's job once and settle it; gives in how many ms it wants to come by again."""
    outcome = await folding.release(services, channel_id)
    assert isinstance(outcome, Again)
    if outcome.writes:
        await services.database.write(outcome.writes)
    return outcome.after


async def settled_by(outcome: Outcome, tx: Tx) -> None:
    await settle(tx, [([], outcome)])


async def backlog(services: Services, workspace: Created, channel_id: str, count: int) -> None:
    """Let so many deliveries be held until quiet hours end, as they are stored."""
    row = await destinations.get_channel(services.database, workspace.workspace_id, channel_id)
    destination = Destination("telegram", row)
    held = {"held": "quiet", "next_attempt_at": NOON + clock.HOUR}

    async def unit(tx: Tx) -> None:
        for number in range(count):
            one = {**LEAD, "id": new_id(), "name": f"Lead {number:04d}"}
            event = {"id": f"{number:05d}", "type": "lead.created", "lead_id": one["id"], "at": NOON}
            body = envelope({**event, "workspace_id": workspace.workspace_id}, {"lead": one})
            tx.insert(Delivery, destination.delivery("telegram:-1001", event, body, **held))

    await services.database.write(unit)


def names(text: str) -> list[str]:
    return sorted(f"Lead {number:03d}" for number in range(300) if f"Lead {number:03d}" in text)


async def test_a_burst_becomes_one_message_that_names_every_lead(
    running: Services, workspace: Created, telegram: TelegramServer
) -> None:
    await chat(running, workspace)
    telegram.fail(CHAT, too_many(1))
    await burst(running, workspace, 40)
    await quiet(running, within=60)
    rows = await settled(running, workspace, "delivered", 40)
    told = [name for call in telegram.sent for name in names(call.text)]
    assert sorted(told) == [f"Lead {number:03d}" for number in range(40)]
    assert len(telegram.sent) <= 3
    assert len(rows) == 40 and all(row["attempts"][-1]["status_code"] == 200 for row in rows)
    stored = await of(running)
    carriers = {row["folded_into"] for row in stored if row["folded_into"]}
    assert carriers <= {row["id"] for row in stored}
    assert len(carriers) == sum("new leads" in call.text for call in telegram.sent) >= 1


async def test_quiet_hours_hold_and_fold_what_came(
    services: Services, workspace: Created, telegram: TelegramServer
) -> None:
    with clock.freeze(NOON) as advance:
        channel_id = await chat(services, workspace, QUIET)
        rows = await waiting(services, workspace, 2)
        assert all(row["next_attempt_at"] == NOON + clock.HOUR and "Quiet hours" in row["reason"] for row in rows)
        assert {(row["status"], row["held"]) for row in rows} == {("pending", "quiet")}
        jobs = await services.database.fetch("SELECT due FROM jobs WHERE kind = 'release'")
        assert len(jobs) == 1 and await released(services, channel_id) == clock.HOUR
        advance(clock.HOUR)
        assert await released(services, channel_id) == 1_000
        (call,) = telegram.sent
        assert names(call.text) == ["Lead 000", "Lead 001"] and call.text.startswith("2 new leads")
        rows = await of(services)
        assert {(row["status"], row["held"], row["folded_into"]) for row in rows} == {("delivered", "", rows[0]["id"])}
        attempts = await services.database.fetch("SELECT delivery_id, status_code FROM attempts")
        assert {row["delivery_id"]: row["status_code"] for row in attempts} == {row["id"]: 200 for row in rows}
        await released(services, channel_id)
        assert not await services.database.fetch("SELECT id FROM jobs WHERE kind = 'release'")


async def test_of_a_backlog_that_nobody_reads_the_latest_are_named_and_the_rest_counted(
    services: Services, workspace: Created, telegram: TelegramServer
) -> None:
    with clock.freeze(NOON) as advance:
        channel_id = await chat(services, workspace, QUIET)
        await backlog(services, workspace, channel_id, counted.TOO_MANY + 1)
        advance(clock.HOUR)
        await folding.release(services, channel_id)  # sent, and never settled
        advance(clock.MINUTE)
        await released(services, channel_id)
        first, again = telegram.sent
        assert first.text == again.text and first.text.startswith("501 new leads") and "in the inbox" in first.text
        assert "/leads new lists those" in first.text
        assert [button["url"] for button in first.buttons] == ["https://leads.example.com/leads"]
        rows = await services.database.fetch("SELECT * FROM deliveries ORDER BY event_id")
        assert {(row["status"], row["folded_into"]) for row in rows[:501]} == {("delivered", rows[0]["id"])}
        assert {row["status"] for row in rows[501:]} == {"pending"}
        (attempt,) = await services.database.fetch("SELECT * FROM attempts WHERE delivery_id = $1", rows[500]["id"])
        assert attempt["status_code"] == 200 and "with 500 others, not named" in attempt["answer"]
        advance(clock.MINUTE)
        await released(services, channel_id)
        assert telegram.sent[-1].text.startswith("90 new leads") and "Lead 0501" in telegram.sent[-1].text


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


async def test_mute_holds_until_it_ends_or_is_taken_back(
    services: Services, workspace: Created, telegram: TelegramServer
) -> None:
    with clock.freeze(NOON) as advance:
        channel_id = await chat(services, workspace)
        database, whose = services.database, workspace.workspace_id
        await muting.mute(database, whose, [channel_id], NOON + clock.DAY)
        (row,) = await waiting(services, workspace, 1)
        assert (row["held"], row["next_attempt_at"]) == ("mute", NOON + clock.DAY)
        assert await released(services, channel_id) == clock.DAY
        advance(clock.MINUTE)
        await muting.mute(database, whose, [channel_id], None)
        await released(services, channel_id)
        assert names(telegram.sent[0].text) == ["Lead 000"] and "new leads" not in telegram.sent[0].text
        ((status, digest),) = {(row["status"], row["folded_into"]) for row in await of(services)}
        assert status == "delivered" and digest is None


@pytest.mark.parametrize(
    ("options", "timezone", "hour", "until"),
    [
        ({"digest": "daily"}, "UTC", 14, NOON + 2 * clock.HOUR),
        ({"digest": "daily"}, "UTC", 12, NOON),  # it came before the hour that is over now
        ({"digest": "daily"}, "Europe/Vienna", 8, NOON + 18 * clock.HOUR),
        ({"digest": "hourly"}, "Asia/Kolkata", 8, NOON + clock.HOUR // 2),
        ({"digest": "daily", **QUIET}, "UTC", 12, NOON + clock.HOUR),
        (QUIET, "Asia/Kolkata", 8, NOON),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_is_held_follows_the_workspaces_clock(
    services: Services, workspace: Created, options: Row, timezone: str, hour: int, until: int
) -> None:
    with clock.freeze(NOON - clock.SECOND) as advance:
        await chat(services, workspace, options)
        await waiting(services, workspace, 1)
        advance(clock.SECOND)
        values = {"timezone": timezone, "summary_hour": hour}
        await change_workspace(
            services.database, workspace.workspace_id, values, lambda tx: retime(tx, workspace.workspace_id)
        )
        (row,) = await of(services)
        assert row["held"] and row["next_attempt_at"] == until
        (job,) = await services.database.fetch("SELECT due FROM jobs WHERE kind = 'release'")
        assert job["due"] <= until + clock.SECOND  # by the database's clock


async def test_what_comes_while_the_channels_job_is_at_work_waits_no_longer_than_it_must(
    services: Services, workspace: Created
) -> None:
    channel_id = await chat(services, workspace, {"digest": "hourly"})
    await waiting(services, workspace, 1)
    await make_due(services.database)
    (held,) = await take(services.database, "release")
    outcome = await folding.release(services, channel_id)  # nothing is due: it wants to rest until the hour
    at = clock.now() + clock.SECOND

    async def unit(tx: Tx) -> None:
        await gates.wake(tx, workspace.workspace_id, channel_id, at)

    await services.database.write(unit)
    assert await settle_job(services.database, held, outcome)
    (job,) = await services.database.fetch("SELECT state, due FROM jobs WHERE kind = 'release'")
    assert job["state"] == "ready" and abs(job["due"] - at) < clock.MINUTE


async def test_news_is_gathered_for_the_hours_digest_and_trouble_is_not(
    services: Services, workspace: Created, telegram: TelegramServer
) -> None:
    with clock.freeze(NOON + 1) as advance:
        channel_id = await chat(services, workspace, {"digest": "hourly"})
        rows = await waiting(services, workspace, 2)
        assert {(row["held"], row["next_attempt_at"]) for row in rows} == {("digest", NOON + clock.HOUR)}
        gone = {"url": "https://x.example", "disabled_reason": "410"}
        await route_now(services, await tell(services, workspace, "webhook.disabled", lead=None, webhook=gone))
        (trouble,) = [row for row in await of(services) if row["event_type"] == "webhook.disabled"]
        outcome = await deliver.deliver(services, trouble["id"], 0)
        assert isinstance(outcome, Done) and "switched off" in telegram.sent[0].text
        advance(clock.HOUR)
        await released(services, channel_id)
        advance(clock.MINUTE)
        await released(services, channel_id)
        assert names(telegram.sent[-1].text) == ["Lead 000", "Lead 001"]


async def test_by_hand_one_goes_out_in_quiet_hours_too(
    services: Services, workspace: Created, telegram: TelegramServer
) -> None:
    with clock.freeze(NOON):
        await chat(services, workspace, QUIET)
        (row,) = await waiting(services, workspace, 1)
        await deliveries.retry(services.database, workspace.workspace_id, row["id"])
        (job,) = await services.database.fetch("SELECT payload FROM jobs WHERE kind = 'deliver' AND state = 'ready'")
        await deliver.job_handlers(services)["deliver"](msgspec.json.decode(job["payload"]))
        assert names(telegram.sent[0].text) == ["Lead 000"]


async def test_a_mailbox_gets_one_mail_with_an_id_of_its_own(
    make_services: Make, workspace: Created, smtp: SmtpServer
) -> None:
    services = make_services(smtp_url=smtp.url)
    with clock.freeze(NOON) as advance:
        row = await destinations.create_channel(services, workspace.workspace_id, "email", {"to": ["team@example.com"]})
        await destinations.update_channel(services, workspace.workspace_id, row["id"], {"options": QUIET})
        first, *_ = await waiting(services, workspace, 60)
        advance(clock.HOUR)
        await released(services, row["id"])
        (mail,) = await in_thread(lambda: smtp.wait_for(1))
        assert str(mail.message["Subject"]) == "60 new leads" and f"digest.{first['id']}@" in mail.message["Message-ID"]
        text = mail.message.get_body(("plain",))
        assert text is not None and len(names(text.get_content())) == 60
        assert {row["status"] for row in await of(services)} == {"delivered"}


async def test_a_chat_that_two_workspaces_share_hears_of_each_by_itself(
    services: Services, workspace: Created, stranger: Created, telegram: TelegramServer
) -> None:
    with clock.freeze(NOON) as advance:
        here, there = await chat(services, workspace, QUIET), await chat(services, stranger, QUIET)
        await waiting(services, workspace, 2)
        await route_now(services, await tell(services, stranger, lead=lead(100)))
        (row,) = await services.database.fetch("SELECT * FROM deliveries WHERE channel_id = $1", there)
        outcome = await deliver.deliver(services, row["id"], 0)
        assert isinstance(outcome, Done) and outcome.writes
        await services.database.write(outcome.writes)
        advance(clock.HOUR)
        await released(services, here)
        assert await released(services, there) == 1_000 and len(telegram.sent) == 1  # one message a second
        advance(1_000)
        await released(services, there)
        assert [names(call.text) for call in telegram.sent] == [["Lead 000", "Lead 001"], ["Lead 100"]]


async def test_news_of_a_lead_stands_behind_what_waits_of_it_and_other_news_does_not(
    services: Services, workspace: Created, telegram: TelegramServer
) -> None:
    with clock.freeze(NOON) as advance:
        channel_id = await chat(services, workspace, QUIET)
        first, _ = await waiting(services, workspace, 2)
        advance(clock.HOUR)
        telegram.fail(CHAT, BROKEN)
        await released(services, channel_id)
        much_later = clock.now() + clock.HOUR
        await services.database.write(lambda tx: tx.execute("UPDATE deliveries SET next_attempt_at = $1", much_later))
        await destinations.update_channel(services, workspace.workspace_id, channel_id, {"options": None})
        advance(clock.SECOND)
        same = {**lead(0), "id": first["lead_id"]}
        for one, status, until in ((same, "pending", much_later), (lead(7), "delivered", None)):
            event = await tell(services, workspace, lead=one)
            await route_now(services, event)
            (row,) = await services.database.fetch("SELECT id FROM deliveries WHERE event_id = $1", event)
            outcome = await deliver.deliver(services, row["id"], 0)
            await services.database.write(partial(settled_by, outcome))
            (now,) = await services.database.fetch("SELECT * FROM deliveries WHERE id = $1", row["id"])
            assert (now["status"], now["next_attempt_at"]) == (status, until)


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
