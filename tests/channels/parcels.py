"""Parcels as routing hands them over, for the channels' tests."""

from __future__ import annotations

import json
from typing import Any

from leadsbot.channels.base import Parcel

LEAD: dict[str, Any] = {
    "id": "0190f3a0-0000-7000-8000-000000000001",
    "name": "Grace Hopper",
    "email": "grace@navy.example",
    "phone": "+1 202 555 0101",
    "company": "Navy",
    "message": "We need a compiler.\nSoon.",
    "stage": "New",
    "form_name": "Contact us",
    "form_completion_percent": 100,
    "form_fields_completed": 4,
    "form_fields_total": 4,
    "page_url": "https://shop.example/contact",
    "source": "google",
    "campaign": "spring",
    "device_type": "desktop",
    "browser": "Firefox",
    "os": "Linux",
    "custom_data": {"Budget": "10k"},
    "lead_url": "https://leads.example.com/leads/0190f3a0",
}
SESSION: dict[str, Any] = {
    "form_name": "Application",
    "completion_percent": 60,
    "fields_completed": 3,
    "fields_total": 5,
    "last_field": "phone",
    "page_url": "https://shop.example/apply",
    "device_type": "mobile",
    "utm_source": "newsletter",
}


def parcel(
    config: dict[str, Any], event_type: str = "lead.created", *, lead: dict[str, Any] | None = LEAD, **data: Any
) -> Parcel:
    """Give a parcel for `event_type`; further arguments stand beside the lead in its `data`."""
    payload: dict[str, Any] = {
        "id": "0190f3a0-0000-7000-8000-00000000000e",
        "type": event_type,
        "timestamp": "2026-05-04T12:30:00.000Z",
        "workspace_id": "0190f3a0-0000-7000-8000-00000000000a",
        "data": {"lead": lead, **data},
    }
    return Parcel(
        delivery_id="0190f3a0-0000-7000-8000-00000000000d",
        event_id=payload["id"],
        event_type=event_type,
        timestamp=1_777_897_800_000,
        workspace_id=payload["workspace_id"],
        body=json.dumps(payload, ensure_ascii=False).encode(),
        payload=payload,
        config=config,
        workspace={"name": "Rear Admirals", "timezone": "Europe/Vienna"},
    )
