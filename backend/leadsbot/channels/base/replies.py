"""Reading what a receiver answered, in the terms of a delivery."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from html import unescape
from typing import Final

from leadsbot import clock
from leadsbot.channels.base.contract import DeliveryFailed
from leadsbot.outbound import OutboundError, Response

# What a server may ask for at all: more digits than any calendar has are no time.
LONGEST_WAIT = 10 * 365 * 24 * 3600.0
NOTE_BYTES = 1024
_QUOTED = 200
_PAGE: Final = re.compile(r"\s*<(!doctype html|html|head|body|title|h1)\b", re.IGNORECASE)
# A note may end within a tag, or before one is closed.
_UNREAD: Final = re.compile(r"<!--.*?(-->|\Z)|<(script|style)\b.*?(</\2\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_TITLE: Final = re.compile(r"<title\b.*?(</title\s*>|\Z)", re.IGNORECASE | re.DOTALL)  # which most say once more
_TAG: Final = re.compile(r"<[^>]*(>|\Z)")


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
    said = " ".join(_words(answer).split())[:_QUOTED]
    message = f"{host} answered {response.status}{f': {said}' if said else '.'}"
    wait = retry_after(response.headers)
    return DeliveryFailed(message, status_code=response.status, retry_after=wait, answer=answer)


def _words(answer: str) -> str:
    """Give what an answer says; of a page of HTML, as proxies answer, what people would read there."""
    if not _PAGE.match(answer):
        return answer
    shown = _UNREAD.sub(" ", answer)
    said = unescape(_TAG.sub(" ", _TITLE.sub(" ", shown)))
    return said if said.strip() else unescape(_TAG.sub(" ", shown))


def failed_request(error: OutboundError) -> DeliveryFailed:
    """Give the failure for a request that got no answer."""
    return DeliveryFailed(error.message, permanent=error.permanent)
