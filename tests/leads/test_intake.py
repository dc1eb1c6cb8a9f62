"""When a lead begins, who may change it, and what is told of it (contract, section 6)."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from leadsbot.db import Database, Tx
from leadsbot.forms.sessions import Reached
from leadsbot.forms.visit import Visit
from leadsbot.ids import new_id
from leadsbot.leads import matching, merges
from leadsbot.leads.contact import Contact
from leadsbot.leads.intake import intake
from leadsbot.leads.merging import CUSTOM_LENGTH
from leadsbot.leads.submission import Submission, Taken
from leadsbot.workspaces.bootstrap import PIPELINES, Created

STAGES = PIPELINES["leads"]
NOW = 1_800_000_000_000


class Visitor:
    """Somebody on a site, in one visit; `fills()` gives a submission of theirs."""

    def __init__(self, workspace: Created) -> None:
        self.workspace = workspace
        self.visit = Visit(id=new_id(), source="direct", ip_address="203.0.113.7")

    def fills(self, email: str | None = None, *, custom: dict[str, str] | None = None, **more: Any) -> Submission:
        of_contact = {name: more.pop(name) for name in ("first_name", "last_name", "phone", "message") if name in more}
        given: dict[str, Any] = {
            "id": new_id(),
            "workspace_id": self.workspace.workspace_id,
            "stages": STAGES,
            "door": "widget",
            "contact": Contact(email=email, custom=custom or {}, **of_contact),
            "received_at": NOW,
            "submitted_at": NOW,
            "visit": self.visit,
            "site_id": self.workspace.site_id,
            "session_id": new_id(),
            "form_name": "Contact us",
            "percent": 100,
        }
        return Submission(**{**given, **more})


@pytest.fixture
def visitor(workspace: Created) -> Visitor:
    return Visitor(workspace)


async def take(database: Database, *subs: Submission) -> list[Taken]:
    async def unit(tx: Tx) -> list[Taken]:
        return await intake(tx, subs)

    return await database.write(unit)


async def leads(database: Database) -> list[dict[str, Any]]:
    return await database.fetch("SELECT * FROM leads ORDER BY created_at, id")


async def only_lead(database: Database) -> dict[str, Any]:
    (row,) = await leads(database)
    return row


async def history(database: Database) -> list[tuple[str | None, str]]:
    rows = await database.fetch("SELECT from_stage, to_stage FROM stage_changes ORDER BY at, id")
    return [(row["from_stage"], row["to_stage"]) for row in rows]


async def told(database: Database) -> list[str]:
    return [row["type"] for row in await database.fetch("SELECT type FROM events ORDER BY seq")]


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


async def test_a_later_visit_with_the_same_email_fills_what_is_empty(database: Database, visitor: Visitor) -> None:
    await take(database, visitor.fills("ada@example.com", first_name="Ada"))
    await take(database, Visitor(visitor.workspace).fills("Ada@Example.com", phone="+43 660 1234567"))
    row = await only_lead(database)
    assert (row["first_name"], row["phone"], row["phone_e164"]) == ("Ada", "+43 660 1234567", "+436601234567")
    assert len(await database.fetch("SELECT id FROM submissions")) == 2


async def test_a_later_visit_with_the_same_email_does_not_rewrite(database: Database, visitor: Visitor) -> None:
    await take(
        database,
        visitor.fills("ada@example.com", first_name="Ada", message="Hello", phone="call me", custom={"Plan": "A"}),
    )
    intruder = Visitor(visitor.workspace).fills(
        "ada@example.com",
        first_name="Eve",
        message="Ignore her",
        phone="+43 660 1234567",
        custom={"Plan": "B", "x": "y"},
    )
    await take(database, intruder)
    row = await only_lead(database)
    assert (row["first_name"], row["message"], row["phone"]) == ("Ada", "Hello", "call me")
    assert row["phone_e164"] == ""
    assert msgspec.json.decode(row["custom_data"]) == {"Plan": "A", "x": "y"}


async def test_a_session_that_met_a_lead_by_its_email_does_not_come_to_own_it(
    database: Database, visitor: Visitor
) -> None:
    await take(database, visitor.fills("ada@example.com", first_name="Ada"))
    intruder, session = Visitor(visitor.workspace), new_id()
    for name in ("Eve", "Mallory"):
        await take(database, intruder.fills("ada@example.com", first_name=name, session_id=session))
    assert (await only_lead(database))["first_name"] == "Ada"


async def test_within_one_visit_the_newer_value_wins(database: Database, visitor: Visitor) -> None:
    await take(database, visitor.fills("ada@example.com", first_name="Adda", custom={"Plan": "A"}))
    await take(database, visitor.fills("ada@example.com", first_name="Ada", custom={"Plan": "B"}))
    row = await only_lead(database)
    assert row["first_name"] == "Ada"
    assert msgspec.json.decode(row["custom_data"]) == {"Plan": "B"}


async def test_an_empty_value_does_not_take_one_away(database: Database, visitor: Visitor) -> None:
    await take(database, visitor.fills("ada@example.com", first_name="Ada", phone="+43 660 1234567"))
    await take(database, visitor.fills("ada@example.com"))
    row = await only_lead(database)
    assert (row["first_name"], row["phone_e164"]) == ("Ada", "+436601234567")


async def test_another_email_in_the_same_visit_is_another_lead(database: Database, visitor: Visitor) -> None:
    await take(database, visitor.fills("ada@example.com"))
    await take(database, visitor.fills("grace@example.com"))
    assert sorted(row["email"] for row in await leads(database)) == ["ada@example.com", "grace@example.com"]


async def test_two_of_one_batch_with_the_same_email_are_one_lead(database: Database, visitor: Visitor) -> None:
    other = Visitor(visitor.workspace)
    first, second = await take(database, visitor.fills("ada@example.com"), other.fills("ADA@example.com"))
    assert first.lead_id == second.lead_id
    assert (first.created, second.created) == (True, False)
    assert len(await leads(database)) == 1


async def test_a_door_that_does_not_join_makes_a_lead_of_its_own(database: Database, visitor: Visitor) -> None:
    await take(database, visitor.fills("ada@example.com"))
    await take(
        database, Visitor(visitor.workspace).fills("ada@example.com", joins=False, visit=Visit(), session_id=None)
    )
    assert len(await leads(database)) == 2


async def test_a_postback_rewrites_what_it_meets(database: Database, visitor: Visitor) -> None:
    await take(database, visitor.fills("ada@example.com", first_name="Ada"))
    sub = visitor.fills("ada@example.com", first_name="Augusta", fills_only=False, visit=Visit(), session_id=None)
    await take(database, sub)
    assert (await only_lead(database))["first_name"] == "Augusta"


async def test_of_several_leads_with_one_email_the_newest_is_met(database: Database, visitor: Visitor) -> None:
    for at in (NOW, NOW + 1_000):
        sub = visitor.fills("ada@example.com", joins=False, visit=Visit(), session_id=None, received_at=at)
        await take(database, sub)
    newest = (await leads(database))[-1]["id"]
    (taken,) = await take(database, Visitor(visitor.workspace).fills("ada@example.com"))
    assert taken.lead_id == newest


async def test_spam_is_not_met_by_its_email(database: Database, visitor: Visitor) -> None:
    await take(database, visitor.fills("ada@example.com"))

    async def mark(tx: Tx) -> None:
        await tx.execute("UPDATE leads SET spam = $1", True)

    await database.write(mark)
    (taken,) = await take(database, Visitor(visitor.workspace).fills("ada@example.com"))
    assert taken.created


async def test_a_strangers_lead_with_the_same_email_is_left_alone(
    database: Database, visitor: Visitor, stranger: Created
) -> None:
    await take(database, Visitor(stranger).fills("ada@example.com", first_name="Ada"))
    before = await only_lead(database)
    (taken,) = await take(database, visitor.fills("ada@example.com", phone="1"))
    assert taken.created
    assert before in await leads(database)


async def test_a_strangers_lead_of_the_same_visit_and_session_is_left_alone(
    database: Database, visitor: Visitor, stranger: Created
) -> None:
    sub = Visitor(stranger).fills("ada@example.com", first_name="Ada")
    await take(database, sub)
    before = await only_lead(database)
    mine = visitor.fills("ada@example.com", first_name="Eve", visit=sub.visit, session_id=sub.session_id)
    (taken,) = await take(database, mine)
    assert taken.created
    assert before in await leads(database)


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
async def test_two_nodes_that_meet_a_new_email_at_once_make_one_lead(database: Database, visitor: Visitor) -> None:
    async with Database.opened(database.url) as other:
        for number in range(10):
            email = f"ada{number}@example.com"
            subs = [Visitor(visitor.workspace).fills(email) for _ in range(2)]
            one, two = await asyncio.gather(take(database, subs[0]), take(other, subs[1]))
            assert one[0].lead_id == two[0].lead_id
    database.bind()
    assert len(await leads(database)) == 10
    assert (await told(database)).count("lead.created") == 10


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


async def test_a_phone_sent_twice_from_one_address_within_moments_is_one_lead(
    database: Database, visitor: Visitor
) -> None:
    begun = visitor.fills(phone="0660 123 45 67", received_at=NOW)
    without_visit = replace(visitor.visit, id=None)
    again = visitor.fills(
        phone="0660 1234567", door="html_form", visit=without_visit, session_id=None, received_at=NOW + 2_000
    )
    (first,), (second,) = await take(database, begun), await take(database, again)
    assert second.lead_id == first.lead_id and not second.created


@pytest.mark.parametrize(
    "other",
    [
        {"visit": Visit(ip_address="203.0.113.8")},
        {"phone": "0660 7654321"},
        {"received_at": NOW + matching.MOMENTS_MS},
        {"email": "jane@example.com"},
        {"joins": False},
    ],
    ids=["another address", "another phone", "later", "with an email", "a creating door"],
)
async def test_a_phone_alone_joins_nothing_else(database: Database, visitor: Visitor, other: dict[str, Any]) -> None:
    begun = visitor.fills(phone="0660 123 45 67", received_at=NOW)
    given = {"phone": "0660 123 45 67", "visit": replace(visitor.visit, id=None), "session_id": None, **other}
    (_,), (second,) = await take(database, begun), await take(database, visitor.fills(**{"received_at": NOW, **given}))
    assert second.created


async def test_a_visitor_with_a_merged_leads_email_comes_to_the_lead_that_was_kept(
    database: Database, visitor: Visitor
) -> None:
    ada, (kept,) = Visitor(visitor.workspace), await take(database, visitor.fills("ada@example.com"))
    (other,) = await take(database, ada.fills("ada@work.example.com"))
    assert kept.lead_id and other.lead_id
    await merges.merge(database, visitor.workspace.workspace_id, kept.lead_id, other.lead_id, "owner")
    back = Visitor(visitor.workspace).fills("Ada@work.example.com", first_name="Ada", message="Me again")
    (again,) = await take(database, back)
    row = await only_lead(database)
    assert (again.lead_id, again.created) == (kept.lead_id, False)
    assert (row["email"], row["message"]) == ("ada@example.com", "Me again")


async def test_a_batch_is_looked_up_at_once(
    database: Database, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    fetch = Tx.fetch

    async def noted(tx: Tx, sql: str, *args: Any) -> list[dict[str, Any]]:
        asked.append(sql)
        return await fetch(tx, sql, *args)

    await take(database, visitor.fills("ada@example.com"))
    monkeypatch.setattr(Tx, "fetch", noted)
    named = visitor.fills("eve@example.com", site_id=None, lead_id=(await only_lead(database))["id"])
    caller = Visitor(visitor.workspace).fills(phone="0660 1234567")
    await take(
        database, visitor.fills("ada@example.com"), Visitor(visitor.workspace).fills("bob@example.com"), named, caller
    )
    assert len([sql for sql in asked if "submissions" not in sql]) == 3
    assert len([sql for sql in asked if "merges" in sql]) == 1
