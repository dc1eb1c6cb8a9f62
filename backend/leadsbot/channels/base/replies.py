"""Reading what a receiver answered, in the terms of a delivery."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

from leadsbot import clock
from leadsbot.channels.base.contract import DeliveryFailed
from leadsbot.outbound import OutboundError, Response

# What a server may ask for at all: more digits than any calendar has are no time.
LONGEST_WAIT = 10 * 365 * 24 * 3600.0
NOTE_BYTES = 1024
_QUOTED = 200


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Give the seconds that `Retry-After` asks to wait (a number or an HTTP date, RFC 9110 §10.2.3)."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        seconds = float(value[:9])
    else:
        try:
            moment = parsedate_to_datetime(value)
        except ValueError:
            return None
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = aware.timestamp() - clock.now() / clock.SECOND
    return min(seconds, LONGEST_WAIT) if seconds > 0 else None


def note(body: bytes) -> str:
    """Give an answer's body as a note for the record: readable text of at most 1 KB."""
    text = body[:NOTE_BYTES].decode(errors="replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")
    return text.encode()[:NOTE_BYTES].decode(errors="ignore")


def failed_answer(host: str, response: Response) -> DeliveryFailed:
    """Give the failure for an answer that is no success; whether it will be tried again is up to the schedule."""
    answer = note(response.body)
    said = " ".join(answer.split())[:_QUOTED]
    message = f"{host} answered {response.status}{f': {said}' if said else '.'}"
    wait = retry_after(response.headers)
    return DeliveryFailed(message, status_code=response.status, retry_after=wait, answer=answer)


def failed_request(error: OutboundError) -> DeliveryFailed:
    """Give the failure for a request that got no answer."""
    return DeliveryFailed(error.message, permanent=error.permanent)
