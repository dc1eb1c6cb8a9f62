"""Discord: what a visitor typed acts nowhere, everything fits, and Discord's answers are believed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from leadsbot.channels.base import DeliveryFailed, Receipt
from leadsbot.channels.base.cutting import units
from leadsbot.channels.discord import CHANNEL
from leadsbot.channels.discord.layout import (
    MAX_CONTENT,
    MAX_DESCRIPTION,
    MAX_EMBED,
    MAX_FIELDS,
    MAX_NAME,
    MAX_TITLE,
    MAX_VALUE,
    escaped,
)
from leadsbot.errors import InvalidInput
from leadsbot.outbound import Outbound
from tests.channels.parcels import LEAD, parcel
from tests.support.webhook_receiver import Answer, WebhookReceiver

HOOK = "https://discord.com/api/webhooks/123456789012345678/abc-DEF_123"
TAKEN = Answer(200, json.dumps({"id": "777", "channel_id": "42", "type": 0}).encode())


def said(status: int, headers: dict[str, str] | None = None, **body: Any) -> Answer:
    return Answer(status, json.dumps(body).encode(), headers or {})


@pytest.fixture
def discord() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as running:
        running.always(TAKEN)
        yield running


async def deliver(outbound: Outbound, discord: WebhookReceiver, lead: dict[str, Any] | None = LEAD) -> Receipt:
    return await CHANNEL.send(parcel({"webhook_url": discord.url}, lead=lead), outbound)


async def failure(outbound: Outbound, discord: WebhookReceiver) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as failed:
        await deliver(outbound, discord)
    return failed.value


def embed(discord: WebhookReceiver) -> dict[str, Any]:
    [found] = discord.requests[-1].json["embeds"]
    return dict(found)


async def test_the_alert_arrives_as_an_embed_that_mentions_nobody(outbound: Outbound, discord: WebhookReceiver) -> None:
    receipt = await deliver(outbound, discord)
    request = discord.requests[0]
    assert request.path == "/hook?wait=true" and request.headers["content-type"] == "application/json"
    assert request.json["allowed_mentions"] == {"parse": []}
    shown = embed(discord)
    fields = {field["name"]: field["value"] for field in shown["fields"]}
    assert shown["title"] == "New lead: Grace Hopper" and shown["url"] == LEAD["lead_url"]
    assert fields["Email"] == "grace\\@navy.example" and fields["Page"] == LEAD["page_url"]
    assert shown["description"] == LEAD["message"] and shown["footer"]["text"] == "Rear Admirals"
    assert receipt.state == {"channel_id": "42", "message_id": "777"} and "777" in receipt.note


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("@everyone <@1> <#2> <:a:3>", "\\@everyone \\<\\@1> \\<\\#2> \\<:a:3>"),
        ("[bank](https://evil.example)", "\\[bank](https://evil.example)"),
        ("[a[b]](https://evil.example)", "\\[a\\[b]](https://evil.example)"),
        ("**b** _i_ ~~s~~ ||x|| `c`", "\\*\\*b\\*\\* \\_i\\_ \\~\\~s\\~\\~ \\|\\|x\\|\\| \\`c\\`"),
        ("> q\n>>> r\n# h\n- l\n12. n\n  + p", "\\> q\n\\>>> r\n\\# h\n\\- l\n12\\. n\n  \\+ p"),
        ("a\\*b", "a\\\\\\*b"),
        ("see https://a.example/x_y?z=1_2 (now)", "see https://a.example/x_y?z=1_2 (now)"),
        ("(https://a.example/@x/y_(z)*) _i_", "(https://a.example/@x/y_(z)*) \\_i\\_"),
        ("https://münchen.example/a_b", "https://münchen.example/a_b"),
        ("https://_i_ https://* https://a|*b*", "https://\\_i\\_ https://\\* https://a\\|\\*b\\*"),
        ("+1 202-555 3.5", "+1 202-555 3.5"),
    ],
    ids=range(11),
)
def test_what_a_visitor_typed_is_shown_as_it_is(typed: str, sent: str) -> None:
    assert escaped(typed) == sent


@pytest.mark.parametrize("letter", ["a", "*", "😀", "_\n"], ids=["letters", "signs", "emoji", "lines"])
async def test_the_longest_lead_fits(letter: str, outbound: Outbound, discord: WebhookReceiver) -> None:
    long = letter * 20_000
    custom = {f"{number} {long}"[:500]: long for number in range(40)}
    lead = LEAD | {"name": long, "company": long, "message": long, "custom_data": custom}
    await CHANNEL.send(parcel({"webhook_url": discord.url}, lead=lead, session={"last_field": long}), outbound)
    shown = embed(discord)
    assert units(shown["title"]) <= MAX_TITLE and units(shown["description"]) <= MAX_DESCRIPTION
    assert len(shown["fields"]) <= MAX_FIELDS and len(discord.requests) == 1
    for field in shown["fields"]:
        assert 1 <= units(field["name"]) <= MAX_NAME and 1 <= units(field["value"]) <= MAX_VALUE
        assert not field["value"].removesuffix("…").replace("\\\\", "").endswith("\\")
    texts = [shown["title"], shown["description"], shown["footer"]["text"]]
    texts += [field[part] for field in shown["fields"] for part in ("name", "value")]
    assert 5_000 < sum(map(units, texts)) <= MAX_EMBED
    assert units(shown["description"]) > 1_000, "what was written is not crowded out"


async def test_an_address_that_discord_refuses_stands_in_the_text(outbound: Outbound, discord: WebhookReceiver) -> None:
    await deliver(outbound, discord, LEAD | {"lead_url": "http://localhost:8000/leads/1"})
    assert "url" not in embed(discord) and embed(discord)["description"].endswith("http://localhost:8000/leads/1")


async def test_a_layout_that_discord_minds_goes_out_as_plain_text(outbound: Outbound, discord: WebhookReceiver) -> None:
    discord.next(said(400, embeds=["0"]))
    await deliver(outbound, discord, LEAD | {"message": "x" * 5_000})
    plain = discord.requests[1].json
    assert "embeds" not in plain and units(plain["content"]) <= MAX_CONTENT
    assert "New lead: Grace Hopper\nEmail: grace" in plain["content"] and plain["content"].endswith(LEAD["lead_url"])
    assert plain["allowed_mentions"] == {"parse": []} and plain["flags"] == 4, "no preview of what a visitor links to"


async def test_in_a_forum_each_message_begins_a_thread(outbound: Outbound, discord: WebhookReceiver) -> None:
    forum = said(400, message="Webhooks posted to forum channels must have a thread_name or thread_id", code=220001)
    name = "*Ada* " * 40
    discord.next(forum, said(400, embeds=["0"]))
    await deliver(outbound, discord, LEAD | {"name": name})
    first, second, plain = (request.json for request in discord.requests)
    assert "thread_name" not in first and "embeds" in second and "content" in plain
    assert second["thread_name"] == plain["thread_name"] == f"New lead: {name}"[:99].rstrip() + "…"
    discord.next(forum)
    await CHANNEL.send_digest([parcel({"webhook_url": discord.url})] * 3, outbound)
    assert discord.requests[-1].json["thread_name"] == "3 new leads"


async def test_a_message_that_stays_wrong_is_given_up(outbound: Outbound, discord: WebhookReceiver) -> None:
    discord.always(said(400, message="Cannot send an empty message", code=50006))
    failed = await failure(outbound, discord)
    assert (failed.permanent, failed.disable) == (True, None) and "empty message" in failed.message


async def test_the_wait_that_discord_names_is_obeyed_to_the_fraction(
    outbound: Outbound, discord: WebhookReceiver
) -> None:
    discord.always(said(429, {"Retry-After": "2"}, message="You are being rate limited.", retry_after=2.337))
    failed = await failure(outbound, discord)
    assert (failed.status_code, failed.retry_after, failed.disable) == (429, 2.337, None)
    assert "2.337 seconds" in failed.message


async def test_a_429_of_the_proxy_before_discord_is_obeyed_too(outbound: Outbound, discord: WebhookReceiver) -> None:
    discord.always(Answer(429, b"<html>error 1015</html>", {"Retry-After": "600"}))
    assert (await failure(outbound, discord)).retry_after == 600


async def test_the_last_of_a_bucket_makes_the_next_wait(outbound: Outbound, discord: WebhookReceiver) -> None:
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "1.5"}
    discord.next(Answer(200, TAKEN.body, headers), Answer(200, TAKEN.body, headers | {"X-RateLimit-Remaining": "3"}))
    assert (await deliver(outbound, discord)).pause == 1.5
    assert (await deliver(outbound, discord)).pause is None


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (said(404, message="Unknown Webhook", code=10015), "deleted"),
        (said(404, message="Unknown Channel", code=10003), "thread"),
        (said(401, message="Invalid Webhook Token", code=50027), "token"),
        (Answer(404, b"404: Not Found"), "doesn't know"),
    ],
    ids=["webhook", "channel", "token", "path"],
)
async def test_a_webhook_that_is_gone_switches_the_channel_off(
    answer: Answer, word: str, outbound: Outbound, discord: WebhookReceiver
) -> None:
    discord.always(answer)
    failed = await failure(outbound, discord)
    assert failed.permanent and failed.disable and word in failed.disable


@pytest.mark.parametrize("status", [403, 500, 502, 503])
async def test_discords_own_trouble_does_not(status: int, outbound: Outbound, discord: WebhookReceiver) -> None:
    discord.always(Answer(status, b"upstream"))
    failed = await failure(outbound, discord)
    assert (failed.status_code, failed.permanent, failed.disable) == (status, False, None)


def test_an_address_comes_back_in_its_normal_form() -> None:
    assert CHANNEL.check_config({"webhook_url": f" {HOOK}?wait=false#x "}) == {"webhook_url": HOOK}
    in_thread = CHANNEL.check_config({"webhook_url": f"{HOOK}?thread_id=99&wait=true"})
    assert in_thread == {"webhook_url": f"{HOOK}?thread_id=99"}
    assert CHANNEL.destination(in_thread) == "discord:123456789012345678/99"
    assert CHANNEL.destination({"webhook_url": HOOK}) == "discord:123456789012345678"


@pytest.mark.parametrize(
    "url",
    [
        *(None, "", 5, "discord.com/api/webhooks/1/a", "https://discord.com/channels/1/2", f"{HOOK}?thread_id=x"),
        *("https://discord.com/api/webhooks/1/a/slack", "https://me:you@discord.com/api/webhooks/1/a"),
    ],
    ids=range(8),
)
def test_what_is_no_webhook_is_refused(url: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        CHANNEL.check_config({"webhook_url": url})
    assert refused.value.fields == ("config.webhook_url",)


@pytest.mark.parametrize(
    "url",
    ["https://discord.com.evil.example/api/webhooks/1/a", "http://discord.com/api/webhooks/1/a", "https://10.0.0.1/x"],
)
def test_no_other_host_is_discord(url: str) -> None:
    config = CHANNEL.check_config({"webhook_url": url})
    with pytest.raises(InvalidInput):
        CHANNEL.check_home(config)
    for host in ("discord.com", "ptb.discord.com", "canary.discord.com", "discordapp.com"):
        CHANNEL.check_home(CHANNEL.check_config({"webhook_url": f"https://{host}/api/v10/webhooks/1/a"}))


async def test_a_digest_names_as_many_leads_as_fit_each_with_its_link(
    outbound: Outbound, discord: WebhookReceiver
) -> None:
    config = {"webhook_url": discord.url}
    many = [parcel(config, lead=LEAD | {"name": f"[{n}](https://evil.example) *b*"}) for n in range(100)]
    receipts = await CHANNEL.send_digest(many, outbound)
    shown = embed(discord)
    assert 5 < len(receipts) < 100 and shown["title"] == f"{len(receipts)} new leads"
    assert units(shown["description"]) <= MAX_DESCRIPTION and shown["description"].count("• ") == len(receipts)
    assert f"{100 - len(receipts)} more in the next message." in shown["description"]
    assert shown["description"].count(f"[Open](<{LEAD['lead_url']}>)") == len(receipts)
    assert "• \\[0](https://evil.example) \\*b\\* · grace\\@navy.example" in shown["description"]


async def test_a_digest_that_discord_minds_goes_out_as_plain_text(outbound: Outbound, discord: WebhookReceiver) -> None:
    discord.next(said(400, embeds=["0"]))
    receipts = await CHANNEL.send_digest([parcel({"webhook_url": discord.url})] * 60, outbound)
    told = discord.requests[1].json["content"]
    assert 5 < told.count(LEAD["lead_url"]) == len(receipts) < 60, "what it has no room for is told next"
    assert f"{60 - len(receipts)} more in the next message." in told and units(told) <= MAX_CONTENT
