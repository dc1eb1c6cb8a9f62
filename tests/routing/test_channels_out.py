"""From an event to people: Telegram and mail, and who is told of what."""

from __future__ import annotations

from typing import Any

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.ids import new_id
from leadsbot.routing import deliveries, destinations, pace
from leadsbot.routing.defaults import add_team_mail
from leadsbot.routing.destination import Destination, open_config
from leadsbot.services import Services
from leadsbot.workspaces.bootstrap import Created
from tests.routing.house import LEAD, Make, Run, in_thread, quiet, route_now, settled, tell, until
from tests.support.smtp_server import SmtpServer
from tests.support.telegram_calls import BLOCKED, BROKEN, migrated, too_many
from tests.support.telegram_server import TelegramServer

CHAT = -1001


async def chat(services: Services, workspace: Created, **more: Any) -> dict[str, Any]:
    config = {"chat_id": CHAT}
    return await destinations.create_channel(services, workspace.workspace_id, "telegram", config, **more)


async def stored(services: Services, workspace: Created, channel: dict[str, Any]) -> dict[str, Any]:
    return await destinations.get_channel(services.database, workspace.workspace_id, channel["id"])


async def attempted(services: Services, workspace: Created, count: int = 1) -> bool | None:
    rows = (await deliveries.list_deliveries(services.database, workspace.workspace_id)).rows
    return True if sum(bool(row["attempts"]) for row in rows) >= count else None


async def test_a_new_lead_arrives_in_the_chat(running: Services, workspace: Created, telegram: TelegramServer) -> None:
    channel = await chat(running, workspace)
    await tell(running, workspace)
    [delivery] = await settled(running, workspace, "delivered")
    [message] = telegram.sent
    assert message.params["chat_id"] == str(CHAT) and "Grace Hopper" in message.text
    assert message.buttons[0]["url"] == f"https://leads.example.com/leads/{LEAD['id']}"
    assert (delivery["channel_id"], delivery["destination"]) == (channel["id"], f"telegram:{CHAT}")
    assert [attempt["status_code"] for attempt in delivery["attempts"]] == [200]


async def test_the_message_is_remembered_for_later_edits(
    running: Services, workspace: Created, telegram: TelegramServer
) -> None:
    await chat(running, workspace)
    await tell(running, workspace)
    await settled(running, workspace, "delivered")
    [row] = await running.database.fetch("SELECT state FROM deliveries")
    assert f'"message_id":{telegram.sent[0].result["message_id"]}' in row["state"]


async def test_429_postpones_without_using_up_the_schedule(
    make_services: Make, run: Run, workspace: Created, telegram: TelegramServer
) -> None:
    services = make_services(retry_schedule="0.05s")
    run(services)
    telegram.fail(CHAT, too_many(1), BROKEN)
    await chat(services, workspace)
    await tell(services, workspace)
    [delivery] = await settled(services, workspace, "delivered")
    assert [attempt["status_code"] for attempt in delivery["attempts"]] == [429, 502, 200]
    first, second, _ = await services.database.fetch("SELECT at FROM attempts ORDER BY at")
    assert second["at"] - first["at"] >= clock.SECOND


async def test_while_a_chat_asks_to_wait_nothing_more_is_sent_to_it(
    make_services: Make, run: Run, workspace: Created, telegram: TelegramServer
) -> None:
    services = make_services()
    telegram.fail(CHAT, too_many(60), always=True)
    channel = await chat(services, workspace)
    for _ in range(10):
        await route_now(services, await tell(services, workspace, lead={**LEAD, "id": new_id()}))
    run(services)
    await until(services, workspace, lambda: attempted(services, workspace))
    place = Destination("telegram", await stored(services, workspace, channel))
    assert await pace.turn(services, place) > 30 * clock.SECOND
    assert len(telegram.calls) == 1


async def test_403_switches_the_channel_off(running: Services, workspace: Created, telegram: TelegramServer) -> None:
    telegram.fail(CHAT, BLOCKED, always=True)
    channel = await chat(running, workspace)
    await tell(running, workspace)
    [delivery] = await settled(running, workspace, "dead")
    assert [attempt["status_code"] for attempt in delivery["attempts"]] == [403]
    row = await stored(running, workspace, channel)
    assert not row["enabled"] and "blocked" in row["disabled_reason"]


async def test_502_does_not_switch_the_channel_off(
    running: Services, workspace: Created, telegram: TelegramServer
) -> None:
    telegram.fail(CHAT, BROKEN, always=True)
    channel = await chat(running, workspace)
    await tell(running, workspace)
    await settled(running, workspace, "dead")
    assert (await stored(running, workspace, channel))["enabled"]


async def test_what_waits_for_a_channel_that_was_switched_off_is_withheld(
    make_services: Make, run: Run, workspace: Created, telegram: TelegramServer
) -> None:
    services = make_services()
    channel = await chat(services, workspace)
    run(services)
    telegram.fail(CHAT, too_many(1), always=True)
    await tell(services, workspace)
    await until(services, workspace, lambda: attempted(services, workspace))
    await destinations.update_channel(services, workspace.workspace_id, channel["id"], {"enabled": False})
    [delivery] = await settled(services, workspace, "withheld")
    assert "switched off" in delivery["reason"]


async def test_what_waits_for_a_deleted_channel_is_dead(
    running: Services, workspace: Created, telegram: TelegramServer
) -> None:
    channel = await chat(running, workspace)
    telegram.fail(CHAT, too_many(1), always=True)
    await tell(running, workspace)
    await until(running, workspace, lambda: attempted(running, workspace))
    await destinations.delete_channel(running.database, workspace.workspace_id, channel["id"])
    [delivery] = await settled(running, workspace, "dead")
    assert "deleted" in delivery["reason"] and delivery["channel_id"] == channel["id"]


async def test_a_group_that_moved_is_followed(running: Services, workspace: Created, telegram: TelegramServer) -> None:
    telegram.fail(CHAT, migrated(-2002), always=True)
    channel = await chat(running, workspace)
    await tell(running, workspace)
    [delivery] = await settled(running, workspace, "delivered")
    assert [attempt["status_code"] for attempt in delivery["attempts"]] == [400, 200]
    assert telegram.sent[-1].params["chat_id"] == "-2002"
    config = open_config(running.vault, (await stored(running, workspace, channel))["config"])
    assert config["chat_id"] == -2002


async def test_an_unlinked_channel_gets_no_deliveries(
    running: Services, workspace: Created, telegram: TelegramServer
) -> None:
    await destinations.create_channel(running, workspace.workspace_id, "telegram", {})
    linked = await chat(running, workspace)
    await tell(running, workspace)
    await quiet(running)
    rows = await settled(running, workspace, "delivered")
    assert [row["channel_id"] for row in rows] == [linked["id"]]


async def test_a_chat_hears_of_a_lead_that_came_back_and_not_of_an_edit(
    running: Services, workspace: Created, telegram: TelegramServer
) -> None:
    await chat(running, workspace)
    await _insert_lead_with_submission(running, workspace, at=5_000)
    await tell(running, workspace, "lead.updated", at=6_000)
    await tell(running, workspace, "lead.updated", LEAD | {"name": "Grace, back again"}, at=5_000)
    await quiet(running)
    await settled(running, workspace, "delivered")
    assert ["Grace, back again is back" in message.text for message in telegram.sent] == [True]


async def test_a_chat_hears_of_an_abandoned_form_only_where_somebody_can_be_reached(
    running: Services, workspace: Created, telegram: TelegramServer
) -> None:
    await chat(running, workspace)
    session = {"form_name": "Application", "completion_percent": 60}
    await tell(running, workspace, "form.abandoned", None, session=session)
    await tell(running, workspace, "form.abandoned", LEAD, session=session)
    await quiet(running)
    rows = await settled(running, workspace, "delivered")
    assert [row["lead_id"] for row in rows] == [LEAD["id"]]


async def test_a_chat_that_asked_for_abandoned_forms_hears_of_all_of_them(
    running: Services, workspace: Created, telegram: TelegramServer
) -> None:
    await chat(running, workspace, events=["form.abandoned"])
    await tell(running, workspace, "form.abandoned", None, session={"form_name": "Apply", "completion_percent": 60})
    [delivery] = await settled(running, workspace, "delivered")
    assert delivery["lead_id"] is None


async def test_a_filter_lets_through_only_its_leads(
    running: Services, workspace: Created, telegram: TelegramServer
) -> None:
    await chat(running, workspace, filter={"source": ["google", "bing"]})
    await tell(running, workspace, lead=LEAD | {"source": "newsletter"})
    await tell(running, workspace, lead=LEAD | {"source": "Google", "name": "Ada"})
    await quiet(running)
    await settled(running, workspace, "delivered")
    assert ["Ada" in message.text for message in telegram.sent] == [True]


async def test_the_owner_is_mailed_wherever_smtp_is_set(
    make_services: Make, run: Run, workspace: Created, smtp: SmtpServer
) -> None:
    services = make_services(smtp_url=smtp.url, mail_from="LeadsBot <leads@example.com>")
    run(services)
    await services.database.write(lambda tx: _owner_mail(tx, workspace))
    await tell(services, workspace)
    [mail] = await in_thread(lambda: smtp.wait_for(1))
    assert mail.recipients == [workspace.user_email] and mail.message["Subject"] == "New lead: Grace Hopper"
    assert mail.message["From"] == "LeadsBot <leads@example.com>"
    [delivery] = await settled(services, workspace, "delivered")
    assert delivery["destination"] == "owners, admins"


async def test_no_mail_is_due_where_smtp_is_not_set(
    running: Services, workspace: Created, telegram: TelegramServer
) -> None:
    await running.database.write(lambda tx: _owner_mail(tx, workspace))
    linked = await chat(running, workspace)
    await tell(running, workspace)
    await quiet(running)
    rows = await settled(running, workspace, "delivered")
    assert [row["channel_id"] for row in rows] == [linked["id"]]


async def _owner_mail(tx: Tx, workspace: Created) -> str:
    return await add_team_mail(tx, workspace.workspace_id)


async def _insert_lead_with_submission(services: Services, workspace: Created, at: int) -> None:
    async def unit(tx: Tx) -> None:
        await tx.execute(
            "INSERT INTO leads (id, workspace_id, created_at, updated_at, stage) VALUES ($1, $2, 0, 0, 'New')",
            LEAD["id"],
            workspace.workspace_id,
        )
        await tx.execute(
            "INSERT INTO submissions (id, workspace_id, lead_id, site_id, door, submitted_at, received_at)"
            " VALUES ('one', $1, $2, $3, 'widget', $4, $4)",
            workspace.workspace_id,
            LEAD["id"],
            workspace.site_id,
            at,
        )

    await services.database.write(unit)
