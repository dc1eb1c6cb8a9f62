"""No number of an event is given twice: SQLite would give those of the latest again once they were deleted, with a lead,
and whoever has read up to a number would take what happens next for known."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-21T20:54:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Numbers of events that are never given twice"

_KEY = '"seq" INTEGER PRIMARY KEY'


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="leadsbot", description=DESCRIPTION)

    async def renew() -> None:
        """Make the table anew, the only way to AUTOINCREMENT (https://www.sqlite.org/autoinc.html); nothing refers to
        it by a foreign key."""
        engine = engine_finder()
        assert engine is not None
        if engine.engine_type != "sqlite":
            return
        rows = await engine.run_ddl("SELECT name, sql FROM sqlite_master WHERE tbl_name = 'events'")
        made = {row["name"]: row["sql"] for row in rows if row["sql"]}
        table = made.pop("events").replace('"events"', '"events_anew"', 1).replace(_KEY, f"{_KEY} AUTOINCREMENT", 1)
        for statement in (
            table,
            "INSERT INTO events_anew SELECT * FROM events",
            "DROP TABLE events",
            "ALTER TABLE events_anew RENAME TO events",
            *made.values(),
        ):
            await engine.run_ddl(statement)

    manager.add_raw(renew)
    return manager
