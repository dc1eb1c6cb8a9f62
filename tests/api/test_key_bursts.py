"""One key may ask so often a second, and others are not held up by it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from leadsbot import clock
from leadsbot.api import keyed
from leadsbot.db import Database
from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import Client, key_with


async def test_a_key_that_runs_away_is_told_when_to_come_back(
    api: Client,
    as_: Callable[[str], Client],
    database: Database,
    workspace: Created,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keyed, "REQUESTS_PER_SECOND", 20)
    other = as_(await key_with(database, workspace, ["leads:read"]))
    with clock.freeze(clock.now()) as advance:
        statuses = [(await api.get("/api/leads?limit=1")).status_code for _ in range(keyed.REQUESTS_PER_SECOND)]
        assert set(statuses) == {200}
        refused = await api.get("/api/leads?limit=1")
        assert (refused.status_code, refused.json()["code"]) == (429, "burst")
        sentence = "Too Many Requests: one key may ask 20 times a second; try again in 1 second."
        assert refused.json()["error"] == sentence
        assert (await other.get("/api/leads?limit=1")).status_code == 200
        advance(int(refused.headers["retry-after"]) * clock.SECOND)
        assert (await api.get("/api/leads?limit=1")).status_code == 200
