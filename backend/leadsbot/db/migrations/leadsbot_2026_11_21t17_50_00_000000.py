"""An index for the log of capture attempts."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-21T17:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Index of the capture log"

INDEXES = {
    "submissions_workspace": "submissions (workspace_id, received_at, id)",
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="leadsbot", description=DESCRIPTION)

    async def create() -> None:
        engine = engine_finder()
        assert engine is not None
        for name, where in INDEXES.items():
            unique, _, table = where.rpartition("|")
            await engine.run_ddl(f"CREATE {unique} INDEX {name} ON {table}")

    manager.add_raw(create)
    return manager
