from __future__ import annotations

from piccolo.columns import JSON, BigInt, ForeignKey, Integer, Text, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from leadsbot.db.migrations.initial.workspaces import Site


class Form(Table, tablename="forms"):
    id = Varchar(length=36, primary_key=True)
    workspace_id = Varchar(length=36, index=True)
    site = ForeignKey(Site, on_delete=OnDelete.cascade, db_column_name="site_id", null=False)
    key = Varchar(length=200)
    name = Varchar(length=200, default="")
    page_url = Varchar(length=2000, default="")
    first_seen_at = BigInt()
    last_seen_at = BigInt()
    fields_total = Integer(default=0)
    fields_total_at = BigInt(default=0)
    late_changes = BigInt(default=0)


class HostedForm(Table, tablename="hosted_forms"):
    id = Varchar(length=36, primary_key=True)
    workspace_id = Varchar(length=36, index=True)
    site = ForeignKey(Site, on_delete=OnDelete.cascade, db_column_name="site_id", null=False, index=True)
    name = Varchar(length=200)
    definition = JSON(default="{}")
    created_at = BigInt()
    updated_at = BigInt()


class PageAudit(Table, tablename="page_audits"):
    id = Varchar(length=36, primary_key=True)
    site = ForeignKey(Site, on_delete=OnDelete.cascade, db_column_name="site_id", null=False, index=True)
    page_url = Varchar(length=2000)
    forms = JSON(default="[]")
    missed = JSON(default="[]")
    first_at = BigInt()
    last_at = BigInt()


class FormView(Table, tablename="form_views"):
    id = Varchar(length=36, primary_key=True)
    form = ForeignKey(Form, on_delete=OnDelete.cascade, db_column_name="form_id", null=False)
    at = BigInt()


class FormHour(Table, tablename="form_hours"):
    id = Varchar(length=60, primary_key=True)
    form = ForeignKey(Form, on_delete=OnDelete.cascade, db_column_name="form_id", null=False, index=True)
    hour = BigInt()
    tally = Text()


class Session(Table, tablename="sessions"):
    id = Varchar(length=36, primary_key=True)
    workspace_id = Varchar(length=36)
    site = ForeignKey(Site, on_delete=OnDelete.cascade, db_column_name="site_id", null=False)
    visit_id = Varchar(length=36)
    form_id = Varchar(length=36, null=True, default=None)
    form_name = Varchar(length=200, default="")
    lead_id = Varchar(length=36, null=True, default=None)
    state = Varchar(length=16, default="started")
    seq = BigInt(default=0)
    completion_percent = Integer(default=0)
    fields_completed = Integer(default=0)
    fields_total = Integer(default=0)
    tries = Integer(default=0)
    wait_ms = BigInt(null=True, default=None)
    field_stats = Text(null=True, default=None)
    last_field = Varchar(length=200, default="")
    page_url = Varchar(length=2000, default="")
    referrer = Varchar(length=2000, default="")
    source = Varchar(length=2000, default="")
    utm_source = Varchar(length=2000, default="")
    utm_medium = Varchar(length=2000, default="")
    utm_campaign = Varchar(length=2000, default="")
    utm_term = Varchar(length=2000, default="")
    utm_content = Varchar(length=2000, default="")
    device_type = Varchar(length=16, default="")
    ip_address = Varchar(length=45, default="")
    touch = JSON(default="{}")
    client = JSON(default="{}")
    fields = Text(null=True, default=None)
    started_at = BigInt()
    last_activity_at = BigInt()
    abandoned_at = BigInt(null=True, default=None)
    submitted_at = BigInt(null=True, default=None)


INDEXES = (
    "INDEX forms_site ON forms (site_id)",
    "INDEX form_views_form ON form_views (form_id, at)",
    "INDEX sessions_form ON sessions (form_id, started_at)",
    "INDEX sessions_lead ON sessions (lead_id)",
    "INDEX sessions_sweep ON sessions (last_activity_at) WHERE state = 'started'",
    "INDEX sessions_workspace ON sessions (workspace_id, started_at, id)",
)
