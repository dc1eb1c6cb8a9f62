"""An API key is shown once, kept as a salted hash, and checked at each request."""

from __future__ import annotations

from typing import Any

import pytest

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.errors import Forbidden, Unauthorized
from leadsbot.workspaces.api_keys import SCOPES, TOUCH_EVERY_MS, Keys, create
from leadsbot.workspaces.bootstrap import Created
from tests.support.waiting import until


@pytest.fixture
def keys(database: Database) -> Keys:
    return Keys(database)


async def rows(database: Database) -> list[dict[str, Any]]:
    return await database.fetch("SELECT * FROM api_keys")


async def code_of(keys: Keys, authorization: str | None, x_api_key: str | None = None) -> str:
    with pytest.raises(Unauthorized) as refused:
        await keys.holder(authorization, x_api_key)
    return refused.value.code


async def test_the_key_itself_is_not_stored(database: Database, workspace: Created) -> None:
    (row,) = await rows(database)
    assert workspace.api_key not in str(row)
    assert row["prefix"] == workspace.api_key[:12]
    assert len(row["hash"]) == 64 and len(row["salt"]) == 32


async def test_the_same_key_would_be_stored_otherwise_with_another_salt(
    database: Database, workspace: Created, stranger: Created
) -> None:
    first, second = await rows(database)
    assert first["salt"] != second["salt"]


@pytest.mark.parametrize("scheme", ["Bearer {}", "bearer {}", "BEARER  {} "])
async def test_a_bearer_key_opens_its_workspace(keys: Keys, workspace: Created, stranger: Created, scheme: str) -> None:
    holder = await keys.holder(scheme.format(workspace.api_key), None)
    assert (holder.workspace_id, holder.key_id) == (workspace.workspace_id, workspace.api_key_id)
    assert holder.scopes == set(SCOPES)


async def test_the_other_header_opens_it_too(keys: Keys, workspace: Created) -> None:
    assert (await keys.holder(None, workspace.api_key)).workspace_id == workspace.workspace_id
    assert (await keys.holder("Basic dXNlcjpwYXNz", workspace.api_key)).workspace_id == workspace.workspace_id


async def test_no_key_is_missing(keys: Keys) -> None:
    assert await code_of(keys, None) == "key_missing"
    assert await code_of(keys, "Basic dXNlcjpwYXNz") == "key_missing"
    assert await code_of(keys, "Bearer ") == "key_missing"


@pytest.mark.parametrize("key", ["lb_short", "xx_" + "a" * 40, "lb_" + "a" * 39 + "\0", "lb_" + "ä" * 40, "x" * 9_999])
async def test_what_has_no_keys_shape_is_malformed(keys: Keys, key: str) -> None:
    assert await code_of(keys, f"Bearer {key}") == "key_malformed"


async def test_an_unknown_key_is_refused_even_with_a_known_beginning(keys: Keys, workspace: Created) -> None:
    last = "a" if workspace.api_key[-1] != "a" else "b"
    assert await code_of(keys, f"Bearer {workspace.api_key[:-1]}{last}") == "key_unknown"
    assert await code_of(keys, "Bearer lb_" + "a" * 40) == "key_unknown"


async def test_a_revoked_key_is_refused_at_once(database: Database, keys: Keys, workspace: Created) -> None:
    await keys.holder(None, workspace.api_key)

    async def revoke(tx: Tx) -> None:
        await tx.execute("UPDATE api_keys SET revoked_at = $1", clock.now())

    await database.write(revoke)
    assert await code_of(keys, None, workspace.api_key) == "key_unknown"


async def test_a_scope_that_the_key_lacks_is_forbidden(database: Database, keys: Keys, workspace: Created) -> None:
    async def add(tx: Tx) -> tuple[str, str]:
        return create(tx, workspace.workspace_id, "Writer", ["leads:write"])

    _, key = await database.write(add)
    holder = await keys.holder(None, key)
    holder.require("leads:write")
    with pytest.raises(Forbidden) as refused:
        holder.require("leads:read")
    assert refused.value.code == "scope_missing"


async def test_last_used_is_set_at_the_first_use_and_then_once_in_a_while(
    database: Database, keys: Keys, workspace: Created
) -> None:
    start = clock.now()

    async def used_at(at: int) -> bool:
        return (await rows(database))[0]["last_used_at"] == at

    with clock.freeze(start) as advance:
        assert await used_at(start) is False
        await keys.holder(None, workspace.api_key)
        await until(lambda: used_at(start))
        advance(TOUCH_EVERY_MS - 1)
        await keys.holder(None, workspace.api_key)
        assert await used_at(start)
        advance(1)
        await keys.holder(None, workspace.api_key)
        await until(lambda: used_at(start + TOUCH_EVERY_MS))
    assert TOUCH_EVERY_MS <= clock.MINUTE
