"""Indexes that leads are counted by alone, where they were looked up one by one before."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T06:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Indexes that leads are counted by alone"

INDEXES = {
    "leads_stage": "leads (workspace_id, stage, created_at, spam, deleted_at)",
    "leads_unread": "leads (workspace_id) WHERE read_at IS NULL AND NOT spam AND deleted_at IS NULL",
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="leadsbot", description=DESCRIPTION)

    async def make() -> None:
        engine = engine_finder()
        assert engine is not None
        for name, columns in INDEXES.items():
            await engine.run_ddl(f"DROP INDEX {name}")
            await engine.run_ddl(f"CREATE INDEX {name} ON {columns}")

    manager.add_raw(make)
    return manager
