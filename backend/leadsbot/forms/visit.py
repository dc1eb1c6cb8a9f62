"""Where a visitor came from and on what, in plain values, as sessions and leads keep it."""

from __future__ import annotations

from msgspec import Struct


class Visit(Struct, frozen=True, gc=False):
    """A visitor's stay on a site; empty texts where nothing is known. `touch`, `client`, `click_ids` hold JSON."""

    id: str | None = None
    referrer: str = ""
    source: str = ""
    campaign: str = ""
    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""
    utm_term: str = ""
    utm_content: str = ""
    click_ids: str = "{}"
    first_touch: str = "{}"
    landing_page: str = ""
    domain: str = ""
    ip_address: str = ""
    user_agent: str = ""
    browser: str = ""
    os: str = ""
    device_type: str = ""
    touch: str = "{}"
    client: str = "{}"
