"""A site's rules: fresh within two seconds everywhere, at once where they were changed."""

from __future__ import annotations

import asyncio
import sqlite3
from concurrent.futures import wait

import pytest

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.db.database import sqlite_path
from leadsbot.workspaces.bootstrap import PIPELINES, Created
from leadsbot.workspaces.remembered import FRESH_MS
from leadsbot.workspaces.sites import SiteBook, new_token


async def rename(database: Database, name: str) -> None:
    async def unit(tx: Tx) -> None:
        await tx.execute("UPDATE sites SET name = $1", name)

    await database.write(unit)


async def name_of(book: SiteBook, workspace: Created) -> str:
    rules = await book.by_token(workspace.public_token)
    assert rules is not None
    return rules.name


async def test_it_knows_what_a_door_must_know(database: Database, workspace: Created, stranger: Created) -> None:
    rules = await SiteBook(database).by_token(workspace.public_token)
    assert rules is not None
    assert (rules.id, rules.workspace_id) == (workspace.site_id, workspace.workspace_id)
    assert rules.stages == PIPELINES["leads"]
    assert rules.allowed_origins == ("https://lindenhof.example",)
    assert (rules.partial_values, rules.consent, rules.abandon_after_minutes) == ("off", "none", 30)


@pytest.mark.parametrize("token", ["nobodys", "", "x" * 65, "x" * 60_000, "\0", "ü"])
async def test_an_unknown_token_has_no_site(database: Database, workspace: Created, token: str) -> None:
    assert await SiteBook(database).by_token(token) is None


async def test_a_change_elsewhere_holds_within_two_seconds(database: Database, workspace: Created) -> None:
    book = SiteBook(database)
    with clock.freeze(clock.now()) as advance:
        assert await name_of(book, workspace) == "Website"
        await rename(database, "Shop")
        advance(FRESH_MS - 1)
        assert await name_of(book, workspace) == "Website"
        advance(1)
        assert await name_of(book, workspace) == "Shop"
    assert FRESH_MS < 2_000


async def test_a_change_here_holds_at_once(database: Database, workspace: Created) -> None:
    book = SiteBook(database)
    assert await name_of(book, workspace) == "Website"
    await rename(database, "Shop")
    book.forget()
    assert await name_of(book, workspace) == "Shop"


async def test_a_site_that_is_new_is_found_though_its_token_was_asked_for_before(
    database: Database, workspace: Created
) -> None:
    book, token = SiteBook(database), new_token()
    assert await book.by_token(token) is None

    async def unit(tx: Tx) -> None:
        await tx.execute("UPDATE sites SET public_token = $1", token)

    await database.write(unit)
    book.forget()
    assert await book.by_token(token) is not None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_was_read_before_a_change_is_not_kept_after_it(database: Database, workspace: Created) -> None:
    book = SiteBook(database)
    reading = asyncio.ensure_future(book.by_token(workspace.public_token))
    await asyncio.sleep(0)  # the look-up is on its way, its answer not yet here
    wait([database.engine.reads._threads.submit(int) for _ in range(8)])  # type: ignore[attr-defined]
    other = sqlite3.connect(sqlite_path(database.url))
    with other:
        other.execute("UPDATE sites SET name = 'Shop'")
    other.close()
    book.forget()
    await reading
    assert await name_of(book, workspace) == "Shop"


def test_tokens_differ_and_fit_an_address() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) == 24 and token.replace("-", "").replace("_", "").isalnum() for token in tokens)
