"""Webhook mode: Telegram is told where to push, its pushes are kept once, and nobody else's are."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from time import time
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from leadsbot.bot import BotService, pushed
from leadsbot.bot.hooks import Hooks, secret_of
from leadsbot.bot.updates import WANTED
from leadsbot.channels.telegram.api import mark_of
from leadsbot.db import Database
from leadsbot.db.database import sqlite_path
from leadsbot.jobs.outcomes import Done
from leadsbot.routing import destinations
from leadsbot.services import Services
from leadsbot.vault import Vault
from leadsbot.workspaces.bootstrap import Created
from tests.bot.talking import PRIVATE, Talk, channel_in, lead
from tests.routing.house import Make, in_thread
from tests.support.application import made, running
from tests.support.telegram_server import ADA, TelegramServer
from tests.support.waiting import PATIENCE_S

KEY = "a key for tests"
HELP = {"message_id": 1, "date": int(time()), "chat": {"id": PRIVATE, "type": "private"}, "from": ADA,
        "text": "/help"}  # fmt: skip
HEADER = "X-Telegram-Bot-Api-Secret-Token"


def told(telegram: TelegramServer, method: str) -> int:
    return sum(call.method == method for call in telegram.calls)


async def called(telegram: TelegramServer, method: str, times: int = 1) -> None:
    def wait() -> bool:
        with telegram.changed:
            return telegram.changed.wait_for(lambda: told(telegram, method) >= times, PATIENCE_S)

    assert await in_thread(wait), method


@pytest.fixture
async def client(database: Database, telegram: TelegramServer) -> AsyncIterator[httpx.AsyncClient]:
    env = {
        "DATABASE_URL": database.url,
        "SECRET_KEY": KEY,
        "PUBLIC_URL": "https://leads.example.com",
        "TELEGRAM_TOKEN": telegram.token,
        "TELEGRAM_API": telegram.base_url,
        "TELEGRAM_MODE": "webhook",
    }
    with made({f"LEADSBOT_{name}": value for name, value in env.items()}) as app:
        async with running(app):
            transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
            yield httpx.AsyncClient(transport=transport, base_url="https://leads.example.com")


async def jobs(services: Services) -> list[dict[str, Any]]:
    rows = await services.database.fetch("SELECT payload FROM jobs WHERE kind = $1", pushed.UPDATE)
    return [json.loads(row["payload"]) for row in rows]


async def test_a_push_is_kept_once_and_answered_by_a_job(
    services: Services, telegram: TelegramServer, client: httpx.AsyncClient
) -> None:
    headers = {HEADER: secret_of(Vault(KEY), telegram.token)}
    update = {"update_id": 5, "message": HELP}
    for _ in range(2):
        answer = await client.post("/telegram/4242", json=update, headers=headers)
        assert (answer.status_code, answer.content) == (200, b"")
    (payload,) = await jobs(services)
    outcome = await pushed.job_handlers(services)[pushed.UPDATE](payload)
    (said,) = [call for call in telegram.sent if call.method == "sendMessage"]
    assert "/leads" in said.text
    assert isinstance(outcome, Done) and outcome.writes
    await services.database.write(outcome.writes)
    assert await jobs(services) == [{}]  # that it came is known for a day, what it said isn't
    await pushed.job_handlers(services)[pushed.UPDATE]({**payload, "at": 0})
    assert told(telegram, "sendMessage") == 1  # an hour late nobody waits for it any more


async def test_a_note_is_kept_however_late(services: Services, workspace: Created, talk: Talk) -> None:
    """As when the nodes that do the work were off for hours."""
    channel = await channel_in(services, workspace, PRIVATE)
    lead_id = await lead(services, workspace)
    alert = talk.telegram.message(await talk.alert(PRIVATE, lead_id, channel))
    note = {**HELP, "text": "She calls back", "reply_to_message": alert}
    payload = {"bot": "4242", "token": mark_of(talk.telegram.token), "at": 0}
    handler = pushed.job_handlers(services)[pushed.UPDATE]
    await handler({**payload, "update": {"update_id": 5, "message": note}})
    (kept,) = await services.database.fetch("SELECT text FROM notes")
    assert kept["text"] == "She calls back"


async def test_what_can_not_be_read_is_done_with(
    services: Services, telegram: TelegramServer, client: httpx.AsyncClient
) -> None:
    """Else all that its chat says afterwards would wait for it."""
    headers = {HEADER: secret_of(Vault(KEY), telegram.token)}
    update = {"update_id": 5, "message": {"message_id": 1, "chat": HELP["chat"]}}
    assert (await client.post("/telegram/4242", json=update, headers=headers)).status_code == 200
    (payload,) = await jobs(services)
    assert isinstance(await pushed.job_handlers(services)[pushed.UPDATE](payload), Done)


async def test_a_wrong_token_with_the_bots_number_takes_no_push_away(
    services: Services, workspace: Created, telegram: TelegramServer, client: httpx.AsyncClient
) -> None:
    await channel_in(services, workspace, PRIVATE, bot_token="4242:zzz-not-its-token")
    headers = {HEADER: secret_of(Vault(KEY), telegram.token)}
    update = {"update_id": 5, "message": HELP}
    assert (await client.post("/telegram/4242", json=update, headers=headers)).status_code == 200
    (payload,) = await jobs(services)
    assert telegram.token.partition(":")[2] not in json.dumps(payload)
    await pushed.job_handlers(services)[pushed.UPDATE](payload)
    assert told(telegram, "sendMessage") == 1


async def test_what_is_not_telegrams_is_refused_and_not_kept(
    services: Services, telegram: TelegramServer, client: httpx.AsyncClient
) -> None:
    right = {HEADER: secret_of(Vault(KEY), telegram.token)}
    other = {HEADER: secret_of(Vault(KEY), "1:another-bot")}
    update = json.dumps({"update_id": 5, "message": HELP}).encode()
    asked: list[tuple[str, bytes, dict[str, str], int]] = [
        ("4242", update, {}, 401),
        ("4242", update, {HEADER: "wrong"}, 401),
        ("4242", update, other, 401),
        ("1", update, other, 404),
        ("4242", b"no json", right, 400),
        ("4242", b"[]", right, 400),
        ("4242", b'{"update_id": "x"}', right, 400),
        ("4242", b'{"update_id": 1180591620717411303424}', right, 400),
        ("4242", b'{"update_id": 1, "x": "' + b"x" * pushed.MAX_BODY + b'"}', right, 413),
    ]
    got = [(await client.post(f"/telegram/{bot}", content=body, headers=headers)).status_code
           for bot, body, headers, _ in asked]  # fmt: skip
    assert got == [status for *_, status in asked]
    assert await jobs(services) == []


async def test_telegram_is_told_once_where_to_push_and_forgets_it_when_polling_returns(
    make_services: Make, workspace: Created, telegram: TelegramServer
) -> None:
    services = make_services(telegram_mode="webhook")
    for _ in range(2):
        bot = BotService(services)
        await bot.start()
        await called(telegram, "getWebhookInfo", told(telegram, "getWebhookInfo") + 1)
        await called(telegram, "setWebhook")
        await bot.stop()
    assert told(telegram, "setWebhook") == 1
    assert telegram.webhook["url"].startswith("https://leads.example.com/telegram/4242?v=")
    assert telegram.webhook["secret_token"] == secret_of(services.vault, telegram.token)
    assert set(telegram.webhook["allowed_updates"]) == set(WANTED)
    bot = BotService(make_services())
    await bot.start()
    await called(telegram, "deleteWebhook")
    await bot.stop()


async def test_a_token_that_was_changed_is_pushed_to_with_its_own_secret(
    make_services: Make, workspace: Created, telegram: TelegramServer
) -> None:
    """Telegram keeps the address and the secret of before, and would be refused for ever."""
    services = make_services(telegram_mode="webhook", telegram_token="")
    channel = await channel_in(services, workspace, PRIVATE, bot_token=telegram.token)
    bot = BotService(services, look_s=0.05)
    await bot.start()
    await called(telegram, "setWebhook")
    telegram.token = "4242:another-token"
    change = {"config": {"bot_token": telegram.token}}
    await destinations.update_channel(services, workspace.workspace_id, channel["id"], change)
    await called(telegram, "setWebhook", 2)
    assert telegram.webhook["secret_token"] == secret_of(services.vault, telegram.token)
    await bot.stop()


async def test_it_is_told_again_what_was_taken_away_but_takes_it_from_nobody(
    make_services: Make, workspace: Created, telegram: TelegramServer
) -> None:
    hooks = Hooks(make_services(telegram_mode="webhook"), look_s=0.02, check_s=0.02)
    telegram.webhook = {"url": "https://somebody.example/"}
    task = asyncio.create_task(hooks.run())
    await called(telegram, "setWebhook")  # at the start it is ours
    telegram.webhook = {"url": ""}
    await called(telegram, "setWebhook", 2)
    with capture_logs() as logs:
        telegram.webhook = {"url": "https://somebody.example/"}
        await called(telegram, "getWebhookInfo", told(telegram, "getWebhookInfo") + 3)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert telegram.webhook["url"] == "https://somebody.example/" and told(telegram, "setWebhook") == 2
    assert "bot.used_elsewhere" in {entry["event"] for entry in logs}


async def test_what_another_program_has_set_is_left_when_the_channel_goes(
    make_services: Make, workspace: Created, telegram: TelegramServer
) -> None:
    services = make_services(telegram_mode="webhook", telegram_token="")
    channel = await channel_in(services, workspace, PRIVATE, bot_token=telegram.token)
    telegram.webhook = {"url": "https://somebody.example/"}
    bot, other = BotService(services, look_s=0.02), telegram.beside("5151:own-token", "own_bot")
    await bot.start()
    await called(telegram, "getWebhookInfo")
    await services.database.write(lambda tx: tx.execute("DELETE FROM channels WHERE id = $1", channel["id"]))
    await channel_in(services, workspace, PRIVATE, bot_token=other.token)
    await called(other, "setWebhook")  # so it has looked, and let go of the first
    await bot.stop()
    assert telegram.webhook["url"] == "https://somebody.example/"


async def test_a_workspaces_own_bot_is_pushed_too_until_its_channel_goes(
    make_services: Make, workspace: Created, telegram: TelegramServer
) -> None:
    services = make_services(telegram_mode="webhook", telegram_token="")
    channel = await channel_in(services, workspace, PRIVATE, bot_token=telegram.token)
    bot = BotService(services, look_s=0.05)
    await bot.start()
    await called(telegram, "setWebhook")
    await services.database.write(lambda tx: tx.execute("DELETE FROM channels WHERE id = $1", channel["id"]))
    await called(telegram, "deleteWebhook")
    await bot.stop()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_the_database_can_not_take_is_left_to_telegram_to_repeat(
    services: Services, telegram: TelegramServer, client: httpx.AsyncClient
) -> None:
    headers = {HEADER: secret_of(Vault(KEY), telegram.token)}
    update = {"update_id": 5, "message": HELP}
    with sqlite3.connect(sqlite_path(services.database.url), isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        assert (await client.post("/telegram/4242", json=update, headers=headers)).status_code == 503
        other.execute("ROLLBACK")
    assert (await client.post("/telegram/4242", json=update, headers=headers)).status_code == 200
    assert len(await jobs(services)) == 1
