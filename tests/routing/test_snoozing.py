"""A lead that was snoozed in a chat: its thread says so, nobody else is bothered, and it can be ended elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.errors import Conflict, NotFound
from leadsbot.ids import new_id
from leadsbot.jobs.outcomes import Done
from leadsbot.leads import changes, reading, timeline
from leadsbot.leads.tables import Lead
from leadsbot.routing import destinations, edits, messages, replay, snoozing
from leadsbot.routing.restoring import restore
from leadsbot.routing.tables import Delivery, Message
from leadsbot.routing.withheld import set_spam
from leadsbot.services import Services
from leadsbot.workspaces.bootstrap import Created
from tests.routing.house import route_now

OWNER = "owner@example.com"
CHAT = 5_003
BODY = '{"timestamp": "2026-01-01T00:00:00Z", "data": {}}'


async def alert(services: Services, workspace: Created) -> tuple[str, dict[str, Any]]:
    """Let a lead's alert stand in a chat; gives the lead's id and the message's row."""
    here = {"workspace_id": workspace.workspace_id, "created_at": clock.now()}
    channel = await destinations.create_channel(services, workspace.workspace_id, "telegram", {"chat_id": CHAT})
    lead_id, told = new_id(), new_id()
    about = here | {"lead_id": lead_id, "channel_id": channel["id"], "event_type": "lead.created"}

    async def unit(tx: Tx) -> None:
        tx.insert(Lead, here | {"id": lead_id, "updated_at": here["created_at"], "stage": "New"})
        tx.insert(Delivery, about | {"id": told, "event_id": new_id(), "status": "delivered", "body": BODY})
        tx.insert(Message, about | {"id": told, "delivery_id": told, "place": f"{CHAT}:1", "escalate_at": 1})

    await services.database.write(unit)
    (row,) = await services.database.fetch("SELECT * FROM messages")
    return lead_id, row


async def thread(services: Services, workspace: Created, lead_id: str) -> list[tuple[str | None, str]]:
    row = await reading.get_lead(services.database, workspace.workspace_id, lead_id)
    entries = await timeline.timeline(services.database, row)
    return [(one.data["until"], one.data["by"]) for one in entries if one.kind == "snoozed"]


async def test_a_snooze_stands_on_the_leads_thread_until_somebody_ends_it(
    services: Services, workspace: Created, stranger: Created
) -> None:
    database, here = services.database, workspace.workspace_id
    lead_id, message = await alert(services, workspace)
    until = clock.now() + clock.HOUR
    await snoozing.snooze(database, message, until, OWNER)
    lead = await reading.get_lead(database, here, lead_id)
    assert await snoozing.asleep(database, lead) == snoozing.Sleep(until, OWNER)
    assert await snoozing.asleep(database, lead | {"assigned_to": "somebody"}) is None
    with pytest.raises(NotFound):
        await snoozing.end(database, stranger.workspace_id, lead_id, "stranger")
    assert await snoozing.end(database, here, lead_id, "Ben") and not await snoozing.end(database, here, lead_id, "Ben")
    assert await snoozing.asleep(database, lead) is None
    assert await thread(services, workspace, lead_id) == [(clock.rfc3339(until), OWNER), (None, "Ben")]


async def test_webhooks_and_channels_are_told_nothing_of_a_snooze(services: Services, workspace: Created) -> None:
    database, here = services.database, workspace.workspace_id
    events = ["lead.updated"]
    url = "https://hooks.example.com/x"
    webhook, _ = await destinations.create_webhook(database, services.vault, here, url, events=events)
    lead_id, message = await alert(services, workspace)
    await snoozing.snooze(database, message, clock.now() + clock.HOUR, OWNER)
    await snoozing.end(database, here, lead_id, OWNER)
    assert await replay.count(database, webhook, 0, missed=True) == 0
    await changes.add_note(database, here, lead_id, "Rang", OWNER)
    assert await replay.count(database, webhook, 0, missed=True) == 1
    for row in await database.fetch("SELECT id FROM events ORDER BY seq"):
        await route_now(services, row["id"])
    (delivery,) = await database.fetch("SELECT event_id FROM deliveries WHERE webhook_id IS NOT NULL")
    (last,) = await database.fetch("SELECT id, data FROM events ORDER BY seq DESC LIMIT 1")
    assert delivery["event_id"] == last["id"] and "snoozed" not in last["data"]


@pytest.mark.parametrize("how", ["claimed", "spam"])
async def test_what_somebody_looks_after_is_not_snoozed(services: Services, workspace: Created, how: str) -> None:
    lead_id, message = await alert(services, workspace)
    if how == "spam":
        await set_spam(services.database, workspace.workspace_id, lead_id, True, OWNER)
    else:
        await changes.assign(services.database, workspace.workspace_id, lead_id, workspace.user_id, OWNER)
    with pytest.raises(Conflict, match="nobody needs to be reminded"):
        await snoozing.snooze(services.database, message, clock.now() + clock.HOUR, OWNER)
    assert await thread(services, workspace, lead_id) == []


@pytest.mark.parametrize("again", [True, False])
async def test_an_edit_under_way_ends_no_snooze_that_came_after_it(
    services: Services, workspace: Created, again: bool
) -> None:
    database, here = services.database, workspace.workspace_id
    lead_id, message = await alert(services, workspace)
    until = clock.now() + clock.HOUR
    await snoozing.snooze(database, message, until, OWNER)
    await changes.assign(database, here, lead_id, workspace.user_id, OWNER)
    under_way = await edits._wanted(services, message["id"])
    if again:
        await changes.assign(database, here, lead_id, None, OWNER)
        await snoozing.snooze(database, message, until + 1, OWNER)
    assert under_way is not None
    outcome = edits._settled(under_way, under_way.state)
    assert isinstance(outcome, Done) and outcome.writes is not None
    await database.write(outcome.writes)
    (row,) = await database.fetch("SELECT snoozed_until FROM messages")
    assert row["snoozed_until"] == (until + 1 if again else None)


@pytest.mark.parametrize(
    ("away", "kept"),
    [(clock.MINUTE, True), (2 * clock.HOUR, True), (3 * clock.DAY, False)],
    ids=["before", "after", "days"],
)
async def test_a_channel_that_is_put_back_reminds_of_what_it_was_to_remind_of(
    services: Services, workspace: Created, away: int, kept: bool
) -> None:
    database, here = services.database, workspace.workspace_id
    with clock.freeze(clock.now()) as advance:
        lead_id, message = await alert(services, workspace)
        until = clock.now() + clock.HOUR
        await snoozing.snooze(database, message, until, OWNER)
        escalates = "UPDATE messages SET escalate_at = snoozed_until"
        await database.write(lambda tx: tx.execute(escalates))
        await destinations.delete_channel(database, here, message["channel_id"])
        await database.write(lambda tx: tx.execute("DELETE FROM jobs"))  # they found no message, and are done
        advance(away)
        await restore(services, here, message["channel_id"])
        (row,) = await database.fetch("SELECT * FROM messages")
        assert (row["snoozed_until"], row["escalate_at"]) == ((until, until) if kept else (None, None))
        kinds = (messages.ESCALATE, messages.REMIND)
        jobs = await database.fetch("SELECT kind, due FROM jobs WHERE kind IN ($1, $2) ORDER BY kind", *kinds)
        due = max(until, clock.now())
        assert [job["kind"] for job in jobs] == (list(kinds) if kept else [])
        assert all(abs(job["due"] - due) < clock.MINUTE for job in jobs)  # by the database's clock
        assert bool(await snoozing.asleep(database, await reading.get_lead(database, here, lead_id))) is kept
