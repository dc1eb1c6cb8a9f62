"""Reading a lead out of a JSON body: never a crash, and nothing lost."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsbot.capture import lead_body, lead_values
from leadsbot.capture.lead_body import Told, controls, read, spelled
from leadsbot.errors import InvalidInput

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
SCALAR = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | TEXT
JSON = st.recursive(SCALAR, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4))
NAMES = st.sampled_from([*sorted(lead_body.KNOWN), "firstName", "Full Name", "eventDate", "guests", "ipAddress"]) | TEXT
BODIES = st.dictionaries(NAMES, JSON, max_size=8)
PLAIN = st.dictionaries(NAMES, TEXT | st.integers(0, 100), max_size=8)


def told(**body: Any) -> Told:
    return read(body, believes=True)


@given(BODIES, st.booleans())
def test_any_body_is_read_or_refused_with_its_fields(body: dict[str, Any], believes: bool) -> None:
    try:
        found = read(body, believes=believes)
    except InvalidInput as error:
        assert error.fields and error.message
        assert set(error.fields) <= {spelled(name) for name in body} | {"custom_data"}
    else:
        msgspec.json.encode(found.contact.custom)
        assert all(isinstance(value, str | int) for value in found.columns.values())


def kept(found: Told) -> list[Any]:
    contact = [getattr(found.contact, name) for name in lead_body.CONTACT]
    return [*contact, *found.columns.values(), *found.asked.values(), *found.contact.custom.values()]


@given(PLAIN, st.booleans())
def test_every_value_of_a_body_is_found_again(body: dict[str, Any], believes: bool) -> None:
    try:
        found = read(body, believes=believes)
    except InvalidInput:
        return
    values = kept(found)
    for name, value in body.items():
        if isinstance(value, int) or spelled(name) in ("tags", "email", "device_type") or not value.strip():
            continue
        assert value in values or value.strip() in values, (name, value)


@given(st.dictionaries(TEXT, JSON, max_size=5), st.dictionaries(TEXT, JSON, max_size=5), st.dictionaries(TEXT, JSON))
def test_what_is_said_aside_twice_is_kept_twice(
    custom: dict[str, Any], data: dict[str, Any], more: dict[str, Any]
) -> None:
    top = {name: value for name, value in more.items() if spelled(name) not in lead_body.KNOWN and value is not None}
    try:
        found = read({**top, "custom_data": custom, "data": data}, believes=True)
    except InvalidInput:
        return
    values = [repr(value) for value in found.contact.custom.values()]
    assert all(repr(value) in values for part in (custom, data, top) for value in part.values())


SPELLINGS = [
    "first_name",
    "firstName",
    "FirstName",
    "First Name",
    "first-name",
    "FIRST_NAME",
    " first.name ",
    "firstname",
]


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_field_is_known_in_each_spelling(name: str) -> None:
    assert told(**{name: "Jane"}).contact.first_name == "Jane"


def test_of_two_spellings_the_exact_one_counts_and_the_other_stays() -> None:
    found = told(firstName="Janet", first_name="Jane")
    assert (found.contact.first_name, found.contact.custom) == ("Jane", {"firstName": "Janet"})


NAMED = [
    ({"name": "Jane Mary Doe"}, "Jane", "Mary Doe", {}),
    ({"name": "Cher"}, "Cher", None, {}),
    ({"name": "Jane Doe", "first_name": "Jane"}, "Jane", "Doe", {}),
    ({"name": "Jane Doe", "last_name": "Doe"}, "Jane", "Doe", {}),
    ({"name": "Doe", "last_name": "Doe"}, None, "Doe", {}),
    ({"name": "Jane Doe", "first_name": "Janet"}, "Janet", "Doe", {"name": "Jane Doe"}),
    ({"name": "J. Doe", "first_name": "Jane", "last_name": "Doe"}, "Jane", "Doe", {"name": "J. Doe"}),
    ({"full_name": "Jane Doe"}, "Jane", "Doe", {}),
]


@pytest.mark.parametrize(("body", "first", "last", "custom"), NAMED)
def test_a_whole_name_fills_its_parts(
    body: dict[str, Any], first: str | None, last: str | None, custom: dict[str, Any]
) -> None:
    contact = told(**body).contact
    assert (contact.first_name, contact.last_name, contact.custom) == (first, last, custom)


WRONG = [
    ({"email": "not an address"}, "email"),
    ({"email": ["a@example.com"]}, "email"),
    ({"first_name": {"a": 1}}, "first_name"),
    ({"phone": True}, "phone"),
    ({"event_date": "31.5.2026"}, "event_date"),
    ({"event_date": "20260531"}, "event_date"),
    ({"event_date": "2026-02-30"}, "event_date"),
    ({"form_completion_percent": 101}, "form_completion_percent"),
    ({"form_completion_percent": -1}, "form_completion_percent"),
    ({"form_completion_percent": 1e300}, "form_completion_percent"),
    ({"form_completion_percent": "most"}, "form_completion_percent"),
    ({"form_fields_total": 2**31}, "form_fields_total"),
    ({"form_fields_total": 2.5}, "form_fields_total"),
    ({"device_type": "fridge"}, "device_type"),
    ({"click_ids": "gclid"}, "click_ids"),
    ({"first_touch": {"url": "x" * 20_000}}, "first_touch"),
    ({"custom_data": [1]}, "custom_data"),
    ({"data": "text"}, "data"),
    ({"tags": [1]}, "tags"),
    ({"tags": ["x" * 201]}, "tags"),
    ({"tags": [str(number) for number in range(101)]}, "tags"),
    ({"first_name": "x" * 2_001}, "first_name"),
    ({"source": "x" * 2_001}, "source"),
    ({"message": "x" * 20_001}, "message"),
    ({"custom_data": {str(number): 1 for number in range(501)}}, "custom_data"),
    ({"guests": "x" * 200_001}, "custom_data"),
]


@pytest.mark.parametrize(("body", "field"), WRONG)
def test_a_value_that_a_field_cannot_hold_is_named(body: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(body, believes=True)
    assert refused.value.fields == (field,) and f'"{field}"' in refused.value.message


@pytest.mark.parametrize("name", ["custom_data", "first_touch", "guests"])
def test_a_value_nested_too_deeply_is_refused(name: str) -> None:
    value: Any = {"a": 1}
    for _ in range(lead_values.DEEPEST):
        value = {"a": value}
    with pytest.raises(InvalidInput, match="deep"):
        read({name: value}, believes=True)


def test_texts_of_the_longest_length_are_taken() -> None:
    found = told(first_name="x" * 2_000, utm_source="y" * 2_000, message="z" * 20_000, notes="n" * 20_000)
    assert len(found.contact.first_name or "") == 2_000 and len(found.columns["utm_source"]) == 2_000
    assert len(found.contact.message or "") == 20_000 and len(found.columns["notes"]) == 20_000


def test_a_browser_that_talks_long_loses_no_lead() -> None:
    assert len(told(user_agent="x" * 2_000).columns["user_agent"]) == 512


def test_values_are_kept_in_their_normal_form() -> None:
    found = told(
        email=" JANE@Example.COM ",
        phone=436601234567,
        form_completion_percent="66",
        form_fields_total=12.0,
        device_type="Mobile",
        tags="vip, vip, ,gala",
        click_ids={"gclid": "1"},
    )
    assert (found.contact.email, found.contact.phone) == ("jane@example.com", "436601234567")
    assert found.columns == {
        "form_completion_percent": 66,
        "form_fields_total": 12,
        "device_type": "mobile",
        "tags": '["vip","gala"]',
        "click_ids": '{"gclid":"1"}',
    }


def test_only_a_key_is_believed_about_the_visitor() -> None:
    body = {"ip_address": "203.0.113.9", "userAgent": "curl", "os": "iOS"}
    assert read(body, believes=True).columns == {"ip_address": "203.0.113.9", "user_agent": "curl", "os": "iOS"}
    stranger = read(body, believes=False)
    assert stranger.columns == {"os": "iOS"}
    assert stranger.contact.custom == {"ip_address": "203.0.113.9", "userAgent": "curl"}


def test_an_address_that_is_none_is_kept_aside() -> None:
    found = told(ip_address="203.0.113.9, 10.0.0.1")
    assert (found.columns, found.contact.custom) == ({}, {"ip_address": "203.0.113.9, 10.0.0.1"})


def test_null_and_blank_say_nothing() -> None:
    found = told(email=None, phone="  ", company="", guests=None, tags=None, click_ids={}, form_fields_total="")
    assert found.present() == set() and found.contact.custom == {}


def test_a_door_takes_its_own_words_out_in_each_spelling() -> None:
    own, rest = controls({"leadId": "7", "force_stage": True, "name": "Jane"}, ("lead_id", "force_stage"))
    assert (own, rest) == ({"lead_id": "7", "force_stage": True}, {"name": "Jane"})


def test_what_is_filled_in_is_known_by_its_plain_name() -> None:
    found = told(firstName="Jane", eventType="Gala", **{"Number of guests": 5, "empty": []}, form_completion_percent=0)
    assert found.present() == {"first_name", "name", "event_type", "number_of_guests", "form_completion_percent"}
