"""From an event to somebody's webhook: signatures, retries, and what ends them (contract, section 5)."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import Any

import pytest
from standardwebhooks import WebhookVerificationError

from leadsbot import clock
from leadsbot.errors import Conflict
from leadsbot.routing import deliveries, destinations, secrets
from leadsbot.services import Services
from leadsbot.workspaces.bootstrap import Created
from tests.routing.house import LEAD, Make, Run, has_failed, in_thread, quiet, settled, tell, until
from tests.support.webhook_receiver import Answer, WebhookReceiver


async def hook(services: Services, workspace: Created, url: str, *events: str) -> tuple[dict[str, Any], str]:
    chosen = events or ("lead.created",)
    return await destinations.create_webhook(services.database, services.vault, workspace.workspace_id, url, chosen)


async def test_an_event_arrives_signed_in_the_contracts_envelope(
    running: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    row, secret = await hook(running, workspace, receiver.url)
    event_id = await tell(running, workspace)
    await in_thread(lambda: receiver.wait_for(1))
    body = receiver.verify(secret)
    assert (body["id"], body["type"], body["workspace_id"]) == (event_id, "lead.created", workspace.workspace_id)
    assert body["data"]["lead"] == LEAD | {"lead_url": f"https://leads.example.com/leads/{LEAD['id']}"}
    [delivery] = await settled(running, workspace, "delivered")
    headers = receiver.requests[0].headers
    assert headers["x-leadsbot-event"] == "lead.created"
    assert headers["x-leadsbot-delivery"] == headers["webhook-id"] == delivery["id"]
    assert (delivery["webhook_id"], delivery["lead_id"], delivery["destination"]) == (
        row["id"],
        LEAD["id"],
        receiver.url,
    )
    assert [attempt["status_code"] for attempt in delivery["attempts"]] == [204]


async def test_a_webhook_hears_only_of_its_own_events(
    running: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    await hook(running, workspace, receiver.url, "lead.stage_changed")
    await tell(running, workspace, "lead.created")
    await tell(running, workspace, "lead.stage_changed", from_stage="New", to_stage="Won")
    await quiet(running)
    await settled(running, workspace, "delivered")
    assert [request.json["type"] for request in receiver.requests] == ["lead.stage_changed"]


async def test_a_webhook_without_events_hears_nothing(
    running: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    database, vault = running.database, running.vault
    await destinations.create_webhook(database, vault, workspace.workspace_id, f"{receiver.url}?silent")
    await hook(running, workspace, receiver.url)
    await tell(running, workspace)
    await quiet(running)
    await settled(running, workspace, "delivered")
    assert [request.path for request in receiver.requests] == ["/hook"]


async def test_another_workspaces_webhook_hears_nothing(
    running: Services, workspace: Created, stranger: Created, receiver: WebhookReceiver
) -> None:
    await hook(running, stranger, f"{receiver.url}?stranger")
    await hook(running, workspace, receiver.url)
    await tell(running, workspace)
    await quiet(running)
    await settled(running, workspace, "delivered")
    assert [request.path for request in receiver.requests] == ["/hook"]


async def test_a_failed_attempt_is_tried_again_under_the_same_id(
    running: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    receiver.next(Answer(500, b"out of order"))
    _, secret = await hook(running, workspace, receiver.url)
    await tell(running, workspace)
    [delivery] = await settled(running, workspace, "delivered")
    assert [attempt["status_code"] for attempt in delivery["attempts"]] == [500, 204]
    assert "out of order" in delivery["attempts"][0]["error"] and delivery["attempts"][1]["error"] is None
    assert [attempt["answer"] for attempt in delivery["attempts"]] == ["out of order", ""]
    first, second = receiver.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == delivery["id"]
    assert first.body == second.body
    first.verify(secret)
    second.verify(secret)


async def test_a_delivery_is_dead_once_its_schedule_is_used_up(
    running: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    receiver.always(Answer(503))
    await hook(running, workspace, receiver.url)
    await tell(running, workspace)
    [delivery] = await settled(running, workspace, "dead")
    assert [attempt["status_code"] for attempt in delivery["attempts"]] == [503, 503, 503]
    assert delivery["next_attempt_at"] is None and delivery["delivered_at"] is None


async def test_retry_after_is_waited_for(running: Services, workspace: Created, receiver: WebhookReceiver) -> None:
    receiver.next(Answer(429, headers={"retry-after": "1"}))
    await hook(running, workspace, receiver.url)
    await tell(running, workspace)
    [failed] = await settled(running, workspace, "failed")
    assert failed["next_attempt_at"] is not None
    [delivery] = await settled(running, workspace, "delivered")
    rows = await running.database.fetch("SELECT at FROM attempts ORDER BY at")
    assert rows[1]["at"] - rows[0]["at"] >= clock.SECOND
    assert [attempt["status_code"] for attempt in delivery["attempts"]] == [429, 204]


async def test_410_switches_the_webhook_off_at_once_and_tells_the_others(
    running: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    receiver.next(Answer(410))
    gone, _ = await hook(running, workspace, receiver.url)
    await hook(running, workspace, f"{receiver.url}?other", "webhook.disabled")
    await tell(running, workspace)
    rows = await settled(running, workspace, "delivered")
    assert {row["event_type"]: row["status"] for row in rows} == {
        "lead.created": "dead",
        "webhook.disabled": "delivered",
    }
    row = await destinations.get_webhook(running.database, workspace.workspace_id, gone["id"])
    assert not row["enabled"] and "410" in row["disabled_reason"]
    told = receiver.requests[-1].json["data"]["webhook"]
    assert (told["id"], told["enabled"], told["disabled_reason"]) == (gone["id"], False, row["disabled_reason"])
    assert "secret" not in told


async def test_404_does_not_switch_the_webhook_off(
    running: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    receiver.always(Answer(404))
    row, _ = await hook(running, workspace, receiver.url)
    await tell(running, workspace)
    await settled(running, workspace, "dead")
    assert (await destinations.get_webhook(running.database, workspace.workspace_id, row["id"]))["enabled"]


@pytest.mark.parametrize(("days", "enabled"), [(4, True), (5, False)])
async def test_five_days_of_failures_switch_the_webhook_off(
    running: Services, workspace: Created, receiver: WebhookReceiver, days: int, enabled: bool
) -> None:
    receiver.always(Answer(500))
    row, _ = await hook(running, workspace, receiver.url)
    await has_failed(running, "webhooks", days * clock.DAY)
    await tell(running, workspace)
    await settled(running, workspace, "dead")
    assert (await destinations.get_webhook(running.database, workspace.workspace_id, row["id"]))["enabled"] is enabled


async def test_a_success_ends_the_time_of_failures(
    running: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    receiver.next(Answer(500))
    row, _ = await hook(running, workspace, receiver.url)
    await tell(running, workspace)

    async def failing() -> bool | None:
        now = await destinations.get_webhook(running.database, workspace.workspace_id, row["id"])
        return True if now["failing_since"] else None

    await until(running, workspace, failing)
    await settled(running, workspace, "delivered")
    now = await destinations.get_webhook(running.database, workspace.workspace_id, row["id"])
    assert now["failing_since"] is None


async def test_a_redirect_is_a_failure_and_not_followed(
    running: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    receiver.always(Answer(302, headers={"location": f"{receiver.base_url}/elsewhere"}))
    await hook(running, workspace, receiver.url)
    await tell(running, workspace)
    [delivery] = await settled(running, workspace, "dead")
    assert {request.path for request in receiver.requests} == {"/hook"}
    assert [attempt["status_code"] for attempt in delivery["attempts"]] == [302, 302, 302]
    assert "redirect" in delivery["attempts"][0]["error"]


async def test_a_key_in_the_address_is_called_and_shown_to_nobody(
    running: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    await hook(running, workspace, f"{receiver.base_url}/listener", "webhook.disabled")
    receiver.next(Answer(302, headers={"location": f"{receiver.base_url}/elsewhere?token=s3cr3t"}), Answer(410))
    await hook(running, workspace, f"{receiver.base_url}/hook?token=s3cr3t")
    await tell(running, workspace)
    rows = await settled(running, workspace, "delivered")
    assert [request.path for request in receiver.requests] == ["/hook?token=s3cr3t"] * 2 + ["/listener"]
    assert f"{receiver.base_url}/hook?…" in {row["destination"] for row in rows}
    told = json.dumps([rows, receiver.requests[-1].json], ensure_ascii=False)
    assert "elsewhere?…" in told and "s3cr3t" not in told


async def test_two_webhooks_with_the_same_address_share_no_connections(
    running: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    for _ in range(2):
        await hook(running, workspace, receiver.url)
    await tell(running, workspace)
    await settled(running, workspace, "delivered", 2)
    assert len(running.outbound._kept) == 2


async def test_a_private_address_is_refused_in_words_that_show_nothing_of_the_inside(
    make_services: Make, run: Run, workspace: Created, receiver: WebhookReceiver
) -> None:
    services = make_services(allow_private_targets="0")
    run(services)
    await hook(services, workspace, f"http://localhost:{receiver.port}/hook")
    await tell(services, workspace)
    [delivery] = await settled(services, workspace, "dead")
    [attempt] = delivery["attempts"]
    assert attempt["status_code"] is None and "private or reserved" in attempt["error"]
    assert "LEADSBOT_ALLOW_PRIVATE_TARGETS=1" in attempt["error"]
    assert not any(leak in json.dumps(delivery) for leak in ("127.0.0.1", "::1", "Error", "Traceback"))
    assert receiver.requests == []


async def test_spam_is_withheld_until_somebody_sends_it_all_the_same(
    running: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    await hook(running, workspace, receiver.url)
    await tell(running, workspace, lead=LEAD | {"spam": True})
    [withheld] = await settled(running, workspace, "withheld")
    assert withheld["attempts"] == [] and "spam" in withheld["reason"] and receiver.requests == []
    await deliveries.retry(running.database, workspace.workspace_id, withheld["id"])
    await settled(running, workspace, "delivered")
    assert len(receiver.requests) == 1


async def test_a_slow_webhook_holds_up_no_other(
    running: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    with WebhookReceiver() as slow:
        slow.always(Answer(hang=True))
        await hook(running, workspace, slow.url)
        await hook(running, workspace, receiver.url)
        for _ in range(20):
            await tell(running, workspace)
        await in_thread(lambda: receiver.wait_for(20))
        assert len(slow.requests) <= 8


async def test_each_secret_signs_until_its_own_day_is_over(
    services: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    row, first = await hook(services, workspace, receiver.url)
    about = (services.database, services.vault, workspace.workspace_id, row["id"])

    async def signs(*wanted: bool) -> None:
        await destinations.test_webhook(services, workspace.workspace_id, row["id"])
        for secret, whether in zip((first, second, third), wanted, strict=True):
            with nullcontext() if whether else pytest.raises(WebhookVerificationError):
                receiver.verify(secret)

    # Receivers measure the age of what arrives, so the story begins a day ago and ends now.
    with clock.freeze(clock.now() - clock.DAY + clock.MINUTE) as advance:
        second = (await destinations.rotate_secret(*about))[1]
        advance(clock.MINUTE)
        third = (await destinations.rotate_secret(*about))[1]
        advance(clock.DAY - 2 * clock.MINUTE)
        await signs(True, True, True)
        advance(clock.MINUTE)
        await signs(False, True, True)
        advance(clock.MINUTE)
        await signs(False, False, True)


async def test_a_new_secret_waits_rather_than_end_one_before_its_day(services: Services, workspace: Created) -> None:
    row, _ = await hook(services, workspace, "https://hooks.example/a")
    about = (services.database, services.vault, workspace.workspace_id, row["id"])
    with clock.freeze(clock.now()) as advance:
        for _ in range(secrets.MOST_PREVIOUS):
            await destinations.rotate_secret(*about)
        with pytest.raises(Conflict, match="can be made at") as refused:
            await destinations.rotate_secret(*about)
        assert refused.value.code == "too_many_secrets"
        advance(clock.DAY)
        await destinations.rotate_secret(*about)


async def test_a_form_event_carries_the_lead_it_names(
    running: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    await running.database.write(
        lambda tx: tx.execute(
            "INSERT INTO leads (id, workspace_id, created_at, updated_at, first_name, email, stage)"
            " VALUES ($1, $2, 0, 0, 'Grace', 'grace@navy.example', 'New')",
            LEAD["id"],
            workspace.workspace_id,
        )
    )
    await hook(running, workspace, receiver.url, "form.abandoned")
    await tell(running, workspace, "form.abandoned", None, lead_id=LEAD["id"], session={"completion_percent": 60})
    await settled(running, workspace, "delivered")
    data = receiver.requests[0].json["data"]
    assert (data["lead"]["email"], data["session"]) == ("grace@navy.example", {"completion_percent": 60})


async def test_a_form_event_of_somebody_unknown_has_no_lead(
    running: Services, workspace: Created, receiver: WebhookReceiver
) -> None:
    await hook(running, workspace, receiver.url, "form.abandoned")
    await tell(running, workspace, "form.abandoned", None, session={"completion_percent": 60})
    await settled(running, workspace, "delivered")
    assert receiver.requests[0].json["data"]["lead"] is None
