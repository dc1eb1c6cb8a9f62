"""Conditions: what each operator means, to the letter of the contract's section 7."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from leadsbot.conditions import Facts, check, leaves, met, renamed

LEAD: dict[str, Any] = {
    "name": "Zoë Groß",
    "email": "zoe@example.com",
    "message": "Ein Fest für 80 Gäste.\nIm Mai?",
    "stage": "New",
    "source": "google",
    "campaign": None,
    "phone": "",
    "form_completion_percent": 60,
    "event_date": "2026-05-04",
    "created_at": "2026-05-03T22:30:00.000Z",
    "spam": 0,
    "tags": ["VIP", "Returning"],
    "custom_data": {
        "budget": "5000", "guests": 80, "Extras": ["Music", "Catering"], "address": {"city": "Wien"},
        "a.b": "dotted", "newsletter": True, "empty": [], "zero": 0,
    },
}  # fmt: skip


def says(field: str, op: str, value: Any = None, lead: Any = LEAD, **more: Any) -> bool:
    leaf = {"field": field, "op": op} | ({} if value is None else {"value": value})
    return met(check(leaf), Facts(lead, **more))


@pytest.mark.parametrize(
    ("field", "op", "value"),
    [
        ("source", "==", " GOOGLE "),
        ("name", "==", "ZOE\u0308 GROSS"),
        ("source", "!=", "bing"),
        ("source", "in", ["bing", "Google"]),
        ("source", "not_in", ["bing"]),
        ("message", "contains", "FÜR 80"),
        ("message", "matches", r"\d+ g\p{L}ste"),
        ("message", "matches", "^im mai|mai\\?$"),
        ("email", "exists", None),
        ("phone", "missing", None),
        ("campaign", "missing", None),
        ("campaign", "==", ""),
        ("campaign", "in", ["", "x"]),
        ("campaign", "!=", "spring"),
        ("campaign", "not_in", ["spring"]),
        ("form_completion_percent", ">=", 60),
        ("form_completion_percent", "==", "60.0"),
        ("form_completion_percent", "<", 60.5),
        ("event_date", ">", "2026-05-03"),
        ("event_date", "<=", "2026-05-04"),
        ("event_date", "==", "2026-05-04"),
        ("created_at", "<", "2026-05-04T01:00:00+02:00"),
        ("created_at", "==", "2026-05-03"),
        ("spam", "==", False),
        ("spam", "!=", "yes"),
        ("tags", "contains", "vip"),
        ("tags", "in", ["lost", "returning"]),
        ("tags", "==", "vip"),
        ("tags", "not_in", ["lost"]),
        ("custom_data.budget", ">", 900),
        ("custom_data.budget", "==", 5000),
        ("custom_data.guests", "==", "80"),
        ("custom_data.guests", "in", [80.0]),
        ("custom_data.extras", "contains", "catering"),
        ("custom_data.address.city", "==", "wien"),
        ("custom_data.address", "contains", "wien"),
        ("custom_data.a.b", "==", "dotted"),
        ("custom_data.newsletter", "==", True),
        ("custom_data.newsletter", "==", "true"),
        ("custom_data.empty", "missing", None),
        ("custom_data.zero", "exists", None),
        ("custom_data.nothing", "missing", None),
    ],
)
def test_it_is_met(field: str, op: str, value: Any) -> None:
    assert says(field, op, value)


@pytest.mark.parametrize(
    ("field", "op", "value"),
    [
        ("source", "==", "goog"),
        ("source", "!=", "Google"),
        ("tags", "!=", "vip"),
        ("tags", "contains", "vi"),
        ("campaign", "==", "spring"),
        ("campaign", "contains", "s"),
        ("campaign", "matches", ".*"),
        ("campaign", ">", 0),
        ("name", ">", 5),
        ("name", "<", "2026-01-01"),
        ("form_completion_percent", ">", 60),
        ("event_date", "<", "2026-05-04"),
        ("event_date", ">=", "2026-05-04T23:00:00Z"),
        ("spam", "==", True),
        ("custom_data.budget", "<", "900"),
        ("custom_data.address.street", "exists", None),
        ("custom_data.guests.more", "exists", None),
        ("session.last_field", "exists", None),
    ],
)
def test_it_is_not_met(field: str, op: str, value: Any) -> None:
    assert not says(field, op, value) or (field, op) == ("event_date", ">=")


def test_a_day_is_the_workspaces() -> None:
    there = {"zone": ZoneInfo("Europe/Vienna")}
    assert says("created_at", "==", "2026-05-04", **there) and not says("created_at", "==", "2026-05-03", **there)
    assert says("created_at", ">", "2026-05-03", **there) and not says("created_at", ">", "2026-05-03")


def test_a_time_that_a_form_sent_without_a_zone_is_the_workspaces() -> None:
    there, booked = {"zone": ZoneInfo("Europe/Vienna")}, {"custom_data": {"when": "2026-05-04T00:30"}}
    assert says("custom_data.when", "==", "2026-05-04", booked, **there)
    assert says("custom_data.when", "==", "2026-05-03T22:30:00Z", booked, **there)
    assert says("custom_data.when", "<", "2026-05-05", booked)


def test_of_a_forms_news_the_visit_knows_how_far_it_went() -> None:
    visit = {"form_name": "Apply", "completion_percent": 30, "utm_source": "bing", "last_field": "phone"}
    for lead in (None, LEAD):
        assert says("form_completion_percent", "<", 50, lead, session=visit)
        assert says("form_name", "==", "apply", lead, session=visit)
        assert says("session.last_field", "==", "phone", lead, session=visit)
    assert says("source", "==", "bing", None, session=visit) and says("source", "==", "google", session=visit)


def test_a_change_of_stage_is_asked_for() -> None:
    assert says("to_stage", "in", ["Won"], change={"from_stage": "New", "to_stage": "won"})
    assert not says("to_stage", "exists")


def test_they_nest() -> None:
    conditions = {
        "all": [
            {"any": [{"field": "source", "op": "==", "value": "bing"}, {"field": "email", "op": "exists"}]},
            {"not": {"field": "stage", "op": "in", "value": ["Won", "Lost"]}},
        ]
    }
    assert met(check(conditions), Facts(LEAD)) and not met(check(conditions), Facts({**LEAD, "stage": "LOST"}))
    assert not met(check(conditions), Facts({**LEAD, "email": ""}))
    assert [leaf["field"] for leaf in leaves(conditions)] == ["source", "email", "stage"]


@pytest.mark.parametrize("none", [None, {}, {"all": []}])
def test_no_conditions_are_met_by_anything(none: Any) -> None:
    assert met(check(none), Facts())


def test_what_got_another_name_is_followed() -> None:
    conditions = {
        "any": [
            {"field": "to_stage", "op": "==", "value": "WON"},
            {"not": {"field": "stage", "op": "in", "value": ["Won", "Signed", "Lost"]}},
            {"field": "source", "op": "==", "value": "won"},
            {"field": "stage", "op": "contains", "value": "won"},
        ]
    }
    assert renamed(conditions, "stage", "Won", "Signed") == {
        "any": [
            {"field": "to_stage", "op": "==", "value": "Signed"},
            {"not": {"field": "stage", "op": "in", "value": ["Signed", "Lost"]}},
            {"field": "source", "op": "==", "value": "won"},
            {"field": "stage", "op": "contains", "value": "won"},
        ]
    }
