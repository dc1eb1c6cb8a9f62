"""Where news goes: channels, webhooks, deliveries, and what was removed."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from leadsbot.api.reference.shapes.common import Time, example


class Channel(Struct):
    """A way for people to hear of leads. Of secrets in `config` only the end is shown."""

    id: UUID
    kind: Annotated[str, example("email")]
    name: str
    config: Annotated[dict[str, Any], example({"to": ["sales@example.com"]})]
    events: Annotated[list[str], example(["lead.created"])]
    filter: dict[str, Any]
    options: Annotated[dict[str, Any], example({"quiet_hours": {"start": "20:00", "end": "07:00", "days_off": []}})]
    enabled: Annotated[bool, example(True)]
    disabled_reason: str
    failing_since: Time | None
    muted_until: Time | None
    created_at: Time
    link_url: Annotated[str, Meta(description="Telegram alone: opens the chat to be linked")] | UnsetType = UNSET
    link_code: str | UnsetType = UNSET


class Previewed(Struct):
    """What a template says for a lead; `lead_id` is null where that was a sample, `error` says why it says nothing."""

    text: Annotated[str, example("New: Grace Hopper, +43 1 234567")]
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

    queued: Annotated[int, example(12)]


class Removal(Struct):
    """Something that was removed and can be put back."""

    id: UUID
    kind: Annotated[str, Meta(description="`channel`, `webhook`, `endpoint`, `member` or `invitation`")]
    name: Annotated[str, example("Sales")]
    by: Annotated[str, Meta(description="who removed it: a member's email, or a key's name")]
    removed_at: Time
    restore_until: Time


class Webhook(Struct):
    """An address of the user's own that hears of events."""

    id: UUID
    url: Annotated[str, example("https://example.com/hook")]
    name: Annotated[str, example("CRM"), Meta(description="as it is called in the dashboard; empty: by its address")]
    events: Annotated[list[str], example(["lead.created"])]
    enabled: Annotated[bool, example(True)]
    disabled_reason: str
    next_probe_at: Annotated[
        Time | None, Meta(description="when a test goes there, as it failed for five days; one that arrives enables it")
    ]
    missed_since: Annotated[Time | None, Meta(description="from when on it may have missed events, to be replayed")]
    replay: Annotated[Replay | None, Meta(description="what of its past is on its way again")]
    created_at: Time


class MadeWebhook(Webhook):
    """A webhook whose secret was just made."""

    secret: Annotated[str, example("whsec_…", "signs what is sent; it is never shown again")] = ""


class Attempt(Struct):
    at: Time
    status_code: int | None
    latency_ms: int | None
    error: str | None
    answer: Annotated[str, Meta(description="the first kilobyte of what the other side said")]


class Delivery(Struct):
    """One event on its way to one destination."""

    id: UUID
    event_type: Annotated[str, example("lead.created")]
    lead_id: UUID | None
    channel_id: UUID | None
    webhook_id: UUID | None
    destination: Annotated[str, example("https://example.com/hook")]
    status: Annotated[
        Literal["pending", "delivered", "failed", "dead", "withheld"],
        Meta(description="`failed` will be tried again, `dead` won't"),
    ]
    reason: Annotated[str, example("", "why it waits, or why nothing (more) is sent")]
    folded_into: Annotated[UUID | None, Meta(description="the first delivery of the digest that it is part of")]
    created_at: Time
    delivered_at: Time | None
    next_attempt_at: Time | None
    attempts: list[Attempt]
