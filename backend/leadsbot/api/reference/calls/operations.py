"""What whoever runs LeadsBot asks it."""

from __future__ import annotations

from leadsbot.api.reference.call import Call
from leadsbot.api.reference.shapes.common import Health

CALLS = [
    Call(door="GET /health", answer=Health, keyed=False, refusals=(503,)),
    Call(
        door="GET /metrics",
        says="Loopback alone, unless `LEADSBOT_METRICS_TOKEN` is set: then whoever sends it as a bearer token.",
        answer=str,
        answer_kind="text/plain",
        keyed=False,
        sampled=False,
        refusals=(401, 403, 503),
    ),
]
