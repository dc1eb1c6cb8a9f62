"""Linking a Telegram chat from the channels page, with a bot that Telegram knows."""

from __future__ import annotations

import re

from leadsbot import clock
from leadsbot.channels.telegram.api import mark_of
from leadsbot.db import Database
from leadsbot.routing import destinations
from leadsbot.workspaces.bootstrap import Created
from tests.dashboard.browsing import Browser, shown
from tests.dashboard.with_bot import settings, telegram
from tests.support.telegram_server import TelegramServer

__all__ = ["settings", "telegram"]


async def test_a_channel_shows_link_and_code_until_its_chat_is_known(
    owner: Browser, workspace: Created, database: Database
) -> None:
    assert "Connect a chat</button>" in shown(await owner.see("/channels"))
    await owner.press("/channels", {"kind": "telegram", "name": "Sales"})
    page = shown(await owner.see("/channels"))
    assert re.search(r'href="https://t\.me/\w+\?start=[\w-]{48}"', page)
    assert re.search(r"<code>/link@leadsbot_test_bot [\w-]{48}</code>", page)
    assert re.search(r'href="https://t\.me/leadsbot_test_bot\?startgroup=[\w-]{48}"', page)
    row = (await destinations.list_channels(database, workspace.workspace_id)).rows[0]
    assert (await owner.see(f"/channels/{row['id']}", hx_request="true")).status_code == 204
    key = {"authorization": f"Bearer {workspace.api_key}"}
    linked = await owner.client.patch(f"/api/v1/channels/{row['id']}", json={"config": {"chat_id": -100}}, headers=key)
    assert linked.status_code == 200, linked.text
    part = await owner.see(f"/channels/{row['id']}", hx_request="true")
    assert "Sales is linked." in part.text
    assert "/link@" not in part.text


async def test_a_test_arrives_in_the_chat(
    owner: Browser, workspace: Created, database: Database, telegram: TelegramServer
) -> None:
    await owner.press("/channels", {"kind": "telegram", "name": "Sales", "chat_id": "-100"})
    row = (await destinations.list_channels(database, workspace.workspace_id)).rows[0]
    part = await owner.press(f"/channels/{row['id']}/test", hx_request="true")
    assert "The test has arrived." in part.text
    assert len(telegram.sent) == 1
    assert "Send a summary" in shown(await owner.see(f"/channels/{row['id']}"))
    part = await owner.press(f"/channels/{row['id']}/summary", hx_request="true")
    assert "The summary has arrived." in part.text and "so far" in telegram.sent[-1].text


async def test_another_program_that_takes_the_bots_updates_is_told_beside_its_channels(
    owner: Browser, workspace: Created, database: Database, telegram: TelegramServer
) -> None:
    await owner.press("/channels", {"kind": "telegram", "name": "Sales", "chat_id": "-100"})
    page = shown(await owner.see("/channels"))
    assert "Another program" not in page
    noted = (f"telegram rival {mark_of(telegram.token)}", clock.now() + clock.HOUR)
    sql = "INSERT INTO leases (id, holder, ends_at) VALUES ($1, 'polls', $2)"
    await database.write(lambda tx: tx.execute(sql, *noted))
    assert "Another program polls with this bot's token" in shown(await owner.see("/channels"))
