"""What a site's pages are told of its rules: small, and cacheable for minutes."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from leadsbot.capture.edge import JSON, Response
from leadsbot.leads.meanings import contact_pattern
from leadsbot.workspaces.sites import SiteRules

FRESH_S: Final = 120
VARY: Final = (b"vary", b"Origin")


def settings_answer(site: SiteRules, *, audit: bool) -> Response:
    """Give the settings. `audit` asks the page to say what it holds. `totals` is there where forms grow, and `contact`,
    by which the widget knows an email, a phone or a name, where nothing else may leave a form that was not sent."""
    told: dict[str, Any] = {
        "consent": site.consent,
        "signals": site.privacy_signals == "honour",
        "partial": site.partial_values,
        "masked": site.masked_fields,
        "hidden": site.hidden_fields,
        "ignored": site.ignored_forms,
        "honeypot": site.honeypot_field,
    }
    if audit:
        told["audit"] = True
    if site.totals:
        told["totals"] = site.totals
    if site.partial_values == "contact":
        told["contact"] = contact_pattern()
    body = msgspec.json.encode(told)
    headers = [
        JSON,
        VARY,
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", f"public, max-age={FRESH_S}".encode()),
    ]
    return Response(200, headers, body)
