"""Times, counts and addresses as people say them."""

from __future__ import annotations

import pytest

from leadsbot.clock import DAY, HOUR, MINUTE, SECOND
from leadsbot.dashboard import words
from leadsbot.dashboard.views import InboxFilter, Stage
from tests.dashboard.samples import NOW, PIPELINE


@pytest.mark.parametrize(
    ("past", "said", "in_a_sentence"),
    [
        (-5 * SECOND, "now", "just now"),
        (59 * SECOND, "now", "just now"),
        (MINUTE, "1 min", "1 min ago"),
        (59 * MINUTE, "59 min", "59 min ago"),
        (HOUR, "1 h", "1 h ago"),
        (DAY, "1 d", "1 d ago"),
        (7 * DAY, "14 Sep", "on 14 Sep"),
        (400 * DAY, "17 Aug 2025", "on 17 Aug 2025"),
    ],
)
def test_it_says_how_long_ago(past: int, said: str, in_a_sentence: str) -> None:
    assert words.ago(NOW - past, NOW, "UTC") == said
    assert words.since(NOW - past, NOW, "UTC") == in_a_sentence


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (-MINUTE, "any moment"),
        (30 * SECOND, "in 30 s"),
        (25 * MINUTE, "in 25 min"),
        (10 * HOUR, "in 10 h"),
        (2 * DAY, "in 2 d"),
    ],
)
def test_it_says_how_far_off(ahead: int, said: str) -> None:
    assert words.until(NOW + ahead, NOW) == said


def test_it_writes_times_on_the_workspaces_clock() -> None:
    assert words.exact(NOW, "Europe/Vienna") == "Mon 21 Sep 2026, 16:13:20"


def test_a_zone_that_is_not_known_is_utc() -> None:
    assert words.exact(NOW, "Atlantis/Capital") == "Mon 21 Sep 2026, 14:13:20"


@pytest.mark.parametrize(("number", "said"), [(0, "no leads"), (1, "1 lead"), (1_204, "1,204 leads")])
def test_it_counts(number: int, said: str) -> None:
    assert words.count(number, "lead") == said


@pytest.mark.parametrize(
    ("number", "before", "said"), [(31, 25, "6 more than May"), (5, 6, "1 fewer than May"), (3, 3, "as many as May")]
)
def test_it_compares(number: int, before: int, said: str) -> None:
    assert words.compared(number, before, "May") == said


@pytest.mark.parametrize(
    ("name", "email", "letters"),
    [
        ("Anna Berger", "", "AB"),
        ("Wolfgang von Hohenstein", "", "WH"),
        ("élodie", "", "É"),
        ("", "t.okafor@example.org", "T"),
        ("  ", "", "?"),
        ("- (Anna)", "", "?"),
    ],
)
def test_it_gives_initials(name: str, email: str, letters: str) -> None:
    assert words.initials(name, email) == letters


@pytest.mark.parametrize(
    ("phone", "dialled"), [("+43 (660) 123-45", "+4366012345"), ("0660/123", "0660123"), ("ext. ٣", "")]
)
def test_it_dials_digits_alone(phone: str, dialled: str) -> None:
    assert words.dial(phone) == dialled


@pytest.mark.parametrize(
    ("url", "host", "short"),
    [
        ("https://www.example.com/a/b/?q=1#x", "example.com", "example.com/a/b"),
        ("https://user:secret@example.com:8443/", "example.com:8443", "example.com:8443"),
        ("not an address", "not an address", "not an address"),
        ("http://[", "http://[", "http://["),
    ],
)
def test_it_shortens_addresses(url: str, host: str, short: str) -> None:
    assert words.host(url) == host
    assert words.short(url) == short


@pytest.mark.parametrize(("ms", "said"), [(92, "92 ms"), (1_500, "1.5 s"), (15_000, "15 s")])
def test_it_says_how_long_something_took(ms: int, said: str) -> None:
    assert words.took(ms) == said


def test_a_stage_means_what_its_place_says() -> None:
    tones = [Stage.of(name, PIPELINE).tone for name in PIPELINE]
    assert tones == ["partial", "accent", "waiting", "waiting", "good", "neutral"]


def test_a_stage_that_left_the_pipeline_means_nothing() -> None:
    assert Stage.of("Gone", PIPELINE).tone == "neutral"


def test_a_filters_address_keeps_what_it_is_not_told_to_change() -> None:
    inbox = InboxFilter("a&b", "New")
    assert inbox.url(cursor="c2") == "/leads?search=a%26b&stage=New&cursor=c2"
    assert inbox.url(stage="") == "/leads?search=a%26b"


def test_a_plain_filters_address_is_the_inbox() -> None:
    assert InboxFilter().url() == "/leads"
