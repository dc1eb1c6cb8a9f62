"""The index for what was told of sessions before they had a lead, in a form that SQLite chooses by itself."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-21T18:55:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Index of events before a lead, by type"

INDEXES = {
    "events_early": "events (session_id) WHERE type IN ('form.started', 'form.abandoned')",
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="leadsbot", description=DESCRIPTION)

    async def create() -> None:
        engine = engine_finder()
        assert engine is not None
        await engine.run_ddl("DROP INDEX events_session")
        for name, where in INDEXES.items():
            await engine.run_ddl(f"CREATE INDEX {name} ON {where}")

    manager.add_raw(create)
    return manager
