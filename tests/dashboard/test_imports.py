"""Importing leads in the dashboard: from the file to the report, and back."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from leadsbot.dashboard import imports as page
from leadsbot.db import Database
from leadsbot.imports import run
from leadsbot.workspaces.bootstrap import Created
from tests.api.rows import NOON, add_lead
from tests.dashboard.browsing import ADDRESS, Browser, ids_in, shown
from tests.dashboard.test_render import ATTACK, harmless

FILE = "Name;Mail;Gäste\nAnna Berger;anna@berger.example;80\nNo Contact;;3\n".encode("cp1252")


async def send(browser: Browser, content: bytes = FILE, name: str = "fair 2026.csv", **fields: str) -> httpx.Response:
    """Upload a file from the form."""
    await browser.see("/imports")
    data = {"_csrf_token": browser.token, **fields}
    return await browser.client.post(
        "/imports", data=data, files={"file": (name, content, "text/csv")}, headers={"origin": ADDRESS}
    )


async def uploaded(browser: Browser, content: bytes = FILE, **more: Any) -> str:
    """Upload a file; gives the import's id."""
    answer = await send(browser, content, **more)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removeprefix("/imports/")


async def test_the_leads_page_leads_to_it_and_it_says_what_it_takes(owner: Browser) -> None:
    assert 'href="/imports"' in (await owner.see("/leads")).text
    text = shown(await owner.see("/imports"))
    assert "The first row names the columns." in text
    assert 'enctype="multipart/form-data"' in text


async def test_from_a_file_to_its_leads(owner: Browser, workspace: Created, database: Database) -> None:
    made = await uploaded(owner)
    text = shown(await owner.see(f"/imports/{made}"))
    for words in ("fair 2026.csv", "Import 2 rows", "Anna Berger", "Gäste", "What the columns are"):
        assert words in text
    assert re.search(r'<label for="column-1">Mail</label>.*?<option value="email" selected>', text, re.DOTALL)
    await owner.press(f"/imports/{made}", {"do": "check", "update": "fill"})
    assert 'hx-trigger="every 1s"' in (await owner.see(f"/imports/{made}")).text
    await run.work(database, made)
    text = shown(await owner.see(f"/imports/{made}", hx_request="true"))
    assert text.lstrip().startswith("<section")
    assert "Checked. Nothing has been imported yet." in text
    assert "Row 3" in text and "neither an email nor a phone" in text
    assert "Import 1 row<" in text, "the other can't be taken in"
    assert ids_in(await owner.see("/leads")) == []
    await owner.press(f"/imports/{made}", {"do": "run", "update": "fill"})
    await run.work(database, made)
    text = shown(await owner.see(f"/imports/{made}"))
    (lead,) = ids_in(await owner.see("/leads"))
    assert "Imported." in text and f'href="/leads/{lead}"' in text
    listed = shown(await owner.see("/imports"))
    assert "2 rows, 1 new, 1 failed" in listed
    thread = shown(await owner.see(f"/leads/{lead}"))
    assert "fair 2026.csv, import" in shown(await owner.see("/attempts"))
    assert "Imported from a file" in thread and "owner@example.com (import)" in thread


async def test_columns_are_what_the_menus_say(owner: Browser, workspace: Created, database: Database) -> None:
    made = await uploaded(owner, b"Who,How,Secret\nJane,j@x.example,s3cret\n")
    await owner.press(
        f"/imports/{made}", {"do": "run", "column-0": "company", "column-1": "email", "column-2": "-", "notify": "1"}
    )
    await run.work(database, made)
    (row,) = await database.fetch("SELECT company, email, custom_data FROM leads")
    assert (row["company"], row["email"], row["custom_data"]) == ("Jane", "j@x.example", "{}")
    assert len(await database.fetch("SELECT * FROM events")) == 1


async def test_a_mapping_that_can_not_be_is_said_on_the_page(owner: Browser, database: Database) -> None:
    made = await uploaded(owner)
    answer = await owner.press(f"/imports/{made}", {"do": "run", "column-0": "name", "column-1": "custom"})
    assert answer.status_code == 422
    assert "nobody could be reached" in shown(answer)
    assert re.search(r'id="column-1".*?<option value="custom" selected>', answer.text, re.DOTALL)
    twice = await owner.press(f"/imports/{made}", {"do": "run", "column-0": "email", "column-1": "email"})
    assert "can't both be email" in shown(twice)


async def test_undo_and_removal(owner: Browser, workspace: Created, database: Database) -> None:
    made = await uploaded(owner)
    await owner.press(f"/imports/{made}", {"do": "run"})
    await run.work(database, made)
    await owner.press(f"/imports/{made}/undo")
    await run.work(database, made)
    assert "Undone." in shown(await owner.see(f"/imports/{made}"))
    assert ids_in(await owner.see("/leads")) == []
    await owner.press(f"/imports/{made}/undo")
    assert "can be undone" in shown(await owner.see(f"/imports/{made}"))
    await owner.press(f"/imports/{made}/delete")
    assert "fair 2026.csv" not in shown(await owner.see("/imports"))


async def test_failed_rows_are_a_download(owner: Browser, workspace: Created, database: Database) -> None:
    made = await uploaded(owner)
    await owner.press(f"/imports/{made}", {"do": "run"})
    await run.work(database, made)
    answer = await owner.see(f"/imports/{made}/failed.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="fair 2026-failed.csv"'
    assert answer.content.decode("utf-8-sig").splitlines()[1].startswith("No Contact;;3;There is neither")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Choose a file"),
        (b"PK\x03\x04 sheet", "Save it as CSV first"),
        (b"email\n", "no row below its header"),
        (b"email\n" + b"x" * 8_000_000 + b"\n", "quotation mark"),
    ],
)
async def test_a_file_that_is_none_is_refused_with_what_to_do(owner: Browser, content: bytes, said: str) -> None:
    answer = await send(owner, content)
    assert answer.status_code == 422
    assert said in shown(answer)


async def test_the_largest_file_is_taken_and_a_larger_one_is_not(
    owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = b"x" * 1_000 + b",a@x.example\n"
    head = b"name,email\n"
    fitting = head + row * ((page.LARGEST_FILE - len(head)) // len(row))
    assert (await send(owner, fitting)).status_code == 303
    assert (await send(owner, fitting + row * 2)).status_code in (413, 422)
    assert (await send(owner, fitting + row * 200)).status_code == 413


async def test_no_file_and_no_parts_are_refused(owner: Browser) -> None:
    await owner.see("/imports")
    assert (await owner.press("/imports")).status_code == 422
    broken = await owner.client.post(
        "/imports",
        content=b"--x\r\nnonsense",
        headers={"content-type": "multipart/form-data; boundary=x", "x-csrftoken": owner.token, "origin": ADDRESS},
    )
    assert 400 <= broken.status_code < 500


async def test_without_our_own_page_behind_it_nothing_is_uploaded(owner: Browser, database: Database) -> None:
    await owner.see("/imports")
    answer = await owner.client.post("/imports", files={"file": ("a.csv", FILE)}, headers={"origin": ADDRESS})
    assert answer.status_code == 403
    answer = await owner.client.post(
        "/imports",
        data={"_csrf_token": owner.token},
        files={"file": ("a.csv", FILE)},
        headers={"origin": "https://evil.example"},
    )
    assert answer.status_code == 403
    assert await database.fetch("SELECT id FROM imports") == []


async def test_an_outsider_finds_no_import(
    owner: Browser, outsider: Browser, passer_by: Browser, workspace: Created
) -> None:
    made = await uploaded(owner)
    await outsider.see("/leads")
    assert (await outsider.see(f"/imports/{made}")).status_code == 404
    assert (await outsider.see(f"/imports/{made}/failed.csv")).status_code == 404
    for action in ("", "/undo", "/delete"):
        assert (await outsider.press(f"/imports/{made}{action}", {"do": "run"})).status_code == 404
    assert "fair 2026" not in (await outsider.see("/imports")).text
    assert (await passer_by.see(f"/imports/{made}")).headers["location"].startswith("/login")


async def test_what_a_file_says_is_escaped(owner: Browser, workspace: Created, database: Database) -> None:
    made = await uploaded(owner, f"{ATTACK},email\n{ATTACK},not an address\n".encode(), name=f"{ATTACK}.csv")
    harmless((await owner.see(f"/imports/{made}")).text)
    await owner.press(f"/imports/{made}", {"do": "run"})
    await run.work(database, made)
    harmless((await owner.see(f"/imports/{made}")).text)
    harmless((await owner.see("/imports")).text)


async def test_undone_says_how_many_leads_keep_what_was_filled_in(
    owner: Browser, workspace: Created, database: Database
) -> None:
    """Two rows of one email are one lead, which goes with the import; the one that was there before stays."""
    await add_lead(database, workspace, NOON, email="known@x.example")
    file = b"Name,Mail,Company\nJane,j@x.example,One\nJane Doe,j@x.example,Two\nKnown,known@x.example,Three\n"
    made = await uploaded(owner, file)
    await owner.press(f"/imports/{made}", {"do": "run", "update": "fill"})
    await run.work(database, made)
    assert "Delete the 1 lead that this import made?" in shown(await owner.see(f"/imports/{made}"))
    await owner.press(f"/imports/{made}/undo")
    await run.work(database, made)
    text = shown(await owner.see(f"/imports/{made}"))
    assert "What it filled in on 1 lead that was there before stays." in text
