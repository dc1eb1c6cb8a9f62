"""Endpoints: addresses without a key, with rules of their own."""

from __future__ import annotations

from leadsbot.api.reference.call import Call, Listed
from leadsbot.api.reference.shapes.doors import Endpoint, Refusal, RefusedOnce

CALLS = [
    Call(door="GET /api/v1/endpoints", answer=Listed[Endpoint]),
    Call(
        door="POST /api/v1/endpoints",
        says="Only `name` is needed: a new one takes leads from all addresses and origins. `captcha_provider` is"
        " `turnstile`, `hcaptcha` or `recaptcha`. With `signing` the answer carries `signing_secret`, this once.",
        answer=Endpoint,
        example={
            "name": "Partner portal",
            "required_fields": ["name", "phone"],
            "allow_all_ips": False,
            "allowed_ips": ["203.0.113.0/24", "2001:db8::/32"],
            "leads_per_ip_per_day": 50,
        },
        refusals=(413, 415),
    ),
    Call(door="GET /api/v1/endpoints/{endpoint_id}", answer=Endpoint, refusals=(404,)),
    Call(
        door="PATCH /api/v1/endpoints/{endpoint_id}",
        says="What is left out stays as it is.",
        answer=Endpoint,
        example={"allowed_origins": ["https://www.example.com"], "allow_all_ips": True},
        refusals=(404, 413, 415),
    ),
    Call(door="DELETE /api/v1/endpoints/{endpoint_id}", refusals=(404,)),
    Call(
        door="POST /api/v1/endpoints/{endpoint_id}/rotate-secret",
        says="The old secret ends at once.",
        answer=Endpoint,
        refusals=(404, 409),
    ),
    Call(door="GET /api/v1/endpoints/{endpoint_id}/refusals", answer=Listed[Refusal], refusals=(404,)),
    Call(door="GET /api/v1/endpoints/{endpoint_id}/refused", answer=Listed[RefusedOnce], refusals=(404,)),
    Call(
        door="POST /api/v1/endpoints/{endpoint_id}/allow-origin",
        answer=Endpoint,
        example={"origin": "https://www.example.com"},
        refusals=(404, 413, 415),
    ),
    Call(
        door="POST /api/v1/endpoints/{endpoint_id}/allow-ip",
        answer=Endpoint,
        example={"ip": "203.0.113.7"},
        refusals=(404, 413, 415),
    ),
]
