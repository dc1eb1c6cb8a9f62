"""Who may speak for a token: exact origins and subdomains, nothing that merely looks like them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsbot.capture.guards.origins import allowed, check_pattern, hint, origin_of
from leadsbot.errors import InvalidInput

SITE = "https://example.com"
ANY_SHOP = "https://*.example.com"


@pytest.mark.parametrize(
    ("origin", "referer", "expected"),
    [
        ("https://Example.COM", None, SITE),
        ("https://example.com:443", None, SITE),
        ("http://example.com:80", None, "http://example.com"),
        ("https://example.com:8443", None, "https://example.com:8443"),
        ("http://[::1]:8000", None, "http://[::1]:8000"),
        (None, "https://example.com/contact?x=1", SITE),
        ("", "https://example.com:443#top", SITE),
        ("null", "https://example.com/", "null"),
        ("https://example.com/path", "https://example.com/", "null"),
        ("garbage", "https://example.com/", "null"),
        (None, "https://user@example.com/", None),
        (None, "android-app://com.example", None),
        (None, None, None),
    ],
)
def test_a_request_s_origin_has_one_form(origin: str | None, referer: str | None, expected: str | None) -> None:
    assert origin_of(origin, referer) == expected


def test_an_exact_origin_is_allowed() -> None:
    assert allowed(SITE, ["https://other.org", SITE])


@pytest.mark.parametrize("origin", ["https://a.example.com", "https://a.b.example.com"])
def test_subdomains_at_any_depth_are_allowed(origin: str) -> None:
    assert allowed(origin, [ANY_SHOP])


@pytest.mark.parametrize(
    "origin",
    [
        None, "null", SITE, "http://a.example.com", "https://a.example.com:8443", "https://aexample.com",
        "https://a.example.com.evil.org", "https://evil.org/.example.com", "https://a.exampleXcom", "https://.example.com",
    ],
)  # fmt: skip
def test_what_is_no_subdomain_is_refused(origin: str | None) -> None:
    assert not allowed(origin, [ANY_SHOP])


@pytest.mark.parametrize(
    "origin", ["http://example.com", "https://example.com:8443", "https://www.example.com", "null"]
)
def test_what_is_not_exactly_on_the_list_is_refused(origin: str) -> None:
    assert not allowed(origin, [SITE])


def test_patterns_are_no_regular_expressions() -> None:
    assert not allowed("https://exampleXcom", ["https://example.com", "https://.*", "*", "https://*"])


@pytest.mark.parametrize("origin", [SITE, "null", None])
def test_an_empty_list_allows_all(origin: str | None) -> None:
    assert allowed(origin, [])


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        (" https://Example.com/ ", SITE),
        ("https://example.com:443", SITE),
        ("https://*.Example.com", ANY_SHOP),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_what_a_user_types_is_brought_into_form(text: str, normal: str) -> None:
    assert check_pattern(text) == normal
    assert check_pattern(normal) == normal


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("example.com", '"https://example.com"'),
        ("", "https://example.com"),
        ("*", "an empty list"),
        ("https://example.com/shop", '"https://example.com"'),
        ("https://example.com?x", '"https://example.com"'),
        ("ftp://example.com", "no origin"),
        ("https://*", "no origin"),
        ("https://*.com", "no origin"),
        ("https://a.*.example.com", "no origin"),
        ("https://user@example.com", "more than an origin"),
        ("https://exa mple.com", "more than an origin"),
        ("https://" + "a" * 400 + ".com", "no origin"),
    ],
)
def test_what_is_no_origin_is_refused_with_a_remedy(text: str, says: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_pattern(text)
    assert says in caught.value.message
    assert caught.value.fields == ("allowed_origins",)


def test_the_hint_names_the_neighbour_on_the_list() -> None:
    assert hint("https://www.example.com", ["https://other.org", SITE]) == (
        "origin https://www.example.com is not on the list; did you mean to add it besides https://example.com?"
    )
    assert hint("http://example.com:8080", [ANY_SHOP]).endswith("besides https://*.example.com?")


def test_the_hint_names_no_stranger() -> None:
    assert hint("https://x.org", [SITE]) == "origin https://x.org is not on the list; did you mean to add it?"
    assert "sandboxed" in hint("null", [SITE])
    assert "names no origin" in hint(None, [SITE])


_text = st.text() | st.lists(st.sampled_from(["https://", "*.", "a", ".com", ":", "80", "/", "@", "é", "[", "]"])).map(
    "".join
)


@given(_text, _text)
def test_anything_is_judged_without_a_crash(one: str, other: str) -> None:
    origin = origin_of(one, other)
    assert origin is None or origin_of(origin, None) == origin
    assert hint(origin, [other])
    try:
        pattern = check_pattern(one)
    except InvalidInput as error:
        assert error.fields
    else:
        assert check_pattern(pattern) == pattern
