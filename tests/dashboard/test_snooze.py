"""A lead's page says that its alert was snoozed in a chat, and ends that."""

from __future__ import annotations

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.ids import new_id
from leadsbot.routing import snoozing
from leadsbot.routing.tables import Channel, Message
from leadsbot.workspaces.bootstrap import Created
from tests.api.rows import NOON, add_lead
from tests.dashboard.browsing import Browser, shown
from tests.dashboard.test_render import ATTACK, harmless


async def snoozed(database: Database, workspace: Created, lead_id: str, by: str) -> None:
    here = {"workspace_id": workspace.workspace_id, "created_at": 1}
    channel_id = new_id()

    async def unit(tx: Tx) -> None:
        tx.insert(Channel, here | {"id": channel_id, "kind": "telegram", "name": "", "config": "{}"})
        await tx.flush()
        tx.insert(Message, here | {"id": new_id(), "channel_id": channel_id, "lead_id": lead_id, "place": "1:1"})

    await database.write(unit)
    (message,) = await database.fetch("SELECT * FROM messages")
    await snoozing.snooze(database, message, clock.now() + clock.HOUR, by)


async def test_the_page_says_until_when_and_by_whom_and_ends_it(
    owner: Browser, outsider: Browser, workspace: Created, database: Database
) -> None:
    lead_id = await add_lead(database, workspace, NOON)
    page = await owner.see(f"/leads/{lead_id}")
    assert "Snoozed" not in shown(page)
    await snoozed(database, workspace, lead_id, ATTACK)
    page = await owner.see(f"/leads/{lead_id}")
    harmless(page.text)
    assert "Snoozed in a chat until" in shown(page) and "Snoozed until" in page.text.partition('id="thread"')[2]
    await outsider.see("/leads")
    assert (await outsider.press(f"/leads/{lead_id}/wake")).status_code == 404
    assert (await owner.press(f"/leads/{lead_id}/wake")).headers["location"] == f"/leads/{lead_id}"
    page = await owner.see(f"/leads/{lead_id}")
    assert "nobody is reminded" in shown(page) and "Snoozed in a chat" not in shown(page)
    assert "Snooze ended" in page.text.partition('id="thread"')[2]
