"""What was removed is put back as it was: with its secret, its chat's messages, and what it was still due."""

from __future__ import annotations

import pytest

from leadsbot import clock
from leadsbot.errors import Conflict, Forbidden, NotFound
from leadsbot.housekeeping import purge
from leadsbot.routing import deliveries, destinations, gates, replay
from leadsbot.routing.restoring import restore
from leadsbot.services import Services
from leadsbot.workspaces import endpoint_editing, members, removals
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.members import NewMember
from tests.routing.house import Run, quiet, route_now, settled, tell
from tests.support.telegram_server import TelegramServer

CHAT = -1001
URL = "https://crm.example.com/hook"


async def chat(services: Services, workspace: Created) -> dict[str, object]:
    config = {"chat_id": CHAT}
    return await destinations.create_channel(services, workspace.workspace_id, "telegram", config, name="Sales")


async def test_a_channel_comes_back_as_it_was_and_sends_what_it_was_due(
    services: Services, run: Run, workspace: Created, stranger: Created, telegram: TelegramServer
) -> None:
    row = await chat(services, workspace)
    channel_id = str(row["id"])
    # Two that were due when it was removed, and one of them was given up for that.
    for _ in range(2):
        await route_now(services, await tell(services, workspace, lead=None))
    message = {"id": channel_id, "workspace_id": workspace.workspace_id, "channel_id": channel_id, "place": f"{CHAT}:7"}
    await services.database.write(
        lambda tx: tx.execute(
            "INSERT INTO messages (id, workspace_id, channel_id, place, event_type, state, created_at)"
            " VALUES ($1, $2, $3, $4, '', '{}', 1)",
            *message.values(),
        )
    )
    await destinations.delete_channel(services.database, workspace.workspace_id, channel_id, "ada@example.com")
    run(services)
    await settled(services, workspace, "dead", 2)
    assert telegram.sent == []
    [listed] = (await removals.listed(services.database, workspace.workspace_id, removals.Slice())).rows
    shown = removals.removal_json(listed)
    assert (shown["id"], shown["kind"], shown["name"], shown["by"]) == (
        channel_id,
        "channel",
        "Sales",
        "ada@example.com",
    )
    with pytest.raises(NotFound):
        await restore(services, stranger.workspace_id, channel_id)

    await restore(services, workspace.workspace_id, channel_id)
    assert await destinations.get_channel(services.database, workspace.workspace_id, channel_id) == row
    await settled(services, workspace, "delivered", 2)
    await quiet(services)
    assert len(telegram.sent) == 2
    [kept] = await services.database.fetch("SELECT place FROM messages WHERE id = $1", channel_id)
    assert kept["place"] == f"{CHAT}:7"
    with pytest.raises(NotFound):
        await restore(services, workspace.workspace_id, channel_id)


async def test_a_webhook_comes_back_with_its_secret_and_offers_what_it_missed(
    services: Services, workspace: Created
) -> None:
    database, workspace_id = services.database, workspace.workspace_id
    row, _ = await destinations.create_webhook(database, services.vault, workspace_id, URL, ["lead.created"])
    await route_now(services, await tell(services, workspace))  # was on its way
    await destinations.delete_webhook(database, workspace_id, row["id"])
    await database.write(lambda tx: tx.execute("UPDATE deliveries SET status = 'dead', reason = $1", gates.GONE))
    await tell(services, workspace)  # and nobody was there to be told
    [before] = (await deliveries.list_deliveries(database, workspace_id)).rows
    await restore(services, workspace_id, row["id"])
    back = await destinations.get_webhook(database, workspace_id, row["id"])
    assert {**back, "missed_since": None} == row
    assert await replay.count(database, back, back["missed_since"], missed=True) == 2
    assert clock.rfc3339(back["missed_since"]) <= before["created_at"]


async def test_a_member_comes_back_as_what_they_were_but_not_beside_themselves(
    services: Services, workspace: Created
) -> None:
    database, workspace_id = services.database, workspace.workspace_id
    new = NewMember("bo@example.com", members.OWNER, password="correct horse battery")
    member_id, _ = await members.add_member(database, workspace_id, new)
    await members.remove_member(database, workspace_id, member_id, "ada@example.com")
    with pytest.raises(Forbidden):
        await restore(services, workspace_id, member_id, members.ADMIN)
    await restore(services, workspace_id, member_id, members.OWNER)
    back = await members.get_member(database, workspace_id, member_id)
    assert (back["email"], back["role"]) == ("bo@example.com", "owner")

    await members.remove_member(database, workspace_id, member_id)
    again, _ = await members.add_member(database, workspace_id, NewMember("bo@example.com"))
    with pytest.raises(Conflict):
        await restore(services, workspace_id, member_id)
    await members.remove_member(database, workspace_id, again)
    await restore(services, workspace_id, again)
    assert (await members.get_member(database, workspace_id, again))["status"] == "invited"


async def test_an_endpoint_comes_back_under_its_address_and_what_is_old_is_forgotten(
    services: Services, workspace: Created
) -> None:
    database, workspace_id, endpoint_id = services.database, workspace.workspace_id, workspace.endpoint_id
    row = await endpoint_editing.get_endpoint(database, workspace_id, endpoint_id)
    await endpoint_editing.delete_endpoint(database, workspace_id, endpoint_id)
    await restore(services, workspace_id, endpoint_id)
    assert await endpoint_editing.get_endpoint(database, workspace_id, endpoint_id) == row

    await endpoint_editing.delete_endpoint(database, workspace_id, endpoint_id)
    month_ago = clock.now() - removals.KEPT_MS - 1
    await database.write(lambda tx: tx.execute("UPDATE removals SET at = $1", month_ago))
    with pytest.raises(NotFound):
        await restore(services, workspace_id, endpoint_id)
    await database.write(purge)
    assert await database.fetch("SELECT id FROM removals") == []
