"""A lead, as it is answered and as it may be sent (contract, section 6)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from leadsbot.api.reference.shapes.common import Time, example

Device = Literal["desktop", "mobile", "tablet", "bot"]
Percent = Annotated[int, Meta(ge=0, le=100)]
Count = Annotated[int, Meta(ge=0)]

Line = Annotated[str, Meta(max_length=2000)]
Prose = Annotated[str, Meta(max_length=20000)]
Name = Annotated[str, Meta(max_length=200)]
Email = Annotated[str, Meta(max_length=320, examples=["jane@example.com"], extra_json_schema={"format": "email"})]


class Lead(Struct):
    """One person in one pipeline, with where they came from and how far they got. A text that isn't known is empty."""

    id: UUID
    created_at: Time
    updated_at: Time
    name: Annotated[str, example("Jane Doe", "first and last name")]
    first_name: Annotated[str, example("Jane")]
    last_name: Annotated[str, example("Doe")]
    email: Annotated[str, example("jane@example.com", "in lower case")]
    phone: Annotated[str, example("+43 660 1234567", "as it came")]
    company: str
    message: Annotated[str, example("Do you have a room for 40 people in May?")]
    notes: Annotated[str, Meta(description="the submitter's or system's text; the team's notes are under `/notes`")]
    stage: Annotated[str, example("New", "one of the workspace's stages")]
    status: Annotated[str, example("new", "the stage in lower case, with underscores")]
    source: Annotated[str, example("google", "where the lead came from, as the workspace spells it")]
    lead_type: str
    event_type: str
    event_date: Annotated[str, example("2027-05-30", "`YYYY-MM-DD`, or empty")]
    domain: Annotated[str, example("example.com")]
    page_url: Annotated[str, example("https://www.example.com/contact")]
    landing_page: str
    campaign: Annotated[str, example("spring")]
    utm_source: str
    utm_medium: str
    utm_campaign: str
    utm_term: str
    utm_content: str
    click_ids: Annotated[dict[str, Any], example({"gclid": "Cj0KCQ"}, "advertisers' click ids")]
    first_touch: Annotated[dict[str, Any], Meta(description="how the visitor first came to the site")]
    referrer: str
    ip_address: Annotated[str, example("203.0.113.7")]
    user_agent: str
    browser: Annotated[str, example("Firefox")]
    os: Annotated[str, example("Windows")]
    device_type: Annotated[str, example("desktop", "`desktop`, `mobile`, `tablet`, `bot`, or empty")]
    form_id: str | None
    form_name: Annotated[str, example("Contact")]
    form_completion_percent: Annotated[int | None, example(100)]
    form_fields_completed: Annotated[int | None, example(5)]
    form_fields_total: Annotated[int | None, example(5)]
    confirmation: Annotated[str, example("confirmed", "`confirmed` or `attempted`; with a key always confirmed")]
    custom_data: Annotated[dict[str, Any], example({"guests": 40}, "all that is no field of a lead")]
    tags: Annotated[list[str], example(["vip"])]
    assigned_to: Annotated[str | None, Meta(description="a member's id")]
    spam: Annotated[bool, example(False)]
    spam_reasons: list[Any]
    lead_url: Annotated[str, example("https://HOST/leads/…", "the lead's page in the dashboard")]


class LeadFields(Struct, kw_only=True):
    """The fields of a lead that may be sent. `firstName` and `first_name` are the same field; a field that isn't listed
    is kept in `custom_data`."""

    name: Annotated[Line, Meta(description="split on the first space")] | UnsetType = UNSET
    first_name: Line | UnsetType = UNSET
    last_name: Line | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    phone: Annotated[Line, Meta(description="kept as it came")] | UnsetType = UNSET
    company: Line | UnsetType = UNSET
    message: Prose | UnsetType = UNSET
    notes: Prose | UnsetType = UNSET
    stage: (
        Annotated[Name, Meta(description="one of the workspace's; the second one where nothing is said")] | UnsetType
    ) = UNSET
    status: Annotated[Name, Meta(description="`new`, `contacted`, `quoted`, in place of `stage`")] | UnsetType = UNSET
    source: Annotated[Line, Meta(description="matched without case among the workspace's, or created")] | UnsetType = (
        UNSET
    )
    lead_type: Annotated[Name, Meta(description="one of the workspace's")] | UnsetType = UNSET
    event_type: Annotated[Name, Meta(description="one of the workspace's")] | UnsetType = UNSET
    event_date: Annotated[date, Meta(description="`YYYY-MM-DD`")] | UnsetType = UNSET
    domain: Annotated[str, Meta(max_length=255)] | UnsetType = UNSET
    page_url: Line | UnsetType = UNSET
    landing_page: Line | UnsetType = UNSET
    campaign: Line | UnsetType = UNSET
    utm_source: Line | UnsetType = UNSET
    utm_medium: Line | UnsetType = UNSET
    utm_campaign: Line | UnsetType = UNSET
    utm_term: Line | UnsetType = UNSET
    utm_content: Line | UnsetType = UNSET
    click_ids: Annotated[dict[str, str], Meta(description="such as `gclid`, `fbclid`")] | UnsetType = UNSET
    first_touch: dict[str, Any] | UnsetType = UNSET
    referrer: Line | UnsetType = UNSET
    form_id: Annotated[Name, Meta(description="a discovered form's; another is kept aside")] | UnsetType = UNSET
    form_name: Name | UnsetType = UNSET
    form_completion_percent: Percent | UnsetType = UNSET
    form_fields_completed: Count | UnsetType = UNSET
    form_fields_total: Count | UnsetType = UNSET
    custom_data: dict[str, Any] | UnsetType = UNSET
    tags: Annotated[list[Name], Meta(max_length=100)] | UnsetType = UNSET
    assigned_to: Annotated[Name, Meta(description="a member's email or id")] | UnsetType = UNSET


class KeyedLead(LeadFields, kw_only=True):
    """What a key may say besides: the visitor's address and browser, which nobody else is believed about."""

    ip_address: Annotated[str, Meta(max_length=45)] | UnsetType = UNSET
    user_agent: Annotated[str, Meta(max_length=512)] | UnsetType = UNSET
    browser: Annotated[str, Meta(max_length=100)] | UnsetType = UNSET
    os: Annotated[str, Meta(max_length=100)] | UnsetType = UNSET
    device_type: Device | UnsetType = UNSET


class VisitorsLead(KeyedLead, kw_only=True):
    """A visitor's form, passed on. An `email` or a `phone` is required."""

    data: Annotated[dict[str, Any], Meta(description="kept as `custom_data`")] | UnsetType = UNSET
    honeypot: Annotated[str, Meta(description="filled in: the same answer, and no lead")] | UnsetType = UNSET


class WholeLead(KeyedLead, kw_only=True):
    """A whole lead: `name`, or `first_name` and `last_name`, and the workspace's required fields on top."""

    email: Email
    phone: Line


class Postback(KeyedLead, kw_only=True):
    """Another system's word about a lead. One of `lead_id`, `email` and `phone` is required."""

    lead_id: Annotated[UUID, Meta(description="whose lead it is; else `email` decides, without case")] | UnsetType = (
        UNSET
    )
    force_stage: Annotated[bool, Meta(description="lets the stage go backwards")] | UnsetType = UNSET


class EndpointsLead(LeadFields, kw_only=True):
    """A lead for an endpoint: its own required fields decide what must be there."""

    lead_type_name: Annotated[Name, Meta(description="falls back to the workspace's first lead type")] | UnsetType = (
        UNSET
    )


class Merged(Lead):
    """The lead that was kept, after another became part of it."""

    merge_id: Annotated[UUID | None, Meta(description="by which the merge is undone, for 30 days")] = None


class Merge(Struct):
    """One lead that became part of another."""

    id: UUID
    lead_id: Annotated[UUID, Meta(description="the lead that was kept")]
    merged_id: Annotated[UUID, Meta(description="the one that became part of it")]
    by: Annotated[str, example("mara@example.com")]
    at: Time
    undo_until: Time | None
    undone_at: Time | None


class Unmerged(Struct):
    """Both leads as they are again."""

    merge_id: UUID
    kept: Lead
    restored: Lead
    edited: Annotated[list[str], Meta(description="fields changed since the merge, which keep their newer value")]


class Success(Struct):
    success: Literal[True]
    id: UUID


class Created(Struct):
    id: UUID
    status: Literal["created"]
    lead_url: Annotated[str, example("https://HOST/leads/…")]


class PostbackDone(Struct):
    lead_id: UUID
    created: bool
    stage: Annotated[str, example("Won")]
    stage_changed: bool
    warning: Annotated[str | None, Meta(description="what was not done, and how to have it done")]


class Move(Struct):
    """A change of stage; the first one has no `from_stage`."""

    from_stage: str | None
    to_stage: Annotated[str, example("New")]
    at: Time
    by: Annotated[str, example("owner@example.com")]
    reason: str


class LeadWithHistory(Struct):
    lead: Lead
    history: list[Move]


class LeadPage(Struct):
    leads: list[Lead]
    total: Count
    page: Annotated[int, example(1)]
    limit: Annotated[int, example(50)]
    pages: Annotated[int, example(1)]


class Entry(Struct):
    """Something that happened. What else it holds follows from its kind."""

    kind: Annotated[
        str,
        example(
            "submitted",
            "`touch`, `started`, `abandoned`, `submitted`, `stage`, `assigned`, `spam`, `snoozed`, `note`, …",
        ),
    ]
    at: Time


class Note(Struct):
    """A note of the team on a lead."""

    id: UUID
    lead_id: UUID
    text: Annotated[str, example("Called, wants the big room.")]
    author: Annotated[str, example("maria@example.com")]
    created_at: Time
