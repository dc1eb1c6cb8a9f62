"""When a lead begins, who may change it, and what is told of it (contract, section 6)."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from msgspec.structs import replace

from leadsbot.db import Database, Tx
from leadsbot.forms.sessions import Reached
from leadsbot.ids import new_id
from leadsbot.leads.merging import CUSTOM_LENGTH
from tests.leads.visitor import Visitor, history, leads, only_lead, take, told


async def test_a_lead_begins_with_a_submission_at_the_second_stage(database: Database, visitor: Visitor) -> None:
    (taken,) = await take(database, visitor.fills("ada@example.com", first_name="Ada"))
    row = await only_lead(database)
    assert (row["id"], row["stage"], row["email"], row["first_name"]) == (
        taken.lead_id,
        "New",
        "ada@example.com",
        "Ada",
    )
    assert taken.created
    assert await history(database) == [(None, "New")]
    assert await told(database) == ["lead.created"]


async def test_a_submission_without_any_contact_is_a_lead_all_the_same(database: Database, visitor: Visitor) -> None:
    await take(database, visitor.fills(custom={"Colour": "green"}))
    row = await only_lead(database)
    assert msgspec.json.decode(row["custom_data"]) == {"Colour": "green"}


async def test_a_partial_contact_begins_at_form_started_and_the_submission_moves_it(
    database: Database, visitor: Visitor
) -> None:
    session = new_id()
    await take(database, visitor.fills("ada@example.com", session_id=session, complete=False, percent=40))
    row = await only_lead(database)
    assert (row["stage"], row["form_completion_percent"]) == ("Form Started", 40)
    assert await database.fetch("SELECT id FROM submissions") == []
    (taken,) = await take(database, visitor.fills("ada@example.com", session_id=session))
    row = await only_lead(database)
    assert (taken.lead_id, row["stage"], row["form_completion_percent"]) == (row["id"], "New", 100)
    assert await history(database) == [(None, "Form Started"), ("Form Started", "New")]
    assert await told(database) == ["lead.created", "lead.updated", "lead.stage_changed"]


async def test_the_same_submission_twice_changes_nothing(database: Database, visitor: Visitor) -> None:
    sub = visitor.fills("ada@example.com")
    (first,) = await take(database, sub)
    before = await only_lead(database), await told(database)
    (second,) = await take(database, sub)
    assert (second.lead_id, second.created, second.repeated) == (first.lead_id, False, True)
    assert (await only_lead(database), await told(database)) == before


async def test_the_same_submission_twice_in_one_batch_changes_nothing(database: Database, visitor: Visitor) -> None:
    sub = visitor.fills("ada@example.com")
    await take(database, sub, sub)
    assert await told(database) == ["lead.created"]
    assert len(await database.fetch("SELECT id FROM submissions")) == 1


@pytest.mark.parametrize("together", [True, False])
async def test_a_repeat_that_knows_it_went_through_confirms(
    database: Database, visitor: Visitor, together: bool
) -> None:
    sub = visitor.fills("ada@example.com", confirmation="attempted")
    again = replace(sub, confirmation="confirmed")
    if together:
        await take(database, sub, again)
    else:
        await take(database, sub)
        await take(database, again)
    assert (await only_lead(database))["confirmation"] == "confirmed"
    assert await database.fetch("SELECT confirmation FROM submissions") == [{"confirmation": "confirmed"}]
    await take(database, sub)
    assert (await only_lead(database))["confirmation"] == "confirmed"


async def test_a_repeat_does_not_confirm_somebody_elses_lead(database: Database, visitor: Visitor) -> None:
    await take(database, visitor.fills("ada@example.com", confirmation="attempted"))
    other = Visitor(visitor.workspace)
    sub = other.fills("ada@example.com", confirmation="attempted")
    again = replace(sub, confirmation="confirmed")
    await take(database, sub)
    await take(database, again)
    assert (await only_lead(database))["confirmation"] == "attempted"


async def move(database: Database, stage: str) -> None:
    async def unit(tx: Tx) -> None:
        await tx.execute("UPDATE leads SET stage = $1", stage)

    await database.write(unit)


@pytest.mark.parametrize("reached", ["Contacted", "Won", "Lost"])
async def test_a_submission_does_not_move_a_lead_backwards(database: Database, visitor: Visitor, reached: str) -> None:
    await take(database, visitor.fills("ada@example.com"))
    await move(database, reached)
    (taken,) = await take(database, visitor.fills("ada@example.com", message="Again"))
    assert ((await only_lead(database))["stage"], taken.stage_changed) == (reached, False)


async def test_a_page_moves_its_visitors_lead_forward_and_not_back(database: Database, visitor: Visitor) -> None:
    await take(database, visitor.fills("ada@example.com"))
    for wanted in ("Quoted", "Contacted"):
        await take(database, visitor.fills(stage=wanted, complete=False, begins=False, session_id=None, percent=None))
    assert (await only_lead(database))["stage"] == "Quoted"
    assert await history(database) == [(None, "New"), ("New", "Quoted")]


async def test_a_page_that_asks_for_a_stage_begins_no_lead(database: Database, visitor: Visitor) -> None:
    (taken,) = await take(database, visitor.fills(stage="Quoted", complete=False, begins=False, session_id=None))
    assert taken.lead_id is None
    assert await leads(database) == []


async def test_a_partial_that_says_nothing_new_is_not_told(database: Database, visitor: Visitor) -> None:
    partial = visitor.fills("ada@example.com", complete=False)
    await take(database, partial)
    await take(database, partial)
    assert await told(database) == ["lead.created"]


def reached(session_id: str, percent: int) -> Reached:
    """How far the form behind a submission had come."""
    return Reached(
        session_id=session_id,
        workspace_id="w",
        site_id="s",
        form_id=None,
        form_name="Contact",
        seq=1,
        percent=percent,
        completed=4,
        total=5,
        last_field="Email",
        page_url="https://lindenhof.example/",
        started_at=1,
        at=2,
        visit=None,
        submitted=True,
    )


async def test_a_submission_tells_of_its_session(database: Database, visitor: Visitor) -> None:
    sub = visitor.fills("ada@example.com", session_id="s1", reached=reached("s1", percent=80))
    (taken,) = await take(database, sub)
    created, submitted = await database.fetch("SELECT type, data, session_id, lead_id FROM events ORDER BY seq")
    assert (created["type"], submitted["type"]) == ("lead.created", "form.submitted")
    assert msgspec.json.decode(created["data"])["lead"]["id"] == taken.lead_id
    session = msgspec.json.decode(submitted["data"])["session"]
    assert (session["id"], session["state"], session["completion_percent"]) == ("s1", "submitted", 80)
    assert session["lead_id"] == submitted["lead_id"] == created["lead_id"] == taken.lead_id
    assert submitted["session_id"] == created["session_id"] == "s1"


async def test_values_longer_than_their_column_are_cut_and_kept_whole_with_the_submission(
    database: Database, visitor: Visitor
) -> None:
    long = "1" * 20_000
    sub = visitor.fills("ada@example.com", first_name=long, phone=long, message=long, fields=f'[{{"value":"{long}"}}]')
    await take(database, sub)
    row = await only_lead(database)
    assert (len(row["first_name"]), len(row["phone"]), len(row["message"])) == (2_000, 2_000, 20_000)
    assert len((await database.fetch("SELECT fields FROM submissions"))[0]["fields"]) > 20_000
    await take(database, visitor.fills("ada@example.com", last_name=long))
    assert len((await only_lead(database))["last_name"]) == 2_000


async def test_answers_add_up_on_a_lead_and_not_without_end(database: Database, visitor: Visitor) -> None:
    for number in range(5):
        answer = {f"question {number}": "x" * 60_000}
        await take(database, visitor.fills("ada@example.com", custom=answer, fields=f'["answer {number}"]'))
    held = (await only_lead(database))["custom_data"]
    assert "question 1" in held and "question 4" not in held
    assert len(held) <= CUSTOM_LENGTH
    kept = await database.fetch("SELECT fields FROM submissions")
    assert {row["fields"] for row in kept} == {f'["answer {number}"]' for number in range(5)}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_nodes_that_get_the_same_submission_at_once_store_it_once(
    database: Database, visitor: Visitor
) -> None:
    async with Database.opened(database.url) as other:
        for _ in range(10):
            sub = Visitor(visitor.workspace).fills(custom={"Colour": "green"})
            one, two = await asyncio.gather(take(database, sub), take(other, sub))
            assert one[0].lead_id == two[0].lead_id
    database.bind()
    assert len(await leads(database)) == 10
    assert await told(database) == ["lead.created"] * 10
