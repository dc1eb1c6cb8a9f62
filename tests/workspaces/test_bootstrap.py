"""A new workspace has all that its first minute needs, or nothing at all."""

from __future__ import annotations

import msgspec
import pytest

from leadsbot.db import Database
from leadsbot.errors import Conflict, InvalidInput
from leadsbot.workspaces.bootstrap import PIPELINES, Created, NewWorkspace, create

TABLES = ("workspaces", "users", "members", "sites", "endpoints", "api_keys")


async def counts(database: Database) -> list[int]:
    return [len(await database.fetch(f"SELECT id FROM {table}")) for table in TABLES]


async def test_it_makes_one_of_each(database: Database, workspace: Created) -> None:
    assert await counts(database) == [1] * len(TABLES)
    (member,) = await database.fetch("SELECT * FROM members")
    assert (member["role"], member["user_id"], member["workspace_id"]) == (
        "owner",
        workspace.user_id,
        workspace.workspace_id,
    )
    (site,) = await database.fetch("SELECT * FROM sites")
    assert (site["id"], site["public_token"]) == (workspace.site_id, workspace.public_token)
    assert msgspec.json.decode(site["allowed_origins"]) == ["https://lindenhof.example"]
    (endpoint,) = await database.fetch("SELECT * FROM endpoints")
    assert (endpoint["id"], bool(endpoint["allow_all_ips"])) == (workspace.endpoint_id, True)
    assert (endpoint["allowed_origins"], endpoint["leads_per_ip_per_day"]) == ("[]", None)


async def test_the_password_is_not_stored(database: Database, workspace: Created) -> None:
    (user,) = await database.fetch("SELECT * FROM users")
    assert user["password_hash"].startswith("$argon2id$")
    assert "correct horse battery" not in str(user)


@pytest.mark.parametrize("pipeline", PIPELINES)
async def test_the_pipeline_is_the_one_chosen(database: Database, pipeline: str) -> None:
    await create(database, NewWorkspace("Studio", "o@example.com", "a long password", pipeline=pipeline))
    (row,) = await database.fetch("SELECT stages FROM workspaces")
    assert tuple(msgspec.json.decode(row["stages"])) == PIPELINES[pipeline]


async def test_an_unknown_pipeline_is_refused_with_the_known_ones(database: Database) -> None:
    with pytest.raises(InvalidInput, match="leads, applications") as refused:
        await create(database, NewWorkspace("Studio", "o@example.com", "a long password", pipeline="sales"))
    assert refused.value.fields == ("pipeline",)
    assert await counts(database) == [0] * len(TABLES)


async def test_a_second_user_of_one_email_is_a_conflict_and_leaves_nothing(
    database: Database, workspace: Created
) -> None:
    with pytest.raises(Conflict) as refused:
        await create(database, NewWorkspace("Again", workspace.user_email, "a long password"))
    assert refused.value.fields == ("email",)
    assert await counts(database) == [1] * len(TABLES)


@pytest.mark.parametrize("password", ["short", "x" * 201])
async def test_a_password_too_short_or_too_long_is_refused(database: Database, password: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await create(database, NewWorkspace("Studio", "o@example.com", password))
    assert refused.value.fields == ("password",)
    assert await counts(database) == [0] * len(TABLES)


async def test_two_workspaces_share_no_token_and_no_key(workspace: Created, stranger: Created) -> None:
    assert workspace.public_token != stranger.public_token
    assert workspace.api_key != stranger.api_key
