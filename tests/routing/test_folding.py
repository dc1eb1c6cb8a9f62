"""What channels held back goes out: alone or folded, once, and when it is wanted."""

from __future__ import annotations

from functools import partial

import msgspec
import pytest

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.jobs.outcomes import Done
from leadsbot.jobs.runner import Foreseen
from leadsbot.routing import counted, deliver, deliveries, destinations, folding, gates, muting
from leadsbot.routing.retiming import retime
from leadsbot.services import Services
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.workspace_editing import change_workspace
from tests.jobs.desk import make_due, take
from tests.jobs.desk import settle as settle_job
from tests.routing.holding import (
    CHAT,
    NOON,
    QUIET,
    Row,
    backlog,
    burst,
    chat,
    lead,
    names,
    of,
    released,
    settled_by,
    waiting,
)
from tests.routing.house import Make, in_thread, quiet, route_now, settled, tell
from tests.support.smtp_server import SmtpServer
from tests.support.telegram_calls import BROKEN, too_many
from tests.support.telegram_server import TelegramServer


async def test_a_burst_becomes_one_message_that_names_every_lead(
    running: Services, workspace: Created, telegram: TelegramServer
) -> None:
    await chat(running, workspace)
    telegram.fail(CHAT, too_many(1))
    await burst(running, workspace, 40)
    await quiet(running)
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
        for _ in range(2):
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


async def test_what_one_message_counts_is_written_down_in_parts_and_told_once(
    services: Services, workspace: Created, telegram: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counted, "PART", 200)
    with clock.freeze(NOON) as advance:
        channel_id = await chat(services, workspace, QUIET)
        await backlog(services, workspace, channel_id, counted.TOO_MANY + 1)
        advance(clock.HOUR)
        written = []
        for _ in range(3):  # each could be the last of its process
            await released(services, channel_id)
            written.append(sum(row["status"] == "delivered" for row in await of(services)))
        assert written == [200, 400, 501] and len(telegram.sent) == 1
        rows = await services.database.fetch("SELECT answer, at FROM attempts")
        assert len(rows) == 501 and len({(row["answer"], row["at"]) for row in rows}) == 1
        advance(clock.MINUTE)
        await released(services, channel_id)
        assert telegram.sent[-1].text.startswith("90 new leads") and "Lead 0501" in telegram.sent[-1].text


async def test_what_could_not_be_counted_is_tried_again_as_a_whole(
    services: Services, workspace: Created, telegram: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counted, "PART", 200)
    with clock.freeze(NOON) as advance:
        channel_id = await chat(services, workspace, QUIET)
        await backlog(services, workspace, channel_id, counted.TOO_MANY + 1)
        advance(clock.HOUR)
        telegram.fail(CHAT, BROKEN)
        await folding.release(services, channel_id)  # the last part is never written
        assert sum(row["status"] == "failed" for row in await of(services)) == 301
        advance(clock.MINUTE)
        await released(services, channel_id)
        assert telegram.sent[-1].text.startswith("501 new leads")


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
        handler = deliver.job_handlers(services)[deliver.DELIVER]
        assert isinstance(handler, Foreseen)
        await handler.run(msgspec.json.decode(job["payload"]))
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
