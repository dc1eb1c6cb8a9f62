"""From an event to Discord and Slack: delivered, postponed, switched off; and a test that says what was answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from leadsbot.errors import InvalidInput
from leadsbot.routing import destinations
from leadsbot.services import Services
from leadsbot.workspaces.bootstrap import Created
from tests.routing.house import Make, settled, tell
from tests.support.webhook_receiver import Answer, WebhookReceiver

DISCORD_HAS_IT = Answer(200, b'{"id": "77", "channel_id": "42"}', {"X-RateLimit-Remaining": "4"})
NO_SUCH_HOOK = {"discord": Answer(404, b'{"code": 10015}'), "slack": Answer(404, b"no_service")}
HOOKS = {
    "discord": ("https://discord.com/api/webhooks/1/abc", "https://discord.example/api/webhooks/1/abc"),
    "slack": ("https://hooks.slack.com/services/T/B/X", "https://hooks.slack.example/services/T/B/X"),
}


@pytest.fixture
def service() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as server:
        server.always(DISCORD_HAS_IT)
        yield server


async def add(services: Services, workspace: Created, kind: str, url: str) -> dict[str, Any]:
    return await destinations.create_channel(services, workspace.workspace_id, kind, {"webhook_url": url})


@pytest.mark.parametrize("kind", ["discord", "slack"])
async def test_a_lead_arrives_after_the_wait_and_a_hook_that_is_gone_switches_the_channel_off(
    kind: str, running: Services, workspace: Created, service: WebhookReceiver
) -> None:
    channel = await add(running, workspace, kind, service.url)
    service.next(Answer(429, b"{}", {"Retry-After": "1"}))
    await tell(running, workspace)
    [delivery] = await settled(running, workspace, "delivered")
    assert [attempt["status_code"] for attempt in delivery["attempts"]] == [429, 200]
    assert b"Grace Hopper" in service.requests[-1].body

    service.always(NO_SUCH_HOOK[kind])
    tested = await destinations.test_channel(running, workspace.workspace_id, channel["id"])
    assert tested["status"] == "dead" and tested["attempts"][-1]["answer"] == NO_SUCH_HOOK[kind].body.decode()
    assert (await destinations.get_channel(running.database, workspace.workspace_id, channel["id"]))["enabled"]
    await tell(running, workspace)
    await settled(running, workspace, "dead", 2)  # the test's own, and this one
    row = await destinations.get_channel(running.database, workspace.workspace_id, channel["id"])
    assert not row["enabled"] and "Make a new one" in row["disabled_reason"]


async def test_a_test_says_what_the_service_answered(
    services: Services, workspace: Created, service: WebhookReceiver
) -> None:
    channel = await add(services, workspace, "discord", service.url)
    tested = await destinations.test_channel(services, workspace.workspace_id, channel["id"])
    assert tested["status"] == "delivered" and "message 77" in tested["attempts"][0]["answer"]
    [row] = await services.database.fetch("SELECT state FROM deliveries")
    assert msgspec.json.decode(row["state"]) == {"channel_id": "42", "message_id": "77"}


@pytest.mark.parametrize("kind", ["discord", "slack"])
async def test_only_the_services_own_hosts_are_taken(make_services: Make, workspace: Created, kind: str) -> None:
    services = make_services(allow_private_targets="0")
    own, other = HOOKS[kind]
    channel = await add(services, workspace, kind, own)
    for url in (other, "http://127.0.0.1:9/hook"):
        with pytest.raises(InvalidInput) as refused:
            await add(services, workspace, kind, url)
        assert refused.value.fields == ("config.webhook_url",)
    change = {"config": {"webhook_url": other}}
    with pytest.raises(InvalidInput):
        await destinations.update_channel(services, workspace.workspace_id, channel["id"], change)
