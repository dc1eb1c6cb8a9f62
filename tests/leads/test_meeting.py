"""Which lead a submission is of: by visit, by email, by nothing else; and what it may change there."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from leadsbot.db import Database, Tx
from leadsbot.forms.visit import Visit
from leadsbot.ids import new_id
from leadsbot.leads import matching, merges
from leadsbot.workspaces.bootstrap import Created
from tests.leads.visitor import NOW, Visitor, leads, only_lead, take, told


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
