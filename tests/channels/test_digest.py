"""A digest: what it says of each event, and that every medium shows it whole, escaped, in messages that fit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from leadsbot.channels.base import Parcel, summarize
from leadsbot.channels.base.digest import PLAIN_ROOM, digest, plain_digest
from leadsbot.channels.telegram.digest import MOST_ENTRIES, laid_out
from leadsbot.channels.telegram.keyboard import of_digest
from leadsbot.channels.telegram.pace import limits_of
from leadsbot.channels.telegram.presses import waiting
from leadsbot.channels.telegram.text import MAX_UNITS, units_of
from leadsbot.outbound import Outbound
from tests.channels.parcels import LEAD, parcel
from tests.support.neighbours import telegram
from tests.support.telegram_calls import UNPARSABLE
from tests.support.telegram_rules import visible_text
from tests.support.telegram_server import TelegramServer

__all__ = ["telegram"]


def lead(number: int, **more: Any) -> dict[str, Any]:
    url = f"https://leads.example.com/leads/{number}"
    return {**LEAD, "name": f"Lead {number:03d}", "email": f"lead{number}@x.example", "lead_url": url, **more}


def parcels(count: int, **more: Any) -> list[Parcel]:
    return [parcel({}, lead=lead(number, **more)) for number in range(count)]


def test_it_says_who_how_to_reach_them_where_and_how_far_and_links_the_lead() -> None:
    (entry,) = digest(parcels(1)).entries
    assert entry.line == "Lead 000 · lead0@x.example · Contact us"
    assert entry.link == "https://leads.example.com/leads/0"
    (partly,) = digest(parcels(1, form_completion_percent=60)).entries
    assert partly.line == "Lead 000 · lead0@x.example · Contact us · 60\xa0%"


def test_it_names_the_page_where_the_form_has_no_name_and_the_phone_without_email() -> None:
    (entry,) = digest(parcels(1, form_name=None, email=None, page_url="https://shop.example/a/b?utm=1")).entries
    assert entry.line == "Lead 000 · +1 202 555 0101 · a/b"


def test_a_lead_without_a_name_is_told_once() -> None:
    (entry,) = digest(parcels(1, name="")).entries
    assert entry.line == "lead0@x.example · Contact us"


def test_its_title_counts_what_it_tells() -> None:
    gone = parcel({}, "webhook.disabled", lead=None, webhook={"url": "https://x.example", "disabled_reason": "410"})
    told = digest([*parcels(2), parcel({}, "lead.updated"), gone])
    assert told.title == "2 new leads, 1 returning lead, 1 notice"
    assert [entry.name for entry in told.entries[2:]] == ["Grace Hopper is back", "A webhook was switched off"]
    assert "https://x.example" in told.entries[3].line


def test_leads_that_nobody_claimed_are_named_without_the_sentence() -> None:
    told = digest([parcel({}, "lead.unclaimed"), parcel({}, "lead.unclaimed"), parcel({}, "lead.reminder")])
    assert told.title == "2 leads that nobody has claimed yet, 1 reminder"
    assert {entry.name for entry in told.entries} == {"Grace Hopper"}


def test_a_template_is_for_single_messages() -> None:
    (entry,) = digest([replace(parcels(1)[0], text="Ring them!")]).entries
    assert entry.name == "Lead 000"


def test_any_channel_gets_a_plain_one_that_has_room() -> None:
    many = parcels(100)
    plain, count = plain_digest(many)
    told = summarize(plain)
    assert told.title == f"{count} new leads" and 5 < count < 100 and len(told.message) <= PLAIN_ROOM + 40
    assert all(f"Lead {number:03d}" in told.message for number in range(count))
    assert told.message.endswith(f"{100 - count} more in the next message.")
    assert "https://leads.example.com/leads/0\n" in told.message


@pytest.mark.parametrize("url", ["https://leads.example.com/leads/1", "http://127.0.0.1:8000/leads/1", None])
def test_telegram_names_as_many_as_fit_and_a_hundred_in_few_messages(url: str | None) -> None:
    left, messages = parcels(100, name="<b>&\N{GRINNING FACE} " + "n" * 40, lead_url=url), 0
    while left:
        text, count = laid_out(left)
        shown = visible_text(text.html)
        assert shown == text.plain or url == "https://leads.example.com/leads/1"
        assert units_of(shown) <= MAX_UNITS and units_of(text.plain) <= MAX_UNITS
        assert text.html.count("• ") == count <= MOST_ENTRIES
        assert text.html.count("<a href=") == (count if url and "example" in url else 0)
        left, messages = left[count:], messages + 1
    assert messages <= 5


def test_telegrams_longest_entry_still_fits() -> None:
    text, count = laid_out(parcels(2, name="ß" * 5000, form_name="x" * 9000, lead_url="http://localhost/" + "y" * 9000))
    assert count == 2 and units_of(visible_text(text.html)) <= MAX_UNITS


async def test_telegram_sends_one_message_and_says_where_each_stands(
    telegram: TelegramServer, outbound: Outbound
) -> None:
    from leadsbot.channels.telegram import CHANNEL

    config = {"chat_id": -1001, "thread_id": 7, "bot_token": telegram.token, "api_base": telegram.base_url}
    telegram.fail(-1001, UNPARSABLE)
    receipts = await CHANNEL.send_digest([replace(one, config=config) for one in parcels(12)], outbound)
    (call,) = telegram.sent
    assert len(receipts) == 12 and call.params["message_thread_id"] == "7"
    assert "parse_mode" not in call.params and "Lead 011" in call.text
    state = {"digest": True, "thread_id": 7, "chat_id": -1001, "message_id": call.result["message_id"]}
    assert all(receipt.state == state for receipt in receipts)
    (button,) = call.buttons
    assert button == {"text": "Act on them here", "callback_data": waiting(parcel({}).workspace_id)}


def test_a_digest_of_what_nobody_can_claim_has_no_button() -> None:
    assert of_digest([parcel({}, "lead.stage_changed", from_stage="New", to_stage="Won")] * 3) is None


def test_telegrams_limits_are_a_chats_a_groups_and_a_bots() -> None:
    chat, bot = limits_of({"chat_id": 7001, "bot_token": "42:secret"})
    assert (chat.key, chat.every, chat.serial) == (f"{bot.key}:7001", 1_000, True)
    # Told apart by the whole token, without telling it: anybody can put a bot's number before another one.
    assert "secret" not in bot.key and limits_of({"chat_id": 7001, "bot_token": "42:other"})[1].key != bot.key
    _, group, _ = limits_of({"chat_id": -1001, "bot_token": "42:secret"})
    assert group.burst + 60_000 // group.every <= 20 and bot.burst + 1_000 // bot.every <= 30
    assert len(limits_of({"chat_id": "@news", "bot_token": "42:s"})) == 3 and not limits_of({"bot_token": "42:s"})
