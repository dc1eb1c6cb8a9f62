"""Indexes for what the doors keep."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-21T17:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Indexes of the doors"

INDEXES = {
    "door_refusals_door": "door_refusals (door_id, last_at)",
    "door_refusals_workspace": "door_refusals (workspace_id, last_at)",
    "refused_requests_door": "refused_requests (door_id, at)",
    "refused_requests_workspace": "refused_requests (workspace_id, at)",
    "door_alerts_door": "door_alerts (door_id, begun_at)",
    "door_alerts_workspace": "door_alerts (workspace_id, begun_at)",
    "sources_workspace": "UNIQUE|sources (workspace_id, name_key)",
    "invitations_workspace": "invitations (workspace_id, created_at)",
    "imports_workspace": "imports (workspace_id, created_at)",
    "merges_lead": "merges (lead_id, at)",
    "leads_duplicate": "leads (duplicate_of) WHERE duplicate_of IS NOT NULL",
    "leads_spam": "leads (workspace_id, created_at) WHERE spam",
    "submissions_site": "submissions (site_id, received_at)",
    "submissions_door": "submissions (door_id, received_at) WHERE door_id IS NOT NULL",
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
