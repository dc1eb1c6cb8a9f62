"""A summary that somebody asks for arrives at once, and what the other side said is told."""

from __future__ import annotations

import pytest

from leadsbot.errors import InvalidInput, NotFound
from leadsbot.routing import destinations
from leadsbot.services import Services
from leadsbot.summaries.now import send_now
from leadsbot.workspaces.bootstrap import Created
from tests.support.telegram_calls import Fault
from tests.support.telegram_server import TelegramServer

CHAT = -1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_it_is_of_today_yesterday_or_last_week_and_says_what_became_of_it(
    services: Services, workspace: Created, stranger: Created, telegram: TelegramServer
) -> None:
    given = {"chat_id": CHAT, "thread_id": 31}
    channel = await destinations.create_channel(services, workspace.workspace_id, "telegram", given)
    for span, title in (("today", "so far"), ("yesterday", "Lindenhof: "), ("week", "the week of")):
        delivery = await send_now(services, workspace.workspace_id, channel["id"], span)
        assert (delivery["status"], delivery["event_type"]) == ("delivered", "summary")
        sent = telegram.sent[-1]
        assert title in sent.text and sent.params["message_thread_id"] == "31"
    telegram.fail(CHAT, Fault(400, "Bad Request: not today"))
    delivery = await send_now(services, workspace.workspace_id, channel["id"])
    assert delivery["status"] == "delivered"  # the more plainly the more is refused
    telegram.fail(CHAT, Fault(500, "Bad Gateway"))
    refused = await send_now(services, workspace.workspace_id, channel["id"])
    assert refused["status"] == "dead" and "Bad Gateway" in refused["reason"]
    with pytest.raises(InvalidInput):
        await send_now(services, workspace.workspace_id, channel["id"], "tomorrow")
    with pytest.raises(NotFound):
        await send_now(services, stranger.workspace_id, channel["id"])
