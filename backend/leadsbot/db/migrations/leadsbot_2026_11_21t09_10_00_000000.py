"""Indexes that Piccolo's columns can't say: for the list filters, the sweeps and the job claims."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-21T09:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Indexes"

INDEXES = {
    "members_workspace_user": "UNIQUE|members (workspace_id, user_id)",
    "members_user": "members (user_id)",
    "api_keys_workspace": "api_keys (workspace_id)",
    "sites_workspace": "sites (workspace_id, created_at)",
    "endpoints_workspace": "endpoints (workspace_id, created_at)",
    "refusals_site": "refusals (site_id, last_at)",
    "forms_site": "forms (site_id)",
    "form_views_form": "form_views (form_id, at)",
    "sessions_workspace": "sessions (workspace_id, started_at, id)",
    "sessions_form": "sessions (form_id, started_at)",
    "sessions_lead": "sessions (lead_id)",
    "sessions_sweep": "sessions (last_activity_at) WHERE state = 'started'",
    "leads_created": "leads (workspace_id, created_at, id)",
    "leads_email": "leads (workspace_id, email_key)",
    "leads_stage": "leads (workspace_id, stage, created_at)",
    "leads_visit": "leads (visit_id)",
    "leads_unread": "leads (workspace_id) WHERE read_at IS NULL AND NOT spam",
    "submissions_lead": "submissions (lead_id, received_at)",
    "stage_changes_lead": "stage_changes (lead_id, at)",
    "notes_lead": "notes (lead_id, at)",
    "events_workspace": "events (workspace_id, seq)",
    "events_lead": "events (lead_id, seq)",
    "jobs_ready": "jobs (state, due, lane)",
    "jobs_lease": "jobs (state, lease_until)",
    "channels_workspace": "channels (workspace_id)",
    "webhooks_workspace": "webhooks (workspace_id)",
    "deliveries_workspace": "deliveries (workspace_id, created_at, id)",
    "deliveries_status": "deliveries (workspace_id, status, created_at)",
    "deliveries_lead": "deliveries (lead_id, created_at)",
    "deliveries_event": "deliveries (event_id)",
    "deliveries_webhook": "deliveries (webhook_id, created_at)",
    "deliveries_channel": "deliveries (channel_id, created_at)",
    "attempts_delivery": "attempts (delivery_id, at)",
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
