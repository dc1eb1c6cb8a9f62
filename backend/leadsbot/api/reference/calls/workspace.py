"""The workspace of the key: itself, its people, its lists of words."""

from __future__ import annotations

from leadsbot.api.reference.call import Call, Listed
from leadsbot.api.reference.shapes.workspace import Listing, Member, MemberInvited, Source, Workspace


def _list(path: str, name: str, added: str, renamed: str, removal: str) -> list[Call]:
    """The five calls of a list that is kept in the workspace's order."""
    one = f"{path}/{{{name}}}"
    return [
        Call(door=f"GET {path}", answer=Listed[Listing]),
        Call(door=f"POST {path}", answer=Listing, example={"name": added, "position": 2}, refusals=(409, 413, 415)),
        Call(door=f"GET {one}", answer=Listing, refusals=(404,)),
        Call(door=f"PATCH {one}", answer=Listing, example={"name": renamed}, refusals=(404, 409, 413, 415)),
        Call(door=f"DELETE {one}", says=removal, refusals=(404, 409)),
    ]


CALLS = [
    Call(door="GET /api/v1/workspace", answer=Workspace),
    Call(
        door="PATCH /api/v1/workspace",
        says="What is left out stays as it is. Lists are taken as a whole; to rename an entry together with the leads"
        " that carry its name, use the list's own calls.",
        answer=Workspace,
        example={"name": "Lindenhof", "timezone": "Europe/Vienna", "required_fields": ["phone"]},
        refusals=(409, 413, 415),
    ),
    Call(door="GET /api/v1/workspace/members", answer=Listed[Member]),
    Call(
        door="POST /api/v1/workspace/members",
        says="Roles: `owner`, `admin`, `member`. Without a password the person is invited: the answer carries"
        " `invite_url`, and a mail goes out where SMTP is set.",
        answer=MemberInvited,
        example={"email": "maria@example.com", "name": "Maria", "role": "member"},
        refusals=(409, 413, 415),
    ),
    Call(door="GET /api/v1/workspace/members/{member_id}", answer=Member, refusals=(404,)),
    Call(
        door="PATCH /api/v1/workspace/members/{member_id}",
        answer=Member,
        example={"role": "admin"},
        refusals=(404, 409, 413, 415),
    ),
    Call(door="DELETE /api/v1/workspace/members/{member_id}", refusals=(404, 409)),
    Call(door="POST /api/v1/workspace/members/{member_id}/resend", answer=MemberInvited, refusals=(404, 409)),
    *_list(
        "/api/v1/stages", "stage_id", "Visit agreed", "Visited", "Where leads stand there, `move_to` says where to."
    ),
    *_list("/api/v1/lead-types", "lead_type_id", "Wedding", "Weddings", ""),
    *_list("/api/v1/event-types", "event_type_id", "Gala", "Ball", ""),
    Call(door="GET /api/v1/sources", answer=Listed[Source]),
    Call(door="POST /api/v1/sources", answer=Source, example={"name": "Wedding fair"}, refusals=(409, 413, 415)),
    Call(door="GET /api/v1/sources/{source_id}", answer=Source, refusals=(404,)),
    Call(
        door="PATCH /api/v1/sources/{source_id}",
        answer=Source,
        example={"name": "Fairs"},
        refusals=(404, 409, 413, 415),
    ),
    Call(door="DELETE /api/v1/sources/{source_id}", refusals=(404,)),
]
