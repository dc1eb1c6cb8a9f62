"""The workspace of the key."""

from __future__ import annotations

from leadsbot.api.reference.call import Call
from leadsbot.api.reference.shapes import Workspace

CALLS = [
    Call(door="GET /api/v1/workspace", answer=Workspace),
    Call(
        door="PATCH /api/v1/workspace",
        says="What is left out stays as it is.",
        answer=Workspace,
        example={"name": "Lindenhof", "timezone": "Europe/Vienna"},
        refusals=(409, 413, 415),
    ),
]
