"""Forms and sessions that the widget saw, and forms that LeadsBot shows itself."""

from __future__ import annotations

from leadsbot.api.reference.call import Call, Listed
from leadsbot.api.reference.shapes.forms import Form, HostedForm, Session
from leadsbot.forms.report_shape import Report

_SITE = "0199c3f2-7c1e-7d3a-9a52-6f0e4b1d2c3a"
_DEFINITION = {
    "fields": [
        {"name": "name", "label": "Your name", "required": True, "autocomplete": "name"},
        {"name": "email", "label": "E-mail", "type": "email", "required": True, "autocomplete": "email"},
        {"name": "message", "label": "What can we do for you?", "type": "textarea"},
    ],
    "button": "Send",
}

CALLS = [
    Call(door="GET /api/v1/forms", answer=Listed[Form]),
    Call(door="GET /api/v1/forms/{form_id}", answer=Form, refusals=(404,)),
    Call(
        door="GET /api/v1/forms/{form_id}/report",
        answer=Report,
        query={"from": "2026-01-01", "device": "mobile"},
        refusals=(404,),
    ),
    Call(
        door="GET /api/v1/sessions",
        answer=Listed[Session],
        query={"state": "abandoned", "limit": "25"},
    ),
    Call(door="GET /api/v1/sessions/{session_id}", answer=Session, refusals=(404,)),
    Call(door="GET /api/v1/hosted-forms", answer=Listed[HostedForm]),
    Call(
        door="POST /api/v1/hosted-forms",
        says="`definition` is checked as a whole.",
        answer=HostedForm,
        example={"site_id": _SITE, "name": "Ask for an offer", "definition": _DEFINITION},
        refusals=(404, 409, 413, 415),
    ),
    Call(door="GET /api/v1/hosted-forms/{hosted_form_id}", answer=HostedForm, refusals=(404,)),
    Call(
        door="PATCH /api/v1/hosted-forms/{hosted_form_id}",
        says="What is left out stays as it is; `definition` is replaced as a whole.",
        answer=HostedForm,
        example={"name": "Ask us"},
        refusals=(404, 409, 413, 415),
    ),
    Call(door="DELETE /api/v1/hosted-forms/{hosted_form_id}", refusals=(404,)),
]
