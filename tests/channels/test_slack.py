"""Slack: nothing that a visitor typed mentions or commands, everything fits, and Slack's answers are believed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from leadsbot.channels.base import DeliveryFailed, Receipt
from leadsbot.channels.slack import CHANNEL
from leadsbot.channels.slack.layout import (
    MAX_ALL,
    MAX_BLOCKS,
    MAX_FIELD,
    MAX_FIELDS,
    MAX_HEADER,
    MAX_PLAIN,
    MAX_TEXT,
    escaped,
)
from leadsbot.errors import InvalidInput
from leadsbot.outbound import Outbound
from tests.channels.parcels import LEAD, parcel
from tests.support.webhook_receiver import Answer, WebhookReceiver

HOOK = "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"


@pytest.fixture
def slack() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as running:
        running.always(Answer(200, b"ok"))
        yield running


async def deliver(outbound: Outbound, slack: WebhookReceiver, lead: dict[str, Any] | None = LEAD) -> Receipt:
    return await CHANNEL.send(parcel({"webhook_url": slack.url}, lead=lead), outbound)


async def failure(outbound: Outbound, slack: WebhookReceiver) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as failed:
        await deliver(outbound, slack)
    return failed.value


def texts(block: Any) -> list[dict[str, Any]]:
    """Every text object of a message."""
    if isinstance(block, dict):
        own = [block] if block.get("type") in ("mrkdwn", "plain_text") else []
        return own + [text for value in block.values() for text in texts(value)]
    return [text for value in block for text in texts(value)] if isinstance(block, list) else []


async def test_the_alert_arrives_in_blocks_with_a_text_for_notifications(
    outbound: Outbound, slack: WebhookReceiver
) -> None:
    receipt = await deliver(outbound, slack)
    sent = slack.requests[0].json
    assert sent["text"] == "New lead: Grace Hopper – grace@navy.example, +1 202 555 0101"
    assert sent["unfurl_links"] is sent["unfurl_media"] is False
    kinds = [block["type"] for block in sent["blocks"]]
    assert kinds == ["header", "section", "section", "section", "actions", "context"]
    assert sent["blocks"][1]["text"]["text"] == LEAD["message"]
    assert {"type": "mrkdwn", "text": "*Email*\ngrace@navy.example"} in sent["blocks"][2]["fields"]
    assert sent["blocks"][4]["elements"][0]["url"] == LEAD["lead_url"]
    assert sent["blocks"][5]["elements"][0]["text"] == "Rear Admirals"
    assert (receipt.status_code, receipt.note) == (200, "ok")


@pytest.mark.parametrize("typed", ["<!channel>", "<!here> & <@U1>", "<https://evil.example|our bank>", "*<!everyone>*"])
async def test_what_a_visitor_typed_mentions_nobody_and_hides_no_link(
    typed: str, outbound: Outbound, slack: WebhookReceiver
) -> None:
    slack.next(Answer(400, b"invalid_blocks"))
    custom = {typed: typed}
    await deliver(outbound, slack, LEAD | {"name": typed, "message": typed, "company": typed, "custom_data": custom})
    for request in slack.requests:
        assert "<" not in json.dumps(request.json) and "&lt;" in request.json["text"]


TYPED = ["*bold*", "_leans_", "~struck~", "`code`", "> said", ":tada:", "@here", "#general", "<!channel>", "<@U1|you>"]


@pytest.mark.parametrize("typed", TYPED)
async def test_what_mrkdwn_would_format_goes_out_as_plain_text(
    typed: str, outbound: Outbound, slack: WebhookReceiver
) -> None:
    lead = LEAD | {"name": typed, "message": typed, "company": f"x {typed} y", "custom_data": {typed: "1"}}
    await deliver(outbound, slack, lead)
    sent = slack.requests[0].json
    shown = [text for text in texts(sent["blocks"]) if escaped(typed) in text["text"]]
    assert len(shown) == 4 and {text["type"] for text in shown} == {"plain_text"} and sent["mrkdwn"] is False


async def test_what_formats_nothing_keeps_its_label_bold_and_its_address_pressed(
    outbound: Outbound, slack: WebhookReceiver
) -> None:
    page = "https://shop.example/a-b_c?d=e%20f&g=12:30#top"
    await deliver(
        outbound,
        slack,
        {"name": "Ada", "email": "a_b.c@x.example", "company": "O'Neill (1), 12:30: Ö", "page_url": page},
    )
    fields = slack.requests[0].json["blocks"][1]["fields"]
    assert {field["type"] for field in fields} == {"mrkdwn"}
    assert {"type": "mrkdwn", "text": f"*Page*\n{escaped(page)}"} in fields


@pytest.mark.parametrize("letter", ["a", "&", "😀"], ids=["letters", "signs", "emoji"])
async def test_the_longest_lead_fits(letter: str, outbound: Outbound, slack: WebhookReceiver) -> None:
    long = letter * 20_000
    custom = {f"{number} {long}"[:500]: long for number in range(40)}
    lead = LEAD | {"name": long, "company": long, "message": long, "custom_data": custom}
    await CHANNEL.send(parcel({"webhook_url": slack.url}, lead=lead, session={"last_field": long}), outbound)
    sent = slack.requests[0].json
    assert len(sent["blocks"]) <= MAX_BLOCKS and len(sent["text"]) <= MAX_TEXT
    assert len(json.dumps(sent["blocks"], ensure_ascii=False)) <= MAX_ALL
    assert len(sent["blocks"][0]["text"]["text"]) <= MAX_HEADER
    for block in sent["blocks"]:
        assert len(block.get("fields", ())) <= MAX_FIELDS
        for text in texts(block):
            assert 1 <= len(text["text"]) <= (MAX_FIELD if text in block.get("fields", ()) else MAX_TEXT)
            assert not text["text"].endswith(("&…", "&am…", "&amp…"))


@pytest.mark.parametrize("word", [b"invalid_blocks", b"msg_blocks_too_long", b"msg_too_long"], ids=bytes.decode)
async def test_blocks_that_slack_minds_go_out_as_plain_text(
    word: bytes, outbound: Outbound, slack: WebhookReceiver
) -> None:
    slack.next(Answer(400, word))
    await deliver(outbound, slack, LEAD | {"message": "x" * 9_000})
    plain = slack.requests[1].json
    assert "blocks" not in plain and len(plain["text"]) <= MAX_PLAIN and plain["mrkdwn"] is False
    assert plain["text"].startswith("New lead: Grace Hopper\nEmail: ") and plain["text"].endswith(LEAD["lead_url"])


async def test_an_address_that_nobody_else_reaches_stands_in_the_text(
    outbound: Outbound, slack: WebhookReceiver
) -> None:
    await deliver(outbound, slack, LEAD | {"lead_url": "http://localhost:8000/leads/1"})
    blocks = slack.requests[0].json["blocks"]
    assert "actions" not in [block["type"] for block in blocks]
    assert blocks[-2]["text"]["text"] == "http://localhost:8000/leads/1"


async def test_the_wait_that_slack_names_is_obeyed(outbound: Outbound, slack: WebhookReceiver) -> None:
    slack.always(Answer(429, b"rate_limited", {"Retry-After": "30"}))
    failed = await failure(outbound, slack)
    assert (failed.status_code, failed.retry_after, failed.disable) == (429, 30, None)


@pytest.mark.parametrize(
    ("status", "code", "word"),
    [
        (404, "no_service", "removed"),
        (404, "channel_not_found", "deleted"),
        (410, "channel_is_archived", "archived"),
        (403, "invalid_token", "address"),
        (403, "action_prohibited", "admin"),
        (404, "", "removed"),
    ],
    ids=range(6),
)
async def test_a_webhook_that_is_gone_switches_the_channel_off(
    status: int, code: str, word: str, outbound: Outbound, slack: WebhookReceiver
) -> None:
    slack.always(Answer(status, code.encode()))
    failed = await failure(outbound, slack)
    assert failed.permanent and failed.disable and word in failed.disable and failed.answer == code


@pytest.mark.parametrize(("status", "body"), [(500, b"rollup_error"), (503, b""), (403, b"<html>proxy</html>")])
async def test_slacks_own_trouble_does_not(
    status: int, body: bytes, outbound: Outbound, slack: WebhookReceiver
) -> None:
    slack.always(Answer(status, body))
    failed = await failure(outbound, slack)
    assert (failed.status_code, failed.permanent, failed.disable) == (status, False, None)


async def test_a_message_that_slack_refuses_is_given_up_with_its_word(
    outbound: Outbound, slack: WebhookReceiver
) -> None:
    slack.always(Answer(400, b"no_text"))
    failed = await failure(outbound, slack)
    assert (failed.permanent, failed.disable) == (True, None) and "no_text" in failed.message


@pytest.mark.parametrize("name", ["*<!here>* & _Co_", "😀" * 300], ids=["acts", "long"])
async def test_a_digest_lists_its_leads_with_links_and_reads_no_markup(
    name: str, outbound: Outbound, slack: WebhookReceiver
) -> None:
    many = [parcel({"webhook_url": slack.url}, lead=LEAD | {"name": f"{n} {name}"}) for n in range(100)]
    receipts = await CHANNEL.send_digest(many, outbound)
    sent = slack.requests[0].json
    _, text, _ = sent["blocks"]
    bullets, ending = text["elements"]
    links = [line["elements"][0] for line in bullets["elements"]]
    assert {(link["type"], link["url"]) for link in links} == {("link", LEAD["lead_url"])}
    assert len(receipts) == len(links) > 20 and sent["text"] == f"{len(links)} new leads"
    assert links[0]["text"].startswith(f"0 {name}"[:70]), "rich text is read as it stands"
    assert {element["type"] for line in bullets["elements"] for element in line["elements"]} == {"link", "text"}
    assert not [found for found in texts(sent["blocks"]) if found["type"] == "mrkdwn"]
    assert ending["elements"][0]["text"] == f"{100 - len(links)} more in the next message."
    assert len(json.dumps(sent["blocks"], ensure_ascii=False)) <= MAX_ALL


async def test_a_digest_whose_blocks_slack_minds_names_as_many_as_it_says(
    outbound: Outbound, slack: WebhookReceiver
) -> None:
    slack.next(Answer(400, b"invalid_blocks"))
    receipts = await CHANNEL.send_digest([parcel({"webhook_url": slack.url})] * 60, outbound)
    told = slack.requests[1].json["text"]
    assert 5 < told.count(LEAD["lead_url"]) == len(receipts) < 60
    assert f"{60 - len(receipts)} more in the next message." in told


def test_an_address_comes_back_in_its_normal_form_and_is_named_without_its_secret() -> None:
    assert CHANNEL.check_config({"webhook_url": f" {HOOK} "}) == {"webhook_url": HOOK}
    assert CHANNEL.destination({"webhook_url": HOOK}) == "slack:T00000000/B00000000"
    CHANNEL.check_home({"webhook_url": HOOK})


@pytest.mark.parametrize(
    "url", [None, "", 5, "hooks.slack.com/services/T/B/X", "https://hooks.slack.com/triggers/T/1/x"]
)
def test_what_is_no_incoming_webhook_is_refused(url: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        CHANNEL.check_config({"webhook_url": url})
    assert refused.value.fields == ("config.webhook_url",)


@pytest.mark.parametrize(
    "url", ["https://hooks.slack.com.evil.example/services/T/B/X", "http://hooks.slack.com/services/T/B/X"]
)
def test_no_other_host_is_slack(url: str) -> None:
    with pytest.raises(InvalidInput):
        CHANNEL.check_home(CHANNEL.check_config({"webhook_url": url}))
