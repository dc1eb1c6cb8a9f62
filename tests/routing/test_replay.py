"""Sending again what a webhook was due: the delivered, what failed, and what happened while it was off."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.errors import Conflict, InvalidInput, NotFound
from leadsbot.events.log import Happening, record
from leadsbot.events.tables import Event
from leadsbot.jobs.outcomes import Done
from leadsbot.routing import deliveries, destinations, due, replay, withheld
from leadsbot.routing.due import BATCH
from leadsbot.routing.erasure import delete_lead
from leadsbot.routing.replay import under_way
from leadsbot.routing.trouble import note_missed
from leadsbot.services import Services
from leadsbot.workspaces.bootstrap import Created
from tests.routing.house import LEAD, Make, Run, quiet, settled, tell
from tests.support.webhook_receiver import Answer, WebhookReceiver

NOON = 1_777_896_000_000


async def hook(services: Services, workspace: Created, url: str, *events: str) -> dict[str, Any]:
    row, _ = await destinations.create_webhook(
        services.database, services.vault, workspace.workspace_id, url, events or ("lead.created",)
    )
    return row


async def switch(services: Services, workspace: Created, row: dict[str, Any], enabled: bool) -> None:
    await destinations.update_webhook(services.database, workspace.workspace_id, row["id"], {"enabled": enabled})


async def again(services: Services, workspace: Created, row: dict[str, Any], since: int = 0, **how: Any) -> Any:
    return await replay.begin(services.database, workspace.workspace_id, row["id"], since, **how)


def of(number: int) -> dict[str, Any]:
    return LEAD | {"id": f"0190f3a0-0000-7000-8000-{number:012d}"}


def leads_of(receiver: WebhookReceiver) -> list[int]:
    return [int(request.json["data"]["lead"]["id"][-12:]) for request in receiver.requests]


async def add_lead(services: Services, workspace: Created, number: int, spam: bool = False) -> str:
    await services.database.write(
        lambda tx: tx.execute(
            "INSERT INTO leads (id, workspace_id, created_at, updated_at, first_name, email, stage, spam)"
            " VALUES ($1, $2, 0, 0, 'Grace', 'grace@navy.example', 'New', $3)",
            of(number)["id"],
            workspace.workspace_id,
            spam,
        )
    )
    return str(of(number)["id"])


async def test_all_that_was_due_is_sent_again_in_order_under_its_ids(
    running: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    receiver.next(Answer(204), *[Answer(500)] * 3)
    row = await hook(running, workspace, receiver.url)
    await tell(running, workspace, lead=of(1))
    await quiet(running)
    await tell(running, workspace, lead=of(2))  # tried three times, and given up
    await quiet(running)
    await switch(running, workspace, row, False)
    await tell(running, workspace, lead=of(3))  # nobody hears of it
    await tell(running, workspace, "lead.updated", lead=of(3))  # never due
    await quiet(running)
    await switch(running, workspace, row, True)
    first = {request.json["id"]: request.headers["webhook-id"] for request in receiver.requests}
    receiver.requests.clear()
    begun = await again(running, workspace, row)
    assert under_way(begun) and under_way(begun).due == 3  # type: ignore[union-attr]
    await quiet(running)
    assert sorted(leads_of(receiver)) == [1, 2, 3]
    assert all(first.get(request.json["id"], request.headers["webhook-id"]) == request.headers["webhook-id"]
               for request in receiver.requests)  # fmt: skip
    rows = (await deliveries.list_deliveries(running.database, workspace.workspace_id)).rows
    assert [one["status"] for one in rows] == ["delivered"] * 3
    now = await destinations.get_webhook(running.database, workspace.workspace_id, row["id"])
    assert (under_way(now), now["missed_since"]) == (None, None)


async def test_what_was_said_of_one_lead_is_sent_again_in_its_order(
    running: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    row = await hook(running, workspace, receiver.url, "lead.created", "lead.stage_changed", "lead.updated")
    await tell(running, workspace, lead=of(1))
    await quiet(running)
    await switch(running, workspace, row, False)
    for stage in ("Contacted", "Quoted"):
        await tell(running, workspace, "lead.stage_changed", lead=of(1), from_stage="New", to_stage=stage)
    await quiet(running)
    await switch(running, workspace, row, True)
    await tell(running, workspace, "lead.updated", lead=of(1))
    await quiet(running)
    receiver.requests.clear()
    await again(running, workspace, row)
    await quiet(running)
    said = [(request.json["type"], request.json["data"].get("to_stage")) for request in receiver.requests]
    moved = "lead.stage_changed"
    assert said == [("lead.created", None), (moved, "Contacted"), (moved, "Quoted"), ("lead.updated", None)]


async def test_only_what_was_missed_is_sent_where_that_is_asked_for(
    running: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    row = await hook(running, workspace, receiver.url)
    await tell(running, workspace, lead=of(1))
    await quiet(running)
    await switch(running, workspace, row, False)
    await tell(running, workspace, lead=of(2))
    await quiet(running)
    await switch(running, workspace, row, True)
    receiver.requests.clear()
    await again(running, workspace, row, missed=True)
    await quiet(running)
    assert leads_of(receiver) == [2]


async def test_what_happened_before_is_not_sent(
    running: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    await tell(running, workspace, lead=of(1))  # before there was a webhook
    await quiet(running)
    row = await hook(running, workspace, receiver.url)
    await tell(running, workspace, lead=of(2))
    await quiet(running)
    since = clock.now() + 1
    while clock.now() < since:
        pass
    await tell(running, workspace, lead=of(3))
    await quiet(running)
    receiver.requests.clear()
    await again(running, workspace, row, since)
    await quiet(running)
    assert leads_of(receiver) == [3]
    await again(running, workspace, row, 0)
    await quiet(running)
    assert sorted(leads_of(receiver)) == [2, 3, 3]


async def happened(services: Services, workspace: Created, *events: tuple[int, int]) -> None:
    """Write events into the log as nodes whose clocks differ would: each with its number, and its node's time."""

    def row(number: int, at: int) -> dict[str, Any]:
        data = json.dumps({"lead": of(number)})
        known = {"workspace_id": workspace.workspace_id, "type": "lead.created", "lead_id": of(number)["id"]}
        return {"id": str(UUID(int=(at << 80) + number)), **known, "data": data, "at": at}

    async def unit(tx: Tx) -> None:
        for number, at in events:
            tx.insert(Event, row(number, at))
            await tx.flush()

    await services.database.write(unit)


async def due_since(services: Services, webhook: dict[str, Any], since: int, **how: Any) -> list[int]:
    part = await due.stretch(services.database, webhook, since, missed=how.get("missed", False))
    return [int(row["event_id"][-12:], 16) for row in await due.following(services.database, webhook, part)]


async def test_of_one_instant_all_or_nothing_is_due(services: Services, workspace: Created) -> None:
    row = {**await hook(services, workspace, "https://hooks.example"), "created_at": 0}
    await happened(services, workspace, (1, NOON - 1), (2, NOON), (3, NOON), (4, NOON + 1))
    assert await due_since(services, row, NOON) == [2, 3, 4]
    assert await due_since(services, row, NOON + 1) == [4]
    assert await due_since(services, row, NOON + 2) == []


async def test_what_a_node_wrote_whose_clock_is_behind_hides_nothing(services: Services, workspace: Created) -> None:
    row = {**await hook(services, workspace, "https://hooks.example"), "created_at": 0}
    minute = clock.MINUTE
    # The third was written last, by a node ten minutes behind; by its own time it comes first.
    await happened(services, workspace, (1, NOON + 2 * minute), (2, NOON + 3 * minute), (3, NOON - 6 * minute))
    assert await due_since(services, row, NOON - 6 * minute) == [1, 2, 3]
    assert await due_since(services, row, NOON) == [1, 2]


async def test_what_was_on_its_way_as_it_was_switched_off_is_missed_too(
    make_services: Make, run: Run, workspace: Created, receiver: WebhookReceiver
) -> None:
    services = make_services(retry_schedule="10h")
    run(services)
    row = await hook(services, workspace, receiver.url)
    receiver.next(Answer(500))
    with clock.freeze(clock.now() - clock.HOUR):
        await tell(services, workspace, lead=of(1))
        await settled(services, workspace, "failed")
    await services.database.write(lambda tx: tx.execute("UPDATE webhooks SET created_at = 0"))
    await switch(services, workspace, row, False)
    await services.database.write(lambda tx: tx.execute("UPDATE jobs SET due = 0 WHERE kind = 'deliver'"))
    await settled(services, workspace, "withheld")
    await switch(services, workspace, row, True)
    now = await destinations.get_webhook(services.database, workspace.workspace_id, row["id"])
    assert await replay.count(services.database, now, now["missed_since"], missed=True) == 1
    await again(services, workspace, row, now["missed_since"], missed=True)
    await settled(services, workspace, "delivered")
    assert leads_of(receiver) == [1, 1]


async def test_spam_and_deleted_leads_are_left_out(
    running: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    row = await hook(running, workspace, receiver.url)
    for number in (1, 2, 3):
        await add_lead(running, workspace, number)
        await tell(running, workspace, lead=of(number))
    await tell(running, workspace, lead=of(4) | {"spam": True}, lead_id=await add_lead(running, workspace, 4, True))
    await quiet(running)
    await delete_lead(running.database, workspace.workspace_id, of(1)["id"])
    await withheld.set_spam(running.database, workspace.workspace_id, of(2)["id"], True)
    await quiet(running)
    receiver.requests.clear()
    assert under_way(await again(running, workspace, row)).due == 1  # type: ignore[union-attr]
    await quiet(running)
    assert leads_of(receiver) == [3]


@pytest.mark.parametrize("most", [50_000, 7])
async def test_a_thousand_go_out_in_batches_however_often_somebody_presses(
    services: Services, workspace: Created, receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """However many were counted as it began."""
    monkeypatch.setattr(replay, "MOST_PLANNED", most)
    row = await hook(services, workspace, receiver.url)
    count = 2 * BATCH + 5
    happening = Happening(workspace.workspace_id, "lead.created", {"lead": None})

    async def unit(tx: Tx) -> None:
        record(tx, *[happening] * count)

    await services.database.write(unit)
    begun = await again(services, workspace, row)
    assert under_way(begun) == under_way(await again(services, workspace, row))
    select = "SELECT payload FROM jobs WHERE kind = 'replay'"
    assert len(await services.database.fetch(select)) == 1
    progress = []
    while found := under_way(await destinations.get_webhook(services.database, workspace.workspace_id, row["id"])):
        progress.append((found.due, found.queued))
        outcome = await replay.step(services, row["id"], found.id)
        assert isinstance(outcome, Done) and outcome.writes
        await services.database.write(outcome.writes)
    assert progress == [(max(min(count, most), queued), queued) for queued in (0, BATCH, 2 * BATCH)]
    rows = await services.database.fetch("SELECT id FROM deliveries")
    jobs = await services.database.fetch("SELECT id FROM jobs WHERE kind = 'deliver'")
    assert len(rows) == len(jobs) == count
    # Once more while they are all on their way: nothing is due twice.
    assert under_way(await again(services, workspace, row)).due == 0  # type: ignore[union-attr]


async def test_a_webhook_that_is_off_or_a_strangers_replays_nothing(
    services: Services, workspace: Created, stranger: Created, receiver: WebhookReceiver
) -> None:
    row = await hook(services, workspace, receiver.url)
    with pytest.raises(NotFound):
        await again(services, stranger, row)
    with pytest.raises(InvalidInput):
        await again(services, workspace, row, clock.now() + clock.DAY)
    await switch(services, workspace, row, False)
    with pytest.raises(Conflict, match="Switch it on"):
        await again(services, workspace, row)
    assert await services.database.fetch("SELECT id FROM jobs WHERE kind = 'replay'") == []


async def test_one_whose_job_died_can_be_begun_anew(
    services: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    row = await hook(services, workspace, receiver.url)
    await tell(services, workspace)
    first = under_way(await again(services, workspace, row))
    with clock.freeze(clock.now() + replay.STALE_MS):
        second = under_way(await again(services, workspace, row))
    assert first and second and first.id != second.id
    late = await replay.step(services, row["id"], first.id)
    assert isinstance(late, Done) and late.writes is None


async def test_one_that_is_switched_off_meanwhile_stops(
    services: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    row = await hook(services, workspace, receiver.url)
    await tell(services, workspace)
    begun = under_way(await again(services, workspace, row))
    await switch(services, workspace, row, False)
    assert begun
    outcome = await replay.step(services, row["id"], begun.id)
    assert isinstance(outcome, Done) and outcome.writes
    await services.database.write(outcome.writes)
    now = await destinations.get_webhook(services.database, workspace.workspace_id, row["id"])
    assert under_way(now) is None and await services.database.fetch("SELECT id FROM deliveries") == []
    assert now["missed_since"] <= row["created_at"]  # though it was begun, that was still missed


async def test_what_is_missed_while_it_goes_on_is_remembered(
    services: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    row = await hook(services, workspace, receiver.url)
    await tell(services, workspace)
    begun = under_way(await again(services, workspace, row))
    assert begun
    outcome = await replay.step(services, row["id"], begun.id)
    await services.database.write(lambda tx: note_missed(tx, row["id"], NOON))
    assert isinstance(outcome, Done) and outcome.writes
    await services.database.write(outcome.writes)
    now = await destinations.get_webhook(services.database, workspace.workspace_id, row["id"])
    assert under_way(now) is None and now["missed_since"] == NOON
