"""API keys."""

from __future__ import annotations

from leadsbot.api.reference.call import Call, Listed
from leadsbot.api.reference.shapes.workspace import Key, MadeKey

CALLS = [
    Call(door="GET /api/v1/keys", answer=Listed[Key]),
    Call(
        door="POST /api/v1/keys",
        says="`key` in the answer is the key itself: keep it, it is never shown again.",
        answer=MadeKey,
        example={"name": "Our shop", "scopes": ["leads:write"]},
        refusals=(413, 415),
    ),
    Call(door="GET /api/v1/keys/{key_id}", answer=Key, refusals=(404,)),
    Call(
        door="PATCH /api/v1/keys/{key_id}",
        answer=Key,
        example={"name": "Our shop, live"},
        refusals=(404, 413, 415),
    ),
    Call(door="DELETE /api/v1/keys/{key_id}", says="Whoever holds it is refused from now on.", refusals=(404,)),
]
