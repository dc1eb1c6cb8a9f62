"""An index for what channels hold back, in the order in which it goes out."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-21T20:09:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Index of deliveries held back"

INDEXES = {
    "deliveries_held": "deliveries (channel_id, next_attempt_at, created_at, event_id) WHERE held <> ''",
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
