"""Several leads at once: what is done to them, what is left out, and one press that takes it back."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from leadsbot.dashboard.shown.chosen import FITS, GONE, pack, undone, unpack
from leadsbot.db import Database, Tx
from leadsbot.leads import changes
from leadsbot.routing.together import MOST_LEADS as MOST
from leadsbot.workspaces.bootstrap import Created
from tests.api.rows import NOON, add_lead
from tests.dashboard.browsing import Browser, ids_in, shown
from tests.dashboard.test_invitations import member

HERE = "/leads?stage=New"


async def column(database: Database, name: str) -> dict[str, Any]:
    return {row["id"]: row[name] for row in await database.fetch(f"SELECT id, {name} FROM leads")}


async def taken_back(owner: Browser) -> str:
    """Look at the list, press its Undo, and give what the list says then."""
    page = (await owner.see(HERE)).text
    form = re.search(r'action="/leads/chosen/undo".*?</form>', page, re.DOTALL)
    assert form
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form[0]):
        fields.setdefault(name, []).append(unescape(value))
    answer = await owner.press("/leads/chosen/undo", fields)
    assert answer.headers["location"] == HERE
    return shown(await owner.see(HERE))


async def test_they_move_together_and_one_press_puts_each_back_where_it_was(
    owner: Browser, workspace: Created, database: Database
) -> None:
    first, second, third = [await add_lead(database, workspace, NOON, stage=s) for s in ("New", "Quoted", "Won")]
    await owner.see("/leads")
    answer = await owner.press("/leads/chosen", {"lead": [first, second, third], "stage": "Won", "next": HERE})
    assert (answer.status_code, answer.headers["location"]) == (303, HERE)
    assert set((await column(database, "stage")).values()) == {"Won"}
    assert "2 leads moved to Won." in shown(await owner.see(HERE))
    await owner.press("/leads/chosen", {"lead": [first, second, third], "stage": "Lost", "next": HERE})
    await changes.move(database, workspace.workspace_id, second, "Contacted", "somebody@else.example")
    assert "2 leads back as before." in await taken_back(owner)
    assert await column(database, "stage") == {first: "Won", second: "Contacted", third: "Won"}


async def test_a_stage_that_is_gone_meanwhile_keeps_no_other_lead_from_going_back(
    owner: Browser, workspace: Created, database: Database
) -> None:
    first, second = [await add_lead(database, workspace, NOON, stage=stage) for stage in ("New", "Quoted")]
    await owner.see("/leads")
    await owner.press("/leads/chosen", {"lead": [first, second], "stage": "Won", "next": HERE})
    left = msgspec.json.encode(["Form Started", "New", "Contacted", "Won", "Lost"]).decode()

    async def unit(tx: Tx) -> None:
        await tx.execute("UPDATE workspaces SET stages = $2 WHERE id = $1", workspace.workspace_id, left)

    await database.write(unit)
    said = await taken_back(owner)
    assert "1 lead back as before. 1 lead stays as it is: there is no stage “Quoted” any more." in said
    assert await column(database, "stage") == {first: "New", second: "Won"}


async def test_what_changes_nothing_is_no_success(owner: Browser, workspace: Created, database: Database) -> None:
    lead = await add_lead(database, workspace, NOON, stage="Won")
    await owner.see("/leads")
    for named, said, tone in (
        ({"lead": lead, "stage": "Lost"}, "1 lead moved to Lost.", "good"),
        ({"lead": lead, "stage": "Lost"}, "Nothing changed: they are so already.", "neutral"),
        ({"lead": str(uuid4()), "stage": "Lost"}, "They are gone already.", "neutral"),
    ):
        await owner.press("/leads/chosen", {**named, "next": HERE})
        page = shown(await owner.see(HERE))
        assert said in page and f'class="toast is-{tone}"' in page
        assert ("#check-circle" in page.partition('class="toast ')[2]) == (tone == "good")


async def test_they_are_given_to_a_member_and_back(
    app: Any, owner: Browser, workspace: Created, database: Database
) -> None:
    leads = [await add_lead(database, workspace, NOON) for _ in range(2)]
    await member(app, database, workspace)
    users = {row["email"]: row["user_id"] for row in await database.fetch(
        "SELECT u.email, m.user_id FROM members m JOIN users u ON u.id = m.user_id WHERE m.workspace_id = $1",
        workspace.workspace_id,
    )}  # fmt: skip
    him = next(user for email, user in users.items() if email != "owner@example.com")
    page = await owner.see("/leads")
    assert f'name="to" value="{him}"' in page.text
    await owner.press("/leads/chosen", {"lead": leads, "to": him, "next": HERE})
    assert await column(database, "assigned_to") == dict.fromkeys(leads, him)
    assert "2 leads back as before." in await taken_back(owner)
    assert await column(database, "assigned_to") == dict.fromkeys(leads)
    await owner.press("/leads/chosen", {"lead": leads, "to": str(uuid4())})
    assert "Nobody in the workspace has this email or id." in shown(await owner.see("/leads"))


async def test_they_are_spam_together_and_back(owner: Browser, workspace: Created, database: Database) -> None:
    leads = [await add_lead(database, workspace, NOON) for _ in range(2)]
    await owner.see("/leads")
    await owner.press("/leads/chosen", {"lead": leads, "spam": "1", "next": HERE})
    assert ids_in(await owner.see("/leads?spam=1")) == leads[::-1]
    await owner.press("/leads/chosen", {"lead": leads, "spam": "0", "next": "/leads?spam=1"})
    assert "2 leads back among the leads." in shown(await owner.see("/leads"))
    await owner.press("/leads/chosen", {"lead": leads, "spam": "1", "next": HERE})
    assert "2 leads back as before." in await taken_back(owner)
    assert set((await column(database, "spam")).values()) == {0}


async def test_they_are_deleted_after_a_question_by_those_who_may(
    app: Any, owner: Browser, workspace: Created, database: Database
) -> None:
    leads = [await add_lead(database, workspace, NOON) for _ in range(2)]
    one = await member(app, database, workspace)
    assert "/leads/chosen/delete" not in (await one.see("/leads")).text
    assert (await one.press("/leads/chosen/delete", {"lead": leads})).status_code == 403
    page = await owner.see("/leads")
    asked = re.search(r'formaction="/leads/chosen/delete" name="_ask" value="([^"]+)"', page.text)
    assert asked
    sure = await owner.press("/leads/chosen/delete", {"lead": leads, "_ask": unescape(asked[1]), "_verb": "Delete"})
    assert sure.status_code == 200 and sure.text.count('name="lead"') == 2
    assert ids_in(await owner.see("/leads")) == leads[::-1]
    await owner.press("/leads/chosen/delete", {"lead": [*leads, str(uuid4())]})
    listed = await owner.see("/leads")
    assert "2 leads deleted." in shown(listed) and ids_in(listed) == []


async def test_another_workspaces_leads_and_those_that_are_gone_are_left_out(
    owner: Browser, outsider: Browser, workspace: Created, database: Database
) -> None:
    lead = await add_lead(database, workspace, NOON, stage="New")
    for browser, named, was in ((outsider, [lead], {lead: "Won"}), (owner, [str(uuid4()), "no-id"], {})):
        await browser.see("/leads")
        for path, said in (
            ("/leads/chosen", {"stage": "Won"}),
            ("/leads/chosen", {"to": ""}),
            ("/leads/chosen", {"spam": "1"}),
            ("/leads/chosen/delete", {}),
            ("/leads/chosen/undo", {"what": "stage", "wanted": "New", "was": pack(was)}),
        ):
            assert (await browser.press(path, {"lead": named, **said})).status_code == 303
    assert (await column(database, "stage"), await column(database, "spam")) == ({lead: "New"}, {lead: 0})


@pytest.mark.parametrize("path", ["/leads/chosen", "/leads/chosen/delete"])
async def test_there_is_a_most(owner: Browser, path: str) -> None:
    await owner.see("/leads")
    many = [str(uuid4()) for _ in range(MOST + 1)]
    answer = await owner.press(path, {"lead": many, "stage": "Won"})
    assert answer.status_code == 400 and f"at most {MOST} leads" in shown(answer)
    assert (await owner.press(path, {"lead": many[:MOST], "stage": "Won"})).status_code == 303


async def test_nothing_chosen_says_what_to_do_and_nobody_is_led_away(owner: Browser) -> None:
    await owner.see("/leads")
    answer = await owner.press("/leads/chosen", {"stage": "Won", "next": "https://evil.example/leads?"})
    assert answer.headers["location"] == "/leads"
    assert "Choose the leads first" in shown(await owner.see("/leads"))


async def test_what_takes_back_the_most_fits_into_a_cookie(
    owner: Browser, workspace: Created, database: Database
) -> None:
    leads = [await add_lead(database, workspace, NOON, stage=("New", "Quoted")[n % 2]) for n in range(MOST)]
    await owner.see("/leads")
    answer = await owner.press("/leads/chosen", {"lead": leads, "stage": "Won", "next": HERE})
    assert len(answer.headers["set-cookie"].partition(";")[0]) < 4_096
    assert f"{MOST} leads back as before." in await taken_back(owner)


@pytest.mark.parametrize(
    ("what", "found", "tone", "said"),
    [
        ("stage", {"a": "Won", "b": "Won", "c": "Won"}, "good", "3 leads back as before."),
        ("stage", {"a": "Won", "b": "Lost"}, "partial", "1 lead back as before. 2 leads stay as they are: changed or"),
        (
            "stage",
            {"a": GONE, "b": GONE, "c": GONE},
            "trouble",
            "3 leads stay as they are: the stages before are gone.",
        ),
        (
            "to",
            {"a": GONE, "b": "Won", "c": "Won"},
            "partial",
            "1 lead stays as it is: who had it is no member any more",
        ),
        ("stage", {}, "neutral", "3 leads stay as they are: changed or deleted since."),
    ],
    ids=["all", "changed", "stages", "member", "deleted"],
)
def test_what_could_not_be_taken_back_is_said(what: str, found: dict[str, str], tone: str, said: str) -> None:
    toast = undone(what, "Won", {"a": "New", "b": "Quoted", "c": "New"}, found)
    assert said in toast.text and toast.tone == tone


def test_ids_are_packed_with_what_they_were_and_nonsense_is_passed_over() -> None:
    before = {str(uuid4()): was for was in ("New", "Form Started", "New", "")}
    assert unpack(pack(before)) == before
    assert unpack(["%%% New", "", "short Won"]) == {}
    assert pack({str(uuid4()): "x" * FITS}) == []
