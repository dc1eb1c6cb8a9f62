"""Messages that stand in a chat: they show who did what to their lead, wherever that was done, and nothing once it is
gone; and a lead that nobody looks after is told of again, once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import msgspec
import pytest

from leadsbot import clock
from leadsbot.channels.telegram import CHANNEL
from leadsbot.db import Tx
from leadsbot.ids import new_id
from leadsbot.jobs.outcomes import Done
from leadsbot.leads import changes, merges
from leadsbot.leads.contact import Contact
from leadsbot.leads.intake import intake
from leadsbot.leads.submission import Submission
from leadsbot.routing import deliver, destinations, edits, escalation, messages, route, snoozing
from leadsbot.routing.attempt import parcel_of
from leadsbot.routing.destination import Destination
from leadsbot.routing.erasure import delete_lead
from leadsbot.routing.tables import Message
from leadsbot.routing.withheld import set_spam
from leadsbot.services import Services
from leadsbot.workspaces.bootstrap import PIPELINES, Created
from tests.routing.house import Make, Run, until
from tests.support.telegram_calls import BROKEN, Fault, migrated, too_many
from tests.support.telegram_server import TelegramServer
from tests.support.waiting import PATIENCE_S

CHAT = 5_001  # a private chat: a group's limits are wider apart than a test is long
OWNER = "owner@example.com"


async def chat(services: Services, workspace: Created, options: str = "{}", **more: Any) -> str:
    row = await destinations.create_channel(services, workspace.workspace_id, "telegram", {"chat_id": CHAT}, **more)
    await services.database.write(
        lambda tx: tx.execute("UPDATE channels SET options = $2 WHERE id = $1", row["id"], options)
    )
    return str(row["id"])


async def submitted(services: Services, workspace: Created, email: str = "ada@example.com") -> str:
    now = clock.now()
    sub = Submission(
        id=new_id(), workspace_id=workspace.workspace_id, stages=PIPELINES["leads"], door="form",
        contact=Contact(email=email, first_name="Grace", message="<b>Hello</b>"), received_at=now, submitted_at=now,
        site_id=workspace.site_id,
    )  # fmt: skip
    taken = await services.database.write(lambda tx: intake(tx, [sub]))
    return str(taken[0].lead_id)


async def standing(services: Services, workspace: Created, count: int = 1) -> list[dict[str, Any]]:
    """Give the rows of the messages that stand in chats, oldest first, once there are so many."""

    async def look() -> list[dict[str, Any]] | None:
        rows = await services.database.fetch("SELECT * FROM messages ORDER BY created_at, id")
        return rows if len(rows) >= count else None

    return await until(services, workspace, look)


async def sent(services: Services, workspace: Created, telegram: TelegramServer, wanted: str) -> dict[str, Any]:
    """Give the first message whose text, as it stands now, has `wanted` in it, waiting for that."""

    async def look() -> dict[str, Any] | None:
        for call in telegram.sent:
            if call.method == "sendMessage" and wanted in telegram.message(call.result["message_id"])["text"]:
                return telegram.message(call.result["message_id"])
        return None

    return await soon(look)


async def soon(look: Callable[[], Awaitable[Any]], within: float = PATIENCE_S) -> Any:
    async with asyncio.timeout(within):
        while (found := await look()) is None:  # noqa: ASYNC110 (a chat signals nothing)
            await asyncio.sleep(0.02)
    return found


async def shows(telegram: TelegramServer, message_id: int, line: str) -> dict[str, Any]:
    """Wait until a message says `line` right below its title; gives its buttons by label."""

    async def look() -> dict[str, Any] | None:
        return telegram.buttons(message_id) if line in telegram.message(message_id)["text"].splitlines() else None

    return await soon(look)


async def owner(services: Services, workspace: Created) -> str:
    rows = await services.database.fetch("SELECT user_id FROM members WHERE workspace_id = $1", workspace.workspace_id)
    return str(rows[0]["user_id"])


async def due(services: Services, kind: str) -> list[dict[str, Any]]:
    """Let the time of waiting jobs have come; gives what they were to do."""
    jobs = await services.database.fetch("SELECT payload FROM jobs WHERE kind = $1 AND state = 'ready'", kind)
    await services.database.write(lambda tx: tx.execute("UPDATE jobs SET due = 0 WHERE kind = $1", kind))
    await services.database.write(lambda tx: _wake(tx))
    return jobs


async def _wake(tx: Tx) -> None:
    tx.signal("jobs")


async def test_the_message_shows_who_did_what_wherever_they_did_it(
    running: Services, workspace: Created, telegram: TelegramServer
) -> None:
    await chat(running, workspace, events=["lead.created", "lead.deleted"])
    database, here = running.database, workspace.workspace_id
    lead_id = await submitted(running, workspace)
    [row] = await standing(running, workspace)
    message_id = int(row["place"].partition(":")[2])
    assert row["place"] == f"{CHAT}:{message_id}" and (row["lead_id"], row["event_type"]) == (lead_id, "lead.created")
    assert list(telegram.buttons(message_id)) == [
        *("Contacted", "Quoted", "Won", "Lost", "Claim", "Snooze", "Spam", "Open")
    ]
    await changes.move(database, here, lead_id, "Quoted", OWNER)
    await changes.assign(database, here, lead_id, await owner(running, workspace), OWNER)
    assert "Release" in await shows(telegram, message_id, f"✅ Claimed by {OWNER}")
    assert f"➡️ {OWNER} moved it to Quoted" in telegram.message(message_id)["text"].splitlines()
    assert "Contacted" not in telegram.buttons(message_id)
    await set_spam(database, here, lead_id, True, "Ada")
    assert list(await shows(telegram, message_id, "🚫 Marked as spam by Ada")) == ["Undo: not spam", "Open"]
    await changes.assign(database, here, lead_id, None, "Ben")
    await set_spam(database, here, lead_id, False, "Ada")
    assert "Claim" in await shows(telegram, message_id, "↩️ Taken back from the spam by Ada")
    assert {"↩️ Given back by Ben", "Stage: Quoted"} <= set(telegram.message(message_id)["text"].splitlines())
    await delete_lead(database, here, lead_id)
    await shows(telegram, message_id, "This lead was deleted.")
    assert telegram.buttons(message_id) == {} and "Grace" not in telegram.message(message_id)["text"]

    async def forgotten() -> bool | None:
        return None if await database.fetch("SELECT id FROM messages") else True

    await soon(forgotten)
    assert await sent(running, workspace, telegram, "A lead was deleted\nWhen:")


async def _without(telegram: TelegramServer, message_id: int, word: str) -> bool | None:
    return True if word not in telegram.message(message_id)["text"] else None


async def test_an_edit_waits_as_telegram_asks_and_is_tried_again_when_it_breaks(
    running: Services, workspace: Created, telegram: TelegramServer
) -> None:
    await chat(running, workspace)
    lead_id = await submitted(running, workspace)
    [row] = await standing(running, workspace)
    telegram.fail(CHAT, too_many(1))
    await changes.move(running.database, workspace.workspace_id, lead_id, "Won", OWNER)
    await shows(telegram, int(row["place"].partition(":")[2]), f"➡️ {OWNER} moved it to Won")
    edits = [call.status for call in telegram.calls if call.method == "editMessageText"]
    assert edits == [429, 200]

    async def edit() -> tuple[int | None, str] | None:
        found = await messages.last_edit(running.database, lead_id, row["delivery_id"])
        return found if found[0] or found[1] else None

    edited_at, error = await soon(edit)
    assert edited_at and edited_at >= row["created_at"] and error == ""
    telegram.fail(CHAT, BROKEN)
    await changes.move(running.database, workspace.workspace_id, lead_id, "Lost", OWNER)

    async def refused() -> str | None:
        return (await messages.last_edit(running.database, lead_id, row["delivery_id"]))[1] or None

    assert "Bad Gateway" in await soon(refused)


async def test_what_changed_while_the_alert_was_on_its_way_is_shown(
    make_services: Make, run: Run, workspace: Created, telegram: TelegramServer
) -> None:
    services = make_services(retry_schedule="0.5s")
    await chat(services, workspace)
    telegram.fail(CHAT, BROKEN)
    run(services)
    lead_id = await submitted(services, workspace)
    await soon(lambda: _called(telegram))
    await changes.move(services.database, workspace.workspace_id, lead_id, "Contacted", "Ada")
    message = await sent(services, workspace, telegram, "Ada moved it to Contacted")
    assert "Stage: Contacted" in message["text"]


async def _called(telegram: TelegramServer) -> bool | None:
    return True if telegram.calls else None


@pytest.mark.parametrize("fault", [None, migrated(-100_9), Fault(400, "Bad Request: message can't be edited")],
                         ids=["removed", "migrated", "too old"])  # fmt: skip
async def test_a_message_that_can_not_be_edited_any_more_is_forgotten(
    running: Services, workspace: Created, telegram: TelegramServer, fault: Fault | None
) -> None:
    await chat(running, workspace)
    lead_id = await submitted(running, workspace)
    [row] = await standing(running, workspace)
    telegram.remove(int(row["place"].partition(":")[2]))
    if fault:
        telegram.fail(CHAT, fault, always=True)
    await changes.move(running.database, workspace.workspace_id, lead_id, "Won", OWNER)

    async def forgotten() -> bool | None:
        return None if await running.database.fetch("SELECT id FROM messages") else True

    await soon(forgotten)
    assert [call.status for call in telegram.calls if call.method == "editMessageText"] == [400]


@pytest.mark.parametrize("said", ["Bad Request: TOPIC_CLOSED", "Forbidden: bot was kicked from the group chat"])
async def test_a_chat_that_lets_nobody_write_for_a_while_shows_the_next_change(
    running: Services, workspace: Created, telegram: TelegramServer, said: str
) -> None:
    await chat(running, workspace)
    lead_id, gone = await submitted(running, workspace), await submitted(running, workspace, "gone@example.com")
    rows = {row["lead_id"]: int(row["place"].partition(":")[2]) for row in await standing(running, workspace, 2)}
    telegram.fail(CHAT, Fault(403 if "Forbidden" in said else 400, said), always=True)
    await changes.move(running.database, workspace.workspace_id, lead_id, "Contacted", OWNER)
    await soon(partial(_failed_edit, telegram, rows[lead_id]))
    await delete_lead(running.database, workspace.workspace_id, gone)
    await soon(partial(_failed_edit, telegram, rows[gone]))
    await soon(partial(_later, running, 0))
    telegram.heal(CHAT)
    await due(running, messages.EDIT)
    await shows(telegram, rows[gone], "This lead was deleted.")
    await changes.move(running.database, workspace.workspace_id, lead_id, "Won", OWNER)
    await shows(telegram, rows[lead_id], f"➡️ {OWNER} moved it to Won")


async def _failed_edit(telegram: TelegramServer, message_id: int) -> bool | None:
    edits = [call for call in telegram.calls if call.method == "editMessageText" and call.status >= 400]
    return True if any(call.params["message_id"] == str(message_id) for call in edits) else None


async def test_a_deleted_lead_is_taken_out_of_the_chat_however_often_telegram_is_away(
    running: Services, workspace: Created, telegram: TelegramServer
) -> None:
    await chat(running, workspace)
    lead_id = await submitted(running, workspace)
    [row] = await standing(running, workspace)
    state = msgspec.json.encode({**msgspec.json.decode(row["state"]), "tries": len(edits.RETRY_MS)}).decode()
    await running.database.write(lambda tx: tx.execute("UPDATE messages SET state = $1", state))
    telegram.fail(CHAT, BROKEN)
    await delete_lead(running.database, workspace.workspace_id, lead_id)
    await soon(partial(_later, running))
    await due(running, messages.EDIT)
    await shows(telegram, int(row["place"].partition(":")[2]), "This lead was deleted.")


async def _later(services: Services, wait: int = clock.MINUTE) -> bool | None:
    """Tell whether an edit waits that isn't to be tried for `wait` ms."""
    jobs = await services.database.fetch(
        "SELECT id FROM jobs WHERE kind = $1 AND state = 'ready' AND due > $2",
        messages.EDIT,
        clock.now() + wait,
    )
    return True if jobs else None


async def test_a_merged_leads_message_goes_on_with_the_lead_that_was_kept(
    running: Services, workspace: Created, telegram: TelegramServer
) -> None:
    await chat(running, workspace)
    other = await submitted(running, workspace)
    [row] = await standing(running, workspace)
    kept = await submitted(running, workspace, "grace@example.com")
    await standing(running, workspace, 2)
    await merges.merge(running.database, workspace.workspace_id, kept, other, OWNER)
    await changes.move(running.database, workspace.workspace_id, kept, "Won", OWNER)
    await shows(telegram, int(row["place"].partition(":")[2]), f"➡️ {OWNER} moved it to Won")


async def test_an_unclaimed_lead_is_told_of_again_once_whatever_nodes_there_are(
    make_services: Make, run: Run, workspace: Created, telegram: TelegramServer
) -> None:
    services = make_services()
    run(services)
    run(make_services())
    await chat(services, workspace, options='{"escalate_after_minutes": 15}')
    lead_id = await submitted(services, workspace)
    [row] = await standing(services, workspace)
    assert row["escalate_at"] == row["created_at"] + 15 * clock.MINUTE
    await due(services, messages.ESCALATE)
    nudge = await sent(services, workspace, telegram, "Nobody has claimed Grace yet")
    assert nudge["reply_to_message"]["message_id"] == int(row["place"].partition(":")[2])
    assert "Claim" in telegram.buttons(nudge["message_id"])
    _, second = await standing(services, workspace, 2)
    assert (second["event_type"], second["escalate_at"]) == ("lead.unclaimed", None)
    await changes.assign(services.database, workspace.workspace_id, lead_id, await owner(services, workspace), OWNER)
    await shows(telegram, nudge["message_id"], f"✅ Claimed by {OWNER}")
    assert sum(call.method == "sendMessage" for call in telegram.sent) == 2


async def test_who_is_looked_after_is_not_told_of_again(services: Services, workspace: Created) -> None:
    channel_id = await chat(services, workspace, options='{"escalate_after_minutes": 15}')
    database, here = services.database, workspace.workspace_id
    names = ("claimed", "moved", "spam", "gone", "nobody's")
    claimed, moved, spam, gone, left = [await submitted(services, workspace, f"{name}@x.example") for name in names]
    rows = [await _put(services, channel_id, here, lead_id) for lead_id in (claimed, moved, spam, gone, left)]
    await changes.assign(database, here, claimed, await owner(services, workspace), OWNER)
    await changes.move(database, here, moved, "Contacted", OWNER)
    await set_spam(database, here, spam, True, OWNER)
    await delete_lead(database, here, gone)
    for row_id in rows + rows:
        await database.write(lambda tx, row_id=row_id: escalation.answer(tx, services, row_id, "lead.unclaimed"))
    told = await database.fetch("SELECT lead_id FROM deliveries WHERE event_type = 'lead.unclaimed'")
    assert [row["lead_id"] for row in told] == [left]
    assert await database.fetch("SELECT id FROM messages WHERE escalate_at IS NOT NULL") == []


async def _put(services: Services, channel_id: str, workspace_id: str, lead_id: str) -> str:
    """Let a lead's alert stand in the chat, to be told of again by now; gives the row's id."""
    row = {"id": new_id(), "workspace_id": workspace_id, "channel_id": channel_id, "lead_id": lead_id}
    state = {"chat_id": CHAT, "message_id": 1, "stage": "New"}
    row |= {"place": f"{CHAT}:1", "escalate_at": 1, "created_at": 0, "state": msgspec.json.encode(state).decode()}

    async def unit(tx: Tx) -> None:
        tx.insert(Message, row)

    await services.database.write(unit)
    return str(row["id"])


async def _no_jobs(services: Services, kind: str) -> bool | None:
    left = "SELECT id FROM jobs WHERE kind = $1 AND state IN ('ready', 'running')"
    return None if await services.database.fetch(left, kind) else True


@pytest.mark.parametrize("claimed", [False, True], ids=["unclaimed", "claimed"])
async def test_a_snoozed_message_says_until_when_and_is_answered_then(
    claimed: bool, running: Services, workspace: Created, telegram: TelegramServer
) -> None:
    await chat(running, workspace, options='{"escalate_after_minutes": 15}')
    lead_id = await submitted(running, workspace)
    [row] = await standing(running, workspace)
    message_id, then = int(row["place"].partition(":")[2]), clock.now() + clock.HOUR
    await snoozing.snooze(running.database, row, then - clock.MINUTE, OWNER)
    await snoozing.snooze(running.database, row, then, OWNER)
    moment = clock.to_datetime(then)
    await shows(telegram, message_id, f"💤 Snoozed until {moment.day} {moment:%b, %H:%M} by {OWNER}")
    [slept] = await standing(running, workspace)
    assert slept["escalate_at"] is None
    if claimed:
        await changes.assign(running.database, workspace.workspace_id, lead_id, await owner(running, workspace), OWNER)
        await shows(telegram, message_id, f"✅ Claimed by {OWNER}")
    assert len(await due(running, messages.REMIND)) == 2
    await soon(lambda: _no_jobs(running, messages.REMIND))
    rows = await running.database.fetch("SELECT event_type FROM deliveries WHERE event_type = 'lead.reminder'")
    assert len(rows) == (0 if claimed else 1)
    if not claimed:
        reminder = await sent(running, workspace, telegram, "Reminder: Grace")
        assert reminder["reply_to_message"]["message_id"] == message_id
        await soon(lambda: _without(telegram, message_id, "Snoozed"))


async def test_a_digest_no_longer_names_a_lead_that_was_deleted(
    make_services: Make, run: Run, workspace: Created, telegram: TelegramServer
) -> None:
    services = make_services()
    await chat(services, workspace)
    leads = [await submitted(services, workspace, f"{name}@example.com") for name in ("one", "two", "three")]
    message_id = await _folded(services, leads)
    run(services)
    await changes.move(services.database, workspace.workspace_id, leads[1], "Won", OWNER)  # no digest says of a stage
    for gone, still in zip(leads, [leads[1:], leads[2:], []], strict=True):
        await delete_lead(services.database, workspace.workspace_id, gone)
        await soon(partial(_names, telegram, message_id, still))
    assert telegram.message(message_id)["text"] == "This lead was deleted."


async def _folded(services: Services, leads: list[str]) -> int:
    """Send the leads' alerts as one digest, as the job does that folds a burst; gives the message's id."""
    events = await services.database.fetch("SELECT id FROM events ORDER BY seq")
    outcome = await route.route(services, [row["id"] for row in events])
    assert isinstance(outcome, Done) and outcome.writes
    await services.database.write(outcome.writes)
    await services.database.write(lambda tx: tx.execute("DELETE FROM jobs"))
    rows = [await deliver.load(services.database, row["id"]) for row in await _deliveries(services)]
    [found] = await services.database.fetch("SELECT * FROM channels WHERE kind = 'telegram'")
    destination = Destination("telegram", found)
    parcels = [(await parcel_of(services, destination, row))[0] for row in rows if row]
    receipts = await CHANNEL.send_digest(parcels, services.outbound)

    async def settle(tx: Tx) -> None:
        await tx.execute("UPDATE deliveries SET status = 'delivered', folded_into = $1", parcels[0].delivery_id)
        for row, receipt in zip(rows, receipts, strict=True):
            await messages.remember(tx, destination, row or {}, receipt.state, clock.now())

    await services.database.write(settle)
    return int(receipts[0].state["message_id"])


async def _deliveries(services: Services) -> list[dict[str, Any]]:
    return await services.database.fetch("SELECT id FROM deliveries ORDER BY created_at, event_id")


async def _names(telegram: TelegramServer, message_id: int, leads: list[str]) -> bool | None:
    """Tell whether a digest names as many leads."""
    return True if telegram.message(message_id)["text"].count("•") == len(leads) else None
