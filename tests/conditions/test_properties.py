"""Conditions against whatever people and visitors may write."""

from __future__ import annotations

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadsbot.conditions import FIELDS, OPS, UNVALUED, Facts, check, met, renamed
from leadsbot.errors import InvalidInput

few = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30) | st.dates().map(str)
)
keyed = st.text(max_size=8)
json = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keyed, inner, max_size=4), max_leaves=8
)
fields = st.sampled_from([*FIELDS, "custom_data.x", "custom_data.x.y", "click_ids.gclid"])
values = scalars | st.lists(scalars, max_size=3)
leaf = st.fixed_dictionaries({"field": fields, "op": st.sampled_from(OPS)}, optional={"value": values})
nodes = st.recursive(
    leaf,
    lambda inner: (
        st.fixed_dictionaries({"all": st.lists(inner, max_size=3)})
        | st.fixed_dictionaries({"any": st.lists(inner, max_size=3)})
        | st.fixed_dictionaries({"not": inner})
    ),
    max_leaves=6,
)
leads = st.none() | st.dictionaries(st.sampled_from([*FIELDS, "custom_data"]), json, max_size=8)


@few
@given(st.one_of(nodes, json))
def test_what_is_taken_is_its_own_normal_form(given: object) -> None:
    try:
        checked = check(given)
    except InvalidInput as refused:
        assert refused.fields[0].startswith("conditions") and refused.message
        return
    assert check(checked) == checked
    assert msgspec.json.decode(msgspec.json.encode(checked)) == checked


@few
@given(nodes, leads, leads)
def test_whatever_is_taken_is_met_or_not(given: dict[str, object], lead: dict[str, object], visit: object) -> None:
    try:
        checked = check(given)
    except InvalidInput:
        return
    facts = Facts(lead, visit if isinstance(visit, dict) else None)
    assert met({"not": checked}, facts) is not met(checked, facts)
    assert met(renamed(checked, "stage", "New", "New"), facts) is met(checked, facts)


@few
@given(fields, scalars, leads)
def test_what_denies_is_the_other_denied(field: str, value: object, lead: dict[str, object]) -> None:
    for yes, no, wanted in (("==", "!=", value), ("in", "not_in", [value]), ("exists", "missing", None)):
        asked = {} if yes in UNVALUED else {"value": wanted}
        try:
            checked = check({"field": field, "op": yes, **asked})
        except InvalidInput:
            continue
        assert met(checked, Facts(lead)) is not met({**checked, "op": no}, Facts(lead))


@few
@given(fields, st.text(min_size=1, max_size=20), leads)
def test_one_of_one_is_that_one(field: str, value: str, lead: dict[str, object]) -> None:
    try:
        one, several = (check({"field": field, "op": op, "value": v}) for op, v in (("==", value), ("in", [value])))
    except InvalidInput:
        return
    assert met(one, Facts(lead)) is met(several, Facts(lead))
