from __future__ import annotations

from piccolo.columns import JSON, BigInt, BigSerial, Varchar
from piccolo.table import Table


class Event(Table, tablename="events"):
    seq = BigSerial(primary_key=True)
    id = Varchar(length=36, unique=True)
    workspace_id = Varchar(length=36)
    type = Varchar(length=32)
    lead_id = Varchar(length=36, null=True, default=None)
    session_id = Varchar(length=36, null=True, default=None)
    data = JSON(default="{}")
    at = BigInt()


INDEXES = (
    # Not "WHERE lead_id IS NULL": SQLite doesn't choose that by itself.
    "INDEX events_early ON events (session_id) WHERE type IN ('form.started', 'form.abandoned')",
    "INDEX events_lead ON events (lead_id, seq)",
    "INDEX events_workspace ON events (workspace_id, seq)",
)
