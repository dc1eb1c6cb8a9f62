"""The wire format: what the widget sends is read, everything else is refused with a place and a sentence."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsbot import clock
from leadsbot.capture import wire
from leadsbot.capture.decoding import clock_skew, decode, server_time
from leadsbot.errors import InvalidInput

ID = "0192f3a1-7c4e-7d3a-9f00-1234567890ab"
SENT = 1_719_999_999_999
FORM = {"key": "contact", "name": "Contact us"}


def progress(**changes: Any) -> dict[str, Any]:
    event = {"type": "progress", "session": ID, "seq": 3, "form": FORM, "start": SENT - 9_000, "at": SENT - 10}
    return event | {"percent": 40, "done": 2, "total": 5, "last": "Email"} | changes


def submit(**changes: Any) -> dict[str, Any]:
    field = {"name": "email", "label": "Your e-mail", "type": "email", "means": "email", "value": "ada@example.com"}
    return progress(type="submit", id=ID, fields=[field], confirmation="attempted") | changes


STAT = ["email", "Your e-mail", 1, 4_000, 700, 2, 5, 1, 1, 2]


def audit(**changes: Any) -> dict[str, Any]:
    form = {"key": "contact", "name": "Contact us", "as": "lead"}
    missed = {"what": "frame", "where": "https://pay.example"}
    return {"type": "audit", "at": SENT, "forms": [form], "missed": [missed]} | changes


def batch(*events: dict[str, Any], **changes: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "v": 1,
        "id": ID,
        "sent": SENT,
        "visit": {"id": ID, "at": SENT - 60_000},
        "page": {"url": "https://example.com/contact", "title": "Contact", "ref": ""},
        "first": {"at": SENT, "url": "https://example.com/", "utm": {"source": "news"}, "ids": {"gclid": "x"}},
        "device": {"w": 390, "h": 844, "touch": True, "lang": "de-AT", "tz": "Europe/Vienna"},
        "events": list(events or (progress(),)),
    }
    return whole | changes


def read(message: object) -> wire.Batch:
    return decode(json.dumps(message).encode())


def refusal(message: object) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        read(message)
    return caught.value


def test_it_reads_every_type_of_event() -> None:
    events = [
        {"type": "view", "form": FORM, "at": SENT},
        progress(),
        submit(),
        {"type": "identify", "at": SENT, "values": {"email": "ada@example.com", "age": 36, "vip": True, "x": None}},
        {"type": "stage", "at": SENT, "name": "Paid", "data": {"plan": {"seats": [1, 2]}}},
        audit(),
    ]
    names = [type(event).__name__ for event in read(batch(*events)).events]
    assert names == ["View", "Progress", "Submit", "Identify", "Stage", "Audit"]


def test_it_keeps_what_was_sent() -> None:
    got = read(batch(submit()))
    event = got.events[0]
    assert isinstance(event, wire.Submit)
    assert event.fields[0].value == "ada@example.com"
    assert event.fields[0].means == "email"
    assert got.first is not None and got.first.utm == {"source": "news"} and got.first.ids == {"gclid": "x"}
    assert got.last is None
    assert (got.device.w, got.device.touch, got.device.tz) == (390, True, "Europe/Vienna")


def test_it_ignores_keys_it_does_not_know() -> None:
    assert read(batch(progress(later="x"), later={"a": [1]})).id == ID


@pytest.mark.parametrize("event", [progress, submit, audit], ids=["progress", "submit", "audit"])
def test_it_takes_out_of_a_form_s_key_what_is_new_on_every_visit(event: Any) -> None:
    key = f"contact_{SENT - 60_000}"
    drawn = {"key": key, "name": key}
    (told,) = read(batch(event(forms=[drawn]) if event is audit else event(form=drawn))).events
    form = told.forms[0] if isinstance(told, wire.Audit) else told.form
    assert (form.key, form.name) == ("contact", "contact")


def test_it_lowers_ids_so_that_a_resend_meets_itself() -> None:
    got = read(batch(submit(id=ID.upper(), session=ID.upper()), id=ID.upper(), visit={"id": ID.upper(), "at": 1}))
    event = got.events[0]
    assert isinstance(event, wire.Submit)
    assert {got.id, got.visit.id, event.id, event.session} == {ID}


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (batch(v=2), "v"),
        (batch(id="7"), "id"),
        (batch(id=ID + "\n"), "id"),
        (batch(id=ID.replace("-", "")), "id"),
        (batch(sent="now"), "sent"),
        (batch(events=[]), "events"),
        (batch({"type": "sneak"}), "events[0].type"),
        (batch({"at": 1}), "events[0]"),
        (batch(visit=None), "visit"),
        (batch(visit={"id": "me", "at": 1}), "visit.id"),
        (batch(submit(fields=[{}] * 201)), "events[0].fields"),
        (batch(submit(fields="none", percent="x")), "events[0].percent"),
        (batch(progress(percent=101)), "events[0].percent"),
        (batch(progress(percent=-1)), "events[0].percent"),
        (batch(progress(percent="40")), "events[0].percent"),
        (batch(progress(seq=2**31)), "events[0].seq"),
        (batch(progress(session="me")), "events[0].session"),
        (batch(progress(at=wire.MAX_TIME + 1)), "events[0].at"),
        (batch(progress(last="x" * 201)), "events[0].last"),
        (batch(progress(form={"key": ""})), "events[0].form.key"),
        (batch(progress(form={"key": "k" * 201})), "events[0].form.key"),
        (batch(progress(begun=2**31)), "events[0].begun"),
        (batch(progress(met=-1)), "events[0].met"),
        (batch(progress(wait=wire.MAX_TIME + 1)), "events[0].wait"),
        (batch(progress(stats=[[]])), "events[0].stats[0]"),
        (batch(progress(stats=[STAT, ["n" * 201]])), "events[0].stats[1][0]"),
        (batch(progress(stats=[["n", "l" * 201]])), "events[0].stats[0][1]"),
        (batch(progress(stats=[[*STAT[:3], wire.MAX_TIME + 1]])), "events[0].stats[0][3]"),
        (batch(progress(stats=[[*STAT[:5], -1]])), "events[0].stats[0][5]"),
        (batch(progress(stats=[[*STAT[:8], 2**31]])), "events[0].stats[0][8]"),
        (batch(progress(stats=[[*STAT[:9], 3]])), "events[0].stats[0][9]"),
        (batch(audit(forms=[{"key": "k", "as": "spy"}])), "events[0].forms[0].as"),
        (batch(audit(forms=[{"key": "k" * 201}])), "events[0].forms[0].key"),
        (batch(audit(missed=[{"what": "moon"}])), "events[0].missed[0].what"),
        (batch(audit(missed=[{"what": "frame", "where": "x" * 301}])), "events[0].missed[0].where"),
        (batch({"type": "identify", "at": 1, "values": {"a": {}}}), "events[0].values[...]"),
        (batch({"type": "stage", "at": 1, "name": ""}), "events[0].name"),
    ],
)
def test_it_refuses_and_says_where(message: object, field: str) -> None:
    error = refusal(message)
    assert error.fields == (field,)
    assert error.message.startswith(field) and error.message.endswith(".")
    assert "`" not in error.message and "regex" not in error.message


@pytest.mark.parametrize("message", [[], None, 5, "text"])
def test_it_refuses_json_that_is_no_batch(message: object) -> None:
    assert "Expected object" in refusal(message).message


@pytest.mark.parametrize("raw", [b"", b"{", b"a=1&b=2", b"\xef\xbb\xbf{}", b"{'v': 1}", b"NaN", b"\x00"])
def test_it_refuses_what_is_not_json(raw: bytes) -> None:
    with pytest.raises(InvalidInput) as caught:
        decode(raw)
    assert caught.value.code == "not_json"


def test_it_refuses_invalid_utf8_even_where_it_would_not_be_read() -> None:
    raw = json.dumps(batch(unknown="here")).encode().replace(b"here", b"\xff\xfe")
    with pytest.raises(InvalidInput) as caught:
        decode(raw)
    assert caught.value.code == "not_utf8"


def test_it_takes_nul_out_and_keeps_the_lead() -> None:
    paid = {"type": "stage", "at": 1, "name": "Paid", "data": {"k\0": 1}}
    got = read(batch(submit(fields=[{"name": "\0", "value": "a\0\0b \\\0"}]), paid, unknown=["\0"]))
    sent, said = got.events
    assert isinstance(sent, wire.Submit) and isinstance(said, wire.Stage)
    assert (sent.fields[0].name, sent.fields[0].value) == ("\ufffd", "a\ufffd\ufffdb \\\ufffd")
    assert said.data == {"k\ufffd": 1}


def test_it_does_not_mistake_a_typed_backslash_u0000_for_a_nul() -> None:
    event = read(batch(submit(fields=[{"value": r"use \u0000 or \\u0000"}]))).events[0]
    assert isinstance(event, wire.Submit)
    assert event.fields[0].value == r"use \u0000 or \\u0000"


def test_it_repairs_half_a_surrogate_pair_and_keeps_the_lead() -> None:
    event = read(batch(submit(fields=[{"value": "ok \U0001f600 cut \ud83d"}, {"value": "\\\udc00 \\ud800"}]))).events[0]
    assert isinstance(event, wire.Submit)
    assert [field.value for field in event.fields] == ["ok \U0001f600 cut \ufffd", "\\\ufffd \\ud800"]


@pytest.mark.parametrize("place", ["unknown", "first"])
def test_it_refuses_bottomless_json(place: str) -> None:
    deep = b"[" * 30_000 + b"]" * 30_000
    raw = json.dumps(batch(**{place: "DEEP"})).encode().replace(b'"DEEP"', deep)
    with pytest.raises(InvalidInput):
        decode(raw)


def test_it_refuses_stage_data_deeper_than_its_limit_and_takes_it_at_the_limit() -> None:
    def nested(levels: int) -> dict[str, Any]:
        return {"k": nested(levels - 1)} if levels > 1 else {"k": 1}

    at_limit = {"type": "stage", "at": 1, "name": "Paid", "data": nested(wire.MAX_DEPTH)}
    assert read(batch(at_limit)).events
    deeper = at_limit | {"data": nested(wire.MAX_DEPTH + 1)}
    error = refusal(batch(deeper))
    assert (error.code, error.fields) == ("too_deep", ("events[0].data",))
    assert [type(event) for event in read(batch(deeper, submit(), deeper)).events] == [wire.Submit]


def test_it_cuts_long_addresses_instead_of_losing_the_lead() -> None:
    long = "https://example.com/?q=" + "x" * 5_000
    got = read(batch(page={"url": long, "title": long, "ref": long}, last={"at": 1, "url": long, "ref": long}))
    assert got.last is not None
    texts = [got.page.url, got.page.title, got.page.ref, got.last.url, got.last.ref]
    assert [len(text) for text in texts] == [wire.MAX_TEXT] * 5


def test_it_reads_what_happened_in_each_field() -> None:
    for event in read(batch(progress(stats=[STAT]), submit(stats=[[*STAT, "of a later widget"]]))).events:
        assert isinstance(event, wire.Progress | wire.Submit)
        assert event.stats == [wire.FieldStat(*STAT)]  # type: ignore[arg-type]


def test_a_widget_of_old_says_nothing_of_it() -> None:
    for event in read(batch(progress(), submit())).events:
        assert isinstance(event, wire.Progress | wire.Submit)
        assert (event.tries, event.wait, event.begun, event.met, event.stats) == (0, None, None, None, None)


def test_a_clock_that_was_set_back_costs_no_lead() -> None:
    event = read(batch(submit(wait=-5, stats=[["email", "E-mail", 1, -900, -10], STAT]))).events[0]
    assert isinstance(event, wire.Submit) and event.stats is not None
    assert (event.wait, event.stats[0].time, event.stats[0].hesitation) == (0, 0, 0)
    assert event.stats[1] == wire.FieldStat(*STAT)  # type: ignore[arg-type]


def test_statistics_of_too_many_fields_are_cut_and_cost_no_lead() -> None:
    event = read(batch(submit(stats=[["n"]] * (wire.MAX_FIELDS + 1)))).events[0]
    assert isinstance(event, wire.Submit) and event.stats is not None
    assert len(event.stats) == wire.MAX_FIELDS


def test_an_audit_of_too_much_is_cut() -> None:
    forms, missed = [{"key": "k", "as": "search"}] * 101, [{"what": "shadow", "where": "x-form"}] * 51
    event = read(batch(audit(forms=forms, missed=missed))).events[0]
    assert isinstance(event, wire.Audit)
    assert (len(event.forms), len(event.missed)) == (wire.MAX_AUDITED, wire.MAX_MISSED)
    assert event.forms[0].taken_as == "search"


def test_limits_are_inclusive() -> None:
    field = {"name": "n" * 200, "label": "l" * 200, "value": "v" * 20_000}
    assert read(batch(submit(fields=[field, *[{}] * 199], percent=100), *[progress(percent=0)] * 49))


def test_a_client_clock_is_corrected_by_when_it_says_it_sent() -> None:
    received = SENT + clock.HOUR
    skew = clock_skew(read(batch()), received)
    assert skew == clock.HOUR
    assert server_time(SENT - 5_000, skew, received) == received - 5_000


def test_a_server_time_is_never_in_the_future_nor_older_than_thirty_days() -> None:
    assert server_time(SENT + 5_000, 0, SENT) == SENT
    assert server_time(0, 0, SENT) == SENT - 30 * clock.DAY


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    with pytest.raises(InvalidInput):
        decode(raw)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


@given(st.sampled_from(sorted(batch())), _json)
def test_any_json_in_any_place_is_read_or_refused(key: str, value: Any) -> None:
    try:
        got = read(batch(**{key: value}))
    except InvalidInput as error:
        assert error.message
    else:
        assert isinstance(got, wire.Batch)


@given(_json)
def test_any_json_as_an_event_value_is_read_or_refused(value: Any) -> None:
    try:
        read(batch({"type": "stage", "at": 1, "name": "Paid", "data": {"k": value}}, progress(last=value)))
    except InvalidInput as error:
        assert error.message


@given(st.text(max_size=50))
def test_any_text_but_nul_comes_through_unharmed(text: str) -> None:
    clean = text.replace("\0", "")
    for ascii_only in (True, False):
        raw = json.dumps(batch(submit(fields=[{"value": clean}])), ensure_ascii=ascii_only).encode()
        event = decode(raw).events[0]
        assert isinstance(event, wire.Submit)
        assert event.fields[0].value == clean
