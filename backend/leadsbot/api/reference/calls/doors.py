"""The doors that leads come in by: with a key, by an endpoint's rules, or from a page."""

from __future__ import annotations

from typing import Any

from leadsbot.api.reference.call import FORM, Call, Parameter
from leadsbot.api.reference.shapes.leads import (
    Created,
    EndpointsLead,
    Lead,
    Postback,
    PostbackDone,
    Success,
    VisitorsLead,
    WholeLead,
)

_JANE = {"name": "Jane Doe", "email": "jane@example.com", "phone": "+43 660 1234567"}
_TAG = "doors"

_TOKEN = Parameter("token", "the site's public token, as the script tag carries it")
_SIGNATURE = Parameter(
    "X-LeadsBot-Signature",
    "where the endpoint asks for it: hex HMAC-SHA256 of the raw body, keyed by the endpoint's secret",
    where="header",
    required=False,
)

CALLS = [
    Call(
        door="POST /api/v1/leads",
        tag=_TAG,
        says="Required: `name` (or `first_name` and `last_name`), `email`, `phone`, and what the workspace requires on"
        " top. Any field of a lead may be given; any other is kept in `custom_data`. An unknown `event_type` is"
        " ignored, an unknown `source` is created. Always creates: a lead that looks like an older one is shown as"
        " its possible duplicate.",
        body=WholeLead,
        answer=Created,
        example={
            **_JANE,
            "event_date": "2027-05-30",
            "source": "Wedding fair",
            "notes": "Prefers a call in the evening.",
            "utm_campaign": "spring",
            "guests": 40,
        },
        refusals=(409, 413, 415, 429),
        idempotent=True,
    ),
    Call(
        door="POST /api/public/leads",
        says="For your own backend, which passes a visitor's form on. `email` or `phone` is required. What stands in"
        " `data` is kept as `custom_data`. A filled-in `honeypot` gets the same answer and makes no lead.",
        body=VisitorsLead,
        answer=Success,
        example={
            "firstName": "Jane",
            "lastName": "Doe",
            "email": "jane@example.com",
            "message": "Do you have a room for 40 people in May?",
            "source": "Website",
            "data": {"guests": 40},
            "honeypot": "",
        },
        refusals=(409, 413, 415, 429),
        idempotent=True,
    ),
    Call(
        door="POST /api/inbound/{workspace_id}/leads",
        says="The same lead as at `POST /api/v1/leads`, for senders whose settings ask for one address per customer.",
        body=WholeLead,
        answer=Created,
        example=_JANE,
        refusals=(404, 409, 413, 415, 429),
        idempotent=True,
    ),
    Call(
        door="POST /api/inbound/w/{endpoint_id}/leads",
        summary="Create a lead by an endpoint's rules, without a key",
        tag=_TAG,
        parameters=(Parameter("endpoint_id", "the endpoint's id", format="uuid"), _SIGNATURE),
        says="For services that can't send a header, and for pages. The endpoint decides what is required (at first"
        " `name`, `phone`, `email`), which addresses and origins may send, how many leads an address may begin"
        " within 24 hours, and whether a CAPTCHA (`captcha_token`, or the provider's own field name) or a"
        " signature is asked for. A `phone` holds 5 to 20 digits here. An unknown `lead_type_name` falls back to"
        " the first lead type.",
        body=EndpointsLead,
        answer=Lead,
        answers=(201,),
        example={**_JANE, "message": "Do you have a room for 40 people in May?", "lead_type_name": "Wedding"},
        refusals=(401, 403, 404, 409, 413, 415, 429),
        keyed=False,
        idempotent=True,
    ),
    Call(
        door="POST /api/postback",
        says="For a payment provider, a CRM, another form tool: creates a lead or brings one up to date. It is the"
        " lead of `lead_id`, else the one with the same `email` whatever its case, of several the newest, else a new"
        " one. A stage goes forward only: an earlier one is not taken, `warning` says so, and the rest is brought up"
        " to date all the same. With `force_stage` true it goes backwards too. 201 when it created, 200 when it"
        " updated.",
        body=Postback,
        answer=PostbackDone,
        answers=(200, 201),
        example={"email": "jane@example.com", "stage": "Won", "custom_data": {"order": "1042"}},
        refusals=(409, 413, 415, 429),
        idempotent=True,
    ),
    Call(
        door="POST /f/{token}",
        summary="Take a plain HTML form, with no script at all",
        tag=_TAG,
        parameters=(_TOKEN,),
        says='The `action` of a form: `<form action="https://HOST/f/TOKEN" method="post">`, urlencoded or multipart.'
        " Stores the lead, then leads the visitor on: to `_next` where that is an address on the site's allowed"
        " origins, else to the site's thank-you page, else to a page of ours. Field names are understood as the"
        " widget understands them.",
        body=dict[str, Any],
        kind=FORM,
        answers=(303,),
        example={"name": "Jane Doe", "email": "jane@example.com", "message": "Do you have a room?"},
        refusals=(403, 404, 409, 413, 415, 429),
        keyed=False,
        idempotent=True,
    ),
]
