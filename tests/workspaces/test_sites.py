"""A site's rules: fresh within two seconds everywhere, at once where they were changed."""

from __future__ import annotations

import pytest

from leadsbot.db import Database, Tx
from leadsbot.workspaces.bootstrap import PIPELINES, Created
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


def test_tokens_differ_and_fit_an_address() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) == 24 and token.replace("-", "").replace("_", "").isalnum() for token in tokens)
