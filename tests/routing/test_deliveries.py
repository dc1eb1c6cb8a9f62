"""The record of what was sent: its filters, trying again by hand, and that a crash loses nothing."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pytest

from leadsbot.db import Database
from leadsbot.errors import Conflict, InvalidInput, NotFound
from leadsbot.jobs.outcomes import Done
from leadsbot.routing import deliver, deliveries, destinations
from leadsbot.services import Services
from leadsbot.workspaces.bootstrap import Created
from tests.jobs.desk import Node, settle
from tests.routing.house import LEAD, Make, Run, quiet, route_now, settled, tell
from tests.support.webhook_receiver import Answer, WebhookReceiver


@pytest.fixture
async def webhook(services: Services, workspace: Created, receiver: WebhookReceiver) -> dict[str, Any]:
    row, _ = await destinations.create_webhook(
        services.database, services.vault, workspace.workspace_id, receiver.url, ["lead.created", "form.abandoned"]
    )
    return row


async def ids(services: Services, workspace: Created, **filters: Any) -> list[str]:
    page = await deliveries.list_deliveries(services.database, workspace.workspace_id, **filters)
    return [row["id"] for row in page.rows]


async def test_a_delivery_has_the_contracts_shape(running: Services, workspace: Created, webhook: Any) -> None:
    await tell(running, workspace)
    [delivery] = await settled(running, workspace, "delivered")
    wanted = "id event_type lead_id channel_id webhook_id destination status created_at delivered_at next_attempt_at"
    assert set(wanted.split()) | {"attempts"} <= set(delivery)
    assert {"at", "status_code", "latency_ms", "error"} <= set(delivery["attempts"][0])
    assert delivery["attempts"][0]["latency_ms"] >= 0 and delivery["delivered_at"].endswith("Z")


async def test_deliveries_are_found_by_each_filter(running: Services, workspace: Created, webhook: Any) -> None:
    await tell(running, workspace)
    await tell(running, workspace, "form.abandoned", None)
    rows = await settled(running, workspace, "delivered", 2)
    [about_lead] = [row["id"] for row in rows if row["lead_id"]]
    assert await ids(running, workspace, lead_id=LEAD["id"]) == [about_lead]
    assert await ids(running, workspace, webhook_id=webhook["id"]) == [row["id"] for row in rows]
    assert await ids(running, workspace, status="delivered", limit=1) == [rows[0]["id"]]
    assert await ids(running, workspace, status="dead") == []
    assert await ids(running, workspace, channel_id=webhook["id"]) == []
    assert await ids(running, workspace, lead_id="\x00") == []


async def test_an_unknown_status_is_refused(services: Services, workspace: Created) -> None:
    with pytest.raises(InvalidInput, match="status"):
        await ids(services, workspace, status="lost")


async def test_a_delivery_is_sent_again_under_its_own_id(
    running: Services, workspace: Created, webhook: Any, receiver: WebhookReceiver
) -> None:
    receiver.next(*[Answer(500)] * 3)
    await tell(running, workspace)
    [dead] = await settled(running, workspace, "dead")
    again = await deliveries.retry(running.database, workspace.workspace_id, dead["id"])
    assert (again["id"], again["status"]) == (dead["id"], "pending")
    [delivery] = await settled(running, workspace, "delivered")
    assert [attempt["status_code"] for attempt in delivery["attempts"]] == [500, 500, 500, 204]
    assert {request.headers["webhook-id"] for request in receiver.requests} == {dead["id"]}


async def test_what_arrived_can_be_sent_again_too(
    running: Services, workspace: Created, webhook: Any, receiver: WebhookReceiver
) -> None:
    await tell(running, workspace)
    [delivery] = await settled(running, workspace, "delivered")
    await deliveries.retry(running.database, workspace.workspace_id, delivery["id"])
    await quiet(running)
    assert len(receiver.requests) == 2 and receiver.requests[0].body == receiver.requests[1].body


async def test_trying_again_by_hand_replaces_the_attempt_that_was_planned(
    make_services: Make, run: Run, workspace: Created, webhook: Any, receiver: WebhookReceiver
) -> None:
    services = make_services(retry_schedule="1s")
    run(services)
    receiver.next(Answer(500))
    await tell(services, workspace)
    [failed] = await settled(services, workspace, "failed")
    await deliveries.retry(services.database, workspace.workspace_id, failed["id"])
    await settled(services, workspace, "delivered")
    await quiet(services)
    assert len(receiver.requests) == 2


async def test_pressed_twice_it_is_sent_once(
    make_services: Make, run: Run, workspace: Created, webhook: Any, receiver: WebhookReceiver
) -> None:
    services = make_services(retry_schedule="1h")
    await route_now(services, await tell(services, workspace))
    [delivery_id] = await ids(services, workspace)
    press = partial(deliveries.send_again, services.database, workspace.workspace_id, delivery_id)
    assert await press() is False  # its first attempt stands in line
    [claimed] = await Node("deliver").take(services.database)
    assert await press() is False  # and is being made
    receiver.next(Answer(500))
    assert await settle(services.database, claimed, await deliver.deliver(services, delivery_id, 0))
    assert [await press(), await press()] == [True, False]
    pressed = await asyncio.gather(press(), press())
    assert pressed == [False, False]
    run(services)
    await settled(services, workspace, "delivered")
    await quiet(services)
    assert len(receiver.requests) == 2


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_of_two_nodes_that_press_at_once_one_begins_it(
    services: Services, workspace: Created, webhook: Any
) -> None:
    await route_now(services, await tell(services, workspace))
    [delivery_id] = await ids(services, workspace)
    await services.database.write(lambda tx: tx.execute("UPDATE deliveries SET status = 'dead'"))
    await services.database.write(lambda tx: tx.execute("DELETE FROM jobs WHERE kind = 'deliver'"))
    async with Database.opened(services.database.url) as other:
        both = (services.database, other) * 4
        begun = await asyncio.gather(*(deliveries.send_again(one, workspace.workspace_id, delivery_id) for one in both))
    services.database.bind()
    assert sum(begun) == 1


async def test_what_went_to_a_deleted_webhook_can_not_be_sent_again(
    running: Services, workspace: Created, webhook: Any
) -> None:
    await tell(running, workspace)
    [delivery] = await settled(running, workspace, "delivered")
    await destinations.delete_webhook(running.database, workspace.workspace_id, webhook["id"])
    with pytest.raises(Conflict, match="deleted"):
        await deliveries.retry(running.database, workspace.workspace_id, delivery["id"])


async def test_what_goes_to_a_webhook_that_is_off_can_not_be_sent_again(
    running: Services, workspace: Created, webhook: Any
) -> None:
    await tell(running, workspace)
    [delivery] = await settled(running, workspace, "delivered")
    await destinations.update_webhook(running.database, workspace.workspace_id, webhook["id"], {"enabled": False})
    with pytest.raises(Conflict, match="switched off"):
        await deliveries.retry(running.database, workspace.workspace_id, delivery["id"])


async def test_a_stranger_sees_no_delivery_and_repeats_none(
    running: Services, workspace: Created, stranger: Created, webhook: Any, receiver: WebhookReceiver
) -> None:
    await tell(running, workspace)
    [delivery] = await settled(running, workspace, "delivered")
    assert await ids(running, stranger) == [] == await ids(running, stranger, webhook_id=webhook["id"])
    for act in (deliveries.get_delivery, deliveries.get_body, deliveries.retry):
        with pytest.raises(NotFound):
            await act(running.database, stranger.workspace_id, delivery["id"])
    await quiet(running)
    assert len(receiver.requests) == 1


async def test_the_owner_reads_what_was_sent(
    running: Services, workspace: Created, webhook: Any, receiver: WebhookReceiver
) -> None:
    await tell(running, workspace)
    [delivery] = await settled(running, workspace, "delivered")
    body = await deliveries.get_body(running.database, workspace.workspace_id, delivery["id"])
    assert body.encode() == receiver.requests[0].body


async def test_routing_an_event_twice_makes_one_delivery(services: Services, workspace: Created, webhook: Any) -> None:
    event_id = await tell(services, workspace)
    await route_now(services, event_id)
    await route_now(services, event_id)
    assert len(await ids(services, workspace)) == 1
    jobs = await services.database.fetch("SELECT lane FROM jobs WHERE kind = 'deliver'")
    assert [job["lane"] for job in jobs] == [f"webhook:{webhook['id']}"]


async def test_a_crash_after_sending_sends_again_under_the_same_id(
    services: Services, run: Run, workspace: Created, webhook: Any, receiver: WebhookReceiver
) -> None:
    await route_now(services, await tell(services, workspace))
    [delivery_id] = await ids(services, workspace)
    await deliver.deliver(services, delivery_id, 0)  # sent, and never settled
    assert (await deliveries.get_delivery(services.database, workspace.workspace_id, delivery_id))["attempts"] == []
    run(services)
    await settled(services, workspace, "delivered")
    first, second = receiver.requests[:2]
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == delivery_id


async def test_an_answer_that_comes_after_a_newer_round_began_does_not_end_it(
    services: Services, workspace: Created, webhook: Any
) -> None:
    await route_now(services, await tell(services, workspace))
    [delivery_id] = await ids(services, workspace)
    under_way = await deliver.deliver(services, delivery_id, 0)
    await services.database.write(lambda tx: tx.execute(f"UPDATE deliveries SET {deliveries.ANEW}"))
    assert isinstance(under_way, Done) and under_way.record
    record, entry = under_way.record, under_way.entry
    await services.database.write(lambda tx: record(tx, [entry]))
    now = await deliveries.get_delivery(services.database, workspace.workspace_id, delivery_id)
    assert (now["status"], len(now["attempts"])) == ("pending", 1)
