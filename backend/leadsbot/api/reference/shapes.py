"""Every other object of the API, as it is answered (contract, sections 4 and 9)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

Time = Annotated[datetime, Meta(tz=True)]
Scope = Literal["leads:write", "leads:read", "manage"]


def _example(value: Any, says: str = "") -> Meta:
    return Meta(examples=[value], description=says or None)


class Problem(Struct):
    """What every refusal holds."""

    error: Annotated[str, _example("Missing required fields", "a sentence that says what to do")]
    code: Annotated[str, _example("missing_fields", "for programs; it stays the same when the sentence changes")]
    request_id: Annotated[str, Meta(description="what to look for in the log", extra_json_schema={"format": "uuid"})]
    fields: Annotated[list[str], _example(["phone"], "the inputs it is about")] | UnsetType = UNSET


class Site(Struct):
    """Where forms stand: a public token, and the rules of the pages that carry it."""

    id: UUID
    name: Annotated[str, _example("Main website")]
    public_token: Annotated[str, Meta(description="what the script tag and `/f/{token}` carry")]
    allowed_origins: Annotated[list[str], _example(["https://www.example.com"], "empty: all")]
    masked_fields: list[str]
    hidden_fields: Annotated[list[str], Meta(description="hidden fields that may be sent")]
    ignored_forms: list[str]
    page_stages: Annotated[list[str], Meta(description="stages that pages may ask for by `LeadsBot.stage()`")]
    burst_per_second: Annotated[int, _example(50)]
    leads_per_ip_per_day: Annotated[int | None, Meta(description="null: no limit")]
    honeypot_field: str
    partial_values: Literal["off", "contact", "all"]
    thank_you_url: str
    consent: Literal["none", "required"]
    privacy_signals: Literal["ignore", "honour"]
    abandon_after_minutes: Annotated[float, _example(30.0)]
    script_tag: Annotated[str, _example('<script id="leadsbot-listener" …></script>')]
    last_seen_at: Time | None
    last_seen_url: str
    created_at: Time


class Refusal(Struct):
    """What a door turned away and why, counted."""

    id: UUID
    reason: Annotated[str, _example("origin")]
    origin: Annotated[str, _example("https://staging.example.com")]
    hint: str
    count: int
    first_at: Time
    last_at: Time


class SitePage(Struct):
    """A page of a site, as the widget found it."""

    page_url: str
    forms: list[Any]
    missed: list[Any]
    first_seen_at: Time
    last_seen_at: Time


class RefusedOnce(Struct):
    """One request that a door turned away."""

    id: UUID
    reason: Annotated[str, _example("ip")]
    status: Annotated[int, _example(403)]
    origin: str
    address: Annotated[str, _example("198.51.100.4")]
    hint: str
    at: Time


class CaptureAttempt(Struct):
    """One request to a door: taken, with the lead it became or joined, or refused, with why."""

    id: UUID
    at: Time
    outcome: Literal["accepted", "refused"]
    door_kind: Annotated[Literal["site", "endpoint", "key"], Meta(description="whose rules it met")]
    door_id: UUID | None
    door: Annotated[str, _example("widget", "the way it came")]
    lead_id: UUID | None
    form_name: str
    page_url: str
    status: Annotated[int | None, _example(403, "what a refused one was answered")]
    reason: Annotated[str | None, _example("origin")]
    hint: Annotated[str, Meta(description="a sentence for the owner")]
    origin: str
    address: Annotated[str, _example("198.51.100.4")]


class Endpoint(Struct):
    """An address without a key, with rules of its own. Of its secrets only whether there is one."""

    id: UUID
    name: Annotated[str, _example("Partner portal")]
    url: Annotated[str, _example("https://HOST/api/inbound/w/…/leads", "where leads are sent")]
    required_fields: Annotated[list[str], _example(["name", "phone", "email"])]
    allow_all_ips: bool
    allowed_ips: Annotated[list[str], _example(["203.0.113.0/24"], "addresses and networks")]
    allowed_origins: Annotated[list[str], Meta(description="empty: all")]
    leads_per_ip_per_day: Annotated[int | None, Meta(description="null: no limit")]
    burst_per_second: Annotated[int, _example(50)]
    captcha_provider: str | None
    captcha_secret_set: bool
    signing: bool
    last_seen_at: Time | None
    created_at: Time
    signing_secret: Annotated[str, Meta(description="signs bodies; shown when it is made alone")] | UnsetType = UNSET


class Member(Struct):
    """A person of the workspace, or somebody who is invited."""

    id: UUID
    user_id: Annotated[UUID | None, Meta(description="null until an invitation is taken")]
    email: Annotated[str, _example("maria@example.com")]
    name: Annotated[str, _example("Maria")]
    role: Literal["owner", "admin", "member"]
    status: Literal["active", "invited", "expired"]
    created_at: Time
    expires_at: Time | None


class MemberInvited(Member):
    """The same, with the link of a new invitation."""

    invite_url: Annotated[str, Meta(description="where an invitation was made")] | UnsetType = UNSET


class Listing(Struct):
    """An entry of one of the workspace's lists."""

    id: UUID
    name: Annotated[str, _example("Contacted")]
    position: Annotated[int, _example(2, "its place, from 0")]
    leads: Annotated[int, _example(14, "leads that carry the name")]


class Source(Struct):
    """Where leads come from."""

    id: UUID
    name: Annotated[str, _example("Wedding fair")]
    leads: Annotated[int, _example(14)]
    created_at: Time
    last_lead_at: Time | None


class Key(Struct):
    """What is known of a key: never the key itself."""

    id: UUID
    name: Annotated[str, _example("Our shop")]
    prefix: Annotated[str, _example("lb_a1B2c3D4e")]
    scopes: Annotated[list[Scope], _example(["leads:write"])]
    created_at: Time
    last_used_at: Time | None
    revoked_at: Time | None


class MadeKey(Key):
    """A key that was just made."""

    key: Annotated[str, _example("lb_…", "the key; it is never shown again")] = ""


class Form(Struct):
    """A form that was discovered on a page."""

    id: UUID
    site_id: UUID
    key: Annotated[str, Meta(description="what tells it from the site's other forms")]
    name: Annotated[str, _example("Contact")]
    page_url: str
    first_seen_at: Time
    last_seen_at: Time


class Session(Struct):
    """One visitor's attempt at one form. It holds no value that the visitor typed."""

    id: UUID
    site_id: UUID
    form_id: UUID | None
    form_name: str
    lead_id: UUID | None
    state: Literal["started", "abandoned", "submitted"]
    completion_percent: Annotated[int, Meta(ge=0, le=100)]
    fields_completed: int
    fields_total: int
    last_field: str
    page_url: str
    device_type: str
    utm_source: str
    utm_medium: str
    utm_campaign: str
    utm_term: str
    utm_content: str
    referrer: str
    started_at: Time
    last_activity_at: Time
    abandoned_at: Time | None
    submitted_at: Time | None


class HostedForm(Struct):
    """A form that LeadsBot shows itself."""

    id: UUID
    site_id: UUID
    name: Annotated[str, _example("Ask for an offer")]
    definition: dict[str, Any]
    script_tag: str
    created_at: Time
    updated_at: Time


class Channel(Struct):
    """A way for people to hear of leads. Of secrets in `config` only the end is shown."""

    id: UUID
    kind: Annotated[str, _example("email")]
    name: str
    config: Annotated[dict[str, Any], _example({"to": ["sales@example.com"]})]
    events: Annotated[list[str], _example(["lead.created"])]
    filter: dict[str, Any]
    options: Annotated[dict[str, Any], _example({"quiet_hours": {"start": "20:00", "end": "07:00", "days_off": []}})]
    enabled: Annotated[bool, _example(True)]
    disabled_reason: str
    failing_since: Time | None
    muted_until: Time | None
    created_at: Time
    link_url: Annotated[str, Meta(description="Telegram alone: opens the chat to be linked")] | UnsetType = UNSET
    link_code: str | UnsetType = UNSET


class Previewed(Struct):
    """What a template says for a lead; `lead_id` is null where that was a sample, `error` says why it says nothing."""

    text: Annotated[str, _example("New: Grace Hopper, +43 1 234567")]
    cut: bool
    error: str | None
    lead_id: UUID | None


class Replay(Struct):
    """What a webhook was due and is being sent again."""

    since: Time
    missed_only: bool
    due: int
    queued: int


class Queued(Struct):
    """How many deliveries are on their way again."""

    queued: Annotated[int, _example(12)]


class Removal(Struct):
    """Something that was removed and can be put back."""

    id: UUID
    kind: Annotated[str, Meta(description="`channel`, `webhook`, `endpoint`, `member` or `invitation`")]
    name: Annotated[str, _example("Sales")]
    by: Annotated[str, Meta(description="who removed it: a member's email, or a key's name")]
    removed_at: Time
    restore_until: Time


class Webhook(Struct):
    """An address of the user's own that hears of events."""

    id: UUID
    url: Annotated[str, _example("https://example.com/hook")]
    name: Annotated[str, _example("CRM"), Meta(description="as it is called in the dashboard; empty: by its address")]
    events: Annotated[list[str], _example(["lead.created"])]
    enabled: Annotated[bool, _example(True)]
    disabled_reason: str
    next_probe_at: Annotated[
        Time | None, Meta(description="when a test goes there, as it failed for five days; one that arrives enables it")
    ]
    missed_since: Annotated[Time | None, Meta(description="from when on it may have missed events, to be replayed")]
    replay: Annotated[Replay | None, Meta(description="what of its past is on its way again")]
    created_at: Time


class MadeWebhook(Webhook):
    """A webhook whose secret was just made."""

    secret: Annotated[str, _example("whsec_…", "signs what is sent; it is never shown again")] = ""


class Attempt(Struct):
    at: Time
    status_code: int | None
    latency_ms: int | None
    error: str | None
    answer: Annotated[str, Meta(description="the first kilobyte of what the other side said")]


class Delivery(Struct):
    """One event on its way to one destination."""

    id: UUID
    event_type: Annotated[str, _example("lead.created")]
    lead_id: UUID | None
    channel_id: UUID | None
    webhook_id: UUID | None
    destination: Annotated[str, _example("https://example.com/hook")]
    status: Annotated[
        Literal["pending", "delivered", "failed", "dead", "withheld"],
        Meta(description="`failed` will be tried again, `dead` won't"),
    ]
    reason: Annotated[str, _example("", "why it waits, or why nothing (more) is sent")]
    folded_into: Annotated[UUID | None, Meta(description="the first delivery of the digest that it is part of")]
    created_at: Time
    delivered_at: Time | None
    next_attempt_at: Time | None
    attempts: list[Attempt]


class Workspace(Struct):
    """What a key belongs to: its pipeline, its words, its limits."""

    id: UUID
    name: Annotated[str, _example("Lindenhof")]
    timezone: Annotated[str, _example("Europe/Vienna")]
    country: Annotated[str, _example("AT", "which numbers without a prefix are read as")]
    stages: Annotated[list[str], _example(["Form Started", "New", "Contacted", "Quoted", "Won", "Lost"], "in order")]
    required_fields: list[str]
    lead_types: list[str]
    event_types: list[str]
    summary_hour: Annotated[
        int, _example(8, "the hour of its day at which summaries and daily digests are sent, 0 to 23")
    ]
    leads_per_hour: Annotated[int, _example(100)]
    retention_days: int | None
    created_at: Time


class FailedRow(Struct):
    row: Annotated[int, _example(7, "its line in the file, as a spreadsheet counts")]
    error: Annotated[str, _example('"email" is not a mail address.')]


class Import(Struct):
    """A CSV file of leads: how it stands, and which rows couldn't be taken."""

    id: UUID
    state: Annotated[str, _example("done", "`waiting`, `running`, `done`, …")]
    dry_run: bool
    file_name: Annotated[str, _example("leads.csv")]
    rows: Annotated[int | None, _example(120)]
    done_rows: Annotated[int, _example(120)]
    created: Annotated[int, _example(112)]
    updated: Annotated[int, _example(6)]
    skipped: Annotated[int, _example(0)]
    failed_rows: Annotated[int, _example(2)]
    failed: Annotated[list[FailedRow], Meta(description="the first of them; `failed.csv` has all")]
    mapping: Annotated[dict[str, str], _example({"Mail": "email"}, "column to field")]
    update: Literal["fill", "overwrite", "skip"]
    notify: bool
    error: str | None
    by: str
    created_at: Time
    finished_at: Time | None
    undone_at: Time | None
    preview: Annotated[list[list[str]], Meta(description="the first rows")] | UnsetType = UNSET


class Note(Struct):
    """A note of the team on a lead."""

    id: UUID
    lead_id: UUID
    text: Annotated[str, _example("Called, wants the big room.")]
    author: Annotated[str, _example("maria@example.com")]
    created_at: Time


class Health(Struct):
    status: Annotated[str, _example("ok")]
