"""A webhook's secrets: the one that holds, and those before it, of which each signs along for its own 24 hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from leadsbot import clock
from leadsbot.errors import Conflict

OVERLAP: Final = clock.DAY
# Each of them is a signature in every request. Whoever makes more secrets in a day has a loop that runs away; letting
# the oldest go instead would break a receiver that was promised its day.
MOST_PREVIOUS: Final = 8


class Previous(msgspec.Struct, frozen=True):
    """A secret of before, encrypted, that signs along until `until` (ms)."""

    secret: str
    until: int


def previous(webhook: Mapping[str, Any], now: int) -> list[Previous]:
    """Give those of a webhook's row that still sign, the latest first."""
    stored = webhook["previous_secrets"]
    kept = msgspec.json.decode(stored, type=list[Previous]) if stored else []
    return [one for one in kept if one.until > now]


def rotated(webhook: Mapping[str, Any], now: int) -> list[Previous]:
    """Give what signs along once the present secret is one of before. Raises Conflict where that are too many."""
    before = previous(webhook, now)
    if len(before) >= MOST_PREVIOUS:
        free = clock.rfc3339(before[-1].until)
        raise Conflict(
            f"The last {MOST_PREVIOUS} secrets still sign. The next can be made at {free}, when the oldest ends.",
            code="too_many_secrets",
        )
    return [Previous(str(webhook["secret"]), now + OVERLAP), *before]


def stored(secrets: Sequence[Previous]) -> str:
    """Give them as the row keeps them."""
    return msgspec.json.encode(secrets).decode() if secrets else ""
