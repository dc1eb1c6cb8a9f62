"""Loading what is about to be sent: together, ahead of its turn, and not from long ago."""

from __future__ import annotations

import asyncio
import json
from typing import Any, cast

import pytest

from leadsbot.db import Database
from leadsbot.routing import loading
from leadsbot.routing.loading import Loading


class Rows:
    """A database that knows every delivery, and notes which were asked for at once."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    async def fetch(self, sql: str, ids: str) -> list[dict[str, Any]]:
        self.asked.append(json.loads(ids))
        return [{"id": id, "channel_id": None, "webhook.id": None} for id in json.loads(ids)]

    def one_of(self, number: int) -> str:
        return "IN ()"

    def many(self, values: list[str]) -> str:
        return json.dumps(values)


async def test_what_is_expected_is_loaded_with_what_begins_at_once() -> None:
    rows = Rows()
    there = Loading(cast(Database, rows))
    there.expect(["a", "b", "c"])
    first = await there.load("a")
    assert [row and row["id"] for row, _ in [first, await there.load("b"), await there.load("c")]] == ["a", "b", "c"]
    assert rows.asked == [["a", "b", "c"]]


async def test_what_was_loaded_long_ago_is_loaded_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = Rows()
    there = Loading(cast(Database, rows))
    there.expect(["a", "b"])
    await there.load("a")
    monkeypatch.setattr(loading, "FRESH_S", 0)
    await there.load("b")
    await there.load("a")
    assert rows.asked == [["a", "b"], ["b"], ["a"]]


async def test_what_was_expected_and_never_asked_for_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    there = Loading(cast(Database, Rows()))
    there.expect(["a", "b"])
    await asyncio.sleep(0)
    monkeypatch.setattr(loading, "FRESH_S", 0)
    there.expect(["c"])
    assert there._expected.keys() == {"c"}
    await there.load("c")
