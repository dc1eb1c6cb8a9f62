"""An address is stored without what it says about a person, and otherwise untouched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsbot.attribution import strip_personal

BASE = "https://example.com/a"


@pytest.mark.parametrize(
    "pair",
    [
        "email=x", "e-mail=x", "user[email]=x", "userEmail=x", "q=ada%40example.com", "q=ada%2540example.com",
        "q=ada@example.com", "utm_term=ada@example.com", "phone=1", "tel=1", "name=Ada", "first_name=Ada", "lastName=L",
        "token=x", "access_token=x", "password=x", "client_secret=x", "code=8f3c", "auth=1", "PHPSESSID=x",
        "session_id=1",
        "q=4111111111111111", "q=%2B43+660+123+45+67", "q=(212)+555-0100-12", "next=%2Fx%3Ftoken%3Dabc", "a=1;email=x",
        "ada@example.com", "TOKEN=x",
    ],
)  # fmt: skip
def test_it_drops_what_is_personal(pair: str) -> None:
    assert strip_personal(f"{BASE}?a=1&{pair}&b=2") == f"{BASE}?a=1&b=2"
    assert strip_personal(f"{BASE}?{pair}") == BASE
    assert strip_personal(f"{BASE}#{pair}") == BASE
    assert strip_personal(f"{BASE}#/step?{pair}&b=2") == f"{BASE}#/step?b=2"


@pytest.mark.parametrize(
    "rest",
    [
        "?utm_source=news&utm_campaign=120210987654321&gclid=Cj0KCQ123456789012",
        "?q=red%20shoes&page=2&date=2026-11-21&plan=pro",
        "?campaign_name=May&promo_code=MAY20&country_code=at&tokens=1&telescope=2&nickel=1",
        "?next=%2Fpricing%3Fplan%3Dpro",
        "#/step/2?plan=pro",
        "#contact-name",
        "/deep/er?x=%C3%A9&y=%zz&flag",
        "",
    ],
)
def test_it_keeps_everything_else_byte_for_byte(rest: str) -> None:
    assert strip_personal(BASE + rest) == BASE + rest


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://ada:pw@example.com/x", "https://example.com/x"),
        ("https://ada@bob@example.com", "https://example.com"),
        ("https://example.com/@ada?x=1", "https://example.com/@ada?x=1"),
        ("https://example.com/u/ada@example.com/edit?x=1", "https://example.com/u/-/edit?x=1"),
        ("https://example.com/ada%40example.com", "https://example.com/-"),
        ("https://example.com/ada%2540example.com#top", "https://example.com/-#top"),
        ("https://example.com\\ada@example.com", "https://example.com\\-"),
        ("/u/ada@example.com", "/u/-"),
        ("https://example.com/%40ada/a@", "https://example.com/%40ada/a@"),
        ("mailto:ada@example.com", ""),
        ("tel:+43660123", ""),
        ("about:blank", "about:blank"),
        ("", ""),
    ],
)
def test_it_drops_credentials_and_addresses_that_are_no_page(url: str, clean: str) -> None:
    assert strip_personal(url) == clean


def test_it_is_quick_on_hostile_text() -> None:
    assert strip_personal("?q=" + "-(" * 30_000 + "x").startswith("?q=")


_pieces = st.sampled_from(
    [
        "https://",
        "a:b@",
        "host",
        "/",
        "?",
        "#",
        "&",
        ";",
        "=",
        "email",
        "name",
        "x",
        "%40",
        "@",
        "e.com",
        "%25",
        "123456789",
    ]
)


@given(st.lists(_pieces | st.text(max_size=3), max_size=20).map("".join))
def test_it_never_raises_and_a_second_time_changes_nothing(url: str) -> None:
    once = strip_personal(url)
    assert strip_personal(once) == once
