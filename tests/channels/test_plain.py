"""Values of any kind in words, for messages and pages."""

from __future__ import annotations

from typing import Any

import pytest

from leadsbot.channels.base import one_line, plain

VALUES: list[tuple[Any, str]] = [
    (None, ""),
    (True, "yes"),
    (False, "no"),
    (0, "0"),
    (24.0, "24"),
    (1.5, "1.5"),
    (1e300, "1e+300"),
    ("a <b>\nb", "a <b>\nb"),
    ([], ""),
    ({}, ""),
    (["vegan", 2, None, True], "vegan, 2, , yes"),
    ({"hall": "A", "diet": ["vegan", "halal"]}, "hall: A; diet: vegan, halal"),
    ([{"guest": "Jane", "age": 7}, {"guest": "Jim"}], "(guest: Jane; age: 7), (guest: Jim)"),
    ({"a": {"b": {"c": 1}}}, "a: (b: (c: 1))"),
    ([[1, 2], [3]], "1, 2, 3"),
]


@pytest.mark.parametrize(("value", "told"), VALUES)
def test_a_value_is_told_in_words(value: Any, told: str) -> None:
    assert plain(value) == told
    assert "\n" not in one_line(value)
