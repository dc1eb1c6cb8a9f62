"""Reading leads, and what people do with them."""

from __future__ import annotations

from leadsbot.analytics.shape import Analytics
from leadsbot.api.lead_bulk import ManyChanged
from leadsbot.api.reference.call import Call, Listed
from leadsbot.api.reference.shapes.leads import (
    Entry,
    KeyedLead,
    Lead,
    LeadPage,
    LeadWithHistory,
    Merge,
    Merged,
    Note,
    Unmerged,
)

_FILTERS = (
    "Spam is left out unless `spam=true`. `from` and `to` are dates (whole days in the workspace's time zone, both"
)
_FILTERS += " included) or RFC 3339 times."

CALLS = [
    Call(
        door="GET /api/leads",
        says=f"Newest first. {_FILTERS} A page beyond the last is empty.",
        answer=LeadPage,
        query={"stage": "New", "search": "jane", "page": "1", "limit": "25"},
    ),
    Call(door="GET /api/leads/{lead_id}", answer=LeadWithHistory, refusals=(404,)),
    Call(
        door="GET /api/v1/leads",
        says=f"Newest first. {_FILTERS}",
        answer=Listed[Lead],
        query={"from": "2026-01-01", "limit": "25"},
    ),
    Call(door="GET /api/v1/leads/{lead_id}", answer=Lead, refusals=(404,)),
    Call(
        door="PUT /api/leads/{lead_id}/stage",
        says="By hand, so in any direction; the history keeps who and why.",
        answer=Lead,
        example={"stage": "Quoted", "reason": "Offer sent."},
        refusals=(404, 413, 415),
    ),
    Call(
        door="PATCH /api/v1/leads/{lead_id}",
        says="What is left out stays as it is; null and an empty text clear a field. Entries of `custom_data` are"
        " changed one by one: null takes one away.",
        body=KeyedLead,
        answer=Lead,
        example={"company": "Acme", "tags": ["vip"], "custom_data": {"guests": 60}},
        refusals=(404, 413, 415),
    ),
    Call(door="DELETE /api/leads/{lead_id}", says="Its personal data go, its counts stay.", refusals=(404,)),
    Call(door="DELETE /api/v1/leads/{lead_id}", says="Its personal data go, its counts stay.", refusals=(404,)),
    Call(door="GET /api/v1/leads/{lead_id}/notes", answer=Listed[Note], refusals=(404,)),
    Call(
        door="POST /api/v1/leads/{lead_id}/notes",
        answer=Note,
        example={"text": "Called, wants the big room."},
        refusals=(404, 413, 415),
    ),
    Call(door="DELETE /api/v1/leads/{lead_id}/notes/{note_id}", refusals=(404,)),
    Call(
        door="POST /api/v1/leads/{lead_id}/spam",
        says="What was withheld of a lead that is no spam after all is sent now.",
        answer=Lead,
        example={"spam": False},
        refusals=(404, 413, 415),
    ),
    Call(
        door="POST /api/v1/leads/bulk",
        says="At most 100 leads, and one of four things that becomes of each: `stage` (any direction), `assigned_to` (a"
        " member's email or id; null: nobody), `spam`, or `delete`: true. Sent once more it changes nothing.",
        answer=ManyChanged,
        example={"lead_ids": ["0199c3f2-7c1e-7d3a-9a52-6f0e4b1d2c3b"], "stage": "Contacted"},
        refusals=(413, 415),
    ),
    Call(
        door="DELETE /api/v1/leads/{lead_id}/snooze",
        says="A lead is snoozed by a button in Telegram; its timeline says so. Where it isn't, nothing happens.",
        refusals=(404,),
    ),
    Call(door="GET /api/v1/leads/{lead_id}/timeline", answer=Listed[Entry], refusals=(404,)),
    Call(door="GET /api/v1/leads/{lead_id}/duplicates", answer=Listed[Lead], refusals=(404,)),
    Call(
        door="POST /api/v1/leads/{lead_id}/merge",
        says="The lead in the address is kept, the one of the body becomes part of it.",
        answer=Merged,
        example={"lead_id": "0199c3f2-7c1e-7d3a-9a52-6f0e4b1d2c3b"},
        refusals=(404, 409, 413, 415),
    ),
    Call(
        door="GET /api/v1/merges",
        says="Newest first; `lead_id` asks for those into one lead, `merged_id` for where one went.",
        answer=Listed[Merge],
        query={"limit": "25"},
    ),
    Call(door="POST /api/v1/merges/{merge_id}/undo", answer=Unmerged, refusals=(404, 409)),
    Call(
        door="POST /api/v1/leads/{lead_id}/duplicates/{other_id}/dismiss",
        says="The two are offered to be merged no more.",
        answer=Listed[Lead],
        refusals=(404,),
    ),
    Call(door="DELETE /api/v1/leads/{lead_id}/duplicates/{other_id}/dismiss", answer=Listed[Lead], refusals=(404,)),
    Call(
        door="GET /api/analytics",
        says="Of leads that began, and visits that were made, from `from` to `to`; left out, of all. Spam is left out."
        " `daily` has the 30 days up to the end of the period, none of them ahead of today.",
        answer=Analytics,
        query={"from": "2026-01-01"},
    ),
]
