"""A second submission in one session: the same person, corrected; and what that says of the first one's fate."""

from __future__ import annotations

import pytest

from leadsbot.db import Database
from leadsbot.ids import new_id
from tests.leads.visitor import Visitor, only_lead, take


async def fates(database: Database) -> list[str]:
    rows = await database.fetch("SELECT confirmation FROM submissions ORDER BY received_at, submitted_at, id")
    return sorted(row["confirmation"] for row in rows)


@pytest.mark.parametrize("together", [True, False])
async def test_a_correction_updates_its_lead_and_both_submissions_are_kept(
    database: Database, visitor: Visitor, together: bool
) -> None:
    session = new_id()
    first = visitor.fills("ada@example.co", session_id=session, phone="1", custom={"Guests": "8"})
    second = visitor.fills("ada@example.com", session_id=session, phone="2", custom={"Guests": "80"})
    for subs in [[first, second]] if together else [[first], [second]]:
        await take(database, *subs)
    row = await only_lead(database)
    assert (row["email"], row["phone"], row["custom_data"]) == ("ada@example.com", "2", '{"Guests":"80"}')
    assert await fates(database) == ["attempted", "attempted"]


@pytest.mark.parametrize(
    ("first", "second", "lead"),
    [
        ("attempted", "confirmed", "confirmed"),
        ("confirmed", "attempted", "confirmed"),
        ("attempted", "attempted", "attempted"),
    ],
)
async def test_a_correction_never_makes_a_confirmed_lead_an_attempted_one(
    database: Database, visitor: Visitor, first: str, second: str, lead: str
) -> None:
    session = new_id()
    await take(database, visitor.fills("ada@example.com", session_id=session, confirmation=first))
    await take(database, visitor.fills("ada@example.com", session_id=session, confirmation=second))
    assert (await only_lead(database))["confirmation"] == lead
    assert await fates(database) == sorted([first, second])


@pytest.mark.parametrize(("same_form", "lead"), [(True, "confirmed"), (False, "attempted")])
async def test_another_form_says_how_it_went_itself(
    database: Database, visitor: Visitor, same_form: bool, lead: str
) -> None:
    form = new_id()
    await take(database, visitor.fills("ada@example.com", form_id=form, confirmation="confirmed"))
    other = form if same_form else new_id()
    await take(database, visitor.fills("ada@example.com", form_id=other, confirmation="attempted"))
    assert (await only_lead(database))["confirmation"] == lead


async def test_a_late_word_that_the_first_went_through_confirms_the_corrected_lead(
    database: Database, visitor: Visitor
) -> None:
    session = new_id()
    first = visitor.fills("ada@example.co", session_id=session)
    await take(database, first, visitor.fills("ada@example.com", session_id=session))
    confirmed = visitor.fills("ada@example.co", session_id=session, id=first.id, confirmation="confirmed")
    await take(database, confirmed)
    row = await only_lead(database)
    assert (row["email"], row["confirmation"]) == ("ada@example.com", "confirmed")
    assert await fates(database) == ["attempted", "confirmed"]
