"""Why a request was turned away, in words, with what to do about it and where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Refusal(NamedTuple):
    """A reason as a title, what to do, and where: `door` (the site's or endpoint's own card), a path, or nowhere."""

    why: str
    remedy: str
    rule: str = ""
    where: str = ""


DOOR: Final = "door"
_RESEND: Final = "Whoever sends it must mend it; the answer said how."
_NO_ORIGIN: Final = (
    "There is none to allow. A program sends by an API key, or to an endpoint whose list of origins is empty; a page"
    " must be served from a site."
)

REASONS: Final[Mapping[str, Refusal]] = {
    "origin": Refusal(
        "Its origin is not on the list", "If the page is yours, allow its origin.", "Allowed origins", DOOR
    ),
    "ip": Refusal(
        "Its address is not on the list", "If the server is yours, add its address.", "Allowed addresses", DOOR
    ),
    "burst": Refusal(
        "Too many requests at once from one address",
        "No person is that quick: a script, a load test, or many people behind one address. If it is yours, raise"
        " the limit.",
        "The limit",
        DOOR,
    ),
    "leads_per_day": Refusal(
        "More leads from one address in 24 hours than allowed",
        "Where many people share an address, as in an office or at a fair, raise the limit or lift it.",
        "The limit",
        DOOR,
    ),
    "leads_per_hour": Refusal(
        "More leads by key in an hour than the workspace takes",
        "The sender was told when to come back. Raise the limit for a planned rush, or import a file instead.",
        "The limit",
        "/settings/workspace",
    ),
    "consent": Refusal(
        "A submission without the consent that the site requires",
        "Ask visitors before they can send the form, and call LeadsBot.consent(true) once they agree: then it counts"
        " however soon the page is left.",
        "Consent",
        DOOR,
    ),
    "missing_fields": Refusal("A required field was missing", "Send it, or require less.", "Required fields", DOOR),
    "invalid_input": Refusal("A value wasn't as it must be", _RESEND),
    "invalid_json": Refusal("The body was no valid JSON", _RESEND),
    "unknown_stage": Refusal("A stage that the pipeline doesn't have", _RESEND, "The pipeline", "/settings/pipeline"),
    "unsupported_media_type": Refusal("A content type that isn't taken here", _RESEND),
    "too_large": Refusal("The body was too large", "Send less at once: no files, and no more than the form's fields."),
    "captcha": Refusal(
        "The CAPTCHA wasn't solved",
        "Is its widget in the form, with the site key of the same provider?",
        "CAPTCHA",
        DOOR,
    ),
    "captcha_unavailable": Refusal(
        "The CAPTCHA's provider didn't answer",
        "It was told to send again. Check the secret if it goes on.",
        "CAPTCHA",
        DOOR,
    ),
    "signature": Refusal(
        "The body's signature was missing or didn't fit",
        "The sender must sign the raw bytes it sends with the endpoint's signing secret.",
        "Signed bodies",
        DOOR,
    ),
    "honeypot": Refusal("A bot filled in the hidden field", "Nothing: it was answered as if taken, and not kept."),
    "idempotency_key_reused": Refusal(
        "An Idempotency-Key came again with another body", "Use a new key for each thing that is made."
    ),
    "idempotency_in_progress": Refusal(
        "The same request was still being answered", "Nothing: the first one goes on, and the sender may ask again."
    ),
    "bad_idempotency_key": Refusal("An Idempotency-Key that is none", "1 to 255 printable ASCII characters."),
    "not_found": Refusal(
        "It named something that isn't there", "Check the ids and the address in the sender's set-up."
    ),
}
_ALIASES: Final = {
    "origin_not_allowed": "origin",
    "ip_not_allowed": "ip",
    "too_many_requests": "burst",
    "captcha_missing": "captcha",
    "captcha_failed": "captcha",
    "signature_missing": "signature",
    "signature_wrong": "signature",
}


def refusal_words(reason: str) -> Refusal:
    """Give the words for a machine's reason; one that is new here is said as it is."""
    reason = _ALIASES.get(reason, reason)
    return REASONS.get(reason) or Refusal(reason.replace("_", " ").capitalize() or "Refused", _RESEND)


def remedy_for(reason: str, origin: str) -> str:
    """Give what to do about a refusal; what came from no origin can't be helped by allowing one."""
    if _ALIASES.get(reason, reason) == "origin" and "://" not in origin:
        return _NO_ORIGIN
    return refusal_words(reason).remedy
