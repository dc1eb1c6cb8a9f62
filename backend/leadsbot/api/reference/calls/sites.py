"""Sites and what their pages told."""

from __future__ import annotations

from leadsbot.api.reference.call import Call, Listed
from leadsbot.api.reference.shapes.doors import Refusal, Site, SitePage

CALLS = [
    Call(door="GET /api/v1/sites", answer=Listed[Site]),
    Call(
        door="POST /api/v1/sites",
        says="Only `name` is needed. An empty `allowed_origins` allows every page to send.",
        answer=Site,
        example={"name": "Main website", "allowed_origins": ["https://www.example.com"], "partial_values": "contact"},
        refusals=(413, 415),
    ),
    Call(door="GET /api/v1/sites/{site_id}", answer=Site, refusals=(404,)),
    Call(
        door="PATCH /api/v1/sites/{site_id}",
        says="What is left out stays as it is. Settings hold from the next request here, within 2 seconds on other"
        " nodes.",
        answer=Site,
        example={"thank_you_url": "https://www.example.com/thanks", "leads_per_ip_per_day": 20},
        refusals=(404, 413, 415),
    ),
    Call(door="DELETE /api/v1/sites/{site_id}", refusals=(404,)),
    Call(door="GET /api/v1/sites/{site_id}/refusals", answer=Listed[Refusal], refusals=(404,)),
    Call(
        door="POST /api/v1/sites/{site_id}/allow-origin",
        answer=Site,
        example={"origin": "https://shop.example.com"},
        refusals=(404, 413, 415),
    ),
    Call(door="GET /api/v1/sites/{site_id}/pages", answer=Listed[SitePage], refusals=(404,)),
]
