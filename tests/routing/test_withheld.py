"""A lead that is taken for spam: nobody is told, until somebody takes it back; then everybody is, once."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.errors import NotFound
from leadsbot.ids import new_id
from leadsbot.leads import changes
from leadsbot.leads.contact import Contact
from leadsbot.leads.intake import intake
from leadsbot.leads.submission import Submission, Taken
from leadsbot.routing import deliveries, destinations
from leadsbot.routing.withheld import set_spam
from leadsbot.services import Services
from leadsbot.workspaces.bootstrap import PIPELINES, Created
from tests.routing.house import Make, Run, in_thread, quiet, settled
from tests.support.webhook_receiver import WebhookReceiver

WHY = "filled in “website”, which people don't see"


async def taken_in(services: Services, workspace: Created, *reasons: str, email: str = "ada@example.com") -> str:
    """Let somebody submit a form; gives the lead's id."""
    now = clock.now()
    sub = Submission(
        id=new_id(),
        workspace_id=workspace.workspace_id,
        stages=PIPELINES["leads"],
        door="form",
        contact=Contact(email=email, first_name="Ada"),
        received_at=now,
        submitted_at=now,
        site_id=workspace.site_id,
        spam_reasons=reasons,
    )

    async def unit(tx: Tx) -> list[Taken]:
        return await intake(tx, [sub])

    return str((await services.database.write(unit))[0].lead_id)


async def hook(services: Services, workspace: Created, url: str) -> str:
    events = ["lead.created", "lead.updated", "lead.stage_changed"]
    row, _ = await destinations.create_webhook(
        services.database, services.vault, workspace.workspace_id, url, events=events
    )
    return str(row["id"])


def told(receiver: WebhookReceiver) -> list[tuple[str, Any]]:
    return [(one["type"], one["data"]["lead"]) for one in (json.loads(r.body) for r in receiver.requests)]


async def lead_row(services: Services, lead_id: str) -> dict[str, Any]:
    row = await services.database.fetch_one("SELECT * FROM leads WHERE id = $1", lead_id)
    assert row
    return row


async def test_what_was_withheld_is_sent_once_and_says_no_more_that_it_is_spam(
    running: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    await hook(running, workspace, receiver.url)
    lead = await taken_in(running, workspace, WHY)
    await changes.move(running.database, workspace.workspace_id, lead, "Contacted", "owner@example.com")
    await settled(running, workspace, "withheld", 2)
    assert receiver.requests == []
    changed = await asyncio.gather(*[set_spam(running.database, workspace.workspace_id, lead, False) for _ in range(3)])
    assert sorted(changed) == [False, False, True]
    await in_thread(lambda: receiver.wait_for(3))
    await quiet(running)
    assert sorted(kind for kind, _ in told(receiver)) == ["lead.created", "lead.stage_changed", "lead.updated"]
    assert [(lead["spam"], lead["spam_reasons"]) for _, lead in told(receiver)] == [(False, [])] * 3


async def test_what_is_routed_only_after_the_lead_was_taken_back_is_sent(
    services: Services, workspace: Created, receiver: WebhookReceiver, run: Run
) -> None:
    await hook(services, workspace, receiver.url)
    lead = await taken_in(services, workspace, WHY)
    await set_spam(services.database, workspace.workspace_id, lead, False)
    run(services)
    await in_thread(lambda: receiver.wait_for(2))
    await quiet(services)
    assert sorted(kind for kind, _ in told(receiver)) == ["lead.created", "lead.updated"]
    assert all(lead["spam"] is False and lead["spam_reasons"] == [] for _, lead in told(receiver))


async def test_what_was_due_is_held_when_somebody_calls_it_spam_and_goes_out_when_they_take_it_back(
    make_services: Make, workspace: Created, receiver: WebhookReceiver, run: Run
) -> None:
    services = make_services(retry_schedule="1h")
    await hook(services, workspace, "http://127.0.0.1:9/nobody")
    lead = await taken_in(services, workspace)
    run(services)
    await settled(services, workspace, "failed")
    await set_spam(services.database, workspace.workspace_id, lead, True)
    await settled(services, workspace, "withheld", 2)
    await services.database.write(lambda tx: tx.execute("UPDATE webhooks SET url = $1", receiver.url))
    await set_spam(services.database, workspace.workspace_id, lead, False)
    await in_thread(lambda: receiver.wait_for(3))
    assert sorted(kind for kind, _ in told(receiver)) == ["lead.created", "lead.updated", "lead.updated"]


async def test_what_waits_for_another_reason_stays_where_it_is(
    running: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    webhook = await hook(running, workspace, receiver.url)
    lead = await taken_in(running, workspace, WHY)
    [row] = await settled(running, workspace, "withheld")
    await destinations.update_webhook(running.database, workspace.workspace_id, webhook, {"enabled": False})
    await set_spam(running.database, workspace.workspace_id, lead, False)
    await quiet(running)
    [kept] = [one for one in await settled(running, workspace, "withheld") if one["id"] == row["id"]]
    assert "switched off" in kept["reason"] and receiver.requests == []
    await destinations.update_webhook(running.database, workspace.workspace_id, webhook, {"enabled": True})
    await set_spam(running.database, workspace.workspace_id, lead, True)
    await set_spam(running.database, workspace.workspace_id, lead, False)
    await quiet(running)
    assert row["id"] not in [r.headers["x-leadsbot-delivery"] for r in receiver.requests]


async def test_a_lead_that_is_back_is_met_by_its_email(services: Services, workspace: Created) -> None:
    lead = await taken_in(services, workspace, WHY)
    await set_spam(services.database, workspace.workspace_id, lead, False)
    assert await taken_in(services, workspace) == lead


async def test_a_lead_that_is_back_is_linked_with_those_of_its_email(services: Services, workspace: Created) -> None:
    older = await taken_in(services, workspace)
    spam = await taken_in(services, workspace, WHY)
    await set_spam(services.database, workspace.workspace_id, spam, False)
    assert (await lead_row(services, spam))["duplicate_of"] == older
    other = await taken_in(services, workspace, WHY, email="bea@example.com")
    newer = await taken_in(services, workspace, email="bea@example.com")
    await set_spam(services.database, workspace.workspace_id, other, False)
    assert (await lead_row(services, newer))["duplicate_of"] == other


async def test_taking_it_back_can_be_taken_back_with_its_reasons(services: Services, workspace: Created) -> None:
    lead = await taken_in(services, workspace, WHY)
    await set_spam(services.database, workspace.workspace_id, lead, False)
    await set_spam(services.database, workspace.workspace_id, lead, True)
    assert json.loads((await lead_row(services, lead))["spam_reasons"]) == [WHY, changes.BY_HAND]


async def test_nobody_touches_anothers_lead(services: Services, workspace: Created, stranger: Created) -> None:
    lead = await taken_in(services, workspace, WHY)
    with pytest.raises(NotFound):
        await set_spam(services.database, stranger.workspace_id, lead, False)
    assert (await lead_row(services, lead))["spam"]


async def test_a_withheld_delivery_can_still_be_sent_by_itself(
    running: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    await hook(running, workspace, receiver.url)
    lead = await taken_in(running, workspace, WHY)
    [row] = await settled(running, workspace, "withheld")
    await deliveries.retry(running.database, workspace.workspace_id, row["id"])
    await settled(running, workspace, "delivered")
    await set_spam(running.database, workspace.workspace_id, lead, False)
    await quiet(running)
    assert [kind for kind, _ in told(receiver)].count("lead.created") == 1
