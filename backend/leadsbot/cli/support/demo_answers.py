"""What the demo site's own server says to a form: thanks, or what is wrong with it, in the shape that was asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from html import escape
from urllib.parse import parse_qsl

Answer = tuple[int, dict[str, str], bytes]

THANKS = "/thanks.html"
HTML = {"content-type": "text/html; charset=utf-8"}
MONDAY = 0
CLOSED = "We rest on Mondays. Please choose another day."
NO_POSTCODE = "That is no postcode of Austria, Germany or Switzerland: four or five digits, please."
ARRIVED = b'<div class="done" role="status"><h2>Thank you, it has arrived</h2><p>We are on it.</p></div>'


def answer(headers: Mapping[str, str], body: bytes) -> Answer:
    """Answer a form that was sent to the demo's API: by htmx with a piece of a page, by a browser itself with the
    thank-you page, by any other script with JSON. A form with errors gets 422 and a sentence for each field.
    """
    errors = errors_of(values(headers.get("content-type", ""), body))
    if headers.get("hx-request") == "true":
        return _piece(errors)
    if "text/html" in headers.get("accept", ""):
        return _page(errors)
    told: dict[str, object] = {"ok": False, "errors": errors} if errors else {"ok": True}
    return 422 if errors else 200, {"content-type": "application/json"}, json.dumps(told).encode()


def values(kind: str, body: bytes) -> dict[str, str]:
    """Give what a form sent, urlencoded or as JSON; nothing of any other kind, which is then taken as it is."""
    try:
        if kind.startswith("application/json"):
            sent = json.loads(body)
            return {name: str(value) for name, value in sent.items()} if isinstance(sent, dict) else {}
        if kind.startswith("application/x-www-form-urlencoded"):
            return dict(parse_qsl(body.decode()))
    except ValueError:
        pass
    return {}


def errors_of(sent: Mapping[str, str]) -> dict[str, str]:
    """Give what only the house itself can know, by field: its day of rest, and where its letters go."""
    errors = {}
    if _is_monday(sent.get("date", "")):
        errors["date"] = CLOSED
    postcode = sent.get("postcode", "")
    if postcode and not (postcode.isdecimal() and len(postcode) in (4, 5)):
        errors["postcode"] = NO_POSTCODE
    return errors


def _is_monday(day: str) -> bool:
    try:
        return date.fromisoformat(day).weekday() == MONDAY
    except ValueError:
        return False


def _piece(errors: Mapping[str, str]) -> Answer:
    """Answer htmx: thanks where the form stood, or the errors where the form has its place for them."""
    if not errors:
        return 200, HTML, ARRIVED
    sentences = "".join(f"<p>{escape(sentence)}</p>" for sentence in errors.values())
    return 422, HTML | {"hx-retarget": "#trouble", "hx-reswap": "innerHTML"}, sentences.encode()


def _page(errors: Mapping[str, str]) -> Answer:
    if not errors:
        return 303, {"location": THANKS}, b""
    return 422, {"content-type": "text/plain; charset=utf-8"}, "\n".join(errors.values()).encode()
