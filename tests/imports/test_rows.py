"""From a row's cells to a submission: whatever they hold, the row is taken or its mistake is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsbot.capture.house_rules import HouseRules
from leadsbot.clock import rfc3339
from leadsbot.imports.columns import FIELDS
from leadsbot.imports.rows import Context, Options, judge
from leadsbot.workspaces.bootstrap import PIPELINES

RULES = HouseRules("w", PIPELINES["leads"], "AT", (), ("Wedding",), ("Gala",), 100, {"mara@x.example": "user-1"})


def about(**mapping: str) -> Context:
    return Context("import-1", "mara@x.example", tuple(mapping), mapping, Options(), RULES, "Europe/Vienna")


def test_a_row_becomes_what_the_doors_make_of_a_lead() -> None:
    context = about(Name="name", Mail="email", When="created_at", What="event_type", Day="event_date", Rest="custom")
    row = judge((7, ["Jane Doe", "J@X.example", "1.3.2024", "gala", "31.12.2026", " 5 "]), context)
    assert row.arrival is not None and (row.error, row.email) == ("", "j@x.example")
    sub = row.arrival.sub
    assert (sub.contact.first_name, sub.contact.last_name, sub.contact.event_date) == ("Jane", "Doe", "2026-12-31")
    assert sub.contact.custom == {"Rest": "5"}
    assert rfc3339(sub.extra["created_at"]) == "2024-02-29T23:00:00.000Z"
    assert (sub.extra["event_type"], sub.confirmation, sub.by) == ("Gala", "confirmed", "mara@x.example (import)")
    again = judge((7, ["Jane Doe", "J@X.example"]), context)
    assert again.arrival is not None and again.arrival.sub.id == sub.id, "so that nothing is taken in twice"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["", ""], "neither an email nor a phone"),
        (["x@", ""], '"email" is not a mail address. “Mail” says “x@”.'),
        ([f"{'x' * 80}@", ""], f"“Mail” says “{'x' * 59}…”."),
        (["", "1", "nobody@x.example"], "id. “Owner” says “nobody@x.example”."),
        (["", "1", "", "soon"], "“soon” is no date"),
        (["", "1", "", "2999-01-01"], "future"),
        (["", "1", "", "", "surplus"], "5 cells, the header 4"),
    ],
)
def test_what_is_wrong_is_said(cells: list[str], said: str) -> None:
    row = judge((2, cells), about(Mail="email", Phone="phone", Owner="assigned_to", When="created_at"))
    assert row.arrival is None
    assert said in row.error


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
LIKELY = st.sampled_from(
    ["", "a@x.example", "+43 660 1", "New", "won", "2026-05-31", "31/12/2024 5 pm", "http://[", "tablet", "-1", "a,b;c"]
)


@given(st.lists(st.tuples(st.sampled_from(sorted(FIELDS)), st.one_of(TEXTS, LIKELY)), max_size=40))
def test_whatever_stands_in_a_row_it_is_judged(cells: list[tuple[str, str]]) -> None:
    names = [f"Column {place}" for place in range(len(cells))]
    context = about(**dict(zip(names, (field for field, _ in cells), strict=True)))
    row = judge((2, [cell for _, cell in cells]), context)
    assert (row.arrival is None) == bool(row.error)
