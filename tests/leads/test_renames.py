"""Leads that follow a new name a part at a time: all of them, whatever happens between two parts."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
import pytest

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.jobs.tables import Job
from leadsbot.leads import list_editing, renames, source_editing, stage_moves
from leadsbot.leads.renames import REST, Rename
from leadsbot.leads.stage_moves import STRAGGLERS
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.lists import LEAD_TYPES, STAGES, Kind
from tests.api.rows import add_lead

MANY = 5


@pytest.fixture(autouse=True)
def two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renames, "AT_ONCE", 2)
    monkeypatch.setattr(stage_moves, "AT_ONCE", 2)


@pytest.fixture
async def quoted(database: Database, workspace: Created, stranger: Created) -> str:
    """The id of a stage where many leads stand."""
    for number in range(MANY):
        await add_lead(database, workspace, stage="Quoted", source="google", email=f"{number}@example.com")
    await add_lead(database, stranger, stage="Quoted", source="google", email="a@example.com")
    listing = await list_editing.listing(database, workspace.workspace_id, STAGES)
    return listing.id_of("Quoted")


async def told(database: Database, workspace: Created, column: str = "stage") -> dict[str, int]:
    rows = await database.fetch(f"SELECT {column} AS name FROM leads WHERE workspace_id = $1", workspace.workspace_id)
    return dict(Counter(row["name"] for row in rows))


async def work(database: Database, kind: str) -> None:
    """Do the jobs of a kind that wait."""

    class Services:
        pass

    services: Any = Services()
    services.database = database
    handlers = renames.job_handlers(services) | stage_moves.job_handlers(services)
    for job in await Job.select().where(Job.kind == kind).order_by(Job.created_at, Job.id):
        await handlers[kind](msgspec.json.decode(job["payload"]))


async def interrupted(database: Database, rename: Rename) -> str | None:
    """Take the first part along, and no more."""

    async def unit(tx: Tx) -> str | None:
        return await renames.begin(tx, rename, waits=True)

    return await database.write(unit)


async def written(database: Database, workspace: Created, kind: Kind, *wanted: str) -> None:
    async def unit(tx: Tx) -> None:
        await list_editing.replace(tx, workspace.workspace_id, {kind: wanted})

    await database.write(unit)


async def test_many_leads_follow_a_stage_and_no_others(
    database: Database, workspace: Created, stranger: Created, quoted: str
) -> None:
    await list_editing.change(database, workspace.workspace_id, STAGES, quoted, "Offer sent")
    assert await told(database, workspace) == {"Offer sent": MANY}
    assert await told(database, stranger) == {"Quoted": 1}


async def test_many_leads_follow_a_source_and_no_others(
    database: Database, workspace: Created, stranger: Created, quoted: str
) -> None:
    [google] = await source_editing.busiest(database, workspace.workspace_id)
    renamed = await source_editing.rename_source(database, workspace.workspace_id, google.id, "Search")
    assert (renamed.id, renamed.name, renamed.leads) == (google.id, "Search", MANY)
    assert await told(database, workspace, "source") == {"Search": MANY}
    assert await told(database, stranger, "source") == {"google": 1}


async def test_one_transaction_takes_a_part_along_and_the_job_the_rest(
    database: Database, workspace: Created, quoted: str
) -> None:
    rename = Rename(workspace.workspace_id, "source", ("google",), "Search", "no row", clock.now())
    assert await interrupted(database, rename)
    assert await told(database, workspace, "source") == {"Search": 2, "google": MANY - 2}
    # Whoever comes from there later isn't meant.
    await add_lead(database, workspace, rename.at + 1, source="google", email="late@example.com")
    await work(database, REST)
    assert await told(database, workspace, "source") == {"Search": MANY, "google": 1}


async def test_few_leads_need_no_job(database: Database, workspace: Created) -> None:
    await add_lead(database, workspace, stage="Quoted", email="a@example.com")
    listing = await list_editing.listing(database, workspace.workspace_id, STAGES)
    await list_editing.change(database, workspace.workspace_id, STAGES, listing.id_of("Quoted"), "Offer sent")
    assert await told(database, workspace) == {"Offer sent": 1}
    assert await Job.count().where(Job.kind == REST) == 0


async def test_whoever_is_on_the_way_gets_the_latest_name(database: Database, workspace: Created, quoted: str) -> None:
    first = Rename(workspace.workspace_id, "stage", ("Quoted",), "Offered", quoted, clock.now())
    reached = await interrupted(database, first)
    await list_editing.change(database, workspace.workspace_id, STAGES, quoted, "Offered")
    await list_editing.change(database, workspace.workspace_id, STAGES, quoted, "Offer sent")
    await add_lead(database, workspace, stage="Quoted", email="late@example.com")
    await renames.finish(database, first, reached)
    assert await told(database, workspace) == {"Offer sent": MANY + 1}


async def test_a_whole_list_in_another_spelling_is_followed_by_a_job(
    database: Database, workspace: Created, quoted: str
) -> None:
    await written(database, workspace, STAGES, "Form Started", "New", "QUOTED", "Lost")
    assert await told(database, workspace) == {"QUOTED": 2, "Quoted": MANY - 2}
    await work(database, REST)
    assert await told(database, workspace) == {"QUOTED": MANY}
    await written(database, workspace, LEAD_TYPES, "Wedding")
    assert await Job.count().where(Job.kind == REST) == 1


async def test_many_stragglers_are_fetched_a_part_at_a_time(
    database: Database, workspace: Created, quoted: str
) -> None:
    await list_editing.change(database, workspace.workspace_id, STAGES, quoted, "Offer sent")
    for number in range(3):
        await add_lead(database, workspace, stage="Quoted", email=f"late{number}@example.com")
    await work(database, STRAGGLERS)
    assert await told(database, workspace) == {"Offer sent": MANY + 3}
