"""Deleting a lead from its page: for owners and admins alone, asked first, and gone for good."""

from __future__ import annotations

import re
from typing import Any

from leadsbot.db import Database
from leadsbot.workspaces.bootstrap import Created
from tests.api.rows import NOON, add_lead
from tests.dashboard.browsing import Browser, ids_in, shown
from tests.dashboard.test_invitations import member
from tests.dashboard.test_render import ATTACK, harmless


async def test_an_owner_is_asked_and_the_lead_is_gone_with_what_was_known(
    owner: Browser, workspace: Created, database: Database
) -> None:
    lead = await add_lead(database, workspace, NOON, email="jane@doe.example", message="Call me")
    page = await owner.see(f"/leads/{lead}")
    asked = re.search(rf'action="/leads/{lead}/delete"[^>]*>.*?name="_ask" value="([^"]+)"', page.text, re.DOTALL)
    assert asked and "for good" in asked[1] and "undone" in asked[1]
    answer = await owner.press(f"/leads/{lead}/delete")
    assert (answer.status_code, answer.headers["location"]) == (303, "/leads")
    listed = await owner.see("/leads")
    assert "Ada was deleted." in shown(listed) and ids_in(listed) == []
    (row,) = await database.fetch("SELECT first_name, email, message, deleted_at FROM leads")
    assert (row["first_name"], row["email"], row["message"]) == ("", "", "") and row["deleted_at"]
    assert (await owner.press(f"/leads/{lead}/delete")).status_code == 404


async def test_a_spam_lead_leads_back_to_its_folder(owner: Browser, workspace: Created, database: Database) -> None:
    lead = await add_lead(database, workspace, NOON, spam=True)
    await owner.see("/leads")
    assert (await owner.press(f"/leads/{lead}/delete")).headers["location"] == "/leads?spam=1"


async def test_a_member_is_not_offered_it_and_an_admin_is(
    app: Any, owner: Browser, workspace: Created, database: Database
) -> None:
    lead = await add_lead(database, workspace, NOON)
    one = await member(app, database, workspace)
    assert f"/leads/{lead}/delete" not in (await one.see(f"/leads/{lead}")).text
    assert (await one.press(f"/leads/{lead}/delete")).status_code == 403
    assert ids_in(await owner.see("/leads")) == [lead]
    admin = await member(app, database, workspace, "admin")
    assert f"/leads/{lead}/delete" in (await admin.see(f"/leads/{lead}")).text
    assert (await admin.press(f"/leads/{lead}/delete")).status_code == 303


async def test_an_outsider_deletes_nothing(
    owner: Browser, outsider: Browser, workspace: Created, database: Database
) -> None:
    lead = await add_lead(database, workspace, NOON)
    await outsider.see("/leads")
    assert (await outsider.press(f"/leads/{lead}/delete")).status_code == 404
    owner.token = "forged"
    assert (await owner.press(f"/leads/{lead}/delete")).status_code == 403
    assert ids_in(await owner.see("/leads")) == [lead]


async def test_the_question_escapes_the_leads_own_words(owner: Browser, workspace: Created, database: Database) -> None:
    lead = await add_lead(database, workspace, NOON, first_name=ATTACK)
    harmless((await owner.see(f"/leads/{lead}")).text)
