"""Who owns what: workspaces, people, keys, and the public doors (sites, endpoints) with what they refused."""

from __future__ import annotations

from piccolo.columns import JSON, BigInt, Boolean, ForeignKey, Integer, Real, Text, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table


class Workspace(Table, tablename="workspaces"):
    """All data belong to one. `stages` is the pipeline in order; its first stage is where a form begun stands.

    `kept_ids` has the ids of entries of its lists that can't be told from their names: those that were renamed.
    `summary_hour` is the hour of its day at which summaries are sent.
    """

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
    """A person who signs in. `email` is kept normalised; `password_hash` is argon2id's own format."""

    id = Varchar(length=36, primary_key=True)
    email = Varchar(length=320, unique=True)
    name = Varchar(length=200, default="")
    password_hash = Text()
    created_at = BigInt()


class Member(Table, tablename="members"):
    """A user's place in a workspace: owner, admin or member."""

    id = Varchar(length=36, primary_key=True)
    workspace = ForeignKey(Workspace, on_delete=OnDelete.cascade, db_column_name="workspace_id", null=False)
    user = ForeignKey(User, on_delete=OnDelete.cascade, db_column_name="user_id", null=False)
    role = Varchar(length=16, default="member")
    created_at = BigInt()


class Removal(Table, tablename="removals"):
    """Something that was removed and can still be put back: its `kind`, its id, the row as it was, `name` for people.

    `more` is what went with it (JSON), as the room that removed it keeps it. Secrets in `row` are encrypted as ever.
    """

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
    """A browser that is signed in. The cookie carries its id, signed; signing out deletes the row."""

    id = Varchar(length=36, primary_key=True)
    user = ForeignKey(User, on_delete=OnDelete.cascade, db_column_name="user_id", null=False)
    workspace = ForeignKey(Workspace, on_delete=OnDelete.cascade, db_column_name="workspace_id", null=False)
    created_at = BigInt()
    expires_at = BigInt(index=True)
    ip_address = Varchar(length=45, default="")
    user_agent = Varchar(length=512, default="")


class ApiKey(Table, tablename="api_keys"):
    """A key as the contract's section 4 keeps it: salted hash, visible prefix, scopes."""

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
    """A public token and the rules of the pages that carry it (contract, `sites`).

    `page_stages` are those that a page may ask for with `LeadsBot.stage()`. `privacy_signals`: `honour` takes a
    browser's Global Privacy Control or Do Not Track for a visitor who has yet to consent, `ignore` doesn't.
    `last_seen_at` is when its tag last spoke, `last_form_at` when a form without a script was last taken.
    """

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
    """An inbound address with rules of its own (contract, `endpoints`)."""

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
    """What a door turned away and why, counted per origin, so that its owner finds out why leads don't arrive.

    `door_kind` is `site`, `endpoint` or `key`, `door_id` that one's id.
    """

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
    """One request that a door turned away; of each door the last ones are kept."""

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
    """Something unusual about a door: `refusals` (too many turned away) or `silence`. Open until `ended_at`."""

    id = Varchar(length=36, primary_key=True)
    workspace = ForeignKey(Workspace, on_delete=OnDelete.cascade, db_column_name="workspace_id", null=False)
    door_kind = Varchar(length=16)
    door_id = Varchar(length=36)
    kind = Varchar(length=16)
    text = Text(default="")
    begun_at = BigInt()
    ended_at = BigInt(null=True, default=None)


class Source(Table, tablename="sources"):
    """Where leads come from, as a workspace names it; `name_key` is the name as it is matched, without case.

    One with `deleted_at` is listed again with the first lead that comes from there later.
    """

    id = Varchar(length=36, primary_key=True)
    workspace = ForeignKey(Workspace, on_delete=OnDelete.cascade, db_column_name="workspace_id", null=False)
    name = Varchar(length=200)
    name_key = Varchar(length=200)
    created_at = BigInt()
    deleted_at = BigInt(null=True, default=None)


class Invitation(Table, tablename="invitations"):
    """A place in a workspace that waits for its person; `token_hash` is of the link's secret."""

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
    """The first answer to a request with an `Idempotency-Key`. `status` is null while that request is at work, since
    `claimed_at`; `id` is derived from whose key it is, the address and the key. `lead_id` is whom the answer tells of,
    so that it goes with them; `several` where it tells of more than one."""

    id = Varchar(length=36, primary_key=True)
    body_hash = Varchar(length=64)
    status = Integer(null=True, default=None)
    headers = JSON(default="{}")
    body = Text(default="")
    created_at = BigInt(index=True)
    claimed_at = BigInt()
    lead_id = Varchar(length=36, null=True, default=None, index=True)


class RateCount(Table, tablename="rate_counts"):
    """Counts for limits that hold across nodes: one row per limited thing and window."""

    id = Varchar(length=200, primary_key=True)
    window_ends_at = BigInt(index=True)
    hits = BigInt(default=0)
