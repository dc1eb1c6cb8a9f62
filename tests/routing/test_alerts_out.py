"""An alert about a door goes to the channels that are told of the house's own troubles, in words; to no webhook."""

from __future__ import annotations

import json
from typing import Any

import pytest

from leadsbot import clock
from leadsbot.channels.base import Parcel, summarize
from leadsbot.db import Database, Tx
from leadsbot.errors import InvalidInput
from leadsbot.events.log import Happening, record
from leadsbot.leads.watching import ALERT
from leadsbot.routing import destinations, news
from leadsbot.routing.destination import Destination
from leadsbot.routing.wants import wants
from leadsbot.services import Services
from leadsbot.workspaces.bootstrap import Created
from tests.routing.house import Make, Run, in_thread, settled
from tests.support.smtp_server import SmtpServer
from tests.support.telegram_server import TelegramServer

TOLD = {
    "kind": "silence",
    "door_kind": "site",
    "door_id": "d1",
    "door": "Main",
    "title": "Main: no leads",
    "text": "Why",
}


def destination(kind: str, *events: str, **filter: Any) -> Destination:
    return Destination(kind, {"events": json.dumps(events), "filter": json.dumps(filter)})


async def alert(database: Database, workspace: Created) -> news.News:
    async def unit(tx: Tx) -> list[str]:
        return record(tx, Happening(workspace.workspace_id, ALERT, {"lead": None, "alert": TOLD}))

    (one,) = await news.load(database, await database.write(unit), "https://leads.example.com")
    return one


async def test_channels_that_hear_of_webhooks_hear_of_doors(database: Database, workspace: Created) -> None:
    one = await alert(database, workspace)
    assert wants(destination("email"), one) and wants(destination("telegram"), one)
    assert wants(destination("slack", "webhook.disabled", source="Ads"), one)
    assert not wants(destination("slack", "lead.created"), one)
    for events in ((), ("webhook.disabled",), (ALERT,)):
        assert not wants(destination("webhook", *events), one)


async def test_no_webhook_can_ask_for_it(services: Services, workspace: Created) -> None:
    with pytest.raises(InvalidInput):
        await destinations.create_webhook(
            services.database, services.vault, workspace.workspace_id, "https://hooks.example.com/", [ALERT], True
        )


async def test_it_is_told_in_words_with_the_way_to_the_log(database: Database, workspace: Created) -> None:
    one = await alert(database, workspace)
    payload = json.loads(one.body)
    whose: dict[str, Any] = {
        "workspace_id": workspace.workspace_id,
        "config": {},
        "workspace": {"name": "Main", "timezone": "UTC"},
    }
    summary = summarize(Parcel("d", "e", ALERT, clock.now(), body=one.body, payload=payload, **whose))
    assert (summary.title, summary.message) == ("Main: no leads", "Why")
    assert summary.link == "https://leads.example.com/attempts?door=d1"
    assert summary.opens == "Open the capture log"


async def test_it_arrives_by_mail_and_in_the_chat(
    make_services: Make, run: Run, workspace: Created, telegram: TelegramServer, smtp: SmtpServer
) -> None:
    services = make_services(smtp_url=smtp.url)
    run(services)
    await destinations.create_channel(services, workspace.workspace_id, "telegram", {"chat_id": -1001})
    await destinations.create_channel(services, workspace.workspace_id, "email", {"to": ["owner@example.com"]})
    await alert(services.database, workspace)
    await settled(services, workspace, "delivered", 2)
    assert "Main: no leads" in telegram.sent[0].text and "Why" in telegram.sent[0].text
    [mail] = await in_thread(lambda: smtp.wait_for(1))
    assert str(mail.message["Subject"]) == "Main: no leads"
    html = mail.message.get_body(("html",))
    assert html is not None and "Open the capture log</a>" in html.get_content()
