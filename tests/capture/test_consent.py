"""A visitor who wasn't asked, on a site that asks: whatever the widget sent, nothing but counts is kept."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import msgspec
import pytest

from leadsbot.capture import consent
from leadsbot.capture.decoding import decode
from leadsbot.capture.edge import Request
from leadsbot.db import Database
from leadsbot.forms.hosted import STARTER
from leadsbot.forms.hosted_editing import create_hosted
from leadsbot.workspaces.bootstrap import Created
from tests.capture.test_form_lead import SITE
from tests.support.capture import (
    Json,
    Page,
    audit,
    batch,
    change_site,
    email_field,
    identify,
    new_uuid,
    progress,
    stage,
    submit,
    view,
)
from tests.support.waiting import until

SECRET = "ada@example.com"
TABLES = ("leads", "submissions", "sessions", "forms", "form_views", "page_audits", "events", "sites")


def left(*events: Json, **changes: Any) -> Json:
    """Give the batch of a page that was left before the site's settings were there."""
    touch = {"at": 1, "url": "https://lindenhof.example/?gclid=click-7&utm_source=news", "ref": "https://ref.example/"}
    events = events or (submit(email_field(SECRET)),)
    return batch(*events, settings=False, first=touch, last=touch, **changes)


async def stored(database: Database) -> str:
    return str([await database.fetch(f"SELECT * FROM {table}") for table in TABLES])


async def number(database: Database, table: str) -> int:
    (row,) = await database.fetch(f"SELECT count(*) AS n FROM {table}")
    return int(row["n"])


async def test_of_who_was_not_asked_a_view_is_left(page: Page, database: Database) -> None:
    await change_site(database, consent="required", partial_values="all", page_stages='["Won"]')
    sent = left(
        view(),
        progress(new_uuid(), fields=[email_field(SECRET)]),
        submit(email_field(SECRET), url="https://lindenhof.example/contact?gclid=click-7"),
        identify(email=SECRET),
        stage("Won"),
        audit(),
        page={"url": "https://lindenhof.example/contact?gclid=click-7", "ref": "https://ref.example/"},
    )
    for _ in range(2):
        assert (await page.post(sent)).status == 202
    assert [await number(database, table) for table in ("leads", "sessions", "events")] == [0, 0, 0]
    assert [await number(database, table) for table in ("forms", "form_views", "page_audits")] == [1, 1, 1]
    told = await stored(database)
    for said in (SECRET, "click-7", "ref.example", sent["visit"]["id"]):
        assert said not in told


async def test_the_owner_is_told_without_a_word_of_the_visitor(page: Page, database: Database) -> None:
    await change_site(database, consent="required")
    assert (await page.post(left())).status == 202

    async def noted() -> list[dict[str, Any]]:
        return await database.fetch("SELECT * FROM refused_requests")

    (row,) = await until(noted)
    assert (row["reason"], row["status"], row["door"], row["address"]) == ("consent", 202, "widget", "")
    assert "had not been asked" in row["hint"]


def asked_with(headers: dict[str, str]) -> Request:
    async def receive() -> dict[str, Any]:
        raise AssertionError("nobody reads the body twice")

    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    return Request("POST", "/", b"", dict(pairs), pairs, "203.0.113.7", receive)


CASES = {
    # name: site's consent, its privacy signals, the request's header, what the batch says; is it kept?
    "the site asks nobody": ("none", "ignore", {}, {}, True),
    "it asks, and the visitor agreed": ("required", "ignore", {}, {"consent": True}, True),
    "it asks, and the page had the settings": ("required", "ignore", {}, {"settings": True}, True),
    "it asks, and the widget is of old": ("required", "ignore", {}, {"settings": None}, True),
    "it asks, and the visitor said nothing": ("required", "ignore", {}, {}, False),
    "it asks nobody, and the visitor said no": ("none", "ignore", {}, {"consent": False, "settings": True}, False),
    "GPC, heeded": ("none", "honour", {"sec-gpc": "1"}, {}, False),
    "DNT, heeded": ("none", "honour", {"dnt": "1"}, {}, False),
    "DNT that allows, heeded": ("none", "honour", {"dnt": "0"}, {}, True),
    "neither, heeded": ("none", "honour", {}, {}, True),
    "GPC, heeded, and the visitor agreed": ("none", "honour", {"sec-gpc": "1"}, {"consent": True}, True),
    "GPC on a site that ignores it": ("none", "ignore", {"sec-gpc": "1", "dnt": "1"}, {}, True),
}


@pytest.mark.parametrize("name", CASES)
def test_who_is_asked_and_whose_word_counts(name: str) -> None:
    required, signals, headers, said, kept = CASES[name]
    site = dataclasses.replace(SITE, consent=required, privacy_signals=signals)
    told = decode(json.dumps({**left(), **said}).encode())
    assert consent.unasked(told, site, asked_with(headers)) is not kept


async def test_a_hosted_form_was_sent_to_us_and_stays(page: Page, database: Database, workspace: Created) -> None:
    await create_hosted(database, workspace.workspace_id, workspace.site_id, "Ask us", STARTER)
    await change_site(database, consent="required")
    sent = left(submit(email_field(SECRET), form={"key": "Ask us", "name": "Ask us"}))
    assert (await page.post(sent)).status == 202
    (lead,) = await database.fetch("SELECT * FROM leads")
    assert (lead["email"], lead["utm_source"], lead["referrer"]) == (SECRET, "", "")
    assert msgspec.json.decode(lead["click_ids"]) == {}
    assert sent["visit"]["id"] not in await stored(database)
