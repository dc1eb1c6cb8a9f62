"""Two rows made one and taken apart again, without a database."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from leadsbot.leads import merge_rows
from leadsbot.leads.contact import Contact
from leadsbot.leads.merging import new_lead
from leadsbot.leads.submission import Submission
from leadsbot.workspaces.bootstrap import PIPELINES

STAGES = PIPELINES["leads"]


def lead(at: int = 1_000, **columns: Any) -> dict[str, Any]:
    sub = Submission("s", "w", STAGES, "v1", Contact(), at, at)
    return {**new_lead(sub, ""), **columns}


def merged(kept: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return merge_rows.merged(kept, other, STAGES, 5_000)


def test_the_kept_leads_word_counts_and_the_other_fills_what_it_leaves_open() -> None:
    row = merged(lead(company="Acme", stage="New"), lead(company="Emca", message="Hello", stage="Quoted"))
    assert (row["company"], row["message"], row["stage"]) == ("Acme", "Hello", "Quoted")


def test_a_second_email_phone_or_company_is_kept_aside() -> None:
    one = lead(email="jane@x.example", phone="1", company="Acme", custom_data='{"Other phone": "3"}')
    row = merged(one, lead(email="j@y.example", phone="2", company="ACME"))
    assert (row["email"], row["phone"]) == ("jane@x.example", "1")
    assert msgspec.json.decode(row["custom_data"]) == {"Other phone": "3", "Other email": "j@y.example"}


def test_custom_data_and_tags_are_united() -> None:
    one = lead(custom_data='{"guests": 80, "hall": ""}', tags='["vip", "fair"]')
    other = lead(custom_data='{"guests": 20, "hall": "Oak", "menu": [1]}', tags='["fair", "spring"]')
    row = merged(one, other)
    assert msgspec.json.decode(row["custom_data"]) == {"guests": 80, "hall": "Oak", "menu": [1]}
    assert row["tags"] == '["vip","fair","spring"]'


def test_the_older_first_touch_and_time_count() -> None:
    one, other = lead(2_000, first_touch='{"at":900}'), lead(1_000, first_touch='{"at":400}')
    for kept, gone in ((one, other), (other, one)):
        row = merged(kept, gone)
        assert (row["created_at"], row["first_touch"]) == (1_000, '{"at":400}')


def test_where_one_came_from_is_not_mixed_with_where_the_other_did() -> None:
    row = merged(lead(utm_source="google"), lead(utm_source="bing", campaign="winter"))
    assert (row["utm_source"], row["campaign"]) == ("google", "")


def test_a_name_is_filled_only_where_both_may_be_one_persons() -> None:
    jane = lead(first_name="Jane")
    assert merged(jane, lead(first_name="jane", last_name="Doe"))["last_name"] == "Doe"
    assert merged(jane, lead(first_name="Max", last_name="Mann"))["last_name"] == ""


def test_lost_gives_way_to_any_other_stage() -> None:
    for one, other, wanted in (
        ("Lost", "New", "New"),
        ("Won", "Lost", "Won"),
        ("Lost", "Lost", "Lost"),
        ("Quoted", "Contacted", "Quoted"),
        ("Contacted", "Quoted", "Quoted"),
    ):
        assert merge_rows.further(STAGES, one, other) == wanted


def test_who_is_a_person_once_is_no_spam() -> None:
    spam: dict[str, Any] = {"spam": True, "spam_reasons": '["repeated links"]'}
    row = merged(lead(**spam), lead())
    assert (row["spam"], row["spam_reasons"]) == (False, "[]")
    assert merged(lead(**spam), lead(**spam))["spam_reasons"] == '["repeated links"]'


def test_what_was_edited_since_stays_and_all_else_goes_back() -> None:
    before = lead(custom_data='{"a": 1}', tags='["x"]')
    after = merged(before, lead(company="Acme", message="Hi", custom_data='{"b": 2, "c": 3}', tags='["y"]'))
    now = after | {"company": "Acme Ltd", "custom_data": '{"a":1,"b":9,"c":3,"d":4}', "tags": '["x","y","z"]'}
    back, edited = merge_rows.unmerged(now | {"assigned_to": "u"}, before, after)
    assert edited == ["company"]
    row = now | back
    assert (row["message"], row["tags"]) == ("", '["x","z"]')
    assert msgspec.json.decode(row["custom_data"]) == {"a": 1, "b": 9, "d": 4}


texts = st.sampled_from(["", "a", "b"])
rows = st.builds(
    lambda at, columns, custom, tags, stage, spam: lead(
        at,
        stage=stage,
        spam=spam,
        custom_data=msgspec.json.encode(custom).decode(),
        tags=msgspec.json.encode(tags).decode(),
        **columns,
    ),
    st.integers(0, 9_000),
    st.fixed_dictionaries(dict.fromkeys(("first_name", "last_name", "email", "phone", "company", "source"), texts)),
    st.dictionaries(texts, st.one_of(texts, st.integers(0, 3))),
    st.lists(texts, unique=True),
    st.sampled_from(STAGES),
    st.booleans(),
)


@given(rows, rows)
def test_what_nobody_touched_goes_back_exactly(one: dict[str, Any], other: dict[str, Any]) -> None:
    after = merged(one, other)
    back, edited = merge_rows.unmerged(dict(after), one, after)
    assert (after | back, edited) == (one, [])
