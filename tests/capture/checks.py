"""What a door's answer and its refusals must be."""

from __future__ import annotations

from typing import Any

from leadsbot.db import Database
from tests.support.capture import (
    Answer,
)
from tests.support.waiting import until

ORIGIN = "https://lindenhof.example"


async def refusals(database: Database, number: int) -> list[dict[str, Any]]:
    async def enough() -> list[dict[str, Any]]:
        rows = await database.fetch("SELECT * FROM door_refusals ORDER BY last_at")
        return rows if sum(row["times"] for row in rows) >= number else []

    return await until(enough)


def assert_error(answer: Answer, status: int, code: str | None = None) -> None:
    body = answer.json()
    assert answer.status == status, body
    assert {"error", "code", "request_id"} <= set(body) <= {"error", "code", "request_id", "fields"}
    assert answer.headers["content-type"] == "application/json"
    assert int(answer.headers["content-length"]) == len(answer.body)
    if code is not None:
        assert body["code"] == code
