"""From what the widget tells of a visitor's arrival and device to what sessions and leads keep of it."""

from __future__ import annotations

import re

import msgspec

from leadsbot.attribution import attribute, is_personal, parse_touch, strip_personal
from leadsbot.capture import wire
from leadsbot.devices import parse_device
from leadsbot.forms.visit import Visit

DOMAIN_LENGTH = 255  # RFC 1035, section 2.3.4; an address may claim more

_LANGUAGE = re.compile(r"[A-Za-z0-9-]{2,35}")

_encode = msgspec.json.Encoder().encode


class Sender(msgspec.Struct, frozen=True, gc=False):
    """Who sent the request, as the server sees it; `mobile` and `platform` are client hints as `parse_device` reads."""

    address: str
    user_agent: str
    received_at: int
    mobile: str | None = None
    platform: str | None = None
    language: str = ""


def visit_of(batch: wire.Batch, sender: Sender) -> Visit:
    """Give where the visitor came from (the last touch counts, the first is kept beside it) and on what."""
    first = _clean(batch.first)
    last = first if batch.last is None or batch.last == batch.first else _clean(batch.last)
    url = last.url if last and last.url else batch.page.url
    referrer = last.ref if last else strip_personal(batch.page.ref)
    utm = last.utm if last else {}
    origin = attribute(url, referrer, utm, last.ids if last else {})
    hints = batch.device
    device = parse_device(
        sender.user_agent,
        mobile=sender.mobile,
        platform=sender.platform,
        touch=hints.touch,
        width=hints.w,
        height=hints.h,
    )
    client = {"browser": device.browser, "os": device.os, "lang": hints.lang or sender.language, "tz": hints.tz}
    return Visit(
        id=batch.visit.id,
        referrer=referrer,
        source=origin.source,
        campaign=origin.campaign or "",
        utm_source=utm.get("source", ""),
        utm_medium=utm.get("medium", ""),
        utm_campaign=utm.get("campaign", ""),
        utm_term=utm.get("term", ""),
        utm_content=utm.get("content", ""),
        click_ids=_encode(origin.click_ids).decode(),
        first_touch=_encode(first).decode() if first else "{}",
        landing_page=first.url if first else "",
        domain=origin.domain[:DOMAIN_LENGTH],
        ip_address=sender.address,
        user_agent=sender.user_agent,
        browser=device.browser,
        os=device.os,
        device_type=device.device_type,
        touch=_encode({"first": first, "last": last}).decode(),
        client=_encode({"user_agent": sender.user_agent, **client}).decode(),
    )


def preferred_language(accepted: str) -> str:
    """Give the first of what `Accept-Language` names (RFC 9110, section 12.5.4): a browser has its owner's order."""
    first = accepted.partition(",")[0].partition(";")[0].strip()
    return first if _LANGUAGE.fullmatch(first) else ""


def _clean(touch: wire.Touch | None) -> wire.Touch | None:
    """Take personal data out of a touch, whatever the widget sent, and its campaign out of its address, unless the
    widget (one of old) spells that out."""
    if touch is None:
        return None
    url = strip_personal(touch.url)
    tags = parse_touch(url)
    return msgspec.structs.replace(
        touch,
        url=url,
        ref=strip_personal(touch.ref),
        utm=tags.utm | _impersonal(touch.utm, "utm_"),
        ids=tags.click_ids | _impersonal(touch.ids),
    )


def _impersonal(marks: dict[str, str], prefix: str = "") -> dict[str, str]:
    return {name: value for name, value in marks.items() if not is_personal(f"{prefix}{name}={value}")}
