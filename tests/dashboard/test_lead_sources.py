"""Where leads came from, as the list, a lead's page and an import's report say it: what is known, and no more."""

from __future__ import annotations

import re
from typing import Any

import pytest

from leadsbot.db import Database
from leadsbot.imports import run
from leadsbot.workspaces.bootstrap import Created
from tests.api.rows import NOON, add_lead
from tests.dashboard.browsing import Browser, ids_in, shown
from tests.dashboard.test_imports import uploaded
from tests.dashboard.test_render import ATTACK, harmless

JANE = {"name": "Jane Doe", "email": "jane@doe.example", "phone": "+43 660 1234567"}


def in_list(page: str) -> str:
    """Give the source as the only row says it."""
    found = re.search(r'<span class="source clip">(.*?)</span>', page)
    assert found, page
    return found[1]


def on_page(page: str) -> str:
    found = re.search(r"<dt>Source</dt><dd>(.*?)</dd>", page)
    assert found, page
    return found[1]


async def said_of(browser: Browser) -> tuple[str, str]:
    """Give the only lead's source in the list and on its page."""
    listed = await browser.see("/leads")
    (lead,) = ids_in(listed)
    return in_list(shown(listed)), on_page(shown(await browser.see(f"/leads/{lead}")))


async def sent(browser: Browser, path: str, key: str = "", **more: Any) -> None:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    answer = await browser.client.post(path, json=JANE | more, headers=headers)
    assert answer.status_code in (200, 201), answer.text


@pytest.mark.parametrize(
    ("path", "word"), [("/api/v1/leads", "API"), ("/api/public/leads", "API"), ("/api/postback", "Postback")]
)
async def test_a_lead_by_key_without_a_source_names_its_door(
    owner: Browser, workspace: Created, path: str, word: str
) -> None:
    await sent(owner, path, workspace.api_key)
    assert await said_of(owner) == (word, word)


async def test_a_source_that_was_said_stands_before_the_door(owner: Browser, workspace: Created) -> None:
    await sent(owner, "/api/v1/leads", workspace.api_key, source="Trade fair")
    assert await said_of(owner) == ("Trade fair", "Trade fair")


async def test_an_endpoints_lead_names_the_endpoint(owner: Browser, workspace: Created, database: Database) -> None:
    await sent(owner, f"/api/inbound/w/{workspace.endpoint_id}/leads")
    row = await database.fetch_one("SELECT name FROM endpoints WHERE id = $1", workspace.endpoint_id)
    assert row and await said_of(owner) == (row["name"], row["name"])
    await owner.client.delete(
        f"/api/v1/endpoints/{workspace.endpoint_id}", headers={"authorization": f"Bearer {workspace.api_key}"}
    )
    assert await said_of(owner) == ("Endpoint", "Endpoint")


async def test_an_endpoints_name_is_escaped(owner: Browser, workspace: Created) -> None:
    await owner.client.patch(
        f"/api/v1/endpoints/{workspace.endpoint_id}",
        json={"name": ATTACK},
        headers={"authorization": f"Bearer {workspace.api_key}"},
    )
    await sent(owner, f"/api/inbound/w/{workspace.endpoint_id}/leads")
    harmless((await owner.see("/leads")).text)


async def test_an_imported_lead_says_so_in_the_imports_report_too(
    owner: Browser, workspace: Created, database: Database
) -> None:
    made = await uploaded(owner, b"Name,Mail\nJane Doe,jane@doe.example\n")
    await owner.press(f"/imports/{made}", {"do": "run"})
    await run.work(database, made)
    assert in_list(shown(await owner.see(f"/imports/{made}"))) == "Import"
    assert await said_of(owner) == ("Import", "Import")
    assert in_list(shown(await owner.see("/"))) == "Import"


async def test_who_typed_the_address_is_direct_and_where_nothing_is_known_stands_a_dash(
    owner: Browser, workspace: Created, database: Database
) -> None:
    lead = await add_lead(database, workspace, NOON)
    assert on_page(shown(await owner.see(f"/leads/{lead}"))) == "Direct"
    other = await add_lead(database, workspace, NOON + 1, source="", email="x@y.example")
    assert on_page(shown(await owner.see(f"/leads/{other}"))) == "–"
