"""An import on its way: what crashes, stops, or is changed meanwhile takes each row in once."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import msgspec
import pytest

from leadsbot.capture import arrivals
from leadsbot.db import Database, Tx
from leadsbot.imports import keeping, run, sheet
from leadsbot.jobs.outcomes import Again, Done
from leadsbot.jobs.runner import Runner
from leadsbot.leads import stage_moves
from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import Client
from tests.api.importing import PATH, counts, imported, leads, send, shown
from tests.api.rows import add_lead
from tests.support.waiting import until


async def test_a_crash_in_the_middle_makes_nothing_twice(
    api: Client, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker goes after some rows; whoever takes over goes on there. The file names everybody twice, far apart."""
    monkeypatch.setattr(run, "CHUNK", 4)
    half = [f"p{number}@x.example" for number in range(9)]
    made = await send(api, "email\n" + "\n".join(half + half) + "\n")
    write, written = run._write, 0

    async def dying(*args: Any, **kwargs: Any) -> None:
        nonlocal written
        if written == 3:
            raise asyncio.CancelledError  # as when the process ends
        await write(*args, **kwargs)
        written += 1

    monkeypatch.setattr(run, "_write", dying)
    with pytest.raises(asyncio.CancelledError):
        await run.work(database, made["id"])
    between = await shown(api, made["id"])
    assert (between["state"], between["done_rows"], between["created"]) == ("running", 12, 9)
    monkeypatch.setattr(run, "_write", write)
    await run.work(database, made["id"])
    found = await shown(api, made["id"])
    assert (found["state"], counts(found)) == ("done", (9, 9, 0, 0))
    assert len(await leads(api)) == 9
    assert len(await database.fetch("SELECT id FROM submissions")) == 18


async def test_two_workers_on_one_import_take_each_row_in_once(
    api: Client, database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "CHUNK", 3)
    made = await send(api, "email\n" + "\n".join(f"p{number}@x.example" for number in range(20)) + "\n")
    async with Database.opened(database_url) as other:
        await asyncio.gather(run.work(database, made["id"]), run.work(other, made["id"]))
    database.bind()
    found = await shown(api, made["id"])
    assert (counts(found), len(await leads(api))) == ((20, 0, 0, 0), 20)


async def test_a_row_that_the_database_refuses_costs_itself(
    api: Client, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = arrivals.store

    async def fussy(tx: Tx, came: Any) -> Any:
        if any(one.sub.contact.email == "p2@x.example" for one in came):
            raise RuntimeError("no such luck")
        return await store(tx, came)

    monkeypatch.setattr(run, "store", fussy)
    found = await imported(api, database, "email\n" + "\n".join(f"p{number}@x.example" for number in range(5)))
    assert counts(found) == (4, 0, 0, 1)
    assert found["failed"][0]["row"] == 4 and "luck" not in str(found)


async def test_the_runner_runs_it(api: Client, database: Database) -> None:
    made = await send(api)

    class Services:
        def __init__(self) -> None:
            self.database = database

    runner = Runner(database, run.job_handlers(Services()))
    runner.start()

    async def done() -> bool:
        return bool((await shown(api, made["id"]))["state"] == "done")

    try:
        await until(done)
    finally:
        await runner.stop()
    assert len(await leads(api)) == 2


async def test_a_stage_that_is_renamed_meanwhile_counts_from_the_next_rows_on(
    api: Client, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "CHUNK", 2)
    write = run._write

    async def renaming(database: Database, about: Any, cursor: int, *rest: Any) -> None:
        await write(database, about, cursor, *rest)
        if cursor == 0:
            await api.patch(f"/api/v1/stages/{await _stage_id(api, 'New')}", json={"name": "Fresh"})

    monkeypatch.setattr(run, "_write", renaming)
    await imported(api, database, "email\n" + "\n".join(f"p{number}@x.example" for number in range(6)))
    assert [lead["stage"] for lead in await leads(api)] == ["Fresh"] * 6


async def test_rows_read_under_a_stages_old_name_are_fetched_until_the_import_ends(
    api: Client, database: Database, workspace: Created, stranger_api: Client
) -> None:
    await send(stranger_api)
    made = await send(api)
    await api.patch(f"/api/v1/stages/{await _stage_id(api, 'Quoted')}", json={"name": "Offered"})
    (job,) = await database.fetch("SELECT payload FROM jobs WHERE kind = $1", stage_moves.STRAGGLERS)
    payload = job["payload"] if isinstance(job["payload"], dict) else msgspec.json.decode(job["payload"])

    class Services:
        def __init__(self) -> None:
            self.database = database

    look = stage_moves.job_handlers(Services())[stage_moves.STRAGGLERS]
    assert await look(payload) == Again(stage_moves.LOOK_AGAIN_MS), "the import may bring in more"
    await run.work(database, made["id"])
    await add_lead(database, workspace, stage="Quoted", email="late@x.example")
    assert await look(payload) == Done(), "whatever others import"
    stages = await database.fetch("SELECT stage FROM leads WHERE email = 'late@x.example'")
    assert stages == [{"stage": "Offered"}]


async def _stage_id(api: Client, name: str) -> str:
    stages = (await api.get("/api/v1/stages")).json()["data"]
    return next(str(one["id"]) for one in stages if one["name"] == name)


async def test_all_of_a_file_is_read_beside_the_event_loop(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    records = sheet._records
    threads: list[threading.Thread] = []

    def noted(*args: str) -> Any:
        for number, cells in enumerate(records(*args)):
            if number > 0:  # the header alone is read where the file is opened
                threads.append(threading.current_thread())
            yield cells

    monkeypatch.setattr(sheet, "_records", noted)
    await send(api, "email,created_at\na@x.example,1.2.2026\n")
    assert threads and threading.current_thread() not in threads


async def test_an_import_whose_job_died_is_stopped_and_can_be_started_again(api: Client, database: Database) -> None:
    made = await send(api)
    await database.write(keeping.purge)
    assert (await shown(api, made["id"]))["state"] == "waiting"

    async def die(tx: Tx) -> None:
        await tx.execute("UPDATE jobs SET state = 'dead'")

    await database.write(die)
    await database.write(keeping.purge)
    stopped = await shown(api, made["id"])
    assert stopped["state"] == "stopped" and "no row is taken in twice" in stopped["error"]
    assert (await api.post(f"{PATH}/{made['id']}/run")).status_code == 202
    await run.work(database, made["id"])
    assert counts(await shown(api, made["id"])) == (2, 1, 0, 3)


async def test_one_that_stopped_on_its_way_goes_on_there(
    api: Client, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its counts and its undo are of all rows, those before it stopped too."""
    monkeypatch.setattr(run, "CHUNK", 2)
    write = run._write

    async def dying(database: Database, about: Any, cursor: int, *rest: Any) -> None:
        await write(database, about, cursor, *rest)
        if cursor == 2:
            await database.write(lambda tx: tx.execute("UPDATE imports SET state = 'stopped'"))

    monkeypatch.setattr(run, "_write", dying)
    rows = ["a@x.example", "no address", "b@x.example", "c@x.example", "d@x.example", "a@x.example"]
    made = await imported(api, database, "\n".join(["email", *rows]))
    assert (made["state"], made["done_rows"], counts(made)) == ("stopped", 4, (3, 0, 0, 1))
    only_checked = await api.post(f"{PATH}/{made['id']}/run?dry_run=1")
    assert (only_checked.status_code, only_checked.json()["code"]) == (409, "begun")
    going_on = (await api.post(f"{PATH}/{made['id']}/run")).json()
    assert (going_on["state"], going_on["done_rows"], going_on["error"]) == ("waiting", 4, None)
    await run.work(database, made["id"])
    found = await shown(api, made["id"])
    assert (found["state"], counts(found), [one["row"] for one in found["failed"]]) == ("done", (4, 1, 0, 1), [3])
    await api.post(f"{PATH}/{made['id']}/undo")
    await run.work(database, made["id"])
    assert await leads(api) == []


async def test_a_check_that_stopped_on_its_way_begins_anew(api: Client, database: Database) -> None:
    made = await send(api, dry_run="1")
    await database.write(lambda tx: tx.execute("UPDATE imports SET state = 'stopped', cursor = 4, created = 4"))
    again = (await api.post(f"{PATH}/{made['id']}/run")).json()
    assert (again["state"], again["done_rows"], again["created"]) == ("waiting", 0, 0)
    await run.work(database, made["id"])
    assert counts(await shown(api, made["id"])) == (2, 1, 0, 3)
