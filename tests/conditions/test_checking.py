"""What conditions are refused, and where it says that they are wrong."""

from __future__ import annotations

from typing import Any

import pytest

from leadsbot.conditions import check
from leadsbot.conditions.check import (
    MAX_BYTES,
    MAX_CONDITIONS,
    MAX_DEPTH,
    MAX_NUMBER,
    MAX_PATTERNS,
    MAX_TEXT,
    MAX_VALUES,
)
from leadsbot.conditions.fields import MAX_FIELD
from leadsbot.conditions.patterns import MAX_PATTERN
from leadsbot.errors import InvalidInput

ONE = {"field": "email", "op": "exists"}
DEEP: Any = ONE
for _ in range(MAX_DEPTH):
    DEEP = {"not": DEEP}


def leaf(field: Any, op: Any, value: Any = None) -> dict[str, Any]:
    return {"field": field, "op": op} | ({} if value is None else {"value": value})


@pytest.mark.parametrize(
    ("given", "path", "words"),
    [
        ("email", "", "object"),
        ([ONE], "", "object"),
        ({"all": ONE}, ".all", "list"),
        ({"any": []}, ".any", "none would ever"),
        ({"all": [ONE], "any": [ONE]}, "", "one of all, any"),
        ({"not": [ONE]}, ".not", "object"),
        ({"all": [ONE, {}]}, ".all[1].field", "name of a lead's field"),
        ({**ONE, "because": "x"}, "", "nothing else"),
        (leaf("emial", "exists"), ".field", "no field 'emial'"),
        (leaf("lead.email", "exists"), ".field", "Write email"),
        (leaf("last_field", "exists"), ".field", "session.last_field"),
        (leaf("custom_data", "exists"), ".field", "custom_data.name"),
        (leaf("custom_data." + "x" * MAX_FIELD, "exists"), ".field", "name of a lead's field"),
        (leaf("email", "="), ".op", "op is one of"),
        (leaf("email", ["=="]), ".op", "op is one of"),
        (leaf("email", "exists", True), ".value", "no value"),
        (leaf("email", "=="), ".value", "text, a number"),
        (leaf("email", "==", ["x"]), ".value", "text, a number"),
        (leaf("email", "==", "x" * (MAX_TEXT + 1)), ".value", "at most"),
        (leaf("email", "==", "\0"), ".value", "NUL"),
        (leaf("email", "in", "x"), ".value", "list"),
        (leaf("email", "in", []), ".value", "list"),
        (leaf("email", "in", ["x"] * (MAX_VALUES + 1)), ".value", "list"),
        (leaf("email", "in", ["x", {}]), ".value[1]", "text, a number"),
        (leaf("email", "contains", " "), ".value", "takes a text"),
        (leaf("email", "contains", 5), ".value", "takes a text"),
        (leaf("email", ">", "anna"), ".value", "number or a date"),
        (leaf("spam", ">", 1), ".op", "no order"),
        (leaf("tags", "<=", 1), ".op", "no order"),
        (leaf("spam", "==", "maybe"), ".value", "true or false"),
        (leaf("form_completion_percent", "==", "half"), ".value", "holds numbers"),
        (leaf("form_completion_percent", ">", "2026-01-01"), ".value", "holds numbers"),
        (leaf("created_at", ">", 5), ".value", "dates and times"),
        (leaf("created_at", ">", "2026-05-04T12:00"), ".value", "number or a date"),
        (leaf("event_date", "in", ["soon"]), ".value[0]", "holds dates"),
        (leaf("custom_data.x", "==", MAX_NUMBER + 1), ".value", "too large"),
        (leaf("custom_data.x", "==", float("inf")), ".value", "too large"),
        (leaf("form_completion_percent", "==", "1e30"), ".value", "holds numbers"),
        (leaf("email", "matches", "("), ".value", "can't be read: missing )"),
        (leaf("email", "matches", r"(a)\1"), ".value", "can't be read"),
        (leaf("email", "matches", "(?=a)"), ".value", "can't be read"),
        (leaf("email", "matches", "x" * (MAX_PATTERN + 1)), ".value", "at most"),
        (leaf("email", "matches", "(.{0,30}){0,30}z"), ".value", "too large"),
        (leaf("email", "matches", r"(\pL{500})"), ".value", "too large"),
        ({"all": [leaf("email", "matches", "x")] * (MAX_PATTERNS + 1)}, f".all[{MAX_PATTERNS}].value", "at most 3"),
        ({"all": [ONE] * (MAX_CONDITIONS + 1)}, "", "at most 50"),
        ({"all": [{"any": [ONE] * MAX_CONDITIONS}, ONE]}, "", "at most 50"),
        ({"all": [leaf("name", "in", ["ü" * MAX_TEXT] * (MAX_BYTES // MAX_TEXT))]}, "", "bytes"),
        (DEEP, ".not" * MAX_DEPTH, "nest at most"),
    ],
)
def test_what_makes_no_sense_is_named(given: Any, path: str, words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check(given, "filter")
    assert list(refused.value.fields) == [f"filter{path}"] and words in refused.value.message


def test_what_is_just_within_the_limits_is_taken() -> None:
    for given in (DEEP["not"], {"all": [ONE] * MAX_CONDITIONS}, leaf("email", "in", ["x" * 100] * MAX_VALUES)):
        assert check(given) == given
    assert check(leaf("email", "==", "x" * MAX_TEXT)) and check(leaf("email", "matches", "(a+)+" * 40))


def test_the_normal_form_is_typed() -> None:
    assert check(leaf("form_completion_percent", ">=", "50"))["value"] == 50
    assert check(leaf("spam", "==", "No"))["value"] is False
    assert check({"field": "email", "op": "exists", "value": None}) == ONE
