"""Of a webhook's address deliveries keep no query: it is often a key, and whoever sees deliveries may not change it."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-21T23:35:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "No queries in deliveries' destinations"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="leadsbot", description=DESCRIPTION)

    async def shorten() -> None:
        engine = engine_finder()
        assert engine is not None
        at = "instr(destination, '?')" if engine.engine_type == "sqlite" else "strpos(destination, '?')"
        await engine.run_ddl(
            f"UPDATE deliveries SET destination = substr(destination, 1, {at}) || '…'"
            f" WHERE webhook_id IS NOT NULL AND {at} > 0"
        )

    manager.add_raw(shorten)
    return manager
