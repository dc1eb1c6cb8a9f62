"""What pages load and send by themselves. The script does all of this; it is described so that nothing is hidden."""

from __future__ import annotations

from typing import Any

from leadsbot.api.reference.call import Call, Parameter

_TOKEN = Parameter("token", "the site's public token, as the script tag carries it")
_TAG = "pages"

CALLS = [
    Call(
        door="GET /widget.js",
        summary="The script that pages load",
        tag=_TAG,
        says="Minified, compressed, with an `ETag`, readable from every origin.",
        answers=(200,),
        answer=str,
        answer_kind="text/javascript",
        keyed=False,
        sampled=False,
    ),
    Call(
        door="GET /api/w/{token}",
        summary="A site's settings, as its pages need them",
        tag=_TAG,
        parameters=(_TOKEN,),
        says="Small and cacheable for minutes; its shape belongs to the script and may change with it.",
        answers=(200,),
        answer=dict[str, Any],
        refusals=(403, 404, 429),
        keyed=False,
    ),
    Call(
        door="POST /api/w/{token}/events",
        summary="What the script reports: visits, progress, submissions",
        tag=_TAG,
        parameters=(_TOKEN,),
        says="`text/plain`, so that no preflight is needed, or `application/json`; at most 64 KiB. Its shape belongs"
        " to the script and may change with it: send leads of your own by another door. 202 once it is stored.",
        body=str,
        kind="text/plain",
        answers=(202,),
        answer=dict[str, Any],
        refusals=(403, 404, 413, 415, 429),
        keyed=False,
        sampled=False,
    ),
    Call(
        door="GET /api/w/{token}/form",
        summary="The site's hosted form, as the script shows it",
        tag=_TAG,
        parameters=(_TOKEN,),
        says="Of several the first; `/api/w/{token}/form/{id or name}` names one.",
        answers=(200,),
        answer=dict[str, Any],
        refusals=(403, 404, 429),
        keyed=False,
        sampled=False,
    ),
]
