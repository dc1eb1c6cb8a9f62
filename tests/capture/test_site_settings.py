"""What a site's pages are told (its rules, what its forms grow to, what a contact is called), and tell back."""

from __future__ import annotations

import re

import pytest

from leadsbot import clock
from leadsbot.capture.store import AUDIT_EVERY_MS
from leadsbot.db import Database, Tx
from leadsbot.forms.growth import UNNAMED
from leadsbot.forms.tables import Form
from leadsbot.leads.meanings import contact_pattern
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.remembered import FRESH_MS
from leadsbot.workspaces.sites import MAX_TOTALS
from tests.capture.checks import ORIGIN, assert_error, refusals
from tests.support.capture import (
    Answer,
    Page,
    change_site,
    email_field,
    exchange,
    new_uuid,
    progress,
    submit,
    text_field,
)


@pytest.mark.parametrize(("partial", "told"), [("off", False), ("contact", True), ("all", False)])
async def test_what_a_contact_is_called_is_told_where_nothing_else_may_leave(
    page: Page, database: Database, partial: str, told: bool
) -> None:
    await change_site(database, partial_values=partial)
    settings = (await page.settings()).json()
    assert settings.get("contact") == (contact_pattern() if told else None)
    if told:
        assert re.search(settings["contact"], " votre prénom ")
        assert not re.search(settings["contact"], " colour ")


@pytest.mark.parametrize(("chosen", "told"), [("ignore", False), ("honour", True)])
async def test_it_says_whether_the_site_honours_a_browsers_signal(
    page: Page, database: Database, chosen: str, told: bool
) -> None:
    await change_site(database, privacy_signals=chosen)
    assert (await page.settings()).json()["signals"] is told


async def test_a_form_that_grew_tells_the_next_visitor_its_total(page: Page, database: Database) -> None:
    with clock.freeze(clock.now()) as advance:
        assert "totals" not in (await page.settings()).json()
        fields = [email_field("ada@example.com"), *(text_field(f"answer {n}", "x") for n in range(8))]
        grown = submit(*fields, form={"key": "quote", "name": "Quote"}, total=9, begun=3)
        assert (await page.send(grown, submit(email_field("bob@example.com"), total=4, begun=4))).status == 202
        assert (await page.send(progress(new_uuid(), total=30, begun=3))).status == 202
        advance(FRESH_MS)
        assert (await page.settings()).json()["totals"] == {"quote": 9}


async def test_a_total_that_was_told_does_not_confirm_itself(page: Page, database: Database) -> None:
    stats = [[f"answer {n}"] for n in range(12)]
    with clock.freeze(clock.now()) as advance:
        await page.send(submit(email_field("ada@example.com"), total=12, met=12, begun=3, stats=stats))
        for _ in range(3):
            advance(20 * clock.DAY)
            await page.send(submit(email_field("bob@example.com"), total=12, met=3, begun=3, stats=stats[:3]))
        advance(FRESH_MS)
        assert "totals" not in (await page.settings()).json()


async def test_one_made_up_submission_does_not_make_a_form_long(page: Page, database: Database) -> None:
    made_up = submit(email_field("eve@example.com"), total=200, met=200, begun=1, stats=[["email"]])
    await page.send(made_up)
    assert [row["fields_total"] for row in await database.fetch("SELECT fields_total FROM forms")] == [1 + UNNAMED]


async def test_a_trap_teaches_nobody_how_long_a_form_is(page: Page, database: Database) -> None:
    await change_site(database, honeypot_field="website")
    await page.send(submit(email_field("bot@example.com"), text_field("website", "x"), total=90, begun=3))
    assert [row["fields_total"] for row in await database.fetch("SELECT fields_total FROM forms")] == [0]


async def test_so_many_totals_are_told_and_no_more(page: Page, database: Database, workspace: Created) -> None:
    async def unit(tx: Tx) -> None:
        for number in range(MAX_TOTALS + 1):
            told = {"fields_total": number + 1, "fields_total_at": number, "first_seen_at": 0, "last_seen_at": 0}
            owned = {"id": new_uuid(), "workspace_id": workspace.workspace_id, "site_id": workspace.site_id}
            tx.insert(Form, {**owned, "key": f"form {number}", **told})

    await database.write(unit)
    totals = (await page.settings()).json()["totals"]
    assert len(totals) == MAX_TOTALS
    assert "form 0" not in totals and totals[f"form {MAX_TOTALS}"] == MAX_TOTALS + 1


async def test_another_sites_totals_are_not_told(page: Page, database: Database, stranger: Created) -> None:
    await Page(page.app, stranger.public_token).send(submit(email_field("eve@example.com"), total=9, begun=3))
    assert "totals" not in (await page.settings()).json()


async def asked_about(page: Page, frame: str) -> Answer:
    headers = [(b"origin", ORIGIN.encode())]
    path = f"/api/w/{page.token}"
    return await exchange(page.app, "GET", path, headers, [b""], query=f"frame={frame}".encode())


@pytest.mark.parametrize("frame", [ORIGIN, "https%3A%2F%2Flindenhof.example", "https://LINDENHOF.example:443"])
async def test_a_page_may_ask_whether_its_frame_is_one_of_us(page: Page, frame: str) -> None:
    answer = await asked_about(page, frame)
    assert (answer.status, answer.json()["consent"]) == (200, "none")


@pytest.mark.parametrize("frame", ["https://evil.example", "null", "", "x" * 400, "https://lindenhof.example/path"])
async def test_a_frame_from_elsewhere_is_refused_and_told_to_the_owner(
    page: Page, database: Database, frame: str
) -> None:
    assert_error(await asked_about(page, frame), 403, "origin_not_allowed")
    assert (await refusals(database, 1))[0]["reason"] == "origin"


async def test_a_blocked_page_is_told_to_the_owner_with_what_to_add(page: Page, database: Database) -> None:
    page.origin = None
    answer = await page.request("GET", f"/api/w/{page.token}/blocked", referer=f"{ORIGIN}/")
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    (row,) = await refusals(database, 1)
    assert (row["reason"], row["origin"]) == ("csp", ORIGIN)
    assert row["hint"].endswith("keeps the widget from sending: add http://127.0.0.1:8000 to connect-src")


async def test_a_blocked_page_of_another_origin_is_refused(page: Page, database: Database) -> None:
    page.origin = None
    answer = await page.request("GET", f"/api/w/{page.token}/blocked", referer="https://evil.example/")
    assert_error(answer, 403, "origin_not_allowed")
    assert [row["reason"] for row in await refusals(database, 1)] == ["origin"]


async def test_a_blocked_page_is_told_of_with_get_alone(page: Page) -> None:
    assert_error(await page.request("POST", f"/api/w/{page.token}/blocked"), 405)


async def test_pages_are_asked_what_they_hold_until_one_has_just_said_it(page: Page) -> None:
    with clock.freeze(clock.now()) as advance:
        assert (await page.settings()).json()["audit"] is True
        audit = {"type": "audit", "at": clock.now(), "forms": [], "missed": []}
        assert (await page.send(audit)).status == 202
        assert "audit" not in (await page.settings()).json()
        advance(AUDIT_EVERY_MS)
        assert (await page.settings()).json()["audit"] is True
