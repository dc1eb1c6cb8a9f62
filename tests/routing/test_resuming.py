"""What a chat was due when it shut the bot out arrives once it lets it in again."""

from __future__ import annotations

from leadsbot.routing import destinations, gates
from leadsbot.services import Services
from leadsbot.workspaces.bootstrap import Created
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


async def _told_while_shut_out(
    services: Services, workspace: Created, telegram: TelegramServer, run: Run
) -> list[dict[str, object]]:
    telegram.fail(CHAT, KICKED, always=True)
    for number in range(4):
        await tell(services, workspace, lead=LEAD | {"name": f"Lead{number}"})
    run(services)
    await quiet(services)
    return [row for row in await settled(services, workspace, "dead") if row["event_type"] == "lead.created"]
