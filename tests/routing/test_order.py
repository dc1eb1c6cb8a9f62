"""Per lead and destination deliveries go out in the order in which things happened, each after the one before ended."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import Any

import pytest

from leadsbot.db import Database
from leadsbot.events.log import Happening, record
from leadsbot.jobs.handlers import handlers_of
from leadsbot.jobs.runner import Runner
from leadsbot.routing import deliver, deliveries, erasure, route, withheld
from leadsbot.routing.webhooks import create_webhook, update_webhook
from leadsbot.services import Services
from leadsbot.workspaces.bootstrap import Created
from tests.jobs.desk import Node, settle
from tests.routing.house import LEAD, Make, Run, in_thread, quiet, route_now, settled, tell
from tests.support.webhook_receiver import Answer, WebhookReceiver

EVENTS = ["lead.created", "lead.updated", "form.started", "form.submitted"]


@pytest.fixture
async def hook(services: Services, workspace: Created, receiver: WebhookReceiver) -> str:
    row, _ = await create_webhook(services.database, services.vault, workspace.workspace_id, receiver.url, EVENTS)
    return str(row["id"])


async def happen(services: Services, workspace: Created, number: int, lead: str, session: str | None = None) -> None:
    """Record the `number`th thing of a lead, or of a session without one, in a transaction of its own."""
    about = {**LEAD, "id": lead} if not session else None
    type = "form.started" if session else "lead.updated"
    happening = Happening(
        workspace.workspace_id, type, {"lead": about, "number": number, "of": lead}, None if session else lead, session
    )

    async def unit(tx: Any) -> None:
        record(tx, happening)

    await services.database.write(unit)


def told(receiver: WebhookReceiver) -> dict[str, list[int]]:
    """Give the numbers that came about each, in the order they came."""
    came: defaultdict[str, list[int]] = defaultdict(list)
    for request in list(receiver.requests):
        came[request.json["data"]["of"]].append(request.json["data"]["number"])
    return dict(came)


def without_repeats(numbers: list[int]) -> list[int]:
    return [number for at, number in enumerate(numbers) if not at or numbers[at - 1] != number]


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_receiver_that_fails_now_and_then_hears_all_in_order(
    make_services: Make, run: Run, hook: str, workspace: Created, receiver: WebhookReceiver, seed: int
) -> None:
    services = make_services(retry_schedule="0.02s,0.02s,0.02s,0.02s,0.02s,0.02s,0.02s,0.02s,0.02s")
    dice = random.Random(seed)
    run(services)
    receiver.next(*(Answer(dice.choice([204, 204, 500, 503])) for _ in range(40)))
    for number in range(6):
        for lead in ("anna", "bert", "carl"):
            await happen(services, workspace, number, lead)
        await happen(services, workspace, number, "somebody", session="session-1")
    await quiet(services, 60)
    came = {lead: without_repeats(numbers) for lead, numbers in told(receiver).items()}
    assert came == {lead: list(range(6)) for lead in ("anna", "bert", "carl", "somebody")}


async def test_a_lead_whose_delivery_fails_holds_up_no_other_lead(
    make_services: Make, run: Run, hook: str, workspace: Created, receiver: WebhookReceiver
) -> None:
    services = make_services(retry_schedule="1h")
    receiver.next(Answer(500, headers={"Retry-After": "3600"}))  # else it follows as soon as another has arrived
    await happen(services, workspace, 0, "anna")
    run(services)
    await settled(services, workspace, "failed")
    await happen(services, workspace, 1, "anna")
    await happen(services, workspace, 0, "bert")
    await settled(services, workspace, "delivered")
    assert told(receiver) == {"anna": [0], "bert": [0]}
    rows = (await deliveries.list_deliveries(services.database, workspace.workspace_id)).rows
    assert sorted(row["status"] for row in rows) == ["delivered", "failed", "pending"]
    reasons = {row["status"]: row["reason"] for row in rows}
    assert reasons["pending"] == deliveries.BEHIND and not reasons["delivered"]


@pytest.mark.parametrize("how", ["dead", "switched off", "by hand"])
async def test_what_waited_goes_once_the_one_before_has_ended(
    make_services: Make, run: Run, hook: str, workspace: Created, receiver: WebhookReceiver, how: str
) -> None:
    services = make_services(retry_schedule="0.02s" if how == "dead" else "1h")
    receiver.next(*[Answer(500)] * (2 if how == "dead" else 1))
    for number in range(3):
        await happen(services, workspace, number, "anna")
    run(services)
    if how == "dead":
        await settled(services, workspace, "delivered", 2)
        assert told(receiver)["anna"] == [0, 0, 1, 2]
        return

    rows = await settled(services, workspace, "failed")
    (first,) = [row for row in rows if row["status"] == "failed"]
    if how == "switched off":
        await update_webhook(services.database, workspace.workspace_id, hook, {"enabled": False})
        await update_webhook(services.database, workspace.workspace_id, hook, {"enabled": True})
    await deliveries.retry(services.database, workspace.workspace_id, first["id"])
    await settled(services, workspace, "delivered", 3)
    assert told(receiver)["anna"] == [0, 0, 1, 2]


async def test_by_hand_an_old_one_waits_for_no_later_one_and_is_waited_for(
    make_services: Make, run: Run, hook: str, workspace: Created, receiver: WebhookReceiver
) -> None:
    services = make_services(retry_schedule="1h")
    run(services)
    await happen(services, workspace, 0, "anna")
    [first] = await settled(services, workspace, "delivered")
    receiver.next(Answer(500))
    await happen(services, workspace, 1, "anna")
    rows = await settled(services, workspace, "failed")
    (second,) = [row for row in rows if row["status"] == "failed"]
    await deliveries.retry(services.database, workspace.workspace_id, first["id"])
    await in_thread(lambda: receiver.wait_for(3))
    await deliveries.retry(services.database, workspace.workspace_id, second["id"])
    await settled(services, workspace, "delivered", 2)
    assert told(receiver)["anna"] == [0, 1, 0, 1]


async def test_a_deletion_is_told_at_once_though_something_older_failed(
    make_services: Make, run: Run, workspace: Created, receiver: WebhookReceiver
) -> None:
    services = make_services(retry_schedule="1h")
    url, space = receiver.url, workspace.workspace_id
    await create_webhook(services.database, services.vault, space, url, ["lead.updated", "lead.deleted"])
    receiver.next(Answer(500))
    await happen(services, workspace, 0, "anna")
    run(services)
    await settled(services, workspace, "failed")
    await services.database.write(lambda tx: erasure.forget_deliveries(tx, ["anna"], ""))
    await tell(services, workspace, "lead.deleted", {"id": "anna"})
    await settled(services, workspace, "delivered")
    assert [request.json["type"] for request in receiver.requests] == ["lead.updated", "lead.deleted"]


@pytest.mark.parametrize("how", ["erased", "spam"])
async def test_what_comes_after_waits_for_no_try_that_was_overtaken(
    make_services: Make, hook: str, workspace: Created, receiver: WebhookReceiver, how: str
) -> None:
    services = make_services(retry_schedule="10h")
    database, node = services.database, Node("deliver")
    for number in range(2):
        await happen(services, workspace, number, "anna")
    for event in await database.fetch("SELECT id FROM events ORDER BY seq"):
        await route_now(services, event["id"])
    receiver.next(Answer(500))
    [held] = await node.take(database)
    failed = await deliver.deliver(services, held.payload["delivery"], held.payload["round"])
    if how == "spam":
        await database.write(lambda tx: withheld._hold(tx, "anna"))
        await database.write(lambda tx: withheld._release(tx, "anna"))
    else:
        await database.write(lambda tx: erasure.forget_deliveries(tx, ["anna"], ""))
        await route_now(services, await tell(services, workspace, "lead.updated", {**LEAD, "id": "anna"}, number=2))
    assert await settle(database, held, failed)
    while jobs := await node.take(database):
        for one in jobs:
            delivered = await deliver.deliver(services, one.payload["delivery"], one.payload["round"])
            assert await settle(database, one, delivered)
    sent = [request.json["data"]["number"] for request in receiver.requests]
    assert sent == ([0, 2] if how == "erased" else [0, 0, 1])


async def test_released_from_the_spam_all_go_in_their_order(
    services: Services, run: Run, hook: str, workspace: Created, receiver: WebhookReceiver
) -> None:
    for number in range(3):
        await happen(services, workspace, number, "anna")
    (job,) = await services.database.fetch("SELECT count(*) AS n FROM jobs WHERE kind = 'route'")
    assert job["n"] == 3
    events = await services.database.fetch("SELECT id FROM events ORDER BY seq")
    for event in events:
        await route_now(services, event["id"])
    await services.database.write(lambda tx: withheld._hold(tx, "anna"))
    assert await services.database.fetch("SELECT id FROM jobs WHERE kind = 'deliver'") == []
    await services.database.write(lambda tx: withheld._release(tx, "anna"))
    run(services)
    await settled(services, workspace, "delivered", 3)
    assert told(receiver)["anna"] == [0, 1, 2]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_nodes_deliver_in_order(
    make_services: Make, run: Run, hook: str, workspace: Created, receiver: WebhookReceiver, database: Database
) -> None:
    services = make_services(retry_schedule="0.02s,0.02s,0.02s,0.02s,0.02s,0.02s,0.02s,0.02s,0.02s")
    dice = random.Random(5)
    receiver.next(*(Answer(dice.choice([204, 204, 500])) for _ in range(30)))
    run(services)
    async with Database.opened(database.url) as other:
        second = Runner(other, handlers_of([route, deliver], services))
        second.start()
        try:
            for number in range(8):
                for lead in ("anna", "bert", "carl"):
                    await happen(services, workspace, number, lead)
            await quiet(services, 60)
        finally:
            await second.stop()
    database.bind()
    came = {lead: without_repeats(numbers) for lead, numbers in told(receiver).items()}
    assert came == {lead: list(range(8)) for lead in ("anna", "bert", "carl")}
