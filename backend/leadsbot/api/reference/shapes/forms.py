"""Forms on pages, forms of one's own, and visitors' attempts at them."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from leadsbot.api.reference.shapes.common import Time, example


class Form(Struct):
    """A form that was discovered on a page."""

    id: UUID
    site_id: UUID
    key: Annotated[str, Meta(description="what tells it from the site's other forms")]
    name: Annotated[str, example("Contact")]
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
    name: Annotated[str, example("Ask for an offer")]
    definition: dict[str, Any]
    script_tag: str
    created_at: Time
    updated_at: Time
