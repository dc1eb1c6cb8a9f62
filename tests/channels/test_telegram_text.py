"""Telegram texts: everything fits, nothing a visitor typed becomes markup."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadsbot.channels.base import Standing, summarize
from leadsbot.channels.base.hooks import can_open
from leadsbot.channels.telegram.draft import draft
from leadsbot.channels.telegram.text import MAX_UNITS, Text, cut, render, units_of
from tests.channels.parcels import LEAD, SESSION, parcel
from tests.support.telegram_rules import check_keyboard, visible_text

HOSTILE = "<b>&amp;</i> </b><script>alert(1)</script> \u202e\x00 %s {{ 7*7 }}"


def told(event_type: str = "lead.created", **data: Any) -> Text:
    summary = summarize(parcel({}, event_type, **data))
    return render(summary.title, summary.facts, summary.message, summary.link, quoted=summary.quoted)


def lines(text: str) -> list[str]:
    """A quotation has space of its own; without markup it stands between empty lines."""
    return [line for line in text.split("\n") if line]


def test_an_alert_says_who_how_to_reach_them_and_where_they_came_from() -> None:
    shown = visible_text(told().html)
    for part in (
        "New lead: Grace Hopper", "grace@navy.example", "+1 202 555 0101", "Navy", "We need a compiler.\nSoon.",
        "https://shop.example/contact", "google (spring)", "desktop, Firefox on Linux", "100 % (4 of 4 fields)",
        "Budget: 10k", "4 May 2026, 14:30 CEST",
    ):  # fmt: skip
        assert part in shown


def test_notes_that_came_with_the_lead_are_told_too() -> None:
    assert "\n\nBy phone.\n\n" in told(lead={"name": "Grace", "notes": "By phone."}).plain
    assert "Hello\n\nCall me.\n" in told(lead={"name": "Grace", "message": "Hello", "notes": "Call me."}).plain


def test_what_the_lead_wrote_is_quoted_below_how_to_reach_them() -> None:
    shown = told().html.split("\n")
    at = shown.index("<b>Company:</b> Navy") + 1
    assert shown[at:][:3] == ["<blockquote>We need a compiler.", "Soon.</blockquote>", "<b>Stage:</b> New"]
    assert "\n\nWe need a compiler.\nSoon.\n\nStage: New" in told().plain
    assert "<blockquote expandable>" in told(lead=LEAD | {"message": "x" * 701}).html
    assert "<blockquote" not in told(lead=LEAD | {"message": ""}).html


def test_what_nobody_but_us_says_is_not_quoted() -> None:
    written = draft(replace(parcel({}), text="Fresh\nCall them.")).text
    assert (written.html, written.plain) == ("<b>🟢 Fresh</b>\n\nCall them.", "🟢 Fresh\n\nCall them.")
    alert = {"title": "Main: no leads", "text": "Look at the tag."}
    assert told("site.alert", lead=None, alert=alert).html.startswith("<b>Main: no leads</b>\n\nLook at the tag.\n\n")


def test_emoji_that_are_younger_than_this_python_arrive() -> None:
    """Python 3.11 knows the Unicode of 2021; phones have those of this year."""
    said = "Thank you \U0001fa77 \U0001fae8 \U0001fadc, \U00031350"
    assert told(lead={"name": "Grace", "message": said}).plain.splitlines()[2] == said
    acting = "a\u202eb\u2066c\u200bd\U000e0041e\U000e0002f\U0001fffeg\ue000h"
    assert told(lead={"name": "Grace", "message": acting}).plain.splitlines()[2] == "abcdefgh"


@pytest.mark.parametrize("name", ["\u3164", "\u200b\u202e", "\u200d \u2800\uffa0", "\u115f\u1160"])
def test_a_name_of_which_nothing_is_to_be_seen_is_none(name: str) -> None:
    told = draft(parcel({}, lead={**LEAD, "name": name})).text.plain
    assert told.startswith("🟢 New lead: grace@navy.example\n")


def test_html_and_plain_say_the_same() -> None:
    text = told()
    assert lines(visible_text(text.html)) == lines(text.plain)


@pytest.mark.parametrize(
    ("event_type", "data", "title"),
    [
        ("lead.updated", {}, "Grace Hopper is back"),
        ("lead.deleted", {"merged_into": "another"}, "A lead is part of another now"),
        ("lead.stage_changed", {"from_stage": "New", "to_stage": "Won"}, "Grace Hopper: New → Won"),
        ("form.abandoned", {"session": SESSION}, "Application: Grace Hopper left at 60 %"),
        ("form.abandoned", {"session": SESSION, "lead": None}, "Application: somebody left at 60 %"),
        ("form.submitted", {"session": SESSION}, "Application: sent by Grace Hopper"),
        ("webhook.disabled", {"lead": None}, "A webhook was switched off"),
        ("test", {"lead": None}, "A test from Rear Admirals: messages arrive here"),
        ("lead.unclaimed", {"reply_to": 7}, "Nobody has claimed Grace Hopper yet"),
        ("lead.reminder", {"reply_to": 7}, "Reminder: Grace Hopper"),
        ("something.new", {}, "something.new: Grace Hopper"),
    ],
)
def test_each_event_has_its_title(event_type: str, data: dict[str, Any], title: str) -> None:
    assert told(event_type, **data).plain.splitlines()[0] == title


def test_an_abandoned_form_without_a_lead_says_how_far_they_got() -> None:
    shown = told("form.abandoned", lead=None, session=SESSION).plain
    for part in ("60 % (3 of 5 fields)", "Last field: phone", "https://shop.example/apply", "newsletter", "mobile"):
        assert part in shown


def test_a_webhook_that_was_switched_off_says_which_and_why() -> None:
    webhook = {"url": "https://a.example/hook", "disabled_reason": "410"}
    shown = told("webhook.disabled", lead=None, webhook=webhook).plain
    assert "Address: https://a.example/hook" in shown and "Why: 410" in shown


def test_nothing_that_a_visitor_typed_becomes_markup() -> None:
    lead = {key: HOSTILE for key in LEAD if isinstance(LEAD[key], str) and key != "lead_url"}
    text = told(lead=lead | {"custom_data": {HOSTILE: HOSTILE}})
    assert lines(visible_text(text.html)) == lines(text.plain)
    assert text.html.count("<b>") == text.html.count("</b>") == len(lines(text.plain)) - 1
    assert "\x00" not in text.html and "\u202e" not in text.html


@pytest.mark.parametrize("letter", ["x", "ü", "<", "&", "😀", "e\u0301", "\n"])
def test_the_longest_fields_still_fit(letter: str) -> None:
    lead = {key: letter * 20_000 for key in LEAD if isinstance(LEAD[key], str)}
    custom = {f"{number}{letter * 2000}": letter * 20_000 for number in range(50)}
    text = told(lead=lead | {"custom_data": custom}, session=SESSION)
    assert units_of(text.plain) <= MAX_UNITS
    assert units_of(visible_text(text.html)) <= MAX_UNITS


def test_a_long_message_gets_all_the_room_that_is_left() -> None:
    text = told(lead={"name": "Grace", "message": "x" * 20_000})
    assert MAX_UNITS - 10 < units_of(text.plain) <= MAX_UNITS


def test_what_is_cut_ends_in_an_ellipsis_and_not_in_half_a_character() -> None:
    assert cut("😀" * 10, 6) == "😀😀…"
    assert cut("short", 5) == "short"


@pytest.mark.parametrize(
    "sign",
    ["e\u0301", "👩\u200d👩\u200d👧\u200d👦", "👍\U0001f3fd", "❤\ufe0f", "🇫🇷", "\u0928\u093f"],
    ids=["accent", "family", "skin", "variant", "flag", "vowel"],
)
def test_nothing_that_is_read_as_one_sign_is_cut_apart(sign: str) -> None:
    for units in range(3, 40):
        kept = cut(f"ab{sign * 40}", units)
        assert units_of(kept) <= units and kept.endswith("…")
        assert kept[:-1].removeprefix("ab").removesuffix("…") == sign * kept.count(sign)
    assert cut("a" + "\u0301" * 9_000, 4).endswith("…")


@pytest.mark.parametrize(
    "url",
    [
        "https://leads.example.com/leads/1",
        "http://203.0.114.5:8000/",
        "https://8.8.8.8/",
        "https://sub.my-firm.co.uk/x",
    ],
)
def test_an_address_in_the_public_network_gets_a_button(url: str) -> None:
    text = told(lead={"name": "Grace", "lead_url": url})
    assert text.button == url and url not in text.plain


@pytest.mark.parametrize(
    "url",
    ["http://localhost:8000/leads/1", "http://127.0.0.1:8000/", "http://10.0.0.1/", "http://intranet/", "http://[::1]/",
     "https://[2a00:1450:4001:81b::200e]/",
     "http://nas.local/", "http://app.localhost/", "javascript:alert(1)", "http://[::1", "https:///x"],
)  # fmt: skip
def test_an_address_telegram_would_refuse_stands_in_the_text(url: str) -> None:
    assert not can_open(url)
    text = told(lead={"name": "Grace", "lead_url": url})
    assert text.button is None and text.plain.endswith(url)


def test_an_event_without_a_lead_has_no_button() -> None:
    assert told("test", lead=None).button is None


_HARD = [HOSTILE, "<" * 3000, "&amp;" * 900, "😀" * 2100, "\n" * 5000, "]]>", "&#0;"]
_TYPED = st.text(max_size=400) | st.sampled_from(_HARD)
_SENT = st.recursive(
    _TYPED, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TYPED, inner, max_size=3), max_leaves=4
)
_COLUMNS = ("name", "email", "phone", "company", "message", "stage", "source", "page_url", "form_name", "browser")
_LEADS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(_COLUMNS, _TYPED) | {"custom_data": st.dictionaries(_TYPED, _SENT, max_size=12)}
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(_LEADS, st.lists(st.text(max_size=400), max_size=6), st.booleans(), st.sampled_from(["lead.created", "form.x"]))
def test_whatever_a_visitor_types_is_a_message_that_telegram_takes(
    lead: dict[str, Any], deeds: list[str], buttons: bool, event_type: str
) -> None:
    standing = Standing(LEAD["id"], "New", ("Begun", "New", "Won"), deeds=tuple(("moved", one) for one in deeds))
    told = parcel({}, event_type, lead=lead | {"lead_url": LEAD["lead_url"]}, session=SESSION)
    drawn = draft(replace(told, standing=standing), buttons=buttons)
    assert lines(visible_text(drawn.text.html)) == lines(drawn.text.plain)
    assert 0 < units_of(drawn.text.plain.strip()) <= MAX_UNITS
    assert drawn.buttons is None or check_keyboard(drawn.buttons.to_dict()) is None


def test_what_was_done_stands_below_the_title() -> None:
    deeds = (("moved", "Ada moved it to Won"), ("claimed", "Claimed by <Ada>"))
    standing = Standing(LEAD["id"], "Won", deeds=deeds)  # type: ignore[arg-type]
    shown = draft(replace(parcel({}), standing=standing)).text.plain.splitlines()
    assert shown[:4] == ["🟢 New lead: Grace Hopper", "➡️ Ada moved it to Won", "✅ Claimed by <Ada>", ""]


def test_the_button_says_what_it_opens_where_that_is_no_lead() -> None:
    alert = {"title": "Main: no leads", "url": "https://leads.example.com/sites", "opens": "Open the sites"}
    of_alert = draft(parcel({}, "site.alert", lead=None, alert=alert)).buttons
    of_lead = draft(parcel({})).buttons
    assert of_alert is not None and of_alert.inline_keyboard[-1][0].text == "Open the sites"
    assert of_lead is not None and of_lead.inline_keyboard[-1][0].text == "Open"


def test_a_sign_says_what_sort_of_news_it_is() -> None:
    moved = draft(parcel({}, "lead.stage_changed", from_stage="New", to_stage="Won")).text.plain
    assert moved.startswith("➡️ Grace Hopper: New → Won\n")
