"""Possible duplicates on a lead's page and in the inbox: merged, kept apart, and either taken back."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx

from leadsbot.db import Database, Tx
from leadsbot.leads import reading
from leadsbot.workspaces.bootstrap import Created
from tests.api.rows import NOON, add_lead
from tests.dashboard.browsing import Browser, ids_in, shown
from tests.dashboard.test_render import ATTACK, harmless

IN_PANE = {"hx_request": "true", "hx_current_url": "https://leads.example/leads?open=x"}
PHONE = "+43 660 1234567"
OFFER = "May be the same person as"


async def pair(database: Database, workspace: Created) -> tuple[str, str]:
    """Two leads of one phone number, the second linked to the first as the creating doors do."""
    first = await add_lead(database, workspace, NOON, email="anna@x.example", phone=PHONE, first_name="Anna")
    second = await add_lead(
        database, workspace, NOON + 9, email="a.berger@y.example", phone=PHONE, company="Berger & Sons"
    )

    await link(database, first, second)
    return first, second


async def link(database: Database, older: str, newer: str) -> None:
    async def unit(tx: Tx) -> None:
        await tx.execute("UPDATE leads SET duplicate_of = $2 WHERE id = $1", newer, older)

    await database.write(unit)


async def test_both_pages_offer_the_merge_and_the_list_marks_the_newer(
    owner: Browser, workspace: Created, database: Database
) -> None:
    first, second = await pair(database, workspace)
    for one, other in ((first, second), (second, first)):
        page = shown(await owner.see(f"/leads/{one}"))
        assert OFFER in page
        assert f'href="/leads/{other}"' in page
    listed = (await owner.see("/leads")).text
    assert listed.count("Duplicate?") == 1
    assert "Duplicate?" in listed.split(f'id="row-{second}"')[1].split("</li>")[0]


async def test_merging_keeps_the_open_lead_and_leads_there_from_the_other(
    owner: Browser, workspace: Created, database: Database
) -> None:
    first, second = await pair(database, workspace)
    await owner.see(f"/leads/{first}")
    answer = await owner.press(f"/leads/{first}/merge", {"lead_id": second})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/leads/{first}")
    page = shown(await owner.see(f"/leads/{first}"))
    assert "“Ada” is part of this lead now." in page
    assert "Berger & Sons" in page
    assert OFFER not in page
    assert ids_in(await owner.see("/leads")) == [first]
    old = await owner.see(f"/leads/{second}")
    assert (old.status_code, old.headers["location"]) == (303, f"/leads/{first}")


async def test_in_the_pane_the_merged_row_leaves_the_list(
    owner: Browser, workspace: Created, database: Database
) -> None:
    first, second = await pair(database, workspace)
    await owner.see("/leads")
    answer = await owner.press(f"/leads/{first}/merge", {"lead_id": second}, **IN_PANE)
    assert answer.status_code == 200
    assert f'<li id="row-{second}" hx-swap-oob="delete">' in answer.text
    assert "Open as a page" in answer.text


async def test_a_merge_is_undone_from_its_page(owner: Browser, workspace: Created, database: Database) -> None:
    first, second = await pair(database, workspace)
    before = [await reading.get_lead(database, workspace.workspace_id, one) for one in (first, second)]
    await owner.see(f"/leads/{first}")
    await owner.press(f"/leads/{first}/merge", {"lead_id": second})
    page = (await owner.see(f"/leads/{first}")).text
    undo = re.search(r'action="(/merges/[\w-]+/undo)"', page)
    assert undo and page.count(undo[1]) >= 2, "in the toast and below the thread"
    answer = await owner.press(undo[1], {"lead_id": first}, **IN_PANE)
    assert "They are two leads again." in answer.text
    assert f'<ol hx-swap-oob="beforebegin:#row-{first}">' not in answer.text, "the stream brings what is newest of all"
    page = shown(await owner.see(f"/leads/{first}"))
    assert OFFER in page
    after = [await reading.get_lead(database, workspace.workspace_id, one) for one in (first, second)]
    assert [one | {"read_at": None} for one in after] == [one | {"read_at": None} for one in before]
    again = await owner.press(undo[1], {"lead_id": first}, **IN_PANE)
    assert "undone already" in again.text


async def test_in_the_pane_the_row_comes_back_beside_the_kept_ones(
    owner: Browser, workspace: Created, database: Database
) -> None:
    first, second = await pair(database, workspace)
    await owner.see("/leads")
    await owner.press(f"/leads/{second}/merge", {"lead_id": first}, **IN_PANE)
    made = await database.fetch_one("SELECT id FROM merges")
    assert made
    answer = await owner.press(f"/merges/{made['id']}/undo", {"lead_id": second}, **IN_PANE)
    assert f'<ol hx-swap-oob="afterend:#row-{second}">' in answer.text
    assert ids_in(answer) == [first]


async def test_not_the_same_is_not_asked_again_unless_taken_back(
    owner: Browser, workspace: Created, database: Database
) -> None:
    first, second = await pair(database, workspace)
    await owner.see(f"/leads/{second}")
    await owner.press(f"/leads/{second}/apart", {"lead_id": first, "apart": "1"})
    assert "Kept apart." in shown(await owner.see(f"/leads/{second}"))
    for one in (first, second):
        assert OFFER not in (await owner.see(f"/leads/{one}")).text
    assert "Duplicate?" not in (await owner.see("/leads")).text
    await owner.press(f"/leads/{second}/apart", {"lead_id": first, "apart": "0"})
    assert OFFER in (await owner.see(f"/leads/{first}")).text
    await owner.see("/leads")
    beside = await owner.press(f"/leads/{second}/apart", {"lead_id": first, "apart": "1"}, **IN_PANE)
    assert sorted(ids_in(beside)) == sorted([first, second])
    assert f'class="row open" hx-swap-oob="true" id="row-{second}"' in beside.text
    assert "Duplicate?" not in beside.text


async def test_an_outsider_merges_and_undoes_nothing(
    owner: Browser, outsider: Browser, workspace: Created, database: Database
) -> None:
    first, second = await pair(database, workspace)
    await outsider.see("/leads")
    for path in (f"/leads/{first}/merge", f"/leads/{first}/apart"):
        assert (await outsider.press(path, {"lead_id": second, "apart": "1"})).status_code == 404
    await owner.see("/leads")
    await owner.press(f"/leads/{first}/merge", {"lead_id": second})
    made = await database.fetch_one("SELECT id FROM merges")
    assert made
    assert (await outsider.press(f"/merges/{made['id']}/undo", {"lead_id": first})).status_code == 404
    assert (await outsider.see(f"/leads/{second}")).status_code == 404


async def test_without_our_own_page_behind_it_nothing_is_merged(
    owner: Browser, workspace: Created, database: Database
) -> None:
    first, second = await pair(database, workspace)
    owner.token = "forged"
    assert (await owner.press(f"/leads/{first}/merge", {"lead_id": second})).status_code == 403
    assert (await owner.press(f"/leads/{first}/merge", {"lead_id": "x"})).status_code == 403


async def test_a_duplicates_own_words_are_escaped(owner: Browser, workspace: Created, database: Database) -> None:
    first = await add_lead(database, workspace, NOON, email="anna@x.example", first_name=ATTACK)
    second = await add_lead(database, workspace, NOON + 9, phone="1")

    await link(database, first, second)
    harmless((await owner.see(f"/leads/{second}")).text)


def counted(answer: httpx.Response) -> Any:
    """Give what the page's script is told to count."""
    return json.loads(answer.headers["hx-trigger"])["leadsbot:counted"]


async def test_the_counters_hear_of_a_merge_and_of_its_undoing(
    owner: Browser, workspace: Created, database: Database
) -> None:
    first, second = await pair(database, workspace)
    await owner.see(f"/leads/{second}")
    merged = await owner.press(f"/leads/{second}/merge", {"lead_id": first}, **IN_PANE)
    assert counted(merged) == {"id": first, "by": -1, "unread": -1}
    made = await database.fetch_one("SELECT id FROM merges")
    assert made
    undone = await owner.press(f"/merges/{made['id']}/undo", {"lead_id": second}, **IN_PANE)
    assert counted(undone) == {"id": first, "by": 1, "unread": 1}
    await owner.see(f"/leads/{first}")
    alone = {"hx_request": "true", "hx_current_url": f"https://leads.example/leads/{second}"}
    assert counted(await owner.press(f"/leads/{second}/merge", {"lead_id": first}, **alone))["unread"] == 0


async def test_what_the_stream_brings_back_is_counted_by_it_alone(
    owner: Browser, workspace: Created, database: Database
) -> None:
    first, second = await pair(database, workspace)
    await owner.see("/leads")
    await owner.press(f"/leads/{first}/merge", {"lead_id": second}, **IN_PANE)
    made = await database.fetch_one("SELECT id FROM merges")
    assert made
    undone = await owner.press(f"/merges/{made['id']}/undo", {"lead_id": first}, **IN_PANE)
    assert "hx-trigger" not in undone.headers
