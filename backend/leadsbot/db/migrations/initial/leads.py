from __future__ import annotations

from piccolo.columns import JSON, BigInt, Boolean, ForeignKey, Integer, Text, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from leadsbot.db.migrations.initial.workspaces import Workspace


class Lead(Table, tablename="leads"):
    id = Varchar(length=36, primary_key=True)
    workspace = ForeignKey(Workspace, on_delete=OnDelete.cascade, db_column_name="workspace_id", null=False)
    site_id = Varchar(length=36, null=True, default=None)
    visit_id = Varchar(length=36, null=True, default=None)
    session_id = Varchar(length=36, null=True, default=None)
    created_at = BigInt()
    updated_at = BigInt()
    first_name = Varchar(length=2000, default="")
    last_name = Varchar(length=2000, default="")
    email = Varchar(length=2000, default="")
    email_key = Varchar(length=320, default="")
    phone = Varchar(length=2000, default="")
    phone_e164 = Varchar(length=20, default="")
    company = Varchar(length=2000, default="")
    message = Text(default="")
    notes = Text(default="")
    stage = Varchar(length=100)
    source = Varchar(length=2000, default="")
    lead_type = Varchar(length=200, default="")
    event_type = Varchar(length=200, default="")
    event_date = Varchar(length=10, default="")
    domain = Varchar(length=255, default="")
    page_url = Varchar(length=2000, default="")
    landing_page = Varchar(length=2000, default="")
    campaign = Varchar(length=2000, default="")
    utm_source = Varchar(length=2000, default="")
    utm_medium = Varchar(length=2000, default="")
    utm_campaign = Varchar(length=2000, default="")
    utm_term = Varchar(length=2000, default="")
    utm_content = Varchar(length=2000, default="")
    click_ids = JSON(default="{}")
    first_touch = JSON(default="{}")
    referrer = Varchar(length=2000, default="")
    ip_address = Varchar(length=45, default="")
    user_agent = Varchar(length=512, default="")
    browser = Varchar(length=100, default="")
    os = Varchar(length=100, default="")
    device_type = Varchar(length=16, default="")
    form_id = Varchar(length=36, null=True, default=None)
    form_name = Varchar(length=200, default="")
    form_completion_percent = Integer(null=True, default=None)
    form_fields_completed = Integer(null=True, default=None)
    form_fields_total = Integer(null=True, default=None)
    confirmation = Varchar(length=16, default="attempted")
    custom_data = JSON(default="{}")
    tags = JSON(default="[]")
    assigned_to = Varchar(length=36, null=True, default=None)
    spam = Boolean(default=False)
    spam_reasons = JSON(default="[]")
    read_at = BigInt(null=True, default=None)
    duplicate_of = Varchar(length=36, null=True, default=None)
    deleted_at = BigInt(null=True, default=None)


class Submission(Table, tablename="submissions"):
    id = Varchar(length=36, primary_key=True)
    workspace_id = Varchar(length=36)
    lead = ForeignKey(Lead, on_delete=OnDelete.cascade, db_column_name="lead_id", null=False)
    site_id = Varchar(length=36, null=True, default=None)
    session_id = Varchar(length=36, null=True, default=None)
    form_id = Varchar(length=36, null=True, default=None)
    form_name = Varchar(length=200, default="")
    door = Varchar(length=32)
    door_id = Varchar(length=36, null=True, default=None)
    page_url = Varchar(length=2000, default="")
    fields = JSON(default="[]")
    confirmation = Varchar(length=16, default="attempted")
    submitted_at = BigInt()
    received_at = BigInt()


class StageChange(Table, tablename="stage_changes"):
    id = Varchar(length=36, primary_key=True)
    lead = ForeignKey(Lead, on_delete=OnDelete.cascade, db_column_name="lead_id", null=False)
    from_stage = Varchar(length=100, null=True, default=None)
    to_stage = Varchar(length=100)
    at = BigInt()
    by = Varchar(length=320, default="")
    reason = Varchar(length=500, default="")


class Note(Table, tablename="notes"):
    id = Varchar(length=36, primary_key=True)
    lead = ForeignKey(Lead, on_delete=OnDelete.cascade, db_column_name="lead_id", null=False)
    author = Varchar(length=320)
    text = Text()
    at = BigInt()


class Merge(Table, tablename="merges"):
    id = Varchar(length=36, primary_key=True)
    workspace = ForeignKey(Workspace, on_delete=OnDelete.cascade, db_column_name="workspace_id", null=False)
    lead_id = Varchar(length=36)
    merged_id = Varchar(length=36)
    kept_before = JSON()
    kept_after = JSON()
    merged = JSON()
    moved = JSON(default="{}")
    by = Varchar(length=320, default="")
    at = BigInt()
    undone_at = BigInt(null=True, default=None)
    email_id = Varchar(length=36, default="", index=True)


class NotDuplicate(Table, tablename="not_duplicates"):
    id = Varchar(length=36, primary_key=True)
    workspace = ForeignKey(Workspace, on_delete=OnDelete.cascade, db_column_name="workspace_id", null=False)
    lead_id = Varchar(length=36, index=True)
    other_id = Varchar(length=36, index=True)
    by = Varchar(length=320, default="")
    at = BigInt()


class Import(Table, tablename="imports"):
    id = Varchar(length=36, primary_key=True)
    workspace = ForeignKey(Workspace, on_delete=OnDelete.cascade, db_column_name="workspace_id", null=False)
    state = Varchar(length=16, default="waiting")
    dry_run = Boolean(default=False)
    file_name = Varchar(length=200, default="")
    mapping = JSON(default="{}")
    content = Text(default="")
    rows = Integer(default=0)
    created = Integer(default=0)
    updated = Integer(default=0)
    failed = JSON(default="[]")
    error = Varchar(length=500, default="")
    by = Varchar(length=320, default="")
    created_at = BigInt()
    finished_at = BigInt(null=True, default=None)
    options = JSON(default="{}")
    cursor = Integer(default=0)
    skipped = Integer(default=0)
    failed_rows = Integer(default=0)
    undone_at = BigInt(null=True, default=None)


class ImportRow(Table, tablename="import_rows"):
    id = Varchar(length=36, primary_key=True)
    import_ = ForeignKey(Import, on_delete=OnDelete.cascade, db_column_name="import_id", null=False, index=True)
    row = Integer()
    outcome = Varchar(length=8)
    lead_id = Varchar(length=36, null=True, default=None)
    error = Varchar(length=2000, default="")
    cells = JSON(default="[]")


INDEXES = (
    "INDEX leads_created ON leads (workspace_id, created_at, id)",
    "INDEX leads_duplicate ON leads (duplicate_of) WHERE duplicate_of IS NOT NULL",
    "INDEX leads_email ON leads (workspace_id, email_key)",
    "INDEX leads_phone ON leads (workspace_id, phone_e164) WHERE phone_e164 <> ''",
    "INDEX leads_spam ON leads (workspace_id, created_at) WHERE spam",
    "INDEX leads_stage ON leads (workspace_id, stage, created_at)",
    "INDEX leads_unread ON leads (workspace_id) WHERE read_at IS NULL AND NOT spam",
    "INDEX leads_visit ON leads (visit_id)",
    "INDEX submissions_door ON submissions (door_id, received_at) WHERE door_id IS NOT NULL",
    "INDEX submissions_lead ON submissions (lead_id, received_at)",
    "INDEX submissions_site ON submissions (site_id, received_at)",
    "INDEX submissions_workspace ON submissions (workspace_id, received_at, id)",
    "INDEX stage_changes_lead ON stage_changes (lead_id, at)",
    "INDEX notes_lead ON notes (lead_id, at)",
    "INDEX merges_lead ON merges (lead_id, at)",
    "INDEX merges_merged ON merges (merged_id)",
    "INDEX imports_workspace ON imports (workspace_id, created_at)",
    "INDEX import_rows_outcome ON import_rows (import_id, outcome, row)",
)
