"""`GET /api/w/{token}/form`: the hosted form of a site, for pages of the site's origins alone."""

from __future__ import annotations

import pytest

from leadsbot.db import Database
from leadsbot.forms import hosted_editing
from leadsbot.forms.hosted import STARTER
from leadsbot.ids import new_id
from leadsbot.workspaces.bootstrap import Created
from tests.support.capture import Answer, Page, change_site

pytestmark = pytest.mark.usefixtures("contact")


@pytest.fixture
async def contact(database: Database, workspace: Created) -> str:
    """The site's first form."""
    return await add(database, workspace, "Contact us")


async def add(database: Database, workspace: Created, name: str) -> str:
    args = (workspace.workspace_id, workspace.site_id, name, STARTER)
    form_id: str = (await hosted_editing.create_hosted(database, *args))["id"]
    return form_id


async def ask(page: Page, which: str = "", method: str = "GET") -> Answer:
    return await page.request(method, f"/api/w/{page.token}/form{which}")


async def test_a_page_reads_its_sites_form(page: Page, database: Database, contact: str) -> None:
    await change_site(database, honeypot_field="website")
    answer = await ask(page)
    assert answer.status == 200
    form = answer.json()
    assert (form["id"], form["name"], form["honeypot"]) == (contact, "Contact us", "website")
    assert [field["name"] for field in form["definition"]["fields"]] == ["name", "email", "phone", "message"]
    assert answer.headers["access-control-allow-origin"] == page.origin
    assert (answer.headers["cache-control"], answer.headers["vary"]) == ("public, max-age=60", "Origin")


async def test_it_is_asked_for_by_id_or_name(page: Page, database: Database, workspace: Created, contact: str) -> None:
    quote = await add(database, workspace, "A quote")
    for which, form in (("/Contact us", contact), (f"/{contact}", contact), ("/a QUOTE", quote), (f"/{quote}", quote)):
        assert (await ask(page, which)).json()["id"] == form
    assert (await ask(page)).json()["id"] == contact, "the first one, where none is named"


async def test_a_form_that_there_is_not_answers_404(page: Page, database: Database, workspace: Created) -> None:
    for which in ("/Nothing", f"/{new_id()}", "/a/b", "/%00"):
        answer = await ask(page, which)
        assert (answer.status, answer.json()["code"]) == (404, "no_form"), which
        assert answer.headers["access-control-allow-origin"] == page.origin


async def test_a_strangers_form_is_not_found(page: Page, database: Database, stranger: Created) -> None:
    theirs = await add(database, stranger, "Theirs")
    for which in (f"/{theirs}", "/Theirs"):
        assert (await ask(page, which)).status == 404


async def test_another_origin_is_refused_without_cors_headers(page: Page) -> None:
    page.origin = "https://evil.example"
    answer = await ask(page)
    assert (answer.status, answer.json()["code"]) == (403, "origin_not_allowed")
    assert "access-control-allow-origin" not in answer.headers


async def test_an_unknown_token_is_not_found(page: Page) -> None:
    page.token = "nobodys"
    answer = await ask(page)
    assert (answer.status, answer.json()["code"]) == (404, "unknown_token")


async def test_it_is_read_and_not_written(page: Page) -> None:
    answer = await ask(page, method="POST")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert (await ask(page, method="OPTIONS")).status == 204
    head = await ask(page, method="HEAD")
    assert (head.status, head.body) == (200, b"")


async def test_what_only_looks_like_it_is_not_found(page: Page) -> None:
    answer = await ask(page, "s")
    assert (answer.status, answer.json()["code"]) == (404, "unknown_token")


async def test_its_script_is_served_as_a_module_for_every_page(page: Page) -> None:
    answer = await page.request("GET", "/hosted-form.js", accept_encoding="br")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-encoding"] == "br"
    assert (await page.request("GET", "/hosted-form.js", if_none_match=answer.headers["etag"])).status == 304
