"""How waiting jobs are found: by workspace and lane, by their time, by their chain."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-21T20:09:30:000000"
VERSION = "1.38.0"
DESCRIPTION = "Indexes of jobs in chains and lanes"

_RIPE = "state = 'ready' AND waits = ''"
INDEXES = {
    "jobs_lanes": f"jobs (workspace_id, lane, due) WHERE {_RIPE}",
    "jobs_timed": "jobs (due) WHERE state = 'ready' AND waits = 'time'",
    "jobs_parked": "jobs (due) WHERE state = 'ready' AND waits = 'turn'",
    "jobs_leases": "jobs (lease_until) WHERE state = 'running'",
    "jobs_chain": "jobs (chain, position) WHERE chain <> '' AND state IN ('ready', 'running')",
}
# On PostgreSQL a job without a position of its own gets one as it is written: later than all that its transaction had
# to wait for. SQLite has one writer, which counts by itself.
_ARRIVAL = (
    "CREATE SEQUENCE jobs_arrival",
    "ALTER TABLE jobs ALTER COLUMN position SET DEFAULT nextval('jobs_arrival')",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="leadsbot", description=DESCRIPTION)

    async def index() -> None:
        engine = engine_finder()
        assert engine is not None
        for name in ("jobs_ready", "jobs_lease"):
            await engine.run_ddl(f"DROP INDEX {name}")
        for name, where in INDEXES.items():
            await engine.run_ddl(f"CREATE INDEX {name} ON {where}")
        for statement in _ARRIVAL if engine.engine_type == "postgres" else ():
            await engine.run_ddl(statement)

    manager.add_raw(index)
    return manager
