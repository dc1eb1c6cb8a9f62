"""Batches that are wrong somewhere: a bad event takes no other with it, and no submission is lost for its numbers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsbot.capture import wire
from leadsbot.errors import InvalidInput
from tests.capture.test_wire import ID, SENT, batch, progress, read, submit

EMAIL = {"name": "email", "label": "E-mail", "type": "email", "means": "email", "value": "ada@example.com"}


def sent(message: dict[str, Any]) -> wire.Submit:
    (event,) = [event for event in read(message).events if isinstance(event, wire.Submit)]
    return event


def says_ada(event: wire.Submit) -> bool:
    return any(field.value == "ada@example.com" for field in event.fields)


@pytest.mark.parametrize(
    "bad",
    [
        {"type": "sneak"},
        {"at": 1},
        progress(percent=101),
        progress(seq=2**60),
        progress(session="me"),
        progress(stats=[[]]),
        {"type": "view", "at": SENT},
        {"type": "identify", "at": 1, "values": {"a": {}}},
        7,
        None,
    ],
    ids=range(10),
)
def test_a_bad_event_takes_no_other_with_it(bad: Any) -> None:
    events = read(batch(progress(), bad, submit())).events
    assert [type(event) for event in events] == [wire.Progress, wire.Submit]


NUMBERS = {
    "seq": (2**60, wire.MAX_COUNT),
    "percent": (1e9, 100),
    "done": (-3, 0),
    "total": ("many", 0),
    "tries": (-1, 0),
    "at": (10**30, wire.MAX_TIME),
    "start": ("yesterday", SENT),
    "wait": (10**30, None),
    "begun": (-1, None),
    "met": (2**31, None),
    "stats": ([["n", "l", -1]], None),
    "confirmation": ("maybe", "attempted"),
    "last": ("l" * 201, "l" * 200),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_a_submission_is_brought_into_bounds(name: str) -> None:
    said, kept = NUMBERS[name]
    event = sent(batch(submit(**{name: said})))
    assert getattr(event, name) == kept
    assert says_ada(event) and (event.id, event.session) == (ID, ID)


def test_all_at_once_is_a_lead_still() -> None:
    event = sent(batch(submit(**{name: said for name, (said, _) in NUMBERS.items()})))
    assert says_ada(event) and event.form.key == "contact"


def test_of_too_many_fields_those_count_that_hold_something() -> None:
    event = sent(
        batch(submit(fields=[*[{"name": "x", "value": ""}] * 9_000, EMAIL, *[{"name": "y", "value": "z"}] * 300]))
    )
    assert len(event.fields) == wire.MAX_FIELDS
    assert event.fields[0].value == "ada@example.com"


def test_long_texts_are_cut_and_numbers_are_written_out() -> None:
    long = {"name": "n" * 10_000, "label": "l" * 201, "type": "t" * 201, "means": "m" * 201, "value": "v" * 20_001}
    told = [long, {"name": "age", "value": 36}, {"name": "x", "value": {"deep": 1}}, "no field", EMAIL]
    one, two, three = sent(batch(submit(fields=told))).fields
    assert [len(text or "") for text in (one.name, one.label, one.type, one.means)] == [200] * 4
    assert (len(one.value), two.value, three.value) == (20_000, "36", "ada@example.com")


def test_ids_that_are_none_are_made_and_the_same_again() -> None:
    broken = batch(submit(id="me", session=None))
    first, again, other = sent(broken), sent(broken), sent({**broken, "id": ID.replace("0", "1")})
    assert (first.id, first.session) == (again.id, again.session) and first.id != other.id


@pytest.mark.parametrize(
    ("changes", "place", "kept"),
    [
        ({"sent": -1}, "sent", 0),
        ({"sent": 10**30}, "sent", wire.MAX_TIME),
        ({"page": None}, "page", wire.Page("")),
        ({"page": {"url": 7, "ref": []}}, "page", wire.Page("7")),
        ({"visit": {"id": ID}}, "visit", wire.Visit(ID, 0)),
        ({"first": {"at": 1, "utm": {"source": "x" * 2_001}}}, "first", None),
        ({"last": "google"}, "last", None),
        ({"device": {"w": -1}}, "device", wire.Hints()),
        ({"consent": "yes"}, "consent", None),
    ],
    ids=range(9),
)
def test_what_is_wrong_around_the_events_costs_no_lead(changes: dict[str, Any], place: str, kept: object) -> None:
    whole = batch(submit(), **changes)
    assert getattr(read(whole), place) == kept
    assert says_ada(sent(whole))


def test_of_too_many_events_the_leads_are_kept() -> None:
    events = read(batch(*[progress()] * 60, submit(), progress())).events
    assert len(events) == wire.MAX_EVENTS
    assert isinstance(events[-1], wire.Submit)


def test_what_a_page_says_of_its_visitor_is_kept_as_far_as_it_is_text() -> None:
    said = {"type": "identify", "at": "now", "values": {"email": "ada@example.com", "x": {}, "age": 36, "y": None}}
    (event,) = read(batch(said)).events
    assert isinstance(event, wire.Identify) and event.values == {"email": "ada@example.com", "age": "36"}


_said = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


@given(_said, _said, _said)
def test_whatever_stands_in_a_submission_it_is_read_or_refused(fields: Any, number: Any, other: Any) -> None:
    told = batch(submit(fields=fields, percent=number, stats=other), submit(form=other, at=number, fields=[EMAIL]))
    try:
        assert says_ada(read(told).events[-1])  # type: ignore[arg-type]
    except InvalidInput as error:
        raise AssertionError("the second one is a lead") from error
