"""Making a lead's row from a submission, and adding a later one to it: pure functions."""

from __future__ import annotations

from typing import Any

import msgspec

from leadsbot.ids import new_id
from leadsbot.leads import pipeline
from leadsbot.leads.contact import Contact
from leadsbot.leads.submission import Submission

Row = dict[str, Any]

CUSTOM_LIMIT = 500
# Every event carries the whole lead: whoever sends again and again must not make each of them heavier.
CUSTOM_LENGTH = 200_000
_CONTACT = ("first_name", "last_name", "email", "phone", "company", "message", "event_date")
_LIMITS = {name: 2_000 for name in _CONTACT if name != "message"}  # contract, section 4
_EMPTY = ("", None, "{}", "[]")
_MEASURES = ("form_id", "form_name", "form_completion_percent", "form_fields_completed", "form_fields_total")


def new_lead(sub: Submission, phone_e164: str) -> Row:
    """Give the row of a lead that begins with `sub`."""
    visit, contact = sub.visit, sub.contact
    begun = pipeline.arrived(sub.stages) if sub.complete else pipeline.started(sub.stages)
    row: Row = {
        "id": new_id(),
        "workspace_id": sub.workspace_id,
        "site_id": sub.site_id,
        # Without them what the same visitor sends next, perhaps in earnest, doesn't end up among the spam.
        "visit_id": None if sub.spam_reasons else visit.id,
        "session_id": None if sub.spam_reasons else sub.session_id,
        "created_at": sub.received_at,
        "updated_at": sub.received_at,
        **_told(contact),
        "email_key": (contact.email or "").lower(),
        "phone_e164": phone_e164,
        "notes": "",
        "stage": sub.stage or begun,
        "source": visit.source,
        "lead_type": "",
        "event_type": "",
        "domain": visit.domain,
        "page_url": sub.page_url,
        "landing_page": visit.landing_page,
        "campaign": visit.campaign,
        "utm_source": visit.utm_source,
        "utm_medium": visit.utm_medium,
        "utm_campaign": visit.utm_campaign,
        "utm_term": visit.utm_term,
        "utm_content": visit.utm_content,
        "click_ids": visit.click_ids,
        "first_touch": visit.first_touch,
        "referrer": visit.referrer,
        "ip_address": visit.ip_address,
        "user_agent": visit.user_agent,
        "browser": visit.browser,
        "os": visit.os,
        "device_type": visit.device_type,
        **_measures(sub),
        "confirmation": sub.confirmation,
        "custom_data": msgspec.json.encode(contact.custom).decode(),
        "tags": "[]",
        "assigned_to": None,
        "spam": bool(sub.spam_reasons),
        "spam_reasons": msgspec.json.encode(sub.spam_reasons).decode(),
        "read_at": None,
        "duplicate_of": None,
        "deleted_at": None,
    }
    row.update(sub.extra)
    return _hinted(row, sub)


def add(row: Row, sub: Submission, phone_e164: str, *, own: bool) -> Row:
    """Give `row` with what `sub` adds. Within the visitor's own session the newer value wins; a lead that was only met
    by its email is filled where it is empty, since knowing an email is no leave to rewrite what stands there."""
    changed = dict(row)
    overwrite = own or not sub.fills_only
    told = _told(sub.contact)
    for name, value in told.items():
        if value and (overwrite or not row[name]):
            changed[name] = value
    changed["email_key"] = changed["email"].lower()
    if told["phone"] and changed["phone"] == told["phone"]:
        changed["phone_e164"] = phone_e164
    changed["custom_data"] = _with_custom(row["custom_data"], sub.contact.custom, overwrite)
    if overwrite or row["form_completion_percent"] is None:
        changed.update({name: value for name, value in _measures(sub).items() if value not in (None, "")})
    if sub.complete and overwrite and not (_again(row, sub) and row["confirmation"] == "confirmed"):
        changed["confirmation"] = sub.confirmation
    for name, value in sub.extra.items():
        if overwrite or row[name] in _EMPTY:
            changed[name] = value
    changed = _hinted(changed, sub)
    changed["stage"] = _next_stage(row["stage"], sub)
    if changed != row:
        changed["updated_at"] = sub.received_at
    return changed


def _hinted(row: Row, sub: Submission) -> Row:
    """Give `row` with what was only found out, where it is empty."""
    return {**row, **{name: value for name, value in sub.hints.items() if row[name] in _EMPTY}} if sub.hints else row


def _again(row: Row, sub: Submission) -> bool:
    """Tell whether a submission is one more of the form that stands on the lead: a correction, or a second try. What
    came through stays so, however that one went; the submission's own row says how it did."""
    return bool((sub.session_id or "") == row["session_id"] or (sub.form_id or "") == row["form_id"])


def _told(contact: Contact) -> dict[str, str]:
    """Give the contact's columns, cut to what they hold; the submission keeps everything as it came."""
    return {name: (getattr(contact, name) or "")[: _LIMITS.get(name)] for name in _CONTACT}


def _next_stage(current: str, sub: Submission) -> str:
    wanted = sub.stage or (pipeline.arrived(sub.stages) if sub.complete and sub.advances else current)
    return wanted if sub.force_stage or pipeline.is_forward(sub.stages, current, wanted) else current


def _with_custom(stored: str, new: dict[str, str], overwrite: bool) -> str:
    if not new:
        return stored
    held: dict[str, Any] = msgspec.json.decode(stored)
    for name, value in new.items():
        if (overwrite or not held.get(name)) and (name in held or len(held) < CUSTOM_LIMIT):
            held[name] = value
    told = msgspec.json.encode(held).decode()
    return told if len(told) <= CUSTOM_LENGTH else stored


def _measures(sub: Submission) -> Row:
    values = (sub.form_id, sub.form_name, sub.percent, sub.completed, sub.total)
    return dict(zip(_MEASURES, values, strict=True))
