from __future__ import annotations

from piccolo.columns import JSON, BigInt, Boolean, ForeignKey, Integer, Text, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from leadsbot.db.migrations.initial.workspaces import Workspace


class Channel(Table, tablename="channels"):
    id = Varchar(length=36, primary_key=True)
    workspace = ForeignKey(Workspace, on_delete=OnDelete.cascade, db_column_name="workspace_id", null=False)
    kind = Varchar(length=32)
    name = Varchar(length=200, default="")
    config = Text(default="")
    chat = Varchar(length=100, null=True, default=None, index=True)
    bot = Varchar(length=32, null=True, default=None, index=True)
    events = JSON(default="[]")
    filter = JSON(default="{}")
    enabled = Boolean(default=True)
    disabled_reason = Varchar(length=500, default="")
    failing_since = BigInt(null=True, default=None)
    failed_at = BigInt(null=True, default=None)
    failing_ms = BigInt(default=0)
    options = JSON(default="{}")
    muted_until = BigInt(null=True, default=None)
    disabled_at = BigInt(null=True, default=None)
    probe_at = BigInt(null=True, default=None)
    probes = Integer(default=0)
    created_at = BigInt()


class Webhook(Table, tablename="webhooks"):
    id = Varchar(length=36, primary_key=True)
    workspace = ForeignKey(Workspace, on_delete=OnDelete.cascade, db_column_name="workspace_id", null=False)
    url = Varchar(length=2000)
    name = Varchar(length=200, default="")
    secret = Text()
    previous_secrets = Text(default="")
    previous_until = BigInt(null=True, default=None)
    events = JSON(default="[]")
    enabled = Boolean(default=True)
    disabled_reason = Varchar(length=500, default="")
    failing_since = BigInt(null=True, default=None)
    failed_at = BigInt(null=True, default=None)
    failing_ms = BigInt(default=0)
    disabled_at = BigInt(null=True, default=None)
    probe_at = BigInt(null=True, default=None)
    probes = Integer(default=0)
    missed_since = BigInt(null=True, default=None)
    replay = JSON(default="{}")
    created_at = BigInt()


class Delivery(Table, tablename="deliveries"):
    id = Varchar(length=36, primary_key=True)
    workspace = ForeignKey(Workspace, on_delete=OnDelete.cascade, db_column_name="workspace_id", null=False)
    event_id = Varchar(length=36)
    event_type = Varchar(length=32)
    lead_id = Varchar(length=36, null=True, default=None)
    line = Varchar(length=36, default="")
    position = BigInt(default=0)
    channel_id = Varchar(length=36, null=True, default=None)
    webhook_id = Varchar(length=36, null=True, default=None)
    destination = Varchar(length=2000, default="")
    status = Varchar(length=16, default="pending")
    reason = Varchar(length=500, default="")
    round = Integer(default=0)
    attempt_count = Integer(default=0)
    state = JSON(default="{}")
    body = Text(default="")
    folded_into = Varchar(length=36, null=True, default=None)
    held = Varchar(length=8, default="")
    created_at = BigInt()
    delivered_at = BigInt(null=True, default=None)
    next_attempt_at = BigInt(null=True, default=None)


class Attempt(Table, tablename="attempts"):
    id = Varchar(length=36, primary_key=True)
    delivery = ForeignKey(Delivery, on_delete=OnDelete.cascade, db_column_name="delivery_id", null=False)
    at = BigInt()
    status_code = Integer(null=True, default=None)
    latency_ms = Integer(null=True, default=None)
    error = Text(default="")
    answer = Text(default="")


class Message(Table, tablename="messages"):
    id = Varchar(length=36, primary_key=True)
    workspace = ForeignKey(Workspace, on_delete=OnDelete.cascade, db_column_name="workspace_id", null=False)
    channel = ForeignKey(Channel, on_delete=OnDelete.cascade, db_column_name="channel_id", null=False)
    delivery_id = Varchar(length=36, null=True, default=None)
    lead_id = Varchar(length=36, null=True, default=None, index=True)
    event_type = Varchar(length=32, default="")
    place = Varchar(length=100, index=True)
    thread_id = BigInt(null=True, default=None)
    state = JSON(default="{}")
    snoozed_until = BigInt(null=True, default=None)
    escalate_at = BigInt(null=True, default=None, index=True)
    created_at = BigInt()


INDEXES = (
    "INDEX channels_workspace ON channels (workspace_id)",
    "INDEX webhooks_workspace ON webhooks (workspace_id)",
    "INDEX deliveries_channel ON deliveries (channel_id, created_at)",
    "INDEX deliveries_event ON deliveries (event_id)",
    "INDEX deliveries_folded ON deliveries (folded_into) WHERE folded_into IS NOT NULL",
    "INDEX deliveries_held ON deliveries (channel_id, next_attempt_at, created_at, event_id) WHERE held <> ''",
    "INDEX deliveries_lead ON deliveries (lead_id, created_at)",
    "INDEX deliveries_status ON deliveries (workspace_id, status, created_at)",
    "INDEX deliveries_webhook ON deliveries (webhook_id, created_at)",
    "INDEX deliveries_workspace ON deliveries (workspace_id, created_at, id)",
    "INDEX attempts_delivery ON attempts (delivery_id, at)",
)
