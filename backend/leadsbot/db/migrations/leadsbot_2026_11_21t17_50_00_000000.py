"""Indexes for where a merged lead went, and for what an import made."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-21T17:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Indexes of merges and imports"

INDEXES = {
    "merges_merged": "merges (merged_id)",
    "import_rows_outcome": "import_rows (import_id, outcome, row)",
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
