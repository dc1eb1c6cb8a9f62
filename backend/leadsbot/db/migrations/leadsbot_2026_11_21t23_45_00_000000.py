"""What a digest carried is found by the digest, not among all that its channel was ever sent."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-21T23:45:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Index of digests' deliveries"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="leadsbot", description=DESCRIPTION)

    async def index() -> None:
        engine = engine_finder()
        assert engine is not None
        await engine.run_ddl("CREATE INDEX deliveries_folded ON deliveries (folded_into) WHERE folded_into IS NOT NULL")

    manager.add_raw(index)
    return manager
