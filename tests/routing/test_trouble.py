"""Whoever looks after a workspace learns that a way out failed, through one that works, and once."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.jobs.outcomes import Again, Done, Outcome
from leadsbot.routing import deliveries, destinations, probing, trouble
from leadsbot.routing.destination import Destination
from leadsbot.services import Services
from leadsbot.workspaces import members
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.members import NewMember
from tests.routing.house import Make, Run, has_failed, in_thread, quiet, settled, tell, until
from tests.support.smtp_server import SmtpServer
from tests.support.telegram_calls import Fault
from tests.support.telegram_server import TelegramServer
from tests.support.waiting import PATIENCE_S
from tests.support.webhook_receiver import Answer, WebhookReceiver


async def hook(services: Services, workspace: Created, url: str) -> dict[str, Any]:
    row, _ = await destinations.create_webhook(
        services.database, services.vault, workspace.workspace_id, url, ["lead.created"]
    )
    return row


async def chat(services: Services, workspace: Created, chat_id: int, *events: str) -> dict[str, Any]:
    return await destinations.create_channel(
        services, workspace.workspace_id, "telegram", {"chat_id": chat_id}, name=f"Chat {chat_id}", events=events
    )


async def told(services: Services, workspace: Created, type: str) -> list[dict[str, Any]]:
    rows = (await deliveries.list_deliveries(services.database, workspace.workspace_id)).rows
    return [row for row in rows if row["event_type"] == type]


async def test_a_chat_that_threw_the_bot_out_is_told_of_in_another_and_to_no_webhook(
    running: Services, workspace: Created, receiver: WebhookReceiver, telegram: TelegramServer
) -> None:
    await hook(running, workspace, receiver.url)
    gone, other = await chat(running, workspace, -1), await chat(running, workspace, -2)
    telegram.fail(-1, Fault(403, "Forbidden: bot was kicked from the group chat"), always=True)
    for _ in range(3):
        await tell(running, workspace)
    await quiet(running)
    row = await destinations.get_channel(running.database, workspace.workspace_id, gone["id"])
    assert not row["enabled"] and row["disabled_at"] and row["probe_at"] is None
    [alert] = await told(running, workspace, "channel.disabled")
    assert (alert["channel_id"], alert["status"]) == (other["id"], "delivered")
    [text] = [sent.text for sent in telegram.sent if "any more" in sent.text]
    assert "Nothing is sent to Chat -1 any more" in text and "removed from this group" in text
    assert {request.json["type"] for request in receiver.requests} == {"lead.created"}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("kind", ["webhook", "channel"])
async def test_whoever_saves_a_name_does_not_switch_on_what_another_node_switches_off(
    services: Services, workspace: Created, kind: str
) -> None:
    space, entered, go_on = workspace.workspace_id, asyncio.Event(), asyncio.Event()
    row = await (hook(services, workspace, "https://x.example") if kind == "webhook" else chat(services, workspace, -1))

    async def unit(tx: Tx) -> None:
        destination = Destination("webhook" if kind == "webhook" else "telegram", row)
        await trouble.switch_off(tx, destination, {"created_at": 1}, "gone", probed=False)
        entered.set()
        await go_on.wait()

    async with Database.opened(services.database.url) as other:
        switching = asyncio.create_task(other.write(unit))
        await asyncio.wait_for(entered.wait(), PATIENCE_S)
        services.database.bind()
        saving = asyncio.create_task(
            destinations.update_webhook(services.database, space, row["id"], {"events": ["lead.deleted"]})
            if kind == "webhook"
            else destinations.update_channel(services, space, row["id"], {"name": "Sales"})
        )
        async with asyncio.timeout(PATIENCE_S):
            waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE $1"
            while not await services.database.fetch(waits, f"%{kind}s%"):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        go_on.set()
        await asyncio.gather(switching, saving)
    services.database.bind()
    [now] = await services.database.fetch(f"SELECT enabled, disabled_reason FROM {kind}s WHERE id = $1", row["id"])
    assert (now["enabled"], now["disabled_reason"]) == (False, "gone")


async def test_with_no_other_channel_owners_and_admins_are_mailed_straight(
    make_services: Make, run: Run, workspace: Created, receiver: WebhookReceiver, smtp: SmtpServer
) -> None:
    services = make_services(smtp_url=smtp.url)
    receiver.always(Answer(410))
    row = await hook(services, workspace, receiver.url)
    run(services)
    for _ in range(3):
        await tell(services, workspace)
    [mail] = await in_thread(lambda: smtp.wait_for(1))
    await quiet(services)
    assert len(smtp.mails) == 1 and mail.recipients == ["owner@example.com"]
    assert str(mail.message["Subject"]) == f"The webhook {row['url']} was switched off"
    assert "https://leads.example.com/webhooks" in mail.message.get_content()


async def test_whom_the_mail_server_cannot_take_for_now_is_told_soon_and_nobody_twice(
    make_services: Make, run: Run, workspace: Created, receiver: WebhookReceiver, smtp: SmtpServer
) -> None:
    services = make_services(smtp_url=smtp.url)
    admin = NewMember("admin@example.com", "admin", password="a very long password")
    await members.add_member(services.database, workspace.workspace_id, admin)
    smtp.refuse("owner@example.com", "451 4.7.1 greylisted")
    receiver.always(Answer(410))
    await hook(services, workspace, receiver.url)
    run(services)
    await tell(services, workspace)
    put_off = "SELECT due FROM jobs WHERE kind = 'mail.trouble' AND failures > 0"
    async with asyncio.timeout(PATIENCE_S):
        while not (rows := await services.database.fetch(put_off)):  # noqa: ASYNC110 (nothing signals the end of a job)
            await asyncio.sleep(0.02)
    assert rows[0]["due"] < clock.now() + 6 * clock.MINUTE
    smtp.accept("owner@example.com")
    await services.database.write(lambda tx: tx.execute("UPDATE jobs SET due = 0 WHERE kind = 'mail.trouble'"))
    mails = await in_thread(lambda: smtp.wait_for(2))
    assert [mail.recipients for mail in mails] == [["admin@example.com"], ["owner@example.com"]]


async def test_without_mail_a_channel_hears_of_it_that_asked_for_leads_alone(
    running: Services, workspace: Created, receiver: WebhookReceiver, telegram: TelegramServer
) -> None:
    channel = await chat(running, workspace, -2, "lead.created")
    receiver.always(Answer(410))
    await hook(running, workspace, receiver.url)
    await tell(running, workspace)
    await quiet(running)
    assert [row["channel_id"] for row in await told(running, workspace, "webhook.disabled")] == [channel["id"]]
    assert "https://leads.example.com/webhooks" in str(telegram.sent[-1].params)


async def test_a_mailbox_that_refuses_is_not_mailed_about_itself(
    make_services: Make, run: Run, workspace: Created, smtp: SmtpServer
) -> None:
    services = make_services(smtp_url=smtp.url)
    to = {"to": ["owner@example.com"]}
    await destinations.create_channel(services, workspace.workspace_id, "email", to)
    await has_failed(services, "channels", 5 * clock.DAY)
    smtp.refuse("owner@example.com")
    run(services)
    await tell(services, workspace)
    await quiet(services)
    assert smtp.mails == []
    [row] = await services.database.fetch("SELECT enabled, probe_at FROM channels")
    assert not row["enabled"] and row["probe_at"]
    smtp.accept("owner@example.com")
    await services.database.write(lambda tx: tx.execute("UPDATE jobs SET due = 0 WHERE kind = 'probe'"))
    mails = await in_thread(lambda: smtp.wait_for(2))
    assert any("works again" in str(mail.message["Subject"]) for mail in mails)
    [row] = await services.database.fetch("SELECT enabled, disabled_reason, disabled_at, probe_at FROM channels")
    assert (bool(row["enabled"]), row["disabled_reason"], row["disabled_at"], row["probe_at"]) == (True, "", None, None)


async def test_a_channel_is_not_probed_while_it_wants_to_be_left_alone(
    services: Services, workspace: Created, telegram: TelegramServer
) -> None:
    space, night = workspace.workspace_id, {"quiet_hours": {"start": "11:00", "end": "13:00"}}
    with clock.freeze(1_777_896_000_000) as advance:  # Monday, noon
        row = await chat(services, workspace, -1)
        await destinations.update_channel(services, space, row["id"], {"options": night})
        about = Destination("telegram", {**row, "failing_since": clock.now() - 5 * clock.DAY})
        delivery = {"destination": "telegram:-1", "created_at": 1}
        await services.database.write(lambda tx: trouble.switch_off(tx, about, delivery, "gone", probed=True))
        [job] = await services.database.fetch("SELECT payload FROM jobs WHERE kind = 'probe'")
        payload = json.loads(job["payload"])
        outcome = await probing.probe(services, payload["delivery"], payload["disabled_at"])
        assert isinstance(outcome, Again) and (outcome.after, outcome.writes) == (clock.HOUR, None)
        assert telegram.sent == []
        advance(clock.HOUR)
        assert isinstance(await probing.probe(services, payload["delivery"], payload["disabled_at"]), Done)
        assert len(telegram.sent) == 1


async def probe_once(services: Services, webhook_id: str) -> tuple[Outcome, dict[str, Any]]:
    """Make the probe that waits, as its job would; gives its outcome, and the webhook afterwards."""
    jobs = await services.database.fetch("SELECT payload, due FROM jobs WHERE kind = 'probe'")
    payload = json.loads(jobs[0]["payload"])
    outcome = await probing.probe(services, payload["delivery"], payload["disabled_at"])
    if outcome.writes:
        await services.database.write(outcome.writes)
    [row] = await services.database.fetch("SELECT * FROM webhooks WHERE id = $1", webhook_id)
    return outcome, row


async def broken_for_days(services: Services, workspace: Created, receiver: WebhookReceiver) -> dict[str, Any]:
    """Give a webhook that was switched off because nothing had arrived for five days."""
    receiver.always(Answer(503, b"out of order"))
    row = await hook(services, workspace, receiver.url)
    await has_failed(services, "webhooks", 5 * clock.DAY)
    await tell(services, workspace)

    async def off() -> dict[str, Any] | None:
        now = await destinations.get_webhook(services.database, workspace.workspace_id, row["id"])
        return None if now["enabled"] else now

    return await until(services, workspace, off)


async def test_after_five_days_it_is_asked_at_growing_intervals_until_it_answers(
    running: Services, workspace: Created, receiver: WebhookReceiver, telegram: TelegramServer
) -> None:
    await chat(running, workspace, -2)
    row = await broken_for_days(running, workspace, receiver)
    assert row["probe_at"] - row["disabled_at"] == trouble.PROBES_MS[0]
    assert row["missed_since"] <= clock.now() - 5 * clock.DAY
    waits = []
    for _ in range(8):
        outcome, row = await probe_once(running, row["id"])
        assert isinstance(outcome, Again) and not row["enabled"]
        waits.append(outcome.after)
    assert waits == [*trouble.PROBES_MS[1:], *[trouble.PROBES_MS[-1]] * 3]
    receiver.always(Answer(204))
    outcome, row = await probe_once(running, row["id"])
    assert isinstance(outcome, Done) and row["enabled"] and row["missed_since"]
    assert (row["disabled_reason"], row["failing_since"], row["disabled_at"], row["probe_at"]) == ("", None, None, None)
    await quiet(running)
    [probes] = await told(running, workspace, "test")
    assert (probes["status"], len(probes["attempts"])) == ("delivered", 9)
    assert {request.headers["webhook-id"] for request in receiver.requests if request.json["type"] == "test"} == {
        probes["id"]
    }
    [again] = await told(running, workspace, "destination.restored")
    assert again["status"] == "delivered" and "works again" in telegram.sent[-1].text
    assert not await told(running, workspace, "webhook.restored")


async def test_one_that_answers_410_to_a_probe_is_not_asked_again(
    running: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    row = await broken_for_days(running, workspace, receiver)
    receiver.always(Answer(410))
    outcome, row = await probe_once(running, row["id"])
    assert isinstance(outcome, Done) and row["probe_at"] is None and "410" in row["disabled_reason"]
    assert isinstance((await probe_once(running, row["id"]))[0], Done)
    assert [request.json["type"] for request in receiver.requests].count("test") == 1


async def test_410_and_switching_off_by_hand_are_not_probed(
    running: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    receiver.always(Answer(410))
    gone = await hook(running, workspace, receiver.url)
    by_hand = await hook(running, workspace, f"{receiver.url}?off")
    await destinations.update_webhook(running.database, workspace.workspace_id, by_hand["id"], {"enabled": False})
    await tell(running, workspace)
    await settled(running, workspace, "dead")
    rows = await running.database.fetch("SELECT * FROM webhooks")
    assert {row["id"]: bool(row["enabled"]) for row in rows} == {gone["id"]: False, by_hand["id"]: False}
    assert all(row["probe_at"] is None and row["missed_since"] for row in rows)
    assert await running.database.fetch("SELECT id FROM jobs WHERE kind = 'probe'") == []


@pytest.mark.parametrize("enabled", [True, False])
async def test_whoever_switches_by_hand_ends_the_probes(
    running: Services, workspace: Created, receiver: WebhookReceiver, enabled: bool
) -> None:
    row = await broken_for_days(running, workspace, receiver)
    await destinations.update_webhook(running.database, workspace.workspace_id, row["id"], {"enabled": enabled})
    outcome, row = await probe_once(running, row["id"])
    assert isinstance(outcome, Done) and outcome.writes is None and bool(row["enabled"]) is enabled
    [probes] = await told(running, workspace, "test")
    assert (probes["status"], probes["next_attempt_at"], probes["attempts"]) == ("withheld", None, [])
