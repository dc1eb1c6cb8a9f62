"""What a chat was due when it shut the bot out arrives once it lets it in again."""

from __future__ import annotations

import pytest

from leadsbot import clock
from leadsbot.jobs.outcomes import Again
from leadsbot.routing import destinations, folding, gates, resuming
from leadsbot.routing.destination import Destination
from leadsbot.routing.loading import Loaded, Loading
from leadsbot.services import Services
from leadsbot.workspaces.bootstrap import Created
from tests.routing.holding import backlog, chat, of
from tests.routing.house import LEAD, Run, quiet, settled, tell
from tests.support.telegram_calls import KICKED
from tests.support.telegram_server import TelegramServer

CHAT = -1005


async def test_what_waited_when_a_chat_shut_the_bot_out_arrives_once_it_is_on_again(
    services: Services, workspace: Created, telegram: TelegramServer, run: Run
) -> None:
    config = {"chat_id": CHAT, "bot_token": telegram.token}
    channel = await destinations.create_channel(services, workspace.workspace_id, "telegram", config)
    told = await _told_while_shut_out(services, workspace, telegram, run)
    assert {row["status"] for row in told} == {"dead", "withheld"}
    assert {row["reason"] for row in told if row["status"] == "withheld"} == {gates.BROKEN}
    telegram.heal(CHAT)
    await destinations.update_channel(services, workspace.workspace_id, channel["id"], {"enabled": True})
    await settled(services, workspace, "delivered", 4)
    said = "\n".join(call.text for call in telegram.sent)
    assert all(said.count(f"Lead{number}") == 1 for number in range(4))


async def test_much_that_waited_is_resumed_in_parts(
    services: Services, workspace: Created, telegram: TelegramServer, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resuming, "AT_ONCE", 2)
    channel = await chat(services, workspace, chat_id=CHAT)
    await backlog(services, workspace, channel, 5)
    await _shut_out(services, channel)
    stopped = "UPDATE deliveries SET status = 'withheld', held = '', reason = $1, created_at = $2"
    await services.database.write(lambda tx: tx.execute(stopped, gates.BROKEN, clock.now()))
    await destinations.update_channel(services, workspace.workspace_id, channel, {"enabled": True})
    assert sorted(row["round"] for row in await of(services)) == [0, 0, 0, 1, 1]
    run(services)
    await settled(services, workspace, "delivered", 5)


async def test_what_somebody_switched_off_is_not_sent_later(
    services: Services, workspace: Created, telegram: TelegramServer, run: Run
) -> None:
    config = {"chat_id": CHAT, "bot_token": telegram.token}
    channel = await destinations.create_channel(services, workspace.workspace_id, "telegram", config)
    await _told_while_shut_out(services, workspace, telegram, run)
    telegram.heal(CHAT)
    for enabled in (False, True):
        await destinations.update_channel(services, workspace.workspace_id, channel["id"], {"enabled": enabled})
    await quiet(services)
    assert telegram.sent == []


async def test_what_found_the_chat_shut_as_it_was_let_in_again_arrives(
    services: Services, workspace: Created, telegram: TelegramServer, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its job had looked before that, and writes down what it saw after it."""
    await chat(services, workspace, chat_id=CHAT)
    looked = Loading.load

    async def early(loading: Loading, delivery_id: str) -> Loaded:
        monkeypatch.undo()
        delivery, found = await looked(loading, delivery_id)
        assert found is not None
        return delivery, Destination(found.kind, {**found.row, "enabled": False, "disabled_at": 1})

    monkeypatch.setattr(Loading, "load", early)
    await tell(services, workspace)
    run(services)
    await quiet(services)
    assert [(row["status"], row["round"]) for row in await of(services)] == [("delivered", 1)]
    assert len(telegram.sent) == 1


async def test_what_is_held_as_the_chat_lets_the_bot_in_again_is_not_ended(
    services: Services, workspace: Created
) -> None:
    channel = await chat(services, workspace, chat_id=CHAT)
    await backlog(services, workspace, channel, 2)
    await _shut_out(services, channel)
    outcome = await folding.release(services, channel)
    await destinations.update_channel(services, workspace.workspace_id, channel, {"enabled": True})
    assert isinstance(outcome, Again) and outcome.writes
    await services.database.write(outcome.writes)
    assert [row["status"] for row in await of(services)] == ["pending", "pending"]


async def _shut_out(services: Services, channel_id: str) -> None:
    off = "UPDATE channels SET enabled = FALSE, disabled_at = 1, disabled_reason = 'Shut out.' WHERE id = $1"
    await services.database.write(lambda tx: tx.execute(off, channel_id))


async def _told_while_shut_out(
    services: Services, workspace: Created, telegram: TelegramServer, run: Run
) -> list[dict[str, object]]:
    telegram.fail(CHAT, KICKED, always=True)
    for number in range(4):
        await tell(services, workspace, lead=LEAD | {"name": f"Lead{number}"})
    run(services)
    await quiet(services)
    return [row for row in await settled(services, workspace, "dead") if row["event_type"] == "lead.created"]
