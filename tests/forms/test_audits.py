"""Pages are written down once a minute unless they change, at most so many per site, and vanish when nobody comes."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from leadsbot import clock, housekeeping
from leadsbot.db import Database, Tx
from leadsbot.forms.audits import (
    KEPT_MS,
    MAX_LISTED_BYTES,
    MAX_PAGES_PER_SITE,
    MAX_PARTS_PER_PAGE,
    MAX_REMEMBERED,
    NOTHING,
    PAGE_LENGTH,
    REPLACED_AFTER_MS,
    REWRITE_AFTER_MS,
    AuditBook,
    Audited,
    audited,
)
from leadsbot.workspaces.bootstrap import Created

NOW = 1_800_000_000_000
CONTACT = {"key": "contact", "name": "Contact us", "as": "lead"}
FRAME = {"what": "frame", "where": "https://form.typeform.com"}


def page(workspace: Created, path: str = "", forms: list[Any] | None = None, at: int = NOW) -> Audited:
    url = f"https://lindenhof.example/{path}"
    return audited(workspace.site_id, url, [CONTACT] if forms is None else forms, [FRAME], at)


def empty(workspace: Created, path: str, at: int = NOW) -> Audited:
    return replace(page(workspace, path, at=at), forms=NOTHING, missed=NOTHING)


async def write(database: Database, book: AuditBook, *said: Audited) -> None:
    async def unit(tx: Tx) -> None:
        await book.write(tx, said)

    await database.write(unit)
    book.stored(said)


async def rows(database: Database) -> list[dict[str, Any]]:
    return await database.fetch("SELECT * FROM page_audits ORDER BY first_at, page_url")


async def urls(database: Database) -> set[str]:
    return {row["page_url"].removeprefix("https://lindenhof.example/") for row in await rows(database)}


def test_a_page_is_known_by_its_address_without_query_and_fragment(workspace: Created) -> None:
    one = page(workspace, "contact?utm_source=x#form")
    assert one.page_url == "https://lindenhof.example/contact"
    assert one.page_id == page(workspace, "contact#top").page_id != page(workspace, "jobs").page_id


def test_a_page_holds_so_many_parts_each_once_and_an_address_so_long(workspace: Created) -> None:
    many = [{"key": f"form {n}", "name": "", "as": "lead"} for n in range(MAX_PARTS_PER_PAGE + 1)]
    assert page(workspace, forms=[many[0], *many]).forms == page(workspace, forms=many[:MAX_PARTS_PER_PAGE]).forms
    assert len(page(workspace, "a" * PAGE_LENGTH).page_url) == PAGE_LENGTH


def test_a_page_takes_so_many_bytes_and_the_rest_is_dropped(workspace: Created) -> None:
    many = [{"key": f"{n}", "name": "é" * 150, "as": "lead"} for n in range(MAX_PARTS_PER_PAGE)]
    kept = page(workspace, forms=many).forms
    one_more = len(msgspec.json.encode(many[len(msgspec.json.decode(kept))])) + 1
    assert len(kept.encode()) <= MAX_LISTED_BYTES < len(kept.encode()) + one_more
    assert page(workspace, forms=[{"key": "x" * MAX_LISTED_BYTES}]).forms == NOTHING


async def test_a_page_is_kept_as_it_was_last_heard_of(database: Database, workspace: Created) -> None:
    await write(database, AuditBook(), page(workspace), page(workspace))
    await write(database, AuditBook(), page(workspace, forms=[], at=NOW + clock.HOUR))
    (row,) = await rows(database)
    assert (row["forms"], row["first_at"], row["last_at"]) == ("[]", NOW, NOW + clock.HOUR)
    assert row["missed"] == '[{"what":"frame","where":"https://form.typeform.com"}]'


async def test_it_is_not_written_again_within_the_minute(database: Database, workspace: Created) -> None:
    book = AuditBook()
    await write(database, book, page(workspace))
    await write(database, book, page(workspace, at=NOW + REWRITE_AFTER_MS - 1))
    assert (await rows(database))[0]["last_at"] == NOW
    await write(database, book, page(workspace, at=NOW + REWRITE_AFTER_MS))
    assert (await rows(database))[0]["last_at"] == NOW + REWRITE_AFTER_MS


async def test_what_changed_is_written_within_the_minute(database: Database, workspace: Created) -> None:
    book = AuditBook()
    await write(database, book, page(workspace))
    await write(database, book, page(workspace, forms=[], at=NOW + 1))
    assert (await rows(database))[0]["forms"] == NOTHING


async def test_what_comes_late_does_not_undo_what_was_heard_after_it(database: Database, workspace: Created) -> None:
    late = page(workspace, forms=[], at=NOW - clock.HOUR)
    await write(database, AuditBook(), page(workspace), late)
    await write(database, AuditBook(), late)
    (row,) = await rows(database)
    assert (row["forms"] != NOTHING, row["last_at"]) == (True, NOW)


async def test_what_was_rolled_back_is_written_by_the_next(database: Database, workspace: Created) -> None:
    book = AuditBook()

    async def fails(tx: Tx) -> None:
        await book.write(tx, [page(workspace)])
        raise ValueError("rolled back")

    with pytest.raises(ValueError, match="rolled back"):
        await database.write(fails)
    await write(database, book, page(workspace))
    assert len(await rows(database)) == 1


async def test_a_book_remembers_so_many_pages(database: Database, workspace: Created) -> None:
    book = AuditBook()
    book.stored([page(workspace, f"{n}") for n in range(MAX_REMEMBERED)])
    assert not book.is_due(page(workspace, "0"))
    book.stored([page(workspace, "one more")])
    assert book.is_due(page(workspace, "0")) and not book.is_due(page(workspace, "one more"))


async def full(database: Database, workspace: Created, at: int = NOW) -> AuditBook:
    book = AuditBook()
    await write(database, book, *(page(workspace, f"{n}", at=at) for n in range(MAX_PAGES_PER_SITE)))
    return book


async def test_a_site_has_so_many_pages_and_no_more(database: Database, workspace: Created, stranger: Created) -> None:
    book = await full(database, workspace)
    await write(database, book, page(workspace, "new"), page(workspace, "0", [], NOW + 1))
    assert len(await rows(database)) == MAX_PAGES_PER_SITE and "new" not in await urls(database)
    assert (await rows(database))[0]["forms"] == NOTHING
    await write(database, book, page(stranger))
    assert len(await rows(database)) == MAX_PAGES_PER_SITE + 1


async def test_a_new_page_replaces_the_one_that_was_heard_of_longest_ago(
    database: Database, workspace: Created, stranger: Created
) -> None:
    later = NOW + REPLACED_AFTER_MS + 1
    await write(database, AuditBook(), page(stranger, "stranger's", at=NOW - 1))
    book = await full(database, workspace)
    await write(database, book, *(page(workspace, f"{n}", at=later) for n in range(2, MAX_PAGES_PER_SITE)))
    await write(database, book, page(workspace, "new", at=later), page(workspace, "1", at=later))
    kept = await urls(database)
    assert {"new", "1", "stranger's"} <= kept and "0" not in kept and len(kept) == MAX_PAGES_PER_SITE + 1
    await write(database, book, page(workspace, "newer", at=later))
    assert "newer" not in await urls(database)


async def test_a_page_with_nothing_on_it_takes_nobodys_place(database: Database, workspace: Created) -> None:
    book = AuditBook()
    await write(database, book, empty(workspace, "about"))
    assert await urls(database) == {"about"}
    await write(database, book, *(page(workspace, f"{n}") for n in range(MAX_PAGES_PER_SITE - 1)))
    await write(database, book, empty(workspace, "imprint", at=NOW + 2 * REPLACED_AFTER_MS))
    assert "imprint" not in await urls(database)


async def test_a_page_vanishes_when_nobody_speaks_of_it(database: Database, workspace: Created) -> None:
    await write(database, AuditBook(), page(workspace, "old"), page(workspace, "new", at=NOW + 1))
    with clock.freeze(NOW + KEPT_MS + 1):
        await database.write(housekeeping.purge)
    assert await urls(database) == {"new"}


async def test_pages_go_with_their_site(database: Database, workspace: Created) -> None:
    await write(database, AuditBook(), page(workspace))

    async def unit(tx: Tx) -> None:
        await tx.execute("DELETE FROM sites WHERE id = $1", workspace.site_id)

    await database.write(unit)
    assert await rows(database) == []
