"""What takes leads in, and what it turned away."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from leadsbot.api.reference.shapes.common import Time, example


class Site(Struct):
    """Where forms stand: a public token, and the rules of the pages that carry it."""

    id: UUID
    name: Annotated[str, example("Main website")]
    public_token: Annotated[str, Meta(description="what the script tag and `/f/{token}` carry")]
    allowed_origins: Annotated[list[str], example(["https://www.example.com"], "empty: all")]
    masked_fields: list[str]
    hidden_fields: Annotated[list[str], Meta(description="hidden fields that may be sent")]
    ignored_forms: list[str]
    page_stages: Annotated[list[str], Meta(description="stages that pages may ask for by `LeadsBot.stage()`")]
    burst_per_second: Annotated[int, example(50)]
    leads_per_ip_per_day: Annotated[int | None, Meta(description="null: no limit")]
    honeypot_field: str
    partial_values: Literal["off", "contact", "all"]
    thank_you_url: str
    consent: Literal["none", "required"]
    privacy_signals: Literal["ignore", "honour"]
    abandon_after_minutes: Annotated[float, example(30.0)]
    script_tag: Annotated[str, example('<script id="leadsbot-listener" …></script>')]
    last_seen_at: Time | None
    last_seen_url: str
    created_at: Time


class Refusal(Struct):
    """What a door turned away and why, counted."""

    id: UUID
    reason: Annotated[str, example("origin")]
    origin: Annotated[str, example("https://staging.example.com")]
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
    reason: Annotated[str, example("ip")]
    status: Annotated[int, example(403)]
    origin: str
    address: Annotated[str, example("198.51.100.4")]
    hint: str
    at: Time


class CaptureAttempt(Struct):
    """One request to a door: taken, with the lead it became or joined, or refused, with why."""

    id: UUID
    at: Time
    outcome: Literal["accepted", "refused"]
    door_kind: Annotated[Literal["site", "endpoint", "key"], Meta(description="whose rules it met")]
    door_id: UUID | None
    door: Annotated[str, example("widget", "the way it came")]
    lead_id: UUID | None
    form_name: str
    page_url: str
    status: Annotated[int | None, example(403, "what a refused one was answered")]
    reason: Annotated[str | None, example("origin")]
    hint: Annotated[str, Meta(description="a sentence for the owner")]
    origin: str
    address: Annotated[str, example("198.51.100.4")]


class Endpoint(Struct):
    """An address without a key, with rules of its own. Of its secrets only whether there is one."""

    id: UUID
    name: Annotated[str, example("Partner portal")]
    url: Annotated[str, example("https://HOST/api/inbound/w/…/leads", "where leads are sent")]
    required_fields: Annotated[list[str], example(["name", "phone", "email"])]
    allow_all_ips: bool
    allowed_ips: Annotated[list[str], example(["203.0.113.0/24"], "addresses and networks")]
    allowed_origins: Annotated[list[str], Meta(description="empty: all")]
    leads_per_ip_per_day: Annotated[int | None, Meta(description="null: no limit")]
    burst_per_second: Annotated[int, example(50)]
    captcha_provider: str | None
    captcha_secret_set: bool
    signing: bool
    last_seen_at: Time | None
    created_at: Time
    signing_secret: Annotated[str, Meta(description="signs bodies; shown when it is made alone")] | UnsetType = UNSET
