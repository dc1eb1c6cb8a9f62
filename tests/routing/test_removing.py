"""What was removed is put back as it was: with its secret, its chat's messages, and what it was still due."""

from __future__ import annotations

import msgspec
import pytest

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.errors import Conflict, Forbidden, NotFound
from leadsbot.housekeeping import purge
from leadsbot.ids import new_id
from leadsbot.leads.tables import Lead
from leadsbot.routing import deliveries, destinations, gates, replay, trouble
from leadsbot.routing.destination import Destination
from leadsbot.routing.messages import EDIT
from leadsbot.routing.restoring import restore
from leadsbot.routing.tables import Delivery, Message
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


async def test_what_became_of_its_leads_meanwhile_holds_for_a_channel_that_comes_back(
    services: Services, workspace: Created
) -> None:
    database, workspace_id, now = services.database, workspace.workspace_id, clock.now()
    channel_id = str((await chat(services, workspace))["id"])
    names = ("kept", "merged", "deleted", "spam", "purged")
    leads, told = ({name: new_id() for name in names} for _ in range(2))

    async def before(tx: Tx) -> None:
        for name in names:
            here = {"workspace_id": workspace_id, "created_at": now}
            spam = {"spam": name == "spam", "deleted_at": now if name == "deleted" else None}
            if name != "merged":
                tx.insert(Lead, here | {"id": leads[name], "updated_at": now, "stage": "New"} | spam)
            about = here | {"lead_id": leads[name], "channel_id": channel_id, "event_type": "lead.created"}
            message = about | {"id": told[name], "delivery_id": told[name], "place": f"{CHAT}:1", "escalate_at": now}
            tx.insert(Message, message)
            now_about = {"lead_id": leads["kept" if name == "merged" else name]}
            died = {"id": told[name], "event_id": new_id(), "status": "dead", "reason": gates.GONE, "body": "{}"}
            if name != "purged":
                tx.insert(Delivery, about | now_about | died)

    await database.write(before)
    await destinations.delete_channel(database, workspace_id, channel_id)
    await restore(services, workspace_id, channel_id)
    rows = {row["id"]: row for row in await database.fetch("SELECT id, lead_id, escalate_at FROM messages")}
    wanted = {"kept": "kept", "merged": "kept", "deleted": "deleted", "spam": "spam"}
    assert {id: row["lead_id"] for id, row in rows.items()} == {told[a]: leads[b] for a, b in wanted.items()}
    assert [id for id, row in rows.items() if row["escalate_at"] is None] == [told["deleted"]]
    edits = await database.fetch("SELECT payload FROM jobs WHERE kind = $1", EDIT)
    assert [msgspec.json.decode(row["payload"])["message"] for row in edits] == [told["deleted"]]
    dead = await database.fetch("SELECT id FROM deliveries WHERE status = 'dead'")
    assert [row["id"] for row in dead] == [told["spam"]]


async def test_what_was_kept_before_a_migration_comes_back_after_it(services: Services, workspace: Created) -> None:
    database, workspace_id = services.database, workspace.workspace_id
    url = f"{URL}?key=s3cret"
    row, _ = await destinations.create_webhook(database, services.vault, workspace_id, url)
    await destinations.delete_webhook(database, workspace_id, row["id"])
    [kept] = await database.fetch("SELECT row, name FROM removals")
    assert kept["name"] == f"{URL}?…"  # the key is nobody's to read
    older = {**msgspec.json.decode(kept["row"]), "dropped_since": 7}
    del older["probes"]  # added since
    await database.write(
        lambda tx: tx.execute("UPDATE removals SET row = $1", msgspec.json.encode(older).decode()),
    )
    await restore(services, workspace_id, row["id"])
    back = await destinations.get_webhook(database, workspace_id, row["id"])
    assert (back["secret"], back["probes"]) == (row["secret"], 0)


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


@pytest.mark.parametrize("kind", ["channel", "webhook"])
async def test_one_that_is_asked_whether_it_works_again_is_asked_on_once_it_is_back(
    services: Services, workspace: Created, kind: str
) -> None:
    database, workspace_id = services.database, workspace.workspace_id
    if kind == "channel":
        destination = Destination("telegram", await chat(services, workspace))
    else:
        made, _ = await destinations.create_webhook(database, services.vault, workspace_id, URL)
        destination = Destination("webhook", made)
    delivery = {"destination": "Here", "created_at": clock.now()}
    await database.write(lambda tx: trouble.switch_off(tx, destination, delivery, "Nothing arrives.", probed=True))
    remove = destinations.delete_channel if kind == "channel" else destinations.delete_webhook
    await remove(database, workspace_id, destination.id)
    [ended] = await database.fetch("SELECT status, reason FROM deliveries")
    assert (ended["status"], ended["reason"]) == ("withheld", gates.GONE)

    await restore(services, workspace_id, destination.id)
    [row] = await database.fetch(f"SELECT * FROM {destination.table}")
    jobs = await database.fetch("SELECT payload FROM jobs WHERE kind = $1", trouble.PROBE)
    payloads = [msgspec.json.decode(job["payload"]) for job in jobs]
    [meant] = [payload for payload in payloads if payload["disabled_at"] == row["disabled_at"]]
    [asked] = await database.fetch("SELECT * FROM deliveries WHERE status = 'failed'")
    assert (asked["id"], asked["destination"], asked["next_attempt_at"]) == (meant["delivery"], "Here", row["probe_at"])


async def test_of_very_many_the_latest_of_each_workspace_are_kept(
    services: Services, workspace: Created, stranger: Created, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removals, "MOST_KEPT", 2)

    async def removed(tx: Tx) -> None:
        for name in ("a", "b", "c"):
            removals.keep(tx, "channel", {"id": new_id(), "workspace_id": workspace.workspace_id}, name)
        removals.keep(tx, "channel", {"id": new_id(), "workspace_id": stranger.workspace_id}, "another's")

    await services.database.write(removed)
    await services.database.write(purge)
    rows = await services.database.fetch("SELECT name FROM removals ORDER BY name")
    assert [row["name"] for row in rows] == ["another's", "b", "c"]
