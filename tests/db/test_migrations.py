"""Migrations: they run once, they make the tables that the code has, and what was never released is told so."""

from __future__ import annotations

from typing import Any

import pytest
from piccolo.apps.migrations.commands.new import AutoMigrationManager
from piccolo.table import sort_table_classes

from leadsbot.db import Database, Tx
from leadsbot.db.migrate import DatabaseBehind, known, migrate, missing, pending, require_current
from leadsbot.db.piccolo_app import APP_CONFIG
from leadsbot.db.schema import all_tables
from tests.conftest import KINDS

UNRELEASED = "2026-11-21T23:35:00:000000"


async def test_migrations_run_once(empty_database_url: str) -> None:
    async with Database.opened(empty_database_url) as database:
        with pytest.raises(DatabaseBehind, match="run `leadsbot migrate`"):
            await require_current(database)
        assert await migrate(database) == known()
        assert await migrate(database) == []
        assert await pending(database) == []
        await require_current(database)


async def test_the_code_asks_for_no_table_or_column_that_no_migration_brings() -> None:
    lacking = await AutoMigrationManager(auto_input="n").get_alter_statements(APP_CONFIG)
    assert [statement for kind in lacking for statement in kind.statements] == []


@pytest.mark.parametrize(("database_url", "empty_database_url"), [(kind, kind) for kind in KINDS], indirect=True)
async def test_what_migrations_make_is_what_the_code_says(database_url: str, empty_database_url: str) -> None:
    async with Database.opened(database_url) as migrated:
        made = await columns(migrated)
    async with Database.opened(empty_database_url) as said:
        said.bind()
        async with said.engine.transaction():
            for table in sort_table_classes(list(all_tables())):
                await table.create_table()
        assert made == await columns(said)


async def test_one_that_stopped_midway_is_told_how_to_go_on_and_left_alone(empty_database_url: str) -> None:
    async with Database.opened(empty_database_url) as database:
        await migrate(database)
        await database.write(lambda tx: tx.execute("UPDATE migration SET name = $1", UNRELEASED))
        with pytest.raises(DatabaseBehind, match="unreleased LeadsBot"):
            await migrate(database)
        assert {row["name"] for row in await database.fetch("SELECT name FROM migration")} == {UNRELEASED}


def test_what_came_later_is_missing_until_it_ran() -> None:
    [first, *later] = known()
    assert missing({first}) == later


def test_a_database_that_went_all_the_way_unreleased_lacks_nothing() -> None:
    assert missing({UNRELEASED, *known()}) == []


async def columns(database: Database) -> set[tuple[str, ...]]:
    """Give each column of each table but Piccolo's own, with its type, whether it may be null, and its default."""
    sql = (
        'SELECT m.name AS tbl, c.name AS col, c.type, c."notnull" AS nn, c.dflt_value AS dflt, c.pk'
        " FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'"
        if database.dialect == "sqlite"
        else "SELECT c.relname AS tbl, a.attname AS col, format_type(a.atttypid, a.atttypmod) AS type,"
        " a.attnotnull AS nn, pg_get_expr(d.adbin, d.adrelid) AS dflt, 0 AS pk"
        " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum"
        " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0"
    )
    ours = {table._meta.tablename for table in all_tables()}
    arrival = ("jobs", "position")  # on PostgreSQL numbered by a sequence that only its migration knows
    return {
        tuple(str(value) for value in row.values())
        for row in await database.fetch(sql)
        if row["tbl"] in ours and (row["tbl"], row["col"]) != arrival
    }


INDEXED = {
    "SELECT id FROM leads WHERE workspace_id = 'w' AND assigned_to = 'm' ORDER BY created_at": "leads_assigned",
    "DELETE FROM messages WHERE channel_id = 'c'": "messages_channel",
}


async def test_what_is_looked_for_by_member_and_by_channel_is_found_by_an_index(empty_database_url: str) -> None:
    """Asked of PostgreSQL without its scans, which it prefers while there is nothing in a table."""
    async with Database.opened(empty_database_url) as database:
        await migrate(database)
        for query, index in INDEXED.items():
            if database.dialect == "sqlite":
                plan = await database.fetch(f"EXPLAIN QUERY PLAN {query}")
            else:
                plan = await database.write(lambda tx, query=query: explained(tx, query))
            assert index in str(plan), plan


async def explained(tx: Tx, query: str) -> list[dict[str, Any]]:
    await tx.execute("SET LOCAL enable_seqscan = off")
    return list(await tx.fetch(f"EXPLAIN {query}"))
