"""A lead that is deleted: what was on its way is not sent, and who was told of it learns its id and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from leadsbot.channels.base import Parcel, summarize
from leadsbot.errors import Conflict
from leadsbot.jobs.outcomes import Done
from leadsbot.routing import deliveries, destinations, replay, route, withheld
from leadsbot.routing.erasure import delete_lead
from leadsbot.services import Services
from leadsbot.workspaces.bootstrap import Created
from tests.routing.house import Make, Run, quiet, settled
from tests.routing.test_withheld import taken_in
from tests.support.webhook_receiver import WebhookReceiver

EVENTS = ["lead.created", "lead.updated", "lead.deleted"]


async def hook(services: Services, workspace: Created, url: str) -> None:
    await destinations.create_webhook(services.database, services.vault, workspace.workspace_id, url, events=EVENTS)


async def test_a_webhook_learns_the_id_and_nothing_else(
    running: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    await hook(running, workspace, receiver.url)
    lead_id = await taken_in(running, workspace)
    await settled(running, workspace, "delivered", 1)
    await delete_lead(running.database, workspace.workspace_id, lead_id)
    await settled(running, workspace, "delivered", 2)
    body = json.loads(receiver.requests[-1].body)
    assert (body["type"], body["data"]) == ("lead.deleted", {"lead": {"id": lead_id}})
    assert b"ada@example.com" not in receiver.requests[-1].body


async def test_what_nobody_has_heard_of_yet_is_never_told(
    services: Services, run: Run, workspace: Created, receiver: WebhookReceiver
) -> None:
    await hook(services, workspace, receiver.url)
    lead_id = await taken_in(services, workspace)
    await delete_lead(services.database, workspace.workspace_id, lead_id)
    run(services)
    await settled(services, workspace, "delivered", 1)
    await quiet(services)
    assert [json.loads(one.body)["type"] for one in receiver.requests] == ["lead.deleted"]


@pytest.mark.parametrize("again", [False, True], ids=["first", "again"])
async def test_what_was_read_before_and_is_written_after_is_not_told(
    services: Services, workspace: Created, receiver: WebhookReceiver, again: bool
) -> None:
    await hook(services, workspace, receiver.url)
    space, lead_id = workspace.workspace_id, await taken_in(services, workspace)
    [event] = await services.database.fetch("SELECT id FROM events")
    [webhook] = await services.database.fetch("SELECT id FROM webhooks")
    if again:
        begun = replay.under_way(await replay.begin(services.database, space, webhook["id"], 0))
        assert begun
        outcome = await replay.step(services, webhook["id"], begun.id)
    else:
        outcome = await route.route(services, [event["id"]])
    await delete_lead(services.database, space, lead_id)
    assert isinstance(outcome, Done) and outcome.writes
    await services.database.write(outcome.writes)
    assert await services.database.fetch("SELECT event_type FROM deliveries") == []


async def test_what_was_read_before_its_lead_became_spam_is_withheld(
    services: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    await hook(services, workspace, receiver.url)
    lead_id = await taken_in(services, workspace)
    [event] = await services.database.fetch("SELECT id FROM events")
    outcome = await route.route(services, [event["id"]])
    await withheld.set_spam(services.database, workspace.workspace_id, lead_id, True)
    assert isinstance(outcome, Done) and outcome.writes
    await services.database.write(outcome.writes)
    assert [row["status"] for row in await services.database.fetch("SELECT status FROM deliveries")] == ["withheld"]
    assert await services.database.fetch("SELECT id FROM jobs WHERE kind = 'deliver'") == []


async def test_nobody_sends_it_again_who_asks_in_that_moment(
    running: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    await hook(running, workspace, receiver.url)
    space, lead_id = workspace.workspace_id, await taken_in(running, workspace)
    [told] = await settled(running, workspace, "delivered", 1)

    class Slow:
        """Comes to write when the lead has been deleted since it read."""

        def __getattr__(self, name: str) -> Any:
            return getattr(running.database, name)

        async def write(self, unit: Any) -> Any:
            await delete_lead(running.database, space, lead_id)
            return await running.database.write(unit)

    with pytest.raises(Conflict):
        await deliveries.retry(Slow(), space, told["id"])  # type: ignore[arg-type]
    await settled(running, workspace, "delivered", 2)
    assert [json.loads(one.body)["type"] for one in receiver.requests] == ["lead.created", "lead.deleted"]


async def test_what_waits_to_be_tried_again_is_not(
    make_services: Make, workspace: Created, receiver: WebhookReceiver, run: Run
) -> None:
    services = make_services(retry_schedule="1h")
    await hook(services, workspace, "http://127.0.0.1:9/nobody")
    lead_id = await taken_in(services, workspace)
    run(services)
    await settled(services, workspace, "failed")
    await services.database.write(lambda tx: tx.execute("UPDATE webhooks SET url = $1", receiver.url))
    await delete_lead(services.database, workspace.workspace_id, lead_id)
    await settled(services, workspace, "withheld")
    await settled(services, workspace, "delivered")
    assert [json.loads(one.body)["type"] for one in receiver.requests] == ["lead.deleted"]
    (kept,) = await services.database.fetch("SELECT body, reason FROM deliveries WHERE status = 'withheld'")
    assert kept == {"body": "", "reason": "The lead was deleted."}
    attempts = await services.database.fetch("SELECT error FROM attempts ORDER BY at")
    assert attempts[0]["error"] == ""


def test_it_is_told_in_words_too() -> None:
    told = {"data": {"lead": {"id": "x"}}}
    parcel = Parcel("1", "1", "lead.deleted", 1_777_636_800_000, "w", b"", told, {}, {"name": "Lindenhof"})
    summary = summarize(parcel)
    assert (summary.title, summary.link) == ("A lead was deleted", None)
    assert [label for label, _ in summary.facts] == ["When"]
