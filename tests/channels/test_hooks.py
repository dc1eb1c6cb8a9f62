"""What the channels share that call an incoming webhook: each has connections of its own, whatever its host."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leadsbot.channels import discord, slack
from leadsbot.channels.base.replies import failed_answer
from leadsbot.outbound import Outbound, Response
from tests.channels.parcels import parcel
from tests.support.webhook_receiver import Answer, WebhookReceiver


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("no_team", "hooks.example answered 503: no_team"),
        ("", "hooks.example answered 503."),
        ("a < b and <c>", "hooks.example answered 503: a < b and <c>"),
        (
            "<html><head><title>503 Busy</title><style>p {}</style></head><body><h1>503 Busy</h1>&amp; <p>later</bo",
            "hooks.example answered 503: 503 Busy & later",
        ),
        ("<!DOCTYPE html><title>Just a moment</title><script>go(", "hooks.example answered 503: Just a moment"),
    ],
    ids=["words", "nothing", "no page", "page", "title alone"],
)
def test_of_a_page_a_failure_says_what_people_would_read_there(answer: str, said: str) -> None:
    failed = failed_answer("hooks.example", Response(503, {}, answer.encode()))
    assert (str(failed), failed.answer) == (said, answer)


@pytest.mark.parametrize("channel", [discord.CHANNEL, slack.CHANNEL], ids=["discord", "slack"])
async def test_a_slow_hook_holds_up_no_other_of_its_host(channel: discord.Discord | slack.Slack) -> None:
    outbound = Outbound(allow_private=True)
    with WebhookReceiver() as host:
        host.always(Answer(200, b"ok"))
        one = parcel({"webhook_url": host.url})
        for name in ("one", "another"):
            await channel.send(replace(one, destination_id=name), outbound)
    assert len(outbound._kept) == 2
    await outbound.aclose()
