"""What was found on a site's pages, over HTTP."""

from __future__ import annotations

from typing import Any

from leadsbot import clock
from leadsbot.clock import rfc3339
from leadsbot.db import Database, Tx
from leadsbot.forms.audit_reading import count_pages, latest_pages, list_pages
from leadsbot.forms.audits import AuditBook, audited
from leadsbot.ids import new_id
from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import Client, key_with
from tests.api.rows import NOON

LEAD = {"key": "contact", "name": "Contact <script>alert(1)</script>", "as": "lead"}
SEARCH = {"key": "q", "name": "", "as": "search"}
FRAME = {"what": "frame", "where": "https://form.typeform.com"}


async def hear(database: Database, workspace: Created, path: str, at: int = NOON, **more: Any) -> None:
    """Let a page tell what stands on it."""
    url = f"https://lindenhof.example/{path}"
    one = audited(workspace.site_id, url, more.get("forms", [LEAD, SEARCH]), more.get("missed", [FRAME]), at)

    async def unit(tx: Tx) -> None:
        await AuditBook().write(tx, [one])

    await database.write(unit)


def pages(workspace: Created) -> str:
    return f"/api/v1/sites/{workspace.site_id}/pages"


async def test_a_page_is_shown_with_its_forms_and_what_can_not_be_seen(
    api: Client, database: Database, workspace: Created
) -> None:
    await hear(database, workspace, "contact?step=2")
    await hear(database, workspace, "contact", NOON + clock.HOUR)
    answer = await api.get(pages(workspace))
    assert answer.status_code == 200
    assert answer.json() == {
        "data": [
            {
                "page_url": "https://lindenhof.example/contact",
                "forms": [LEAD, SEARCH],
                "missed": [FRAME],
                "first_seen_at": rfc3339(NOON),
                "last_seen_at": rfc3339(NOON + clock.HOUR),
            }
        ],
        "next_cursor": None,
    }


async def test_a_site_that_was_never_visited_has_no_pages(api: Client, workspace: Created) -> None:
    assert (await api.get(pages(workspace))).json() == {"data": [], "next_cursor": None}


async def test_pages_are_listed_the_latest_heard_of_first(api: Client, database: Database, workspace: Created) -> None:
    for hour, path in enumerate(("one", "two", "three")):
        await hear(database, workspace, path, NOON + hour * clock.HOUR, forms=[], missed=[])
    first = (await api.get(pages(workspace), params={"limit": 2})).json()
    assert [page["page_url"].rpartition("/")[2] for page in first["data"]] == ["three", "two"]
    rest = (await api.get(pages(workspace), params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [page["page_url"].rpartition("/")[2] for page in rest["data"]] == ["one"] and rest["next_cursor"] is None


async def test_a_stranger_finds_no_such_site(
    stranger_api: Client, database: Database, workspace: Created, stranger: Created
) -> None:
    await hear(database, workspace, "contact")
    assert (await stranger_api.get(pages(workspace))).status_code == 404
    assert (await stranger_api.get(pages(stranger))).json()["data"] == []
    assert (await list_pages(database, stranger.workspace_id, workspace.site_id)).rows == []
    assert await latest_pages(database, stranger.workspace_id, workspace.site_id) == []
    assert await count_pages(database, stranger.workspace_id, workspace.site_id) == 0


async def test_a_site_that_does_not_exist_has_no_pages(api: Client) -> None:
    assert (await api.get(f"/api/v1/sites/{new_id()}/pages")).status_code == 404
    assert (await api.get("/api/v1/sites/nothing/pages")).status_code == 404


async def test_it_needs_a_key_that_may_manage(nobody: Client, as_: Any, database: Database, workspace: Created) -> None:
    assert (await nobody.get(pages(workspace))).status_code == 401
    reader = as_(await key_with(database, workspace, ["leads:read", "leads:write"]))
    assert (await reader.get(pages(workspace))).status_code == 403


async def test_a_limit_or_cursor_that_makes_no_sense_is_named(api: Client, workspace: Created) -> None:
    for asked, field in (("limit=0", "limit"), ("limit=101", "limit"), ("cursor=made-up", "cursor")):
        answer = await api.get(f"{pages(workspace)}?{asked}")
        assert (answer.status_code, answer.json()["fields"]) == (400, [field]), asked
