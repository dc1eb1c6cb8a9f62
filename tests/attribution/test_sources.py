"""A touch is attributed to what the campaign says, else to the click, else to the referrer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsbot.attribution import attribute

PAGE = "https://www.example.com/contact?x=1"


def source_of(referrer: str) -> tuple[str, str | None]:
    got = attribute(PAGE, referrer, {}, {})
    return got.source, got.medium


def test_the_campaign_s_own_words_win() -> None:
    utm = {"source": "Newsletter", "medium": "email", "campaign": "May", "term": "shoes", "content": "top"}
    got = attribute(PAGE, "https://www.google.com/", utm, {"gclid": "x"})
    assert got == ("Newsletter", "email", "May", "shoes", "top", {"gclid": "x"}, "www.example.com")


def test_a_source_without_a_medium_does_not_borrow_the_referrer_s() -> None:
    assert attribute(PAGE, "https://www.google.com/", {"source": "flyer"}, {}).medium is None


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("gclid", "google"), ("gbraid", "google"), ("wbraid", "google"), ("fbclid", "facebook"), ("msclkid", "bing"),
        ("ttclid", "tiktok"), ("li_fat_id", "linkedin"), ("twclid", "twitter"),
    ],
)  # fmt: skip
def test_a_click_id_names_the_source_before_the_referrer_does(name: str, source: str) -> None:
    assert attribute(PAGE, "https://other.example.org/", {}, {name: "abc"}).source == source


def test_an_unknown_or_empty_click_id_names_nothing() -> None:
    assert attribute(PAGE, "", {}, {"zclid": "abc", "gclid": ""}).source == "direct"


@pytest.mark.parametrize(
    ("referrer", "expected"),
    [
        ("https://www.google.com/", ("google", "organic")),
        ("https://www.google.co.uk/search?q=x", ("google", "organic")),
        ("https://google.com.br", ("google", "organic")),
        ("android-app://com.google.android.googlequicksearchbox/", ("google", "organic")),
        ("https://www.bing.com/", ("bing", "organic")),
        ("https://duckduckgo.com/", ("duckduckgo", "organic")),
        ("https://uk.search.yahoo.com/", ("yahoo", "organic")),
        ("https://search.yahoo.co.jp/", ("yahoo", "organic")),
        ("https://www.ecosia.org/", ("ecosia", "organic")),
        ("https://m.baidu.com/", ("baidu", "organic")),
        ("https://yandex.com.tr/", ("yandex", "organic")),
        ("https://l.facebook.com/l.php?u=x", ("facebook", "social")),
        ("https://lm.facebook.com/", ("facebook", "social")),
        ("https://m.facebook.com/", ("facebook", "social")),
        ("https://l.instagram.com/", ("instagram", "social")),
        ("https://t.co/abc", ("twitter", "social")),
        ("https://lnkd.in/x", ("linkedin", "social")),
        ("https://m.youtube.com/", ("youtube", "social")),
        ("https://old.reddit.com/r/x", ("reddit", "social")),
        ("https://www.pinterest.at/", ("pinterest", "social")),
        ("https://www.tiktok.com/", ("tiktok", "social")),
        ("https://web.whatsapp.com/", ("whatsapp", "social")),
        ("https://web.telegram.org/", ("telegram", "social")),
        ("https://mail.google.com/mail/u/0/", ("gmail", "email")),
        ("https://mail.yahoo.com/", ("yahoo", "email")),
        ("https://chatgpt.com/", ("chatgpt", "ai")),
        ("https://chat.openai.com/", ("chatgpt", "ai")),
        ("https://www.perplexity.ai/", ("perplexity", "ai")),
        ("HTTPS://WWW.Google.COM:443/", ("google", "organic")),
    ],
)
def test_known_referrers_have_their_name(referrer: str, expected: tuple[str, str]) -> None:
    assert source_of(referrer) == expected


@pytest.mark.parametrize(
    ("referrer", "host"),
    [
        ("https://google.com.evil.org/", "google.com.evil.org"),
        ("https://notgoogle.com/", "notgoogle.com"),
        ("https://netflix.com/", "netflix.com"),
        ("https://user:google.com@news.example.org:8080/a", "news.example.org"),
        ("https://www.partner.org/", "partner.org"),
        ("https://example.com.partner.org/", "example.com.partner.org"),
        ("https://accounts.google.com/", "accounts.google.com"),
    ],
)
def test_other_referrers_are_called_by_their_host(referrer: str, host: str) -> None:
    assert source_of(referrer) == (host, "referral")


@pytest.mark.parametrize(
    "referrer", ["", "https://www.example.com/", "https://example.com/a", "http://shop.example.com/", "not an address"]
)
def test_nothing_and_the_site_itself_are_direct(referrer: str) -> None:
    assert source_of(referrer) == ("direct", None)


def test_long_values_are_cut() -> None:
    got = attribute(PAGE, "", {"source": "s" * 3_000}, {"gclid": "g" * 3_000})
    assert (len(got.source), len(got.click_ids["gclid"])) == (2_000, 2_000)


@given(st.text(), st.text(), st.dictionaries(st.text(), st.text()), st.dictionaries(st.text(), st.text()))
def test_it_never_raises_and_always_names_a_source(
    url: str, referrer: str, utm: dict[str, str], ids: dict[str, str]
) -> None:
    assert attribute(url, referrer, utm, ids).source
