"""A lead (contract, section 6), the submissions that made it, where it has stood, and what the team wrote about it."""

from __future__ import annotations

from piccolo.columns import JSON, BigInt, Boolean, ForeignKey, Integer, Text, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from leadsbot.workspaces.tables import Workspace


class Lead(Table, tablename="leads"):
    """One person in one pipeline. `email_key` and `phone_e164` are for matching, the rest is as it came.

    `duplicate_of` is an older lead that may be the same person: somebody has to say so. A row with `deleted_at` holds
    no personal data any more and counts on in analytics alone.
    """

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
    """What one submission said, kept as it came. Its id is made by who sent it: the same one twice changes nothing.

    `door_id` is the endpoint or the key that it came by, where it came by one.
    """

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
    """One row per move; the first has no `from_stage`. `by` is a door, a person's email or a workflow's name."""

    id = Varchar(length=36, primary_key=True)
    lead = ForeignKey(Lead, on_delete=OnDelete.cascade, db_column_name="lead_id", null=False)
    from_stage = Varchar(length=100, null=True, default=None)
    to_stage = Varchar(length=100)
    at = BigInt()
    by = Varchar(length=320, default="")
    reason = Varchar(length=500, default="")


class Note(Table, tablename="notes"):
    """A team member's words about a lead."""

    id = Varchar(length=36, primary_key=True)
    lead = ForeignKey(Lead, on_delete=OnDelete.cascade, db_column_name="lead_id", null=False)
    author = Varchar(length=320)
    text = Text()
    at = BigInt()


class Merge(Table, tablename="merges"):
    """One lead made part of another, with all it takes to undo that: both rows as they were, and what moved.

    `moved` holds the ids of the rows that changed their lead, by table. `undone_at` is set once it was taken back.
    `email_id` is derived from the merged lead's email ("" where it had none), by which it is still met.
    """

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
    """Somebody said that two leads are not the same person. The id is derived from both, whichever comes first."""

    id = Varchar(length=36, primary_key=True)
    workspace = ForeignKey(Workspace, on_delete=OnDelete.cascade, db_column_name="workspace_id", null=False)
    lead_id = Varchar(length=36, index=True)
    other_id = Varchar(length=36, index=True)
    by = Varchar(length=320, default="")
    at = BigInt()


class Import(Table, tablename="imports"):
    """A CSV of leads on its way in. `content` is emptied once it is done.

    `cursor` is how many rows are done; it moves in the transaction that writes them. `failed` lists the first rows that
    couldn't be taken, with their errors; `failed_rows` counts all. `options` says how rows are read and taken in.
    """

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
    """What became of one row of an import: `created`, `updated`, `skipped` or `failed`. `cells` are kept of those that
    failed, so that they can be mended; the id is derived from import and row."""

    id = Varchar(length=36, primary_key=True)
    import_ = ForeignKey(Import, on_delete=OnDelete.cascade, db_column_name="import_id", null=False, index=True)
    row = Integer()
    outcome = Varchar(length=8)
    lead_id = Varchar(length=36, null=True, default=None)
    error = Varchar(length=2000, default="")
    cells = JSON(default="[]")
