"""What the channels share that call an incoming webhook: each has connections of its own, whatever its host."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leadsbot.channels import discord, slack
from leadsbot.outbound import Outbound
from tests.channels.parcels import parcel
from tests.support.webhook_receiver import Answer, WebhookReceiver


@pytest.mark.parametrize("channel", [discord.CHANNEL, slack.CHANNEL], ids=["discord", "slack"])
async def test_a_slow_hook_holds_up_no_other_of_its_host(channel: discord.Discord | slack.Slack) -> None:
    outbound = Outbound(allow_private=True)
    with WebhookReceiver() as host:
        host.always(Answer(200, b"ok"))
        one = parcel({"webhook_url": host.url})
        for name in ("one", "another"):
            await channel.send(replace(one, destination_id=name), outbound)
    assert len(outbound._clients) == 2
    await outbound.aclose()
