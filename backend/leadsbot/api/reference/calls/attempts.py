"""The log of capture attempts."""

from __future__ import annotations

from leadsbot.api.reference.call import Call, Listed
from leadsbot.api.reference.shapes.doors import CaptureAttempt

CALLS = [
    Call(
        door="GET /api/v1/attempts",
        says="What was sent to sites, endpoints and by keys. Each that was taken names its lead; of the refused ones"
        " a door's latest hundred are kept for 30 days, each with its `reason` (a word) and `hint` (a sentence).",
        answer=Listed[CaptureAttempt],
    ),
]
