"""Endpoints as their page may have to show them."""

from __future__ import annotations

from dataclasses import replace

from leadsbot.dashboard.shown.endpoint_examples import Rules, examples
from leadsbot.dashboard.views import Form
from leadsbot.dashboard.views.endpoints import Endpoint, FieldChoice, Turned

_URL = "https://leads.alpenblick.example/api/inbound/w/0199c3f2-7c1e-7d3a-9a52-6f0e4b1d2c3a/leads"
_REQUIRED = ("name", "phone", "email")
_AT = 1_790_000_000_000

ENDPOINT = Endpoint(
    "end-1",
    "Partner portal",
    _URL,
    seen_at=_AT,
    required=tuple(FieldChoice(name, name.capitalize(), name in _REQUIRED) for name in (*_REQUIRED, "company")),
    examples=examples(_URL, Rules(_REQUIRED)),
)
STRICT_ENDPOINT = replace(
    ENDPOINT,
    allow_all_ips=False,
    allowed_ips=("203.0.113.7", "10.0.0.0/8"),
    allowed_origins=("https://www.alpenblick.example",),
    leads_per_ip_per_day=5,
    captcha_provider="turnstile",
    signing=True,
    turned=(
        Turned("not on the list", _AT, 3, origin="https://partner.example"),
        Turned("not on the list", _AT, address="198.51.100.4"),
        Turned("Missing required fields", _AT, 12),
    ),
    examples=examples(_URL, Rules(_REQUIRED, signing=True, provider="turnstile")),
)
WRONG_RULES = Form(
    {"name": "", "allowed_ips": "10.0.0.1/8", "allow_all_ips": "listed", "required_fields": "name,email"},
    {"name": "Give it a name.", "allowed_ips": '"10.0.0.1/8" is one address.', "required_fields": "Choose others."},
)
