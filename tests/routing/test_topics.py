"""A channel in a topic of a group: all that it says stands there, and is edited and answered there."""

from __future__ import annotations

from typing import Any

import pytest

from leadsbot import clock
from leadsbot.channels.telegram import CHANNEL
from leadsbot.leads import changes
from leadsbot.routing import counted, destinations, messages
from leadsbot.routing.erasure import delete_lead
from leadsbot.services import Services
from leadsbot.summaries.now import send_now
from leadsbot.workspaces.bootstrap import Created
from tests.routing.holding import NOON, QUIET, backlog, released
from tests.routing.house import in_thread, settled
from tests.routing.test_messages import OWNER, due, sent, shows, standing, submitted
from tests.support.telegram_calls import Call, Fault
from tests.support.telegram_server import TelegramServer

GROUP, TOPIC = -1009, 31


async def topic(services: Services, workspace: Created, thread_id: int = TOPIC, **options: Any) -> str:
    config = {"chat_id": GROUP, "thread_id": thread_id}
    row = await destinations.create_channel(services, workspace.workspace_id, "telegram", config)
    await destinations.update_channel(services, workspace.workspace_id, row["id"], {"options": options})
    return str(row["id"])


def said_there(telegram: TelegramServer) -> list[Call]:
    """Give what was sent, all of it to the topic."""
    new = [call for call in telegram.sent if call.method.startswith("send")]
    assert {call.params.get("message_thread_id") for call in new} == {str(TOPIC)}
    return new


async def test_an_alert_its_edits_and_its_reminder_stand_in_the_topic(
    running: Services, workspace: Created, telegram: TelegramServer
) -> None:
    await topic(running, workspace, escalate_after_minutes=5)
    lead_id = await submitted(running, workspace)
    [row] = await standing(running, workspace)
    assert row["thread_id"] == TOPIC
    await changes.add_note(running.database, workspace.workspace_id, lead_id, "Rang", OWNER)
    await due(running, messages.ESCALATE)
    nudge = await sent(running, workspace, telegram, "Nobody has claimed Grace yet")
    assert nudge["reply_to_message"]["message_id"] == int(row["place"].partition(":")[2])
    await changes.move(running.database, workspace.workspace_id, lead_id, "Quoted", OWNER)
    for call in said_there(telegram):
        await shows(telegram, call.result["message_id"], f"➡️ {OWNER} moved it to Quoted")


async def test_a_reminder_answers_nothing_where_the_channel_leads_to_another_topic_by_now(
    running: Services, workspace: Created, telegram: TelegramServer
) -> None:
    channel_id = await topic(running, workspace, escalate_after_minutes=5)
    await submitted(running, workspace)
    await standing(running, workspace)
    config = {"chat_id": GROUP, "thread_id": TOPIC + 1}
    await destinations.update_channel(running, workspace.workspace_id, channel_id, {"config": config})
    await due(running, messages.ESCALATE)
    nudge = await sent(running, workspace, telegram, "Nobody has claimed Grace yet")
    assert nudge["message_thread_id"] == TOPIC + 1 and "reply_to_message" not in nudge


async def test_digests_counts_and_summaries_stand_in_the_topic(
    services: Services, workspace: Created, telegram: TelegramServer
) -> None:
    with clock.freeze(NOON) as advance:
        channel_id = await topic(services, workspace, **QUIET)
        await backlog(services, workspace, channel_id, counted.TOO_MANY + 1)
        advance(clock.HOUR)
        for _ in range(3):  # the count is written down in two parts
            advance(await released(services, channel_id))
        await send_now(services, workspace.workspace_id, channel_id)
    count, digest, summary = said_there(telegram)
    assert count.text.startswith("501 new leads") and digest.text.startswith("90 new leads")
    assert summary.text.startswith("Lindenhof:")


async def test_a_digest_in_a_topic_names_nobody_who_was_deleted(
    running: Services, workspace: Created, telegram: TelegramServer
) -> None:
    await topic(running, workspace)
    leads = [await submitted(running, workspace, f"ada{number}@example.com") for number in range(7)]
    rows = await standing(running, workspace, 7)
    (place,) = {row["place"] for row in rows if row["delivery_id"] in await folded(running)}
    message_id = int(place.partition(":")[2])
    gone = next(row["lead_id"] for row in rows if row["place"] == place)
    assert gone in leads and telegram.message(message_id)["message_thread_id"] == TOPIC
    told = len(telegram.message(message_id)["text"].splitlines())
    await delete_lead(running.database, workspace.workspace_id, gone)
    edited = await settled_edit(telegram, message_id)
    assert len(edited.text.splitlines()) == told - 1


async def folded(services: Services) -> set[str]:
    rows = await services.database.fetch("SELECT id FROM deliveries WHERE folded_into IS NOT NULL")
    return {row["id"] for row in rows}


async def settled_edit(telegram: TelegramServer, message_id: int) -> Call:
    def about(call: Call) -> bool:
        return call.method == "editMessageText" and call.params["message_id"] == str(message_id)

    return await in_thread(lambda: telegram.wait_for(about))


def test_the_general_topic_is_the_group_itself() -> None:
    assert CHANNEL.check_config({"chat_id": GROUP, "thread_id": "1"}) == {"chat_id": GROUP}


@pytest.mark.parametrize("said", ["TOPIC_CLOSED", "TOPIC_DELETED", "message thread not found"])
async def test_a_topic_that_is_gone_or_closed_switches_the_channel_off_and_says_which(
    running: Services, workspace: Created, telegram: TelegramServer, said: str
) -> None:
    channel_id = await topic(running, workspace)
    telegram.fail(GROUP, Fault(400, f"Bad Request: {said}"))
    await submitted(running, workspace)
    await settled(running, workspace, "dead")
    channel = await destinations.get_channel(running.database, workspace.workspace_id, channel_id)
    assert not channel["enabled"] and "topic" in channel["disabled_reason"]
