"""A workspace: its people, its lists, its keys."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from leadsbot.api.reference.shapes.common import Time, example


class Workspace(Struct):
    """What a key belongs to: its pipeline, its words, its limits."""

    id: UUID
    name: Annotated[str, example("Lindenhof")]
    timezone: Annotated[str, example("Europe/Vienna")]
    country: Annotated[str, example("AT", "which numbers without a prefix are read as")]
    stages: Annotated[list[str], example(["Form Started", "New", "Contacted", "Quoted", "Won", "Lost"], "in order")]
    required_fields: list[str]
    lead_types: list[str]
    event_types: list[str]
    summary_hour: Annotated[
        int, example(8, "the hour of its day at which summaries and daily digests are sent, 0 to 23")
    ]
    leads_per_hour: Annotated[int, example(100)]
    retention_days: int | None
    created_at: Time


class Member(Struct):
    """A person of the workspace, or somebody who is invited."""

    id: UUID
    user_id: Annotated[UUID | None, Meta(description="null until an invitation is taken")]
    email: Annotated[str, example("maria@example.com")]
    name: Annotated[str, example("Maria")]
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
    name: Annotated[str, example("Contacted")]
    position: Annotated[int, example(2, "its place, from 0")]
    leads: Annotated[int, example(14, "leads that carry the name")]


class Source(Struct):
    """Where leads come from."""

    id: UUID
    name: Annotated[str, example("Wedding fair")]
    leads: Annotated[int, example(14)]
    created_at: Time
    last_lead_at: Time | None


Scope = Literal["leads:write", "leads:read", "manage"]


class Key(Struct):
    """What is known of a key: never the key itself."""

    id: UUID
    name: Annotated[str, example("Our shop")]
    prefix: Annotated[str, example("lb_a1B2c3D4e")]
    scopes: Annotated[list[Scope], example(["leads:write"])]
    created_at: Time
    last_used_at: Time | None
    revoked_at: Time | None


class MadeKey(Key):
    """A key that was just made."""

    key: Annotated[str, example("lb_…", "the key; it is never shown again")] = ""
