"""An index for what was told of sessions that had no lead yet: it goes with the lead that they became."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-21T18:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Index of events before a lead"

INDEXES = {
    "events_session": "events (session_id) WHERE lead_id IS NULL",
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="leadsbot", description=DESCRIPTION)

    async def create() -> None:
        engine = engine_finder()
        assert engine is not None
        for name, where in INDEXES.items():
            await engine.run_ddl(f"CREATE INDEX {name} ON {where}")

    manager.add_raw(create)
    return manager
