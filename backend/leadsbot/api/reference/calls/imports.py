"""Imports of CSV files."""

from __future__ import annotations

from leadsbot.api.reference.call import CSV, Call, Listed
from leadsbot.api.reference.shapes.imports import Import

_FILE = "Name,Mail,Phone,Budget\nJane Doe,jane@example.com,+43 660 1234567,5000\n"
_MAP = {"map": "Name:name,Mail:email,Phone:phone"}

CALLS = [
    Call(
        door="POST /api/v1/imports",
        says="The body is the file, in UTF-8, with a header. Answers at once and goes on in the background: ask for it"
        " until `state` is `done`. With `dry_run` each row is checked and reported, and nothing is taken in. A"
        " column that no field is named for is kept in `custom_data`.",
        body=str,
        kind=CSV,
        example=_FILE,
        query={**_MAP, "dry_run": "1"},
        answer=Import,
        refusals=(413, 415, 429),
    ),
    Call(door="GET /api/v1/imports", answer=Listed[Import]),
    Call(door="GET /api/v1/imports/{import_id}", answer=Import, refusals=(404,)),
    Call(
        door="GET /api/v1/imports/{import_id}/failed.csv",
        says="With a column that says why, to be mended and sent again.",
        answer=str,
        answer_kind=CSV,
        refusals=(404,),
    ),
    Call(door="POST /api/v1/imports/{import_id}/run", answer=Import, refusals=(404, 409, 429)),
    Call(door="POST /api/v1/imports/{import_id}/undo", answer=Import, refusals=(404, 409)),
    Call(door="DELETE /api/v1/imports/{import_id}", refusals=(404, 409)),
]
