"""What a day came to, with its picture: in Telegram as a photo, in a mail within the text, and never instead of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from leadsbot.channels.base import Parcel, chart
from leadsbot.channels.email.message import compose
from leadsbot.channels.telegram import CHANNEL
from leadsbot.outbound import Outbound
from tests.channels.parcels import parcel
from tests.support.telegram_calls import Fault
from tests.support.telegram_server import TelegramServer

CHAT = -100_300
PNG = b"\x89PNG\r\n"
FACTS = [{"label": "New leads", "value": "3 (1 the day before)"}, {"label": "Sources", "value": "<b>google</b> 2"}]
CHART = {
    "title": "New leads by day",
    "labels": ["Mon", "Tue"],
    "series": [{"name": "this week", "values": [1, 2]}, {"name": "the week before", "values": [0, 1]}],
}


@pytest.fixture
def telegram() -> Iterator[TelegramServer]:
    with TelegramServer() as running:
        yield running


@pytest.fixture
async def outbound(telegram: TelegramServer) -> AsyncIterator[Outbound]:
    opened = Outbound(allow_private=True, trusted=(telegram.base_url,))
    yield opened
    await opened.aclose()


def summary(config: dict[str, Any], **more: Any) -> Parcel:
    told = {
        "title": "Rear Admirals: Tuesday, 19 May",
        "facts": FACTS,
        "chart": CHART,
        "url": "https://x.example",
        **more,
    }
    return parcel(config, "summary", lead=None, summary=told)


def in_chat(telegram: TelegramServer, **more: Any) -> Parcel:
    config = {"chat_id": CHAT, "thread_id": 7, "bot_token": telegram.token, "api_base": telegram.base_url}
    return summary(config, **more)


async def test_telegram_gets_a_photo_with_the_words_below(telegram: TelegramServer, outbound: Outbound) -> None:
    receipt = await CHANNEL.send(in_chat(telegram), outbound)
    [call] = telegram.sent
    assert call.method == "sendPhoto" and call.params["photo"].startswith(PNG)
    assert call.text == "Rear Admirals: Tuesday, 19 May\nNew leads: 3 (1 the day before)\nSources: <b>google</b> 2"
    assert call.params["message_thread_id"] == "7"
    assert [button["url"] for button in call.buttons] == ["https://x.example"]
    assert receipt.state["message_id"] == call.result["message_id"]


async def test_a_long_summary_still_fits_below_its_picture(telegram: TelegramServer, outbound: Outbound) -> None:
    facts = [{"label": f"Fact {number}", "value": "\N{ROCKET}" * 200} for number in range(9)]
    await CHANNEL.send(in_chat(telegram, facts=facts), outbound)
    assert telegram.sent[0].method == "sendPhoto" and telegram.sent[0].text.endswith("…")


@pytest.mark.parametrize("refusal", ["Bad Request: not enough rights to send photos", "Bad Request: PHOTO_INVALID"])
async def test_without_its_picture_rather_than_not_at_all(
    telegram: TelegramServer, outbound: Outbound, refusal: str
) -> None:
    telegram.fail(CHAT, Fault(400, refusal))
    await CHANNEL.send(in_chat(telegram), outbound)
    [call] = telegram.sent
    assert call.method == "sendMessage" and "3 (1 the day before)" in call.text


@pytest.mark.parametrize("broken", [None, {"title": "x", "labels": ["Mon"], "series": [{}]}], ids=["none", "broken"])
async def test_words_alone_where_there_is_no_picture(telegram: TelegramServer, outbound: Outbound, broken: Any) -> None:
    await CHANNEL.send(in_chat(telegram, chart=broken), outbound)
    assert telegram.sent[0].method == "sendMessage"


async def test_a_mail_carries_it_within(telegram: TelegramServer) -> None:
    told = summary({"to": ["ada@example.com"], "mail_from": "leads@example.com"})
    sent = compose(told, "ada@example.com", await chart.drawn(CHART))
    mail = message_from_bytes(sent.as_bytes(), policy=default)
    html = mail.get_body(("html",))
    text = mail.get_body(("plain",))
    [image] = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert html is not None and text is not None
    assert f'src="cid:{image["content-id"].strip("<>")}"' in html.get_content()
    assert 'alt="New leads by day"' in html.get_content() and "&lt;b&gt;google" in html.get_content()
    assert image.get_content().startswith(PNG) and "New leads: 3" in text.get_content()
    assert mail["Subject"] == "Rear Admirals: Tuesday, 19 May"
