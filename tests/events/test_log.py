"""What happened is written with what it is about, and one routing job tells of all of it."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.events.log import ROUTE, Happening, record, topic
from leadsbot.workspaces.bootstrap import Created
from tests.support.waiting import PATIENCE_S


async def note(database: Database, *happenings: Happening) -> list[str]:
    async def unit(tx: Tx) -> list[str]:
        return record(tx, *happenings)

    return await database.write(unit)


async def jobs(database: Database) -> list[dict[str, Any]]:
    return await database.fetch("SELECT kind, payload FROM jobs ORDER BY created_at, id")


async def test_one_routing_job_tells_of_all_that_was_recorded_together(database: Database, workspace: Created) -> None:
    kinds = ("lead.created", "form.submitted")
    ids = await note(database, *(Happening(workspace.workspace_id, kind, {}) for kind in kinds))
    (job,) = await jobs(database)
    assert (job["kind"], msgspec.json.decode(job["payload"])) == (ROUTE, {"events": ids})
    rows = await database.fetch("SELECT id, type FROM events ORDER BY seq")
    assert [(row["id"], row["type"]) for row in rows] == list(zip(ids, kinds, strict=True))


async def test_each_recording_has_a_job_of_its_own(database: Database, workspace: Created) -> None:
    for _ in range(2):
        await note(database, Happening(workspace.workspace_id, "lead.created", {}))
    assert len(await jobs(database)) == 2


async def test_nothing_recorded_enqueues_nothing(database: Database) -> None:
    assert await note(database) == []
    assert await jobs(database) == []


async def test_a_row_carries_its_data(database: Database, workspace: Created) -> None:
    data = {"lead": {"name": "Žofie \U0001f600"}, "from_stage": None}
    happening = Happening(workspace.workspace_id, "lead.stage_changed", data, "lead-1", "session-1", at=1_234)
    await note(database, happening)
    (row,) = await database.fetch("SELECT * FROM events")
    assert msgspec.json.decode(row["data"]) == data
    assert (row["workspace_id"], row["lead_id"], row["session_id"]) == (workspace.workspace_id, "lead-1", "session-1")
    assert row["at"] == 1_234


async def test_a_row_without_a_time_has_that_of_its_recording(database: Database, workspace: Created) -> None:
    with clock.freeze(5_000):
        await note(database, Happening(workspace.workspace_id, "lead.created", {}))
    assert (await database.fetch("SELECT at FROM events"))[0]["at"] == 5_000


async def test_no_number_is_given_twice_whatever_was_deleted(database: Database, workspace: Created) -> None:
    """Who has read up to a number would take what bears it again for known."""
    for _ in range(2):
        await note(database, Happening(workspace.workspace_id, "lead.created", {}))
    (newest,) = await database.fetch("SELECT max(seq) AS seq FROM events")
    await database.write(lambda tx: tx.execute("DELETE FROM events"))
    await note(database, Happening(workspace.workspace_id, "lead.deleted", {}))
    (row,) = await database.fetch("SELECT seq FROM events")
    assert row["seq"] > newest["seq"]


async def test_who_watches_the_workspace_is_woken_and_nobody_else(
    database: Database, workspace: Created, stranger: Created
) -> None:
    signals = database.signals
    with signals.listen(topic(workspace.workspace_id)) as mine, signals.listen(topic(stranger.workspace_id)) as theirs:
        await note(database, Happening(workspace.workspace_id, "lead.created", {}))
        await asyncio.wait_for(mine.wait(), PATIENCE_S)
        assert not theirs.is_set()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_another_node_is_woken(database: Database, workspace: Created) -> None:
    async with Database.opened(database.url) as other:
        with other.signals.listen(topic(workspace.workspace_id)) as heard:
            async with asyncio.timeout(PATIENCE_S):
                while not heard.is_set():  # until the other's listener is connected
                    await note(database, Happening(workspace.workspace_id, "lead.created", {}))
                    await asyncio.wait([asyncio.ensure_future(heard.wait())], timeout=0.1)


async def test_what_is_rolled_back_did_not_happen(database: Database, workspace: Created) -> None:
    async def unit(tx: Tx) -> None:
        record(tx, Happening(workspace.workspace_id, "lead.created", {}))
        await tx.flush()
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await database.write(unit)
    assert await database.fetch("SELECT id FROM events") == []
    assert await jobs(database) == []
