"""Indexes by who looks after a lead, and by the channel in which a message stands."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T06:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Indexes of members' leads and of channels' messages"

INDEXES = {
    "leads_assigned": "leads (workspace_id, assigned_to, created_at) WHERE assigned_to IS NOT NULL",
    "messages_channel": "messages (channel_id)",
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="leadsbot", description=DESCRIPTION)

    async def make() -> None:
        engine = engine_finder()
        assert engine is not None
        for name, columns in INDEXES.items():
            await engine.run_ddl(f"CREATE INDEX {name} ON {columns}")

    manager.add_raw(make)
    return manager
