"""A webhook that works again gets what failed there before, soon and one after the other."""

from __future__ import annotations

import asyncio

import pytest

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.jobs.outcomes import Done
from leadsbot.routing import recovery, webhooks
from leadsbot.services import Services
from leadsbot.workspaces.bootstrap import Created
from tests.routing.house import LEAD, Make, Run, settled, tell
from tests.routing.test_webhooks_out import hook
from tests.support.waiting import PATIENCE_S
from tests.support.webhook_receiver import Answer, WebhookReceiver

SOMEBODY = "0190f3a0-0000-7000-8000-00000000000{}"


async def told(services: Services, workspace: Created, number: int) -> None:
    """Let a lead come in."""
    await tell(services, workspace, lead={**LEAD, "id": SOMEBODY.format(number)})


async def still(services: Services) -> None:
    """Wait until nothing is left to do within the next minute."""
    soon = "SELECT id FROM jobs WHERE state IN ('ready', 'running') AND due < $1 LIMIT 1"
    async with asyncio.timeout(PATIENCE_S):
        while await services.database.fetch(soon, clock.now() + clock.MINUTE):  # noqa: ASYNC110 (nothing signals it)
            await asyncio.sleep(0.02)


@pytest.fixture
def patient(make_services: Make) -> Services:
    return make_services(retry_schedule="600s,600s")


async def test_what_failed_is_let_go_once_the_webhook_works_again(
    patient: Services, run: Run, workspace: Created, receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "AT_ONCE", 2)
    receiver.always(Answer(503))
    await hook(patient, workspace, receiver.url)
    run(patient)
    for number in range(1, 6):
        await told(patient, workspace, number)
        await settled(patient, workspace, "failed", number)
    receiver.always(Answer(204))
    await told(patient, workspace, 6)
    await settled(patient, workspace, "delivered", 6)
    arrived = [request.json["data"]["lead"]["id"][-1] for request in receiver.requests[5:]]
    assert arrived[0] == "6" and sorted(arrived[1:]) == ["1", "2", "3", "4", "5"]


async def test_who_says_once_more_that_it_is_on_loses_nothing_by_that(
    patient: Services, run: Run, workspace: Created, receiver: WebhookReceiver
) -> None:
    receiver.always(Answer(503))
    row, _ = await hook(patient, workspace, receiver.url)
    run(patient)
    await told(patient, workspace, 1)
    await settled(patient, workspace, "failed")
    receiver.always(Answer(204))
    await webhooks.update_webhook(
        patient.database, workspace.workspace_id, row["id"], {"name": "Shop", "enabled": True}
    )
    await told(patient, workspace, 2)
    await settled(patient, workspace, "delivered")
    await still(patient)
    assert [request.json["data"]["lead"]["id"][-1] for request in receiver.requests] == ["1", "2", "1"]


async def test_the_oldest_goes_first_and_each_other_a_little_later(
    patient: Services, run: Run, workspace: Created, receiver: WebhookReceiver
) -> None:
    receiver.always(Answer(503))
    row, _ = await hook(patient, workspace, receiver.url)
    run(patient)
    for number in range(1, 4):
        await told(patient, workspace, number)
        await settled(patient, workspace, "failed", number)
    await patient.database.write(lambda tx: tx.execute("UPDATE webhooks SET failing_since = NULL"))
    outcome = await recovery.let_go(patient, row["id"], clock.now(), (0, ""))
    assert isinstance(outcome, Done) and outcome.writes

    async def unit(tx: Tx) -> list[int]:
        assert outcome.writes
        await outcome.writes(tx)
        await tx.flush()
        return [row["next_attempt_at"] for row in await tx.fetch("SELECT * FROM deliveries ORDER BY created_at, id")]

    times = await patient.database.write(unit)
    assert [at - times[0] for at in times] == [0, recovery.EVERY_MS, 2 * recovery.EVERY_MS]


async def test_what_fails_for_itself_keeps_to_the_schedule(
    patient: Services, run: Run, workspace: Created, receiver: WebhookReceiver
) -> None:
    receiver.always(Answer(503))
    await hook(patient, workspace, receiver.url)
    run(patient)
    await told(patient, workspace, 1)
    await settled(patient, workspace, "failed")
    receiver.next(Answer(204), Answer(500), Answer(204))  # the second, then the first again, then the third
    for number in (2, 3):
        await told(patient, workspace, number)
        await settled(patient, workspace, "delivered", number - 1)
        await still(patient)
    assert [request.json["data"]["lead"]["id"][-1] for request in receiver.requests] == ["1", "2", "1", "3"]


async def test_nothing_is_let_go_before_the_time_that_was_named(
    patient: Services, run: Run, workspace: Created, receiver: WebhookReceiver
) -> None:
    receiver.next(Answer(503, headers={"retry-after": "300"}))
    await hook(patient, workspace, receiver.url)
    run(patient)
    await told(patient, workspace, 1)
    [first] = await settled(patient, workspace, "failed")
    await told(patient, workspace, 2)
    await settled(patient, workspace, "delivered")
    await still(patient)
    row = await patient.database.fetch_one(
        "SELECT d.next_attempt_at - a.at AS waits FROM deliveries d JOIN attempts a ON a.delivery_id = d.id"
        " WHERE d.id = $1",
        first["id"],
    )
    assert row is not None and 300 * clock.SECOND <= row["waits"] < 400 * clock.SECOND  # by the schedule at least 480
    assert len(receiver.requests) == 2
