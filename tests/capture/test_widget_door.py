"""The widget's door (contract, section 3): who is let in, what is answered, and that bad input harms nothing."""

from __future__ import annotations

import asyncio
import json
import sqlite3

import pytest

from leadsbot import clock
from leadsbot.capture.wire import MAX_BODY, MAX_COUNT
from leadsbot.db import Database, Tx
from leadsbot.db.database import sqlite_path
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.site_editing import create_site
from tests.capture.checks import ORIGIN, assert_error, refusals
from tests.support.capture import (
    Page,
    audit,
    batch,
    change_site,
    email_field,
    exchange,
    new_uuid,
    progress,
    stage,
    submit,
    text_field,
    view,
)

TABLES = ("sessions", "leads", "submissions", "forms", "form_views", "events", "jobs")


async def counts(database: Database) -> dict[str, int]:
    rows = {table: await database.fetch(f"SELECT count(*) AS n FROM {table}") for table in TABLES}
    return {table: row[0]["n"] for table, row in rows.items()}


async def test_a_batch_is_answered_once_it_is_stored(page: Page, database: Database) -> None:
    answer = await page.send(view(), progress(new_uuid()))
    assert (answer.status, answer.json()) == (202, {"ok": True})
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    stored = await counts(database)
    assert (stored["sessions"], stored["forms"], stored["form_views"]) == (1, 1, 1)


async def test_the_same_batch_sent_twice_changes_nothing(page: Page, database: Database) -> None:
    body = batch(view(), progress(new_uuid()), submit(email_field("ada@example.com")), stage("Won"))
    assert (await page.post(body)).status == 202
    before = await counts(database), await database.fetch("SELECT * FROM leads")
    assert (await page.post(body)).status == 202
    assert (await counts(database), await database.fetch("SELECT * FROM leads")) == before


@pytest.mark.parametrize("content_type", ["text/plain", "text/plain;charset=UTF-8", "application/json", ""])
async def test_the_content_type_does_not_matter(page: Page, content_type: str) -> None:
    assert (await page.post(batch(view()), content_type=content_type)).status == 202


async def test_the_settings_are_small_and_cacheable(page: Page, database: Database) -> None:
    await change_site(database, masked_fields='["salary"]', partial_values="all", ignored_forms='["#newsletter"]')
    answer = await page.settings()
    assert answer.status == 200
    assert answer.json() == {
        "consent": "none",
        "signals": False,
        "audit": True,
        "partial": "all",
        "masked": ["salary"],
        "hidden": [],
        "ignored": ["#newsletter"],
        "honeypot": "",
    }
    assert answer.headers["cache-control"].startswith("public, max-age=")
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["vary"] == "Origin"


async def test_head_answers_like_get_without_a_body(page: Page) -> None:
    got, head = await page.settings(), await page.request("HEAD", f"/api/w/{page.token}")
    assert (head.status, head.headers, head.body) == (200, got.headers, b"")


@pytest.mark.parametrize("token", ["nobodys", "", "a" * 5_000, "\0", "ü", "' OR 1=1 --"])
async def test_an_unknown_token_is_not_found(page: Page, token: str) -> None:
    page.token = token
    assert_error(await page.send(view()), 404, "unknown_token")
    assert_error(await page.settings(), 404, "unknown_token")


async def test_another_address_below_a_token_is_not_found(page: Page) -> None:
    assert_error(await page.request("GET", f"/api/w/{page.token}/leads"), 404)


@pytest.mark.parametrize(("method", "path"), [("PUT", ""), ("DELETE", ""), ("POST", ""), ("GET", "/events")])
async def test_another_method_is_refused(page: Page, method: str, path: str) -> None:
    assert_error(await page.request(method, f"/api/w/{page.token}{path}"), 405, "method_not_allowed")


async def test_what_is_not_the_widgets_passes_through(page: Page) -> None:
    assert (await page.request("GET", "/api/workspaces")).status == 418


async def test_a_refused_origin_is_told_to_the_owner_and_not_to_the_page(page: Page, database: Database) -> None:
    page.origin = "http://localhost:9000"
    for answer in (await page.send(view()), await page.settings()):
        assert_error(answer, 403, "origin_not_allowed")
        assert not [name for name in answer.headers if name.startswith("access-control")]
    (row,) = await refusals(database, 2)
    assert (row["reason"], row["origin"], row["times"]) == ("origin", "http://localhost:9000", 2)
    assert "origin http://localhost:9000 is not on the list" in row["hint"]
    assert (await counts(database))["forms"] == 0


@pytest.mark.parametrize("origin", [None, "null", "https://lindenhof.example.evil.example", "http://lindenhof.example"])
async def test_other_origins_and_none_are_refused(page: Page, origin: str | None) -> None:
    page.origin = origin
    assert_error(await page.send(view()), 403)


async def test_a_referer_speaks_where_no_origin_does(page: Page) -> None:
    page.origin = None
    answer = await page.settings(referer="https://lindenhof.example/contact")
    assert answer.status == 200
    assert "access-control-allow-origin" not in answer.headers


async def test_a_preflight_is_answered_for_an_allowed_origin(page: Page) -> None:
    answer = await page.request(
        "OPTIONS", f"/api/w/{page.token}/events", access_control_request_method="POST", content_length=""
    )
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert answer.headers["access-control-allow-headers"] == "content-type"


async def test_a_preflight_is_not_answered_for_another_origin(page: Page) -> None:
    page.origin = "https://elsewhere.example"
    answer = await page.request("OPTIONS", f"/api/w/{page.token}/events")
    assert_error(answer, 403)
    assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_a_wildcard_allows_subdomains_and_not_the_domain_itself(page: Page, database: Database) -> None:
    await change_site(database, allowed_origins='["https://*.lindenhof.example"]')
    page.origin = "https://www.lindenhof.example"
    assert (await page.send(view())).headers["access-control-allow-origin"] == page.origin
    page.origin = ORIGIN
    assert_error(await page.send(view()), 403)


async def test_an_empty_list_allows_every_origin(page: Page, database: Database) -> None:
    await change_site(database, allowed_origins="[]")
    page.origin = "https://anywhere.example"
    assert (await page.send(view())).headers["access-control-allow-origin"] == page.origin


async def test_a_body_that_declares_too_much_is_refused_unread(page: Page) -> None:
    answer = await page.post(b"{}", content_length=str(MAX_BODY + 1))
    assert_error(answer, 413, "too_large")
    assert answer.headers["access-control-allow-origin"] == ORIGIN


async def test_a_body_that_streams_too_much_is_refused(page: Page) -> None:
    headers = [(b"origin", ORIGIN.encode()), (b"transfer-encoding", b"chunked")]
    chunks = [b" " * 1024] * 65
    path = f"/api/w/{page.token}/events"
    assert_error(await exchange(page.app, "POST", path, headers, chunks), 413, "too_large")


async def test_a_body_in_pieces_is_put_together(page: Page, database: Database) -> None:
    raw = json.dumps(batch(submit(email_field("ada@example.com")))).encode()
    headers = [(b"origin", ORIGIN.encode()), (b"transfer-encoding", b"chunked")]
    chunks = [raw[n : n + 100] for n in range(0, len(raw), 100)]
    assert (await exchange(page.app, "POST", f"/api/w/{page.token}/events", headers, chunks)).status == 202
    assert (await counts(database))["leads"] == 1


def _deep() -> bytes:
    raw = json.dumps(batch(stage("Paid") | {"data": "DEEP"})).encode()
    return raw.replace(b'"DEEP"', b'{"a":' * 3_000 + b"1" + b"}" * 3_000)


BAD = {
    "not JSON": b"a=1&b=2",
    "empty": b"",
    "a list": b"[]",
    "wrong types": json.dumps(batch(progress("s", percent="forty"))).encode(),
    "no events": json.dumps(batch()).encode(),
    "a 1 MB value": json.dumps(batch(submit(text_field("x", "y" * 1_000_000)))).encode(),
    "invalid UTF-8": json.dumps(batch(submit(text_field("x", "HERE")))).encode().replace(b"HERE", b"\xff\xfe"),
    "deep nesting": _deep(),
    "a bottomless list": b"[" * 60_000,
}


@pytest.mark.parametrize("kind", BAD)
async def test_bad_input_is_refused_and_harms_nothing(page: Page, database: Database, kind: str) -> None:
    before = await counts(database)
    answer = await page.post(BAD[kind])
    assert_error(answer, 413 if len(BAD[kind]) > MAX_BODY else 400)
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert await counts(database) == before
    assert (await page.send(submit(email_field("ada@example.com")))).status == 202


async def test_what_no_widget_sends_costs_no_lead(page: Page, database: Database) -> None:
    """PostgreSQL stores neither a NUL nor half a surrogate pair, and has 32 bits for a count."""
    stat = ["\0\ud800", "\udc00", 2**40, 2**62, -(2**62), -1, 2**31, 1, 1, 9]
    bad = progress(new_uuid(), 2**60, percent=-1, done=2**40, stats=[stat], at=10**30, fields=[{}] * 900)
    sent = submit(
        *[{"name": "", "value": ""}] * 900,
        text_field("n" * 10_000, "a\0b \ud83d \U0001f600 \u202e"),
        email_field("ada@example.com"),
        seq=2**60,
        percent=1e9,
        done=-5,
        at=-1,
        start=4e15,
        wait=2**80,
        stats=[stat],
        last="\0",
        form={"key": "k\0" * 300, "name": "\udfff"},
    )
    twice = json.dumps(batch(bad, view(), sent, audit(), first=7))
    twice = twice.replace('"v": 1', '"v": 2, "v": 1')
    for _ in range(2):
        assert (await page.post(twice.encode())).status == 202
    (lead,) = await database.fetch("SELECT * FROM leads")
    assert (lead["email"], lead["form_completion_percent"], lead["form_fields_completed"]) == (
        "ada@example.com",
        100,
        0,
    )
    assert "a\ufffdb \ufffd \U0001f600 \u202e" in lead["custom_data"]
    stored = await counts(database)
    assert (stored["sessions"], stored["submissions"], stored["form_views"]) == (1, 1, 1)


async def test_numbers_in_any_order_leave_the_last_word(page: Page, database: Database) -> None:
    session = new_uuid()
    for seq, percent in ((3, 60), (1, 20), (MAX_COUNT, 80), (4, 70)):
        assert (await page.send(progress(session, seq, percent=percent))).status == 202
    (row,) = await database.fetch("SELECT * FROM sessions")
    assert (row["completion_percent"], row["state"]) == (80, "started")
    assert (await page.send(submit(email_field("ada@example.com"), session=session, seq=5))).status == 202
    (row,) = await database.fetch("SELECT * FROM sessions")
    assert row["state"] == "submitted"


@pytest.mark.parametrize("years", [-40, -1, 1, 40])
async def test_a_clock_that_is_years_off_tells_the_time_all_the_same(
    page: Page, database: Database, years: int
) -> None:
    off = years * 365 * clock.DAY
    sent = submit(email_field("ada@example.com"))
    told = {**sent, "start": sent["start"] + off, "at": sent["at"] + off}
    before = clock.now()
    assert (await page.send(told, sent=before + off)).status == 202
    (row,) = await database.fetch("SELECT * FROM sessions")
    assert abs(row["submitted_at"] - before) < clock.MINUTE
    assert row["submitted_at"] - row["started_at"] == sent["at"] - sent["start"]


async def test_ids_of_another_workspace_swallow_nothing_and_change_nothing(
    page: Page, database: Database, workspace: Created, stranger: Created
) -> None:
    theirs = Page(page.app, stranger.public_token)
    sent = submit(email_field("ada@example.com"))
    same = batch(view(), progress(sent["session"], 3), sent)
    assert (await theirs.post(same)).status == 202
    before = await database.fetch("SELECT * FROM sessions")
    other = {
        **same,
        "events": [view(), progress(sent["session"], 99, percent=7), {**sent, "fields": [email_field("b@x.io")]}],
    }
    for _ in range(2):
        assert (await page.post(other)).status == 202
    leads = await database.fetch("SELECT workspace_id, email FROM leads ORDER BY email")
    assert [(row["workspace_id"], row["email"]) for row in leads] == [
        (stranger.workspace_id, "ada@example.com"),
        (workspace.workspace_id, "b@x.io"),
    ]
    assert await database.fetch("SELECT * FROM sessions") == before
    assert (await counts(database))["form_views"] == 2


async def test_an_id_that_another_site_knows_swallows_no_submission(
    page: Page, database: Database, workspace: Created
) -> None:
    row = await create_site(database, workspace.workspace_id, {"name": "Shop"})
    shop = Page(page.app, row["public_token"])
    sent = submit(email_field("ada@example.com"))
    assert (await shop.send(sent)).status == 202
    assert (await page.send({**sent, "session": new_uuid(), "fields": [email_field("b@example.com")]})).status == 202
    assert {row["email"] for row in await database.fetch("SELECT email FROM leads")} == {
        "ada@example.com",
        "b@example.com",
    }


async def test_the_longest_texts_that_are_taken_are_stored(page: Page, database: Database) -> None:
    long = "u" * 2_000
    touch = {"at": clock.now(), "url": f"https://{'a' * 1_900}.example/", "ref": f"https://{'b' * 1_900}.example/"}
    touch["utm"] = dict.fromkeys(("source", "medium", "campaign", "term", "content"), long)
    form = {"key": "k" * 200, "name": "n" * 200}
    fields = [text_field(name, "x" * 5_000) for name in ("first_name", "company", "message")]
    sent = submit(*fields, email_field("x" * 5_000), form=form, last="l" * 200)
    page.headers = {"user-agent": "Mozilla/5.0 " + "u" * 3_000}
    answer = await page.send(sent, page={"url": touch["url"] + "/" + "p" * 3_000, "title": long}, first=touch)
    assert answer.status == 202
    (row,) = await database.fetch("SELECT * FROM leads")
    assert (row["utm_campaign"], len(row["message"]), len(row["company"])) == (long, 5_000, 2_000)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_locked_database_is_unavailable_and_the_next_batch_is_stored(page: Page, database: Database) -> None:
    await page.settings()
    other = sqlite3.connect(sqlite_path(database.url), isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        answer = await page.send(view())
        other.execute("ROLLBACK")
    finally:
        other.close()
    assert_error(answer, 503, "unavailable")
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert (await page.send(view())).status == 202
    assert (await counts(database))["form_views"] == 1


async def test_what_breaks_inside_is_a_500_that_says_nothing(page: Page, database: Database) -> None:
    async def drop(tx: Tx) -> None:
        await tx.execute("ALTER TABLE form_views RENAME TO gone")

    await database.write(drop)
    answer = await page.send(view())
    assert answer.status in (500, 503)
    assert "form_views" not in answer.body.decode()


async def test_many_pages_at_once_are_all_stored(page: Page, database: Database) -> None:
    await change_site(database, burst_per_second=0)
    sent = [page.send(submit(email_field(f"ada{n % 20}@example.com"))) for n in range(100)]
    assert {answer.status for answer in await asyncio.gather(*sent)} == {202}
    stored = await counts(database)
    assert (stored["leads"], stored["submissions"]) == (20, 100)
