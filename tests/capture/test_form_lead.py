"""From a plain form to a submission: whatever a page's fields are called and hold."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsbot.capture.form_lead import back_to, next_page, page_of, posted
from leadsbot.capture.form_words import LANGUAGES, language_of, waiting
from leadsbot.capture.visits import Sender
from leadsbot.errors import InvalidInput
from leadsbot.leads.merging import new_lead
from leadsbot.workspaces.sites import SiteRules

ORIGIN = "https://lindenhof.example"
SITE = SiteRules(
    id="a-site", workspace_id="a-workspace", token="token", name="Website", stages=("Form Started", "New", "Lost"),
    timezone="UTC", country="AT", allowed_origins=(ORIGIN,), burst_per_second=50, leads_per_ip_per_day=None,
    honeypot_field="website", masked_fields=("secret plan",), hidden_fields=(), ignored_forms=(),
    ignored_keys=frozenset(), page_stages=(), partial_values="off", consent="none", privacy_signals="ignore",
    totals={}, thank_you_url="", abandon_after_minutes=30,
)  # fmt: skip
SENDER = Sender("203.0.113.7", "Firefox", 1_700_000_000_000)
_KNOWN = """
name email phone message Datum _form _page _next _gotcha website utm_source gclid Vorname password
"""
NAMES = st.sampled_from([*_KNOWN.split(), "secret plan"]) | st.text(min_size=1, max_size=30)
FIELDS = st.dictionaries(NAMES, st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60))


@given(FIELDS, st.text(max_size=80))
def test_whatever_a_form_says_is_a_lead_or_said_to_be_empty(fields: dict[str, str], page: str) -> None:
    try:
        one = posted(SITE, fields, SENDER, page)
    except InvalidInput as error:
        assert error.code == "empty_form"
        return
    row = new_lead(one.sub, "")
    kept = {field["name"] for field in json.loads(one.sub.fields)}
    assert kept <= set(fields) and not kept & {"website", "_gotcha", "secret plan", "password", "_next"}
    assert row["spam"] == bool(one.sub.spam_reasons)
    assert len(row["form_name"]) <= 200 and len(one.seen.page_url) <= 2_000


@given(FIELDS)
def test_the_same_form_is_the_same_submission(fields: dict[str, str]) -> None:
    try:
        first = posted(SITE, fields, SENDER, "")
    except InvalidInput:
        return
    again = posted(SITE, dict(reversed(fields.items())), SENDER, "")
    elsewhere = posted(SITE, fields, Sender("203.0.113.8", "Firefox", SENDER.received_at), "")
    assert first.sub.id == again.sub.id != elsewhere.sub.id


def test_nobody_is_said_to_have_come_directly_where_no_script_could_look() -> None:
    for query, source in (("", ""), ("?utm_source=news", "news"), ("?gclid=1", "google")):
        assert posted(SITE, {"email": "ada@example.com"}, SENDER, f"{ORIGIN}/{query}").sub.visit.source == source


ANY_URL = st.text(max_size=60) | st.builds(
    "{}{}{}".format,
    st.sampled_from([ORIGIN, "//", "https://", "https:\\\\", "/\\", "\t//", "javascript:", f"{ORIGIN}@", f"{ORIGIN}."]),
    st.sampled_from(["evil.example", "", "@evil.example", "\\evil.example", "%2f", "\n"]),
    st.text(max_size=10),
)


@given(ANY_URL, st.sampled_from([None, "null", ORIGIN]), ANY_URL)
def test_nobody_is_ever_sent_to_another_origin(wanted: str, origin: str | None, page: str) -> None:
    for site in (SITE, replace(SITE, allowed_origins=())):
        there = next_page(site, {"_next": wanted}, origin, page_of({"_page": page}, origin, ""))
        assert there == "" or there == ORIGIN or there.startswith((f"{ORIGIN}/", f"{ORIGIN}?", f"{ORIGIN}#"))
        assert there.isascii() and there.isprintable()
    back = back_to(SITE, wanted, "https://leads.example")
    assert back in ("", ORIGIN) or back.startswith((f"{ORIGIN}/", f"{ORIGIN}?", f"{ORIGIN}#"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_says_everything(lang: str) -> None:
    said: Any = LANGUAGES[lang]
    assert said.errors.keys() == LANGUAGES["en"].errors.keys()
    assert "{host}" in said.back and "{wait}" in said.errors["too_many_requests"].text
    assert language_of(f"{lang}-XX;q=0.3, xx") == lang


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "2 seconds"), (30, "30 seconds"), (91, "2 minutes"), (3_600, "60 minutes"),
                           (5_401, "2 hours"), (86_400, "24 hours")]
)  # fmt: skip
def test_a_wait_is_said_in_what_people_count_in(seconds: float, words: str) -> None:
    assert waiting(LANGUAGES["en"], seconds) == words
