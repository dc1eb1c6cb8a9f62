"""An endpoint's rules: fresh within two seconds everywhere, at once where they were changed."""

from __future__ import annotations

import pytest

from leadsbot.db import Database, Tx
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.endpoints import EndpointBook


async def rename(database: Database, name: str) -> None:
    async def unit(tx: Tx) -> None:
        await tx.execute("UPDATE endpoints SET name = $1", name)

    await database.write(unit)


async def name_of(book: EndpointBook, workspace: Created) -> str:
    rules = await book.by_id(workspace.endpoint_id.upper())
    assert rules is not None
    return rules.name


async def test_it_knows_what_the_door_must_know(database: Database, workspace: Created, stranger: Created) -> None:
    rules = await EndpointBook(database).by_id(workspace.endpoint_id)
    assert rules is not None
    assert (rules.id, rules.workspace_id) == (workspace.endpoint_id, workspace.workspace_id)
    assert rules.required_fields == ("name", "phone", "email")
    assert (rules.allow_all_ips, rules.allowed_ips, rules.allowed_origins) == (True, (), ())
    assert (rules.captcha_provider, rules.signing_secret, rules.leads_per_ip_per_day) == ("", "", None)


@pytest.mark.parametrize("unknown", ["01a1ff41-f860-7127-bea8-bc6a8a0917d2", "nobodys", "", "x" * 60_000, "\0", "ü"])
async def test_an_unknown_id_has_no_endpoint(database: Database, workspace: Created, unknown: str) -> None:
    assert await EndpointBook(database).by_id(unknown) is None


async def test_a_change_here_holds_at_once(database: Database, workspace: Created) -> None:
    book = EndpointBook(database)
    assert await name_of(book, workspace) == "Inbound"
    await rename(database, "Portal")
    book.forget()
    assert await name_of(book, workspace) == "Portal"
