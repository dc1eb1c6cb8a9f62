"""Campaign parameters are read wherever a site or a router puts them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsbot.attribution import parse_touch


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/?utm_source=a+b&gclid=X",
        "https://example.com/?UTM_Source=a%20b&GCLID=X",
        "https://example.com/#utm_source=a+b&gclid=X",
        "https://example.com/#/step?utm_source=a+b&gclid=X",
        "https://example.com/?utm_source=a+b#/step?gclid=X",
        "https://example.com/?utm_source=a+b?gclid=X",
        "/relative?gclid=X&utm_source=a%20b",
    ],
)
def test_it_finds_utm_and_click_ids(url: str) -> None:
    assert parse_touch(url) == ({"source": "a b"}, {"gclid": "X"})


def test_the_first_of_a_name_wins_and_the_query_comes_before_the_fragment() -> None:
    assert parse_touch("https://e.com/?utm_source=1&utm_source=2#utm_source=3").utm == {"source": "1"}


def test_it_does_not_read_other_or_empty_parameters() -> None:
    assert parse_touch("https://e.com/utm_source=1?xutm_source=1&utm_id=5&utm_source=&gclid&utm_term=%00") == ({}, {})


def test_values_are_cut_and_hold_no_nul() -> None:
    utm = parse_touch("https://e.com/?utm_term=" + "x" * 5_000 + "&utm_source=a%00b").utm
    assert (len(utm["term"]), utm["source"]) == (2_000, "ab")


@given(st.text(alphabet="utm_sorceghlidab=&?#%+/01 \0é\ud800", max_size=60))
def test_it_never_raises(url: str) -> None:
    tags = parse_touch(url)
    assert all(tags.utm.values()) and all(tags.click_ids.values())
