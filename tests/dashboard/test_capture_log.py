"""The capture log's page: why a lead didn't arrive, and what is unusual, on every page that should say so."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from leadsbot import clock
from leadsbot.dashboard.shown.refusal_words import REASONS, refusal_words
from leadsbot.db import Database, Tx
from leadsbot.ids import new_id
from leadsbot.workspaces import refusals
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.refusals import Doorway, Refused
from leadsbot.workspaces.tables import DoorAlert
from tests.dashboard.browsing import Browser, shown
from tests.support.waiting import until

HOSTILE = "<script>alert(1)</script>"


def refused(workspace: Created, reason: str, kind: str = "site", **more: Any) -> Refused:
    whose = {"site": workspace.site_id, "endpoint": workspace.endpoint_id, "key": workspace.api_key_id}[kind]
    door = Doorway(workspace.workspace_id, kind, whose)  # type: ignore[arg-type]
    said = {"origin": "", "hint": "because", "at": clock.now(), "door": "widget", "address": "203.0.113.7"}
    return Refused(door, reason, **{**said, **more})


async def note(database: Database, *said: Refused) -> None:
    await asyncio.gather(*(database.put(refusals.keep, one) for one in said))


async def alert(database: Database, workspace: Created, kind: str = "site", text: str = "12 hours") -> None:
    door_id = workspace.site_id if kind == "site" else workspace.endpoint_id
    whose = {"workspace_id": workspace.workspace_id, "door_kind": kind, "door_id": door_id}
    row = {"id": new_id(), **whose, "kind": "silence", "text": text, "begun_at": clock.now()}

    async def unit(tx: Tx) -> None:
        tx.insert(DoorAlert, row)

    await database.write(unit)


async def test_an_empty_log_says_what_will_stand_there(owner: Browser) -> None:
    page = shown(await owner.see("/attempts"))
    assert "Whatever is sent will stand here" in page and "Send your own form once" in page


async def test_what_was_taken_leads_to_its_lead_and_what_was_refused_to_the_rule(
    owner: Browser, database: Database, workspace: Created
) -> None:
    key = {"authorization": f"Bearer {workspace.api_key}"}
    jane = {"name": "Jane Doe", "email": "jane@example.com", "phone": "+43 660 1"}
    made = (await owner.client.post("/api/v1/leads", json=jane, headers=key)).json()
    await note(database, refused(workspace, "origin", origin="https://shop.example"))
    await note(database, refused(workspace, "ip", "endpoint", status=403))
    page = shown(await owner.see("/attempts"))
    assert f'<a href="/leads/{made["id"]}"><b>Jane Doe</b></a>' in page
    assert "Its origin is not on the list" in page and "https://shop.example" in page and "/api/v1/leads" in page
    assert f'href="/sites#site-{workspace.site_id}">Allowed origins</a>' in page
    assert f'href="/endpoints#endpoint-{workspace.endpoint_id}">Allowed addresses</a>' in page
    assert "from 203.0.113.7, answered 403" in page and "Because." in page
    assert (await owner.client.delete(f"/api/leads/{made['id']}", headers=key)).status_code == 204
    page = shown(await owner.see("/attempts"))
    assert "A lead that was deleted" in page and made["id"] not in page and "Jane" not in page


async def test_it_is_narrowed_by_outcome_and_door_and_passes_over_what_can_not_be(
    owner: Browser, database: Database, workspace: Created
) -> None:
    await note(database, refused(workspace, "burst"), refused(workspace, "captcha", "endpoint"))
    for query, there, gone in (
        (f"door={workspace.site_id}", "Too many requests at once", "CAPTCHA wasn"),
        (f"door={workspace.endpoint_id}&outcome=refused", "CAPTCHA wasn", "Too many requests at once"),
        ("outcome=accepted", "None of these", "Too many requests at once"),
        ("outcome=lost&door=x&cursor=x", "Too many requests at once", "None of these"),
    ):
        page = shown(await owner.see(f"/attempts?{query}"))
        assert there in page and gone not in page, query


@pytest.mark.parametrize(
    ("path", "kind", "body", "there", "gone"),
    [
        ("/api/public/leads", "application/json", b"{}", "An email or a phone is required: email, phone.", ".:"),
        ("/api/postback", "application/json", b'{"lead_id": "x"}', "<p>lead_id is a lead", "Lead_id"),
        ("/api/v1/leads", "text/plain", b"x", "Send JSON, with Content-Type: application/json.", "JSON or a form"),
    ],
)
async def test_a_doors_own_words_are_shown_as_a_sentence(
    owner: Browser, workspace: Created, path: str, kind: str, body: bytes, there: str, gone: str
) -> None:
    key = {"authorization": f"Bearer {workspace.api_key}", "content-type": kind}
    assert (await owner.client.post(path, content=body, headers=key)).status_code in (400, 415)

    async def told() -> str:
        page = shown(await owner.see("/attempts?outcome=refused"))
        return page if "answered 4" in page else ""

    page = await until(told)
    assert there in page and gone not in page


async def test_what_named_no_origin_is_not_told_to_allow_one(
    owner: Browser, database: Database, workspace: Created
) -> None:
    await note(
        database, refused(workspace, "origin", "endpoint", origin=""), refused(workspace, "origin", origin="null")
    )
    page = shown(await owner.see("/attempts"))
    assert page.count("There is none to allow.") == 2 and "allow its origin" not in page


async def test_older_ones_are_a_page_away(owner: Browser, database: Database, workspace: Created) -> None:
    await note(database, *(refused(workspace, "burst", at=1_000 + n, hint=f"the {n}th") for n in range(60)))
    now = clock.now()
    with clock.freeze(now):
        first = await owner.see("/attempts?outcome=refused")
    older = shown(first).partition('rel="next" href="')[2].partition('"')[0]
    assert "The 59th." in first.text and "The 9th." not in first.text
    assert "The 9th." in (await owner.see(older)).text


async def test_what_strangers_typed_is_shown_as_text(owner: Browser, database: Database, workspace: Created) -> None:
    await note(database, refused(workspace, HOSTILE[:32], origin=HOSTILE, hint=HOSTILE, address=HOSTILE))
    await alert(database, workspace, text=HOSTILE)
    for path in ("/attempts", "/", "/sites"):
        assert "<script>alert" not in (await owner.see(path)).text


async def test_a_stranger_sees_nothing_of_it(outsider: Browser, database: Database, workspace: Created) -> None:
    await note(database, refused(workspace, "burst"))
    await alert(database, workspace)
    for path in ("/attempts", f"/attempts?door={workspace.site_id}", "/"):
        page = shown(await outsider.see(path))
        assert "Too many requests" not in page and "No leads come" not in page and "no leads come" not in page


async def test_a_passer_by_signs_in_first(passer_by: Browser) -> None:
    answer = await passer_by.client.get("/attempts")
    assert answer.status_code == 303 and answer.headers["location"].startswith("/login")


@pytest.mark.parametrize(("kind", "card"), [("site", "/sites"), ("endpoint", "/endpoints")])
async def test_an_alert_stands_on_the_overview_the_log_and_its_own_card(
    owner: Browser, database: Database, workspace: Created, kind: str, card: str
) -> None:
    await alert(database, workspace, kind)
    for path in ("/", card, "/attempts"):
        assert "no leads come." in shown(await owner.see(path)), path

    async def over(tx: Tx) -> None:
        await tx.execute("UPDATE door_alerts SET ended_at = $1", clock.now())

    await database.write(over)
    for path in ("/", card, "/attempts"):
        assert "no leads come." not in shown(await owner.see(path)), path


async def test_a_sites_card_says_what_it_refused_last(owner: Browser, database: Database, workspace: Created) -> None:
    assert "last refused" not in shown(await owner.see("/sites"))
    await note(database, refused(workspace, "burst", at=clock.now() - 9), refused(workspace, "leads_per_day"))
    page = shown(await owner.see("/sites"))
    assert "last refused" in page and "More leads from one address in 24 hours than allowed." in page
    assert f'href="/attempts?door={workspace.site_id}"' in page


@pytest.mark.parametrize("reason", [*REASONS, "origin_not_allowed", "something_new", ""])
def test_every_reason_has_words_and_what_to_do(reason: str) -> None:
    said = refusal_words(reason)
    assert said.why and said.remedy.endswith((".", "?")) and not said.why.endswith(".")
    assert bool(said.rule) == bool(said.where)
