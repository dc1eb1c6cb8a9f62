"""Invited people come in by their link, with an account or without; members open no settings; many workspaces."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from leadsbot import clock
from leadsbot.db import Database
from leadsbot.vault import Vault
from leadsbot.workspaces import members
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.invitations import LASTS_MS, link
from leadsbot.workspaces.members import NewMember
from leadsbot.workspaces.sign_in import COOKIE, SignIns
from tests.dashboard.browsing import ADDRESS, Browser, captured, over_app, shown
from tests.dashboard.conftest import PASSWORD, STRANGERS_PASSWORD

NEW = {"name": "Maria Huber", "password": "a long password"}
FOR_ADMINS = ("/settings", "/sites", "/channels", "/webhooks", "/forms/hosted", "/imports", "/attempts")


async def invited(
    database: Database, workspace: Created, email: str = "maria@example.com", role: str = "member"
) -> str:
    """Invite somebody and give the link's path."""
    new = NewMember(email, role, by="owner@example.com")
    _, secret = await members.add_member(database, workspace.workspace_id, new)
    assert secret
    return urlsplit(link(ADDRESS, secret)).path


async def member(app: Any, database: Database, workspace: Created, role: str = "member") -> Browser:
    """Somebody of this role, signed in."""
    browser = over_app(app)
    path = await invited(database, workspace, f"{role}@example.com", role)
    await browser.see(path)
    assert (await browser.press(path, NEW)).status_code == 303
    await browser.see("/leads")
    return browser


async def test_a_new_person_chooses_name_and_password_and_lands_in_the_workspace(
    passer_by: Browser, database: Database, workspace: Created
) -> None:
    path = await invited(database, workspace)
    page = await passer_by.see(path)
    assert page.status_code == 200 and "Join Lindenhof" in page.text and "maria@example.com" in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    answer = await passer_by.press(path, NEW)
    assert (answer.status_code, answer.headers["location"]) == (303, "/leads")
    assert "Lindenhof" in (await passer_by.see("/leads")).text
    assert (await passer_by.see(path)).status_code == 404
    row = await database.fetch_one("SELECT name, email FROM users WHERE email = 'maria@example.com'")
    assert row == {"name": "Maria Huber", "email": "maria@example.com"}
    await passer_by.press("/logout")
    assert (await passer_by.sign_in("maria@example.com", NEW["password"])).status_code == 303


async def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(
    passer_by: Browser, database: Database, workspace: Created
) -> None:
    path = await invited(database, workspace)
    await passer_by.see(path)
    answer = await passer_by.press(path, {"name": "Maria", "password": "short"})
    assert answer.status_code == 422
    assert 'value="Maria"' in answer.text and "A password has 8 to 200 characters." in answer.text
    assert "short" not in answer.text.replace("shortcut", "")
    answer = await passer_by.press(path, {"name": " ", "password": "a long password"})
    assert answer.status_code == 422 and "A name has between 1" in answer.text
    assert (await passer_by.press(path, NEW)).status_code == 303


async def test_the_form_is_refused_without_its_token(
    passer_by: Browser, database: Database, workspace: Created
) -> None:
    path = await invited(database, workspace)
    await passer_by.see(path)
    passer_by.token = ""
    answer = await passer_by.press(path, NEW)
    assert answer.status_code == 403 and "Reload the page" in answer.text
    await passer_by.see(path)
    assert (await passer_by.press(path, NEW, origin="https://evil.example")).status_code == 403
    assert await database.fetch("SELECT id FROM users WHERE email = 'maria@example.com'") == []


async def test_somebody_with_an_account_proves_it_by_their_password(
    passer_by: Browser, database: Database, workspace: Created, stranger: Created
) -> None:
    path = await invited(database, workspace, "stranger@example.com")
    assert "You have an account on this server already" in (await passer_by.see(path)).text
    wrong = await passer_by.press(path, {"password": "not mine at all"})
    assert wrong.status_code == 401 and "That is not the password." in wrong.text
    assert COOKIE not in passer_by.client.cookies
    answer = await passer_by.press(path, {"password": STRANGERS_PASSWORD})
    assert answer.headers["location"] == "/leads"
    assert "Lindenhof" in (await passer_by.see("/leads")).text


async def test_somebody_signed_in_accepts_with_a_press(
    outsider: Browser, database: Database, workspace: Created
) -> None:
    path = await invited(database, workspace, "stranger@example.com", "admin")
    page = await outsider.see(path)
    assert 'name="password"' not in page.text
    assert (await outsider.press(path)).headers["location"] == "/leads"
    assert (await outsider.see("/settings")).status_code == 200


async def test_somebody_else_who_is_signed_in_is_not_let_in(
    outsider: Browser, owner: Browser, database: Database, workspace: Created
) -> None:
    path = await invited(database, workspace)
    assert "You are signed in as stranger@example.com" in (await outsider.see(path)).text
    # Whoever posts all the same makes the invited person's account, not an entrance for their own.
    path = await invited(database, workspace, "other@example.com")
    await outsider.see(path)
    await outsider.press(path, {"name": "", "password": ""})
    rows = await members.everybody(database, workspace.workspace_id)
    assert {row["email"] for row in rows if row["user_id"]} == {"owner@example.com"}


async def test_a_link_that_was_used_has_expired_or_was_taken_back_says_so(
    passer_by: Browser, owner: Browser, database: Database, workspace: Created
) -> None:
    used = await invited(database, workspace)
    await passer_by.see(used)
    await passer_by.press(used, NEW)
    await passer_by.press("/logout")
    renewed = await invited(database, workspace, "second@example.com")
    expired = await invited(database, workspace, "second@example.com")
    with clock.freeze(clock.now() + LASTS_MS + 1):
        late = await passer_by.see(expired)
    for answer, title, words in (
        (await passer_by.see(used), "Invitation used", "was used already. Sign in to go on."),
        (await passer_by.press(used, NEW), "Invitation used", "was used already."),
        (await passer_by.see(renewed), "No invitation", "was taken back, or a newer one took its place"),
        (late, "Invitation expired", "a link is good for 7 days. Ask for a new one."),
    ):
        assert answer.status_code == 404 and f"<h1>{title}</h1>" in answer.text and words in shown(answer)
        assert 'href="/login"' in answer.text and answer.headers["referrer-policy"] == "no-referrer"


async def test_a_link_that_never_was_opens_nothing(passer_by: Browser, workspace: Created) -> None:
    for path in ("/invitations/nothing", "/invitations/" + "a" * 43, "/invitations/%00"):
        answer = await passer_by.see(path)
        assert answer.status_code == 404, path


async def test_people_go_from_one_workspace_to_another(
    outsider: Browser, owner: Browser, database: Database, workspace: Created, stranger: Created
) -> None:
    path = await invited(database, workspace, "stranger@example.com")
    await captured(owner, workspace.public_token)
    await outsider.see(path)
    await outsider.press(path)
    page = await outsider.see("/leads")
    assert "Anna Berger" in page.text and re.search(rf'value="{stranger.workspace_id}"[^$]*?Elsewhere', page.text)
    assert (await outsider.press("/workspace", {"workspace": stranger.workspace_id})).status_code == 303
    page = await outsider.see("/leads")
    assert "Anna Berger" not in page.text and "Lindenhof" in page.text
    for wrong in ("", "nothing", workspace.user_id):
        assert (await outsider.press("/workspace", {"workspace": wrong})).status_code == 404
    assert (await owner.press("/workspace", {"workspace": stranger.workspace_id})).status_code == 404


@pytest.mark.parametrize("role", ["member", "admin"])
async def test_members_work_with_leads_and_admins_change_settings_too(
    app: Any, owner: Browser, database: Database, workspace: Created, role: str
) -> None:
    browser = await member(app, database, workspace, role)
    lead = await captured(owner, workspace.public_token)
    assert (await browser.see(f"/leads/{lead}")).status_code == 200
    assert (await browser.press(f"/leads/{lead}/stage", {"stage": "Won"})).status_code == 303
    seen = {path: (await browser.see(path)).status_code for path in FOR_ADMINS}
    assert seen == dict.fromkeys(FOR_ADMINS, 200 if role == "admin" else 403)
    made = await browser.press("/sites", {"name": "Another"})
    assert made.status_code == (303 if role == "admin" else 403)
    page = await browser.see("/leads")
    for href in ("/settings", "/imports", "/attempts", "/docs"):
        assert (f'href="{href}"' in page.text) is (role == "admin"), href
    steps = (await browser.see("/")).text
    assert ("Connect a channel" in steps or "Paste the script tag" in steps) is (role == "admin")
    assert (await browser.press(f"/imports/{lead}/undo")).status_code == (404 if role == "admin" else 403)
    if role == "member":
        assert "Only owners and admins" in (await browser.see("/sites")).text


async def test_whoever_is_removed_is_out_at_once(app: Any, database: Database, workspace: Created) -> None:
    browser = await member(app, database, workspace)
    row = next(
        row for row in await members.everybody(database, workspace.workspace_id) if row["email"] == "member@example.com"
    )
    await members.remove_member(database, workspace.workspace_id, row["id"])
    assert (await browser.see("/leads")).status_code == 303
    answer = await browser.sign_in("member@example.com", NEW["password"])
    assert answer.status_code == 401 and "You belong to no workspace any more" in shown(answer)


async def test_a_sign_in_says_which_of_the_workspaces_only_by_the_cookies_row(
    database: Database, workspace: Created
) -> None:
    sign_ins = SignIns(database, Vault("a secret key for tests"))
    proven = await sign_ins.prove("owner@example.com", PASSWORD, "192.0.2.7")
    cookie = await sign_ins.open(proven, workspace.workspace_id, "192.0.2.7", "Firefox")
    person = await sign_ins.person(cookie)
    assert person and person.workspace_id == workspace.workspace_id and person.role == "owner"
    assert LASTS_MS == 7 * 24 * 3_600_000
