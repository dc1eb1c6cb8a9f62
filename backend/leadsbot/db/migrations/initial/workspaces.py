from __future__ import annotations

from piccolo.columns import JSON, BigInt, Boolean, ForeignKey, Integer, Real, Text, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table


class Workspace(Table, tablename="workspaces"):
    id = Varchar(length=36, primary_key=True)
    name = Varchar(length=200)
    timezone = Varchar(length=64, default="UTC")
    country = Varchar(length=2, default="")
    summary_hour = Integer(default=8)
    stages = JSON(default="[]")
    required_fields = JSON(default="[]")
    lead_types = JSON(default="[]")
    event_types = JSON(default="[]")
    leads_per_hour = Integer(default=100)
    retention_days = Integer(null=True, default=None)
    kept_ids = JSON(default="{}")
    created_at = BigInt()


class User(Table, tablename="users"):
    id = Varchar(length=36, primary_key=True)
    email = Varchar(length=320, unique=True)
    name = Varchar(length=200, default="")
    password_hash = Text()
    created_at = BigInt()


class Member(Table, tablename="members"):
    id = Varchar(length=36, primary_key=True)
    workspace = ForeignKey(Workspace, on_delete=OnDelete.cascade, db_column_name="workspace_id", null=False)
    user = ForeignKey(User, on_delete=OnDelete.cascade, db_column_name="user_id", null=False)
    role = Varchar(length=16, default="member")
    created_at = BigInt()


class Removal(Table, tablename="removals"):
    id = Varchar(length=36, primary_key=True)
    workspace = ForeignKey(Workspace, on_delete=OnDelete.cascade, db_column_name="workspace_id", null=False)
    kind = Varchar(length=16)
    thing_id = Varchar(length=36, index=True)
    name = Varchar(length=2000, default="")
    row = Text()
    more = Text(default="{}")
    by = Varchar(length=320, default="")
    at = BigInt()


class SignIn(Table, tablename="sign_ins"):
    id = Varchar(length=36, primary_key=True)
    user = ForeignKey(User, on_delete=OnDelete.cascade, db_column_name="user_id", null=False)
    workspace = ForeignKey(Workspace, on_delete=OnDelete.cascade, db_column_name="workspace_id", null=False)
    created_at = BigInt()
    expires_at = BigInt(index=True)
    ip_address = Varchar(length=45, default="")
    user_agent = Varchar(length=512, default="")


class ApiKey(Table, tablename="api_keys"):
    id = Varchar(length=36, primary_key=True)
    workspace = ForeignKey(Workspace, on_delete=OnDelete.cascade, db_column_name="workspace_id", null=False)
    name = Varchar(length=200)
    prefix = Varchar(length=12, index=True)
    salt = Varchar(length=32)
    hash = Varchar(length=64)
    scopes = JSON(default="[]")
    created_at = BigInt()
    last_used_at = BigInt(null=True, default=None)
    revoked_at = BigInt(null=True, default=None)


class Site(Table, tablename="sites"):
    id = Varchar(length=36, primary_key=True)
    workspace = ForeignKey(Workspace, on_delete=OnDelete.cascade, db_column_name="workspace_id", null=False)
    name = Varchar(length=200)
    public_token = Varchar(length=64, unique=True)
    allowed_origins = JSON(default="[]")
    burst_per_second = Integer(default=50)
    leads_per_ip_per_day = Integer(null=True, default=None)
    honeypot_field = Varchar(length=200, default="")
    masked_fields = JSON(default="[]")
    hidden_fields = JSON(default="[]")
    ignored_forms = JSON(default="[]")
    partial_values = Varchar(length=16, default="off")
    page_stages = JSON(default="[]")
    thank_you_url = Varchar(length=2000, default="")
    abandon_after_minutes = Real(default=30)
    consent = Varchar(length=16, default="none")
    privacy_signals = Varchar(length=16, default="ignore")
    created_at = BigInt()
    last_seen_at = BigInt(null=True, default=None)
    last_seen_url = Varchar(length=2000, default="")
    last_form_at = BigInt(null=True, default=None)


class Endpoint(Table, tablename="endpoints"):
    id = Varchar(length=36, primary_key=True)
    workspace = ForeignKey(Workspace, on_delete=OnDelete.cascade, db_column_name="workspace_id", null=False)
    name = Varchar(length=200)
    required_fields = JSON(default='["name", "phone", "email"]')
    allow_all_ips = Boolean(default=True)
    allowed_ips = JSON(default="[]")
    allowed_origins = JSON(default="[]")
    leads_per_ip_per_day = Integer(null=True, default=None)
    captcha_provider = Varchar(length=16, default="")
    captcha_secret = Text(default="")
    signing_secret = Text(default="")
    burst_per_second = Integer(default=50)
    created_at = BigInt()
    last_seen_at = BigInt(null=True, default=None)


class DoorRefusal(Table, tablename="door_refusals"):
    id = Varchar(length=36, primary_key=True)
    workspace = ForeignKey(Workspace, on_delete=OnDelete.cascade, db_column_name="workspace_id", null=False)
    door_kind = Varchar(length=16)
    door_id = Varchar(length=36)
    reason = Varchar(length=32)
    origin = Varchar(length=500, default="")
    hint = Text(default="")
    times = BigInt(default=0)
    first_at = BigInt()
    last_at = BigInt()


class RefusedRequest(Table, tablename="refused_requests"):
    id = Varchar(length=36, primary_key=True)
    workspace = ForeignKey(Workspace, on_delete=OnDelete.cascade, db_column_name="workspace_id", null=False)
    door_kind = Varchar(length=16)
    door_id = Varchar(length=36)
    door = Varchar(length=32)
    at = BigInt()
    status = Integer()
    reason = Varchar(length=32)
    origin = Varchar(length=500, default="")
    address = Varchar(length=45, default="")
    hint = Text(default="")


class DoorAlert(Table, tablename="door_alerts"):
    id = Varchar(length=36, primary_key=True)
    workspace = ForeignKey(Workspace, on_delete=OnDelete.cascade, db_column_name="workspace_id", null=False)
    door_kind = Varchar(length=16)
    door_id = Varchar(length=36)
    kind = Varchar(length=16)
    text = Text(default="")
    begun_at = BigInt()
    ended_at = BigInt(null=True, default=None)


class Source(Table, tablename="sources"):
    id = Varchar(length=36, primary_key=True)
    workspace = ForeignKey(Workspace, on_delete=OnDelete.cascade, db_column_name="workspace_id", null=False)
    name = Varchar(length=200)
    name_key = Varchar(length=200)
    created_at = BigInt()
    deleted_at = BigInt(null=True, default=None)


class Invitation(Table, tablename="invitations"):
    id = Varchar(length=36, primary_key=True)
    workspace = ForeignKey(Workspace, on_delete=OnDelete.cascade, db_column_name="workspace_id", null=False)
    email = Varchar(length=320)
    name = Varchar(length=200, default="")
    role = Varchar(length=16, default="member")
    token_hash = Varchar(length=64, unique=True)
    invited_by = Varchar(length=320, default="")
    created_at = BigInt()
    expires_at = BigInt(index=True)
    accepted_at = BigInt(null=True, default=None)


class IdempotentAnswer(Table, tablename="idempotent_answers"):
    id = Varchar(length=36, primary_key=True)
    body_hash = Varchar(length=64)
    status = Integer(null=True, default=None)
    headers = JSON(default="{}")
    body = Text(default="")
    created_at = BigInt(index=True)
    claimed_at = BigInt()
    lead_id = Varchar(length=36, null=True, default=None, index=True)


class RateCount(Table, tablename="rate_counts"):
    id = Varchar(length=200, primary_key=True)
    window_ends_at = BigInt(index=True)
    hits = BigInt(default=0)


INDEXES = (
    "INDEX members_user ON members (user_id)",
    "UNIQUE INDEX members_workspace_user ON members (workspace_id, user_id)",
    "INDEX api_keys_workspace ON api_keys (workspace_id)",
    "INDEX sites_workspace ON sites (workspace_id, created_at)",
    "INDEX endpoints_workspace ON endpoints (workspace_id, created_at)",
    "INDEX door_refusals_door ON door_refusals (door_id, last_at)",
    "INDEX door_refusals_workspace ON door_refusals (workspace_id, last_at)",
    "INDEX refused_requests_door ON refused_requests (door_id, at)",
    "INDEX refused_requests_workspace ON refused_requests (workspace_id, at)",
    "INDEX door_alerts_door ON door_alerts (door_id, begun_at)",
    "INDEX door_alerts_workspace ON door_alerts (workspace_id, begun_at)",
    "UNIQUE INDEX sources_workspace ON sources (workspace_id, name_key)",
    "INDEX invitations_workspace ON invitations (workspace_id, created_at)",
)
