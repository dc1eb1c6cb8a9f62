"""A channel's options: their normal form, and what is refused with the field that it is about."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest

from leadsbot.errors import InvalidInput
from leadsbot.routing import options
from leadsbot.routing.options import MAX_TEMPLATE, MOST_ESCALATION_MINUTES, Options

FULL = {
    "quiet_hours": {"start": "22:00", "end": "07:30", "days_off": ["sat", "sun"]},
    "digest": "daily",
    "template": "New: {{ lead.name }}",
    "escalate_after_minutes": 15,
    "summaries": ["daily", "weekly"],
}


def test_it_gives_back_what_was_set() -> None:
    checked = options.check(FULL)
    assert msgspec.to_builtins(options.read(msgspec.json.encode(checked).decode()), str_keys=True) == checked
    assert {**checked, "summaries": list(checked["summaries"])}["summaries"] == ["daily", "weekly"]


@pytest.mark.parametrize("given", [None, {}, {"digest": "off", "summaries": []}])
def test_what_is_as_usual_is_left_out(given: Any) -> None:
    assert options.check(given) == {}
    assert options.read("{}") == options.read("") == Options()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ("loud", "options"),
        (["loud"], "options"),
        ({"loud": True}, "options"),
        ({"digest": "yearly"}, "options.digest"),
        ({"quiet_hours": {"start": "24:00", "end": "07:00"}}, "options.quiet_hours.start"),
        ({"quiet_hours": {"start": "22:00"}}, "options.quiet_hours"),
        ({"quiet_hours": {}}, "options.quiet_hours"),
        ({"quiet_hours": "22-7"}, "options.quiet_hours"),
        ({"quiet_hours": {"start": "22:00", "end": "22:00"}}, "options.quiet_hours"),
        ({"quiet_hours": {"days_off": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}}, "options.quiet_hours"),
        ({"quiet_hours": {"days_off": ["Sunday"]}}, "options.quiet_hours.days_off[0]"),
        ({"template": "x" * (MAX_TEMPLATE + 1)}, "options.template"),
        ({"escalate_after_minutes": 0}, "options.escalate_after_minutes"),
        ({"escalate_after_minutes": MOST_ESCALATION_MINUTES + 1}, "options.escalate_after_minutes"),
        ({"summaries": ["monthly"]}, "options.summaries[0]"),
    ],
)
def test_what_makes_no_sense_is_refused(given: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        options.check(given)
    assert list(refused.value.fields) == [field]
    assert not re.search("Expected|Invalid enum|Object", str(refused.value))


def test_what_is_said_twice_counts_once() -> None:
    said = options.check({"quiet_hours": {"days_off": ["sun", "sat", "sun"]}, "summaries": ["daily", "daily"]})
    assert list(said["quiet_hours"]["days_off"]) == ["sun", "sat"] and list(said["summaries"]) == ["daily"]


def test_an_option_that_there_is_not_is_named_with_those_that_there_are() -> None:
    with pytest.raises(InvalidInput, match=r'There is no "digets" here\. There are: quiet_hours, digest, template'):
        options.check({"digets": "daily"})
    with pytest.raises(InvalidInput, match="There are: start, end, days_off"):
        options.check({"quiet_hours": {"from": "22:00"}})


def test_what_is_named_replaces_and_null_removes() -> None:
    stored = msgspec.json.encode(FULL).decode()
    assert options.merged(stored, {"digest": "hourly", "template": None}) == {
        **{name: value for name, value in FULL.items() if name != "template"},
        "digest": "hourly",
    }
    assert options.merged(stored, None) == {} == options.merged("", None)
