"""SQLite finds rows by the index that tells most of them apart, once it has looked at how its tables are filled."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from leadsbot.db import Database, sqlite
from leadsbot.db import sql as dialects
from leadsbot.db.sqlite import MANY_ROWS, READERS
from leadsbot.errors import Unavailable
from leadsbot.forms.visit import Visit
from leadsbot.leads import matching
from leadsbot.leads.contact import Contact
from leadsbot.leads.submission import Submission

OF_A_LEAD = "SELECT * FROM deliveries WHERE workspace_id = 'w' AND lead_id = '7' ORDER BY created_at DESC, id DESC"
BY_STAGE = (
    "SELECT stage, count(*) FROM leads WHERE workspace_id = 'w' AND deleted_at IS NULL AND NOT spam GROUP BY stage"
)


@pytest.fixture
async def embedded(migrated_file: Path, tmp_path: Path) -> AsyncIterator[Database]:
    shutil.copy(migrated_file, tmp_path / "leadsbot.db")
    async with Database.opened(f"sqlite:///{tmp_path / 'leadsbot.db'}") as opened:
        yield opened


async def plan(database: Database, query: str) -> str:
    return str([row["detail"] for row in await database.fetch(f"EXPLAIN QUERY PLAN {query}")])


async def deliver(database: Database, times: int) -> None:
    await database.write(
        lambda tx: tx.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)"
            " INSERT INTO deliveries (id, workspace_id, lead_id, created_at) SELECT i, 'w', i, i FROM n",
            times,
        )
    )


async def test_one_leads_deliveries_are_not_looked_for_among_the_workspaces(embedded: Database) -> None:
    await embedded.write(lambda tx: tx.execute("INSERT INTO workspaces (id, name, created_at) VALUES ('w', 'W', 1)"))
    await deliver(embedded, MANY_ROWS)
    before = await plan(embedded, OF_A_LEAD)
    await embedded.analyse()
    assert ("deliveries_workspace" in before, "deliveries_lead" in await plan(embedded, OF_A_LEAD)) == (True, True)


async def test_a_small_table_leaves_no_statistics(embedded: Database) -> None:
    await embedded.write(lambda tx: tx.execute("INSERT INTO workspaces (id, name, created_at) VALUES ('w', 'W', 1)"))
    await deliver(embedded, MANY_ROWS // 2)
    await embedded.analyse()
    assert await embedded.fetch("SELECT * FROM sqlite_stat1") == []


async def test_leads_are_counted_without_being_looked_up(embedded: Database) -> None:
    assert "COVERING INDEX leads_stage" in await plan(embedded, BY_STAGE)


class Asked:
    """A transaction that only notes what it is asked."""

    dialect = "sqlite"

    def __init__(self) -> None:
        self.sql, self.args = "", ()

    def one_of(self, number: int) -> str:
        return dialects.one_of("sqlite", number)

    def many(self, values: list[str]) -> Any:
        return dialects.many("sqlite", values)

    async def fetch(self, sql: str, *args: Any) -> list[Any]:
        self.sql, self.args = sql, args
        return []


async def test_who_left_a_phone_alone_is_looked_for_among_the_latest_leads(embedded: Database) -> None:
    """Not among all that ever came without an email."""
    caller = Submission(
        id="s", workspace_id="w", stages=("New Lead",), door="widget", contact=Contact(phone="+43 1 5550100"),
        received_at=1, submitted_at=1, visit=Visit(ip_address="203.0.113.7"),
    )  # fmt: skip
    asked = Asked()
    await matching._ids(asked, [caller])  # type: ignore[arg-type]
    found = await embedded.fetch(f"EXPLAIN QUERY PLAN {asked.sql}", *asked.args)
    assert "leads_created (workspace_id=? AND created_at>?)" in str(found)


async def test_a_connection_that_cannot_be_opened_anew_is_once_that_is_possible(
    embedded: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asyncio.gather(*(embedded.fetch("SELECT 1 AS one") for _ in range(4 * READERS)))
    await embedded.analyse()
    monkeypatch.setattr(sqlite, "connect", _full)
    for _ in range(READERS):
        with pytest.raises(Unavailable):
            await embedded.fetch("SELECT 1 AS one")
    monkeypatch.undo()
    assert await asyncio.gather(*(embedded.fetch("SELECT 1 AS one") for _ in range(4 * READERS)))


def _full(path: Path, **options: Any) -> None:
    error = sqlite3.OperationalError("unable to open database file")
    error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
    raise error
