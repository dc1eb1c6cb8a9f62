"""The database as it first was: the tables that `initial` holds, their indexes, and what neither can say."""

from __future__ import annotations

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder
from piccolo.engine.base import Engine

from leadsbot.db.migrations.initial import INDEXES, TABLES

ID = "2026-11-21T23:45:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Initial"


class _Initial(MigrationManager):
    """Piccolo runs what is raw before it makes tables; all of this needs the tables."""

    async def run(self, backwards: bool = False) -> None:
        await super().run(backwards)
        engine = engine_finder()
        assert engine is not None
        await (_renew_events(engine) if engine.engine_type == "sqlite" else _number_jobs(engine))
        for index in INDEXES:
            await engine.run_ddl(f"CREATE {index}")


async def forwards() -> MigrationManager:
    manager = _Initial(migration_id=ID, app_name="leadsbot", description=DESCRIPTION)
    for table in TABLES:
        manager.add_table(class_name=table.__name__, tablename=table._meta.tablename)
        for column in table._meta.columns:
            manager.add_column(
                table_class_name=table.__name__,
                tablename=table._meta.tablename,
                column_name=column._meta.name,
                db_column_name=column._meta.db_column_name,
                column_class=type(column),
                params=column._meta.params,
            )
    return manager


async def _renew_events(engine: Engine[Any]) -> None:
    """Give no event's number twice: without AUTOINCREMENT SQLite gives those of the latest again once they were deleted
    with their lead, and whoever has read up to a number would take what happens next for known.

    A table can't be altered to it (https://www.sqlite.org/autoinc.html), so it is made anew while it is empty.
    """
    [row] = await engine.run_ddl("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'events'")
    key = '"seq" INTEGER PRIMARY KEY'
    await engine.run_ddl("DROP TABLE events")
    await engine.run_ddl(row["sql"].replace(key, f"{key} AUTOINCREMENT", 1))


async def _number_jobs(engine: Engine[Any]) -> None:
    """Give a job without a position of its own one as it is written: later than all that its transaction had to wait
    for. SQLite has one writer, which counts by itself."""
    await engine.run_ddl("CREATE SEQUENCE jobs_arrival")
    await engine.run_ddl("ALTER TABLE jobs ALTER COLUMN position SET DEFAULT nextval('jobs_arrival')")
