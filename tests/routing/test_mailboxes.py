"""Whom a mail channel reaches, and how they leave it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from leadsbot import clock
from leadsbot.channels.email import MAX_MAILED
from leadsbot.db import Database, Tx
from leadsbot.errors import NotFound
from leadsbot.ids import new_id
from leadsbot.routing import destinations, gates, mailboxes
from leadsbot.routing.defaults import add_team_mail
from leadsbot.routing.destination import Destination, open_config
from leadsbot.routing.mailboxes import EVERYBODY_LEFT
from leadsbot.routing.news import envelope
from leadsbot.routing.tables import Delivery
from leadsbot.services import Services
from leadsbot.workspaces import members
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.members import NewMember
from tests.routing.house import Make, Run, in_thread, settled, tell
from tests.support.smtp_server import SmtpServer

Row = dict[str, Any]


async def join(database: Database, workspace: Created, email: str, role: str) -> str:
    new = NewMember(email, role, password="a very long password")
    return (await members.add_member(database, workspace.workspace_id, new))[0]


async def channel(services: Services, workspace: Created, *to: str) -> Row:
    config = {"to": list(to or ("owners", "admins"))}
    return await destinations.create_channel(services, workspace.workspace_id, "email", config)


async def again(services: Services, workspace: Created, row: Row) -> Row:
    return await destinations.get_channel(services.database, workspace.workspace_id, row["id"])


async def reached(services: Services, row: Row) -> dict[str, str]:
    """The addresses that would be mailed now, each with its token."""
    found = await mailboxes.lent(services, Destination("email", row), open_config(services.vault, row["config"]))
    assert found["to"] == list(found["unsubscribe"])
    return {address: url.rpartition("/")[2] for address, url in found["unsubscribe"].items()}


async def test_a_mail_knows_whether_its_channel_told_of_the_lead(services: Services, workspace: Created) -> None:
    row = await channel(services, workspace)
    for events, told in (([], True), (["lead.created"], True), (["lead.stage_changed"], False)):
        destination = Destination("email", {**row, "events": msgspec.json.encode(events).decode()})
        lent = await mailboxes.lent(services, destination, open_config(services.vault, row["config"]))
        assert lent["tells_new_leads"] is told


async def test_owners_and_admins_are_whoever_that_is_now(services: Services, workspace: Created) -> None:
    row = await channel(services, workspace)
    assert list(await reached(services, row)) == ["owner@example.com"]
    admin = await join(services.database, workspace, "admin@example.com", "admin")
    await join(services.database, workspace, "member@example.com", "member")
    invited = NewMember("invited@example.com", "admin")
    await members.add_member(services.database, workspace.workspace_id, invited)
    assert list(await reached(services, row)) == ["owner@example.com", "admin@example.com"]
    await members.change_role(services.database, workspace.workspace_id, admin, "member")
    assert list(await reached(services, row)) == ["owner@example.com"]
    await members.change_role(services.database, workspace.workspace_id, admin, "owner")
    assert "admin@example.com" in await reached(services, row)
    await members.remove_member(services.database, workspace.workspace_id, admin)
    assert list(await reached(services, row)) == ["owner@example.com"]


async def test_somebody_named_twice_gets_one_mail_and_a_stranger_none(
    services: Services, workspace: Created, stranger: Created
) -> None:
    row = await channel(services, workspace, "owners", "Owner@example.com", "sales@example.com")
    assert [address.lower() for address in await reached(services, row)] == ["owner@example.com", "sales@example.com"]


async def test_one_alert_goes_to_so_many_at_most(services: Services, workspace: Created) -> None:
    async def many(tx: Tx) -> None:
        for number in range(MAX_MAILED + 5):
            user = new_id()
            insert = "INSERT INTO users (id, email, name, password_hash, created_at) VALUES ($1, $2, '', '', 1)"
            await tx.execute(insert, user, f"{number}@example.com")
            insert = "INSERT INTO members (id, workspace_id, user_id, role, created_at) VALUES ($1, $2, $1, 'admin', 1)"
            await tx.execute(insert, user, workspace.workspace_id)

    await services.database.write(many)
    assert len(await reached(services, await channel(services, workspace))) == MAX_MAILED


async def test_looking_changes_nothing_and_leaving_ends_the_mails(services: Services, workspace: Created) -> None:
    row = await channel(services, workspace, "owners", "sales@example.com")
    token = (await reached(services, row))["sales@example.com"]
    box = await mailboxes.look(services, token)
    assert (box.address, box.workspace, box.gone) == ("sales@example.com", "Lindenhof", False)
    assert "sales@example.com" in await reached(services, await again(services, workspace, row))
    for _ in range(2):  # a mail program may ask twice
        assert (await mailboxes.unsubscribe(services, token)).address == "sales@example.com"
    row = await again(services, workspace, row)
    assert list(await reached(services, row)) == ["owner@example.com"] and row["enabled"]
    assert open_config(services.vault, row["config"]) == {"to": ["owners"], "unsubscribed": ["sales@example.com"]}
    assert (await mailboxes.look(services, token)).gone


async def test_an_owner_may_leave_and_stays_one(services: Services, workspace: Created) -> None:
    row = await channel(services, workspace, "owners", "sales@example.com")
    await mailboxes.unsubscribe(services, (await reached(services, row))["owner@example.com"])
    assert list(await reached(services, await again(services, workspace, row))) == ["sales@example.com"]


async def test_the_last_ones_leaving_switches_the_channel_off_until_that_is_undone(
    services: Services, workspace: Created, stranger: Created
) -> None:
    row = await channel(services, workspace, "sales@example.com")
    await mailboxes.unsubscribe(services, (await reached(services, row))["sales@example.com"])
    row = await again(services, workspace, row)
    assert (bool(row["enabled"]), row["disabled_reason"]) == (False, EVERYBODY_LEFT)
    [told] = await services.database.fetch("SELECT type, data FROM events")
    assert told["type"] == "channel.disabled" and EVERYBODY_LEFT in told["data"]
    with pytest.raises(NotFound):
        await mailboxes.resubscribe(services, stranger.workspace_id, row["id"], "sales@example.com")
    with pytest.raises(NotFound):
        await mailboxes.resubscribe(services, workspace.workspace_id, row["id"], "other@example.com")
    await _withheld(services, row)
    await mailboxes.resubscribe(services, workspace.workspace_id, row["id"], "sales@example.com")
    row = await again(services, workspace, row)
    assert (bool(row["enabled"]), row["disabled_reason"]) == (True, "")
    [waited] = await services.database.fetch("SELECT status FROM deliveries WHERE event_type = 'lead.created'")
    assert waited["status"] == "pending"
    assert open_config(services.vault, row["config"])["to"] == ["sales@example.com"]


async def _withheld(services: Services, channel: Row) -> None:
    """Let a delivery wait for a channel that is off."""
    event = {"id": new_id(), "type": "lead.created", "workspace_id": channel["workspace_id"], "lead_id": None}
    event["at"] = clock.now()
    stopped = {"status": "withheld", "reason": gates.BROKEN}
    row = Destination("email", channel).delivery("sales", event, envelope(event, {"lead": None}), id=new_id())
    await services.database.write(lambda tx: _insert(tx, {**row, **stopped}))


async def _insert(tx: Tx, row: Row) -> None:
    tx.insert(Delivery, row)


async def test_a_channel_that_was_switched_off_by_hand_stays_off(services: Services, workspace: Created) -> None:
    row = await channel(services, workspace, "owners", "sales@example.com")
    token = (await reached(services, row))["sales@example.com"]
    await destinations.update_channel(services, workspace.workspace_id, row["id"], {"enabled": False})
    await mailboxes.unsubscribe(services, token)
    await mailboxes.resubscribe(services, workspace.workspace_id, row["id"], "sales@example.com")
    row = await again(services, workspace, row)
    assert (bool(row["enabled"]), row["disabled_reason"]) == (False, "")


async def test_a_link_is_good_for_its_own_channel_and_address_alone(services: Services, workspace: Created) -> None:
    one, two = [await channel(services, workspace, "sales@example.com") for _ in range(2)]
    first, second = [(await reached(services, row))["sales@example.com"] for row in (one, two)]
    assert first != second
    await mailboxes.unsubscribe(services, first)
    assert await reached(services, await again(services, workspace, two))
    forged = second[:-4] + ("AAAA" if not second.endswith("AAAA") else "BBBB")
    assert not (await mailboxes.unsubscribe(services, forged)).address
    assert await reached(services, await again(services, workspace, two))
    await destinations.delete_channel(services.database, workspace.workspace_id, two["id"])
    assert not (await mailboxes.unsubscribe(services, second)).address


@pytest.mark.parametrize("token", ["", "x", "ä" * 43, "A" * 42, "A" * 44 + "="], ids=range(5))
async def test_what_was_never_a_link_is_not_found(token: str, services: Services) -> None:
    with pytest.raises(NotFound):
        await mailboxes.look(services, token)


async def test_a_new_workspaces_admin_is_mailed_each_new_lead(
    make_services: Make, run: Run, workspace: Created, smtp: SmtpServer
) -> None:
    services = make_services(smtp_url=smtp.url)
    run(services)
    await services.database.write(lambda tx: add_team_mail(tx, workspace.workspace_id))
    await join(services.database, workspace, "admin@example.com", "admin")
    smtp.refuse("owner@example.com", "451 4.7.1 come back later")
    await tell(services, workspace)
    await in_thread(lambda: smtp.wait_for(1))
    smtp.accept("owner@example.com")
    [delivery] = await settled(services, workspace, "delivered")
    assert [mail.recipients for mail in smtp.mails] == [["admin@example.com"], ["owner@example.com"]]
    assert delivery["destination"] == "owners, admins"
    assert "/unsubscribe/" in str(smtp.mails[0].message["list-unsubscribe"])
