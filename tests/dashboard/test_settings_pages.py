"""Settings in the dashboard: the workspace, members, keys, pipeline and lists, without a script."""

from __future__ import annotations

import re
from typing import Any

import pytest

from leadsbot.db import Database
from leadsbot.workspaces import api_keys, key_editing, members
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.members import NewMember
from leadsbot.workspaces.workspace_editing import get_workspace
from tests.api.rows import add_lead
from tests.dashboard.browsing import ADDRESS, Browser, shown
from tests.dashboard.test_invitations import member

LISTS = "/settings/lists"


def ids(page: str) -> dict[str, str]:
    """The ids of a page's entries, by the name that can be edited."""
    return {
        name: found for found, name in re.findall(r'id="name-([\w-]+)" name="name" type="text" value="([^"]*)"', page)
    }


async def stages(database: Database, workspace: Created) -> str:
    return str((await get_workspace(database, workspace.workspace_id))["stages"])


# --- The workspace


async def test_settings_show_how_everything_stands(owner: Browser) -> None:
    await owner.press("/settings/lists/sources", {"name": "Fair"})
    page = shown(await owner.see("/settings"))
    assert "Lindenhof, UTC" in page and "1 member" in page and "1 key" in page
    assert "Form Started → New → Contacted" in page and "1 source, no lead types" in page


async def test_the_workspaces_own_settings_are_saved(owner: Browser, database: Database, workspace: Created) -> None:
    said = {"name": "Hof", "timezone": "Europe/Vienna", "country": "AT", "required_fields": "Event Date\r\nbudget",
            "summary_hour": "17", "leads_per_hour": "1,000", "retention_days": "365"}  # fmt: skip
    answer = await owner.press("/settings/workspace", said)
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings/workspace")
    row = await get_workspace(database, workspace.workspace_id)
    assert (row["name"], row["timezone"], row["country"]) == ("Hof", "Europe/Vienna", "AT")
    assert (row["required_fields"], row["leads_per_hour"]) == ('["event_date","budget"]', 1_000)
    assert (row["retention_days"], row["summary_hour"]) == (365, 17)
    page = await owner.see("/settings/workspace")
    assert "Saved." in page.text and "event_date\nbudget" in page.text and '<option value="AT" selected>' in page.text
    await owner.press("/settings/workspace", {**said, "retention_days": "", "country": ""})
    row = await get_workspace(database, workspace.workspace_id)
    assert (row["retention_days"], row["country"]) == (None, "")


async def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    owner: Browser, database: Database, workspace: Created
) -> None:
    said = {"name": " ", "timezone": "Mars/Olympus", "country": "XX", "required_fields": "lead_url",
            "summary_hour": "24", "leads_per_hour": "lots <b>", "retention_days": "0"}  # fmt: skip
    answer = await owner.press("/settings/workspace", said)
    assert answer.status_code == 422
    assert answer.text.count('class="wrong"') == 7
    assert "A whole number from 1 to 1,000,000" in answer.text and 'value="lots &lt;b&gt;"' in answer.text
    row = await get_workspace(database, workspace.workspace_id)
    assert (row["name"], row["leads_per_hour"]) == ("Lindenhof", 100)


# --- Members


async def test_an_invitation_shows_its_link_once(owner: Browser, passer_by: Browser) -> None:
    answer = await owner.press("/settings/members", {"email": "Maria@example.com", "name": "Maria", "role": "admin"})
    assert answer.headers["location"] == "/settings/members"
    page = await owner.see("/settings/members")
    found = re.search(rf"{ADDRESS}(/invitations/[\w-]+)", page.text)
    assert found and "It is being mailed." in page.text and "maria@example.com" in page.text
    assert (await passer_by.see(found[1])).status_code == 200
    again = await owner.see("/settings/members")
    assert "/invitations/" not in again.text and "Invited" in again.text


async def test_what_is_wrong_with_an_invitation_is_said(owner: Browser) -> None:
    for email, why in (("nobody", "Type a mail address"), ("owner@example.com", "is a member already")):
        answer = await owner.press("/settings/members", {"email": email, "name": "Kept", "role": "member"})
        assert answer.status_code == 422 and why in answer.text and 'value="Kept"' in answer.text
    assert (await owner.press("/settings/members", {"email": "a@example.com", "role": "king"})).status_code == 422


async def test_roles_are_changed_and_members_removed(
    app: Any, owner: Browser, database: Database, workspace: Created
) -> None:
    browser = await member(app, database, workspace)
    rows = await members.everybody(database, workspace.workspace_id)
    path = next(f"/settings/members/{row['id']}" for row in rows if row["role"] == "member")
    assert (await owner.press(f"{path}/role", {"role": "admin"})).status_code == 303
    assert "member@example.com is an admin now." in (await owner.see("/settings/members")).text
    assert (await browser.see("/settings/members")).status_code == 200
    assert (await owner.press(f"{path}/role", {"role": "king"})).status_code == 400
    await owner.press(f"{path}/remove")
    assert (await browser.see("/leads")).status_code == 303
    mine = next(row["id"] for row in rows if row["role"] == "owner")
    await owner.press(f"/settings/members/{mine}/remove")
    assert "is the only owner" in (await owner.see("/settings/members")).text


async def test_an_admin_makes_no_owner_and_touches_none(
    app: Any, owner: Browser, database: Database, workspace: Created
) -> None:
    admin = await member(app, database, workspace, "admin")
    await members.add_member(database, workspace.workspace_id, NewMember("o@example.com", "owner", password="x" * 8))
    page = await admin.see("/settings/members")
    assert 'value="owner"' not in page.text
    rows = await members.everybody(database, workspace.workspace_id)
    own = next(row["id"] for row in rows if row["role"] == "admin")
    another = next(row["id"] for row in rows if row["email"] == "o@example.com")
    for path, said in (
        (f"/settings/members/{own}/role", {"role": "owner"}),
        (f"/settings/members/{another}/role", {"role": "member"}),
        (f"/settings/members/{another}/remove", {}),
        ("/settings/members", {"email": "new@example.com", "role": "owner"}),
        ("/settings/keys", {"name": "All", "scopes": "manage"}),
    ):
        assert (await admin.press(path, said)).status_code == 403, path
    assert await members.everybody(database, workspace.workspace_id) == rows


async def test_an_admin_leaves_an_open_invitation_of_an_owner_as_it_is(
    app: Any, owner: Browser, passer_by: Browser, database: Database, workspace: Created
) -> None:
    admin = await member(app, database, workspace, "admin")
    await owner.press("/settings/members", {"email": "o@example.com", "name": "Olga", "role": "owner"})
    found = re.search(rf"{ADDRESS}(/invitations/[\w-]+)", (await owner.see("/settings/members")).text)
    assert found
    answer = await admin.press("/settings/members", {"email": "O@example.com", "name": "Otto", "role": "member"})
    assert answer.status_code == 422 and "o@example.com is invited as an owner" in shown(answer)
    rows = {row["email"]: row for row in await members.everybody(database, workspace.workspace_id)}
    assert (rows["o@example.com"]["role"], rows["o@example.com"]["name"]) == ("owner", "Olga")
    assert (await passer_by.see(found[1])).status_code == 200
    # Owners may, and admins invite anew whom they may invite at all.
    for browser, role in ((owner, "admin"), (admin, "member")):
        assert (await browser.press("/settings/members", {"email": "o@example.com", "role": role})).status_code == 303


# --- API keys


async def test_a_key_is_shown_once_with_a_call_to_try(owner: Browser, database: Database, workspace: Created) -> None:
    answer = await owner.press("/settings/keys", {"name": "Zapier", "scopes": ["leads:write", "leads:read"]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings/keys")
    page = shown(await owner.see("/settings/keys"))
    found = re.search(r"lb_[A-Za-z0-9]{40}", page)
    assert found and f'curl -X POST {ADDRESS}/api/v1/leads -H "Authorization: Bearer {found[0]}"' in page
    assert "Send leads, Read leads" in page and "never used" in page
    assert found[0] not in shown(await owner.see("/settings/keys"))
    holder = await api_keys.Keys(database).holder(None, found[0])
    assert holder.workspace_id == workspace.workspace_id and set(holder.scopes) == {"leads:write", "leads:read"}


async def test_a_key_is_revoked_at_once_and_stays_listed(
    owner: Browser, database: Database, workspace: Created
) -> None:
    assert (await owner.press(f"/settings/keys/{workspace.api_key_id}/revoke")).status_code == 303
    answer = await owner.client.get("/api/leads", headers={"x-api-key": workspace.api_key})
    assert answer.status_code == 401
    page = await owner.see("/settings/keys")
    assert "Revoked: 1" in page.text and "Your keys will stand here" in page.text


async def test_a_key_without_sense_is_not_made(owner: Browser, database: Database, workspace: Created) -> None:
    answer = await owner.press("/settings/keys", {"name": "Kept", "scopes": "everything"})
    assert answer.status_code == 422 and "Choose at least one." in answer.text and 'value="Kept"' in answer.text
    answer = await owner.press("/settings/keys", {"name": " ", "scopes": "leads:read"})
    assert answer.status_code == 422 and 'value="leads:read" checked' in answer.text
    assert len((await key_editing.list_keys(database, workspace.workspace_id)).rows) == 1


# --- Pipeline and lists


async def test_stages_are_added_renamed_ordered_and_deleted(
    owner: Browser, database: Database, workspace: Created
) -> None:
    lead = await add_lead(database, workspace, stage="Quoted", email="a@example.com")
    await owner.press(f"{LISTS}/stages", {"name": "On hold"})
    found = ids((await owner.see("/settings/pipeline")).text)
    assert list(found)[-2:] == ["Lost", "On hold"]
    base = f"{LISTS}/stages/{found['On hold']}"
    answer = await owner.press(f"{base}/move", {"direction": "up"})
    assert answer.headers["location"] == f"/settings/pipeline#entry-{found['On hold']}"
    await owner.press(f"{LISTS}/stages/{found['Quoted']}/rename", {"name": "Offer <sent>"})
    page = (await owner.see("/settings/pipeline")).text
    assert "Offer &lt;sent&gt;" in page and "1 lead" in page
    assert await stages(database, workspace) == (
        '["Form Started","New","Contacted","Offer <sent>","Won","On hold","Lost"]'
    )
    await owner.press(f"{LISTS}/stages/{found['Quoted']}/delete", {"move_to": ""})
    assert "1 lead stands at" in shown(await owner.see("/settings/pipeline"))
    await owner.press(f"{LISTS}/stages/{found['Quoted']}/delete", {"move_to": "On hold"})
    assert "Offer" not in await stages(database, workspace)
    row = await database.fetch_one(
        "SELECT by, to_stage FROM stage_changes WHERE lead_id = $1 AND reason LIKE 'the%'", lead
    )
    assert row == {"by": "owner@example.com", "to_stage": "On hold"}
    for direction in ("up", "up"):
        await owner.press(f"{LISTS}/stages/{found['Form Started']}/move", {"direction": direction})
    assert (await stages(database, workspace)).startswith('["Form Started","New"')


async def test_a_name_that_is_taken_is_said_beside_its_field(owner: Browser) -> None:
    found = ids((await owner.see("/settings/pipeline")).text)
    answer = await owner.press(f"{LISTS}/stages/{found['Quoted']}/rename", {"name": "WON"})
    assert answer.status_code == 422
    assert 'There is a stage "Won" already.' in shown(answer)
    assert f'id="name-{found["Quoted"]}" name="name" type="text" value="WON"' in answer.text
    answer = await owner.press(f"{LISTS}/stages", {"name": "new"})
    assert answer.status_code == 422 and 'id="new-stages" name="name" type="text" value="new"' in answer.text


@pytest.mark.parametrize("kind", ["sources", "lead-types", "event-types"])
async def test_lists_are_edited(owner: Browser, kind: str) -> None:
    assert (await owner.press(f"{LISTS}/{kind}", {"name": "Trade fair"})).status_code == 303
    found = ids((await owner.see(LISTS)).text)["Trade fair"]
    assert (await owner.press(f"{LISTS}/{kind}", {"name": "trade FAIR"})).status_code == 422
    await owner.press(f"{LISTS}/{kind}/{found}/rename", {"name": "Fair"})
    assert ids((await owner.see(LISTS)).text) == {"Fair": found}
    assert (await owner.press(f"{LISTS}/{kind}/{found}/delete")).headers["location"] == f"{LISTS}#{kind}"
    assert ids((await owner.see(LISTS)).text) == {}


async def test_there_is_no_other_list(owner: Browser) -> None:
    for path in ("colours", "stages%2F..", "sources/x/rename"):
        assert (await owner.press(f"{LISTS}/{path}", {"name": "x"})).status_code == 404, path


async def test_strangers_neither_see_nor_touch_any_of_it(
    owner: Browser, outsider: Browser, database: Database, workspace: Created
) -> None:
    await owner.press(f"{LISTS}/sources", {"name": "Trade fair"})
    source = ids((await owner.see(LISTS)).text)["Trade fair"]
    stage = ids((await owner.see("/settings/pipeline")).text)["Quoted"]
    person = (await members.everybody(database, workspace.workspace_id))[0]["id"]
    for page in ("/settings", "/settings/members", "/settings/keys", "/settings/pipeline", LISTS):
        text = (await outsider.see(page)).text
        assert "Lindenhof" not in text and "owner@example.com" not in text and "Trade fair" not in text
    for path in (
        f"{LISTS}/sources/{source}/rename",
        f"{LISTS}/sources/{source}/delete",
        f"{LISTS}/stages/{stage}/rename",
        f"{LISTS}/stages/{stage}/move",
        f"{LISTS}/stages/{stage}/delete",
        f"/settings/members/{person}/role",
        f"/settings/members/{person}/remove",
        f"/settings/keys/{workspace.api_key_id}/revoke",
    ):
        said = {"name": "Mine", "role": "member", "move_to": "Won"}
        assert (await outsider.press(path, said)).status_code == 404, path
