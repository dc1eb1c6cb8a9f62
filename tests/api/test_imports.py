"""Importing a CSV of leads over HTTP (contract, `imports`)."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec
import pytest

from leadsbot import clock
from leadsbot.capture import arrivals
from leadsbot.db import Database, Tx
from leadsbot.errors import TooManyRequests
from leadsbot.ids import new_id
from leadsbot.imports import book, keeping, run, sheet, uploads
from leadsbot.imports.uploads import Upload
from leadsbot.jobs.outcomes import Again, Done
from leadsbot.jobs.runner import Runner
from leadsbot.leads import changes, stage_moves
from leadsbot.routing.tables import Delivery
from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import Client, key_with
from tests.api.rows import add_lead
from tests.api.test_lead_deletion import everything
from tests.support.waiting import until

PATH = "/api/v1/imports"
CSV = {"content-type": "text/csv"}
PEOPLE = (
    "Name,E-mail,Telephone,Guests,Stage,Created at,Tags\n"
    'Jane Doe,Jane@Example.com,+43 660 1234567,80,Quoted,2024-03-01 10:00,"vip; fair"\n'
    "Max Muster,max@example.com,,,,,\n"
    "No Contact,,,12,,,\n"
    "Wrong Stage,w@example.com,,,Nowhere,,\n"
    "No Mail,not an address,1,,,,\n"
    "Jane Again,JANE@example.com,,90,New,,late\n"
)


async def send(api: Client, text: str | bytes = PEOPLE, **query: str) -> dict[str, Any]:
    body = text if isinstance(text, bytes) else text.encode()
    answer = await api.post(PATH, content=body, headers=CSV, params=query)
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def imported(api: Client, database: Database, text: str | bytes = PEOPLE, **query: str) -> dict[str, Any]:
    """Send a file and let the job run; gives the import as it is then."""
    made = await send(api, text, **query)
    await run.work(database, made["id"])
    return await shown(api, made["id"])


async def shown(api: Client, import_id: str) -> dict[str, Any]:
    answer = await api.get(f"{PATH}/{import_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def leads(api: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await api.get("/api/leads?limit=100")).json()["leads"]
    return found


def counts(found: dict[str, Any]) -> tuple[int, int, int, int]:
    return found["created"], found["updated"], found["skipped"], found["failed_rows"]


async def test_a_file_is_taken_in_with_a_report_per_row(api: Client, database: Database) -> None:
    made = await send(api)
    assert (made["state"], made["rows"], made["created"]) == ("waiting", 6, 0)
    assert made["mapping"]["E-mail"] == "email" and made["mapping"]["Guests"] == "custom"
    await run.work(database, made["id"])
    found = await shown(api, made["id"])
    assert (found["state"], counts(found)) == ("done", (2, 1, 0, 3))
    assert [one["row"] for one in found["failed"]] == [4, 5, 6]
    assert "neither an email nor a phone" in found["failed"][0]["error"]
    assert "Valid stages" in found["failed"][1]["error"]
    assert "email" in found["failed"][2]["error"]
    jane = next(lead for lead in await leads(api) if lead["email"] == "jane@example.com")
    assert (jane["name"], jane["stage"], jane["tags"]) == ("Jane Doe", "Quoted", ["vip", "fair"])
    assert (jane["created_at"], jane["custom_data"]) == ("2024-03-01T10:00:00.000Z", {"Guests": "80"})
    assert jane["confirmation"] == "confirmed"


async def test_nobody_is_told_of_imported_leads_unless_asked(api: Client, database: Database) -> None:
    await imported(api, database)
    assert await database.fetch("SELECT * FROM events") == []
    assert await database.fetch("SELECT * FROM jobs WHERE kind = 'route'") == []
    assert await database.fetch("SELECT id FROM leads WHERE read_at IS NULL") == []
    await imported(api, database, "email\nnew@example.com\n", notify="1")
    assert [row["type"] for row in await database.fetch("SELECT type FROM events")] == ["lead.created"]
    assert len(await database.fetch("SELECT * FROM jobs WHERE kind = 'route'")) == 1
    assert len(await database.fetch("SELECT id FROM leads WHERE read_at IS NULL")) == 1


@pytest.mark.parametrize(
    ("update", "company", "guests", "outcome"),
    [
        ("fill", "Acme", "80", (0, 1, 0, 0)),
        ("overwrite", "New Ltd", "90", (0, 1, 0, 0)),
        ("skip", "Acme", "80", (0, 0, 1, 0)),
    ],
)
async def test_a_lead_of_the_same_email_is_brought_up_to_date(
    api: Client, database: Database, update: str, company: str, guests: str, outcome: tuple[int, ...]
) -> None:
    await imported(api, database, "email,company,guests\nj@example.com,Acme,80\n")
    found = await imported(api, database, "email,company,guests,message\nJ@EXAMPLE.com,New Ltd,90,Hi\n", update=update)
    assert counts(found) == outcome
    (lead,) = await leads(api)
    assert (lead["company"], lead["custom_data"]["guests"]) == (company, guests)
    assert lead["message"] == ("" if update == "skip" else "Hi")


async def test_skipping_holds_within_the_file_too(api: Client, database: Database) -> None:
    found = await imported(api, database, "email,company\nj@x.example,A\nj@x.example,B\n", update="skip")
    assert counts(found) == (1, 0, 1, 0)
    assert (await leads(api))[0]["company"] == "A"


async def test_a_dry_run_tells_all_and_takes_in_nothing(api: Client, database: Database) -> None:
    await imported(api, database, "email\nmax@example.com\n")
    checked = await imported(api, database, dry_run="1")
    assert (checked["state"], checked["dry_run"], counts(checked)) == ("done", True, (1, 2, 0, 3))
    assert [lead["email"] for lead in await leads(api)] == ["max@example.com"]
    answer = await api.post(f"{PATH}/{checked['id']}/run")
    assert answer.status_code == 202, answer.text
    await run.work(database, checked["id"])
    found = await shown(api, checked["id"])
    assert (found["dry_run"], counts(found)) == (False, counts(checked))
    again = await api.post(f"{PATH}/{checked['id']}/run")
    assert (again.status_code, again.json()["code"]) == (409, "begun")


async def test_columns_are_mapped_as_asked(api: Client, database: Database) -> None:
    text = "Kunde;Adresse;Geheim;Wert\nJane Doe;j@x.example;s3cret;7\n"
    found = await imported(api, database, text.encode("cp1252"), map="Kunde:name,Adresse:email,Geheim:-")
    assert counts(found) == (1, 0, 0, 0)
    (lead,) = await leads(api)
    assert (lead["last_name"], lead["custom_data"]) == ("Doe", {"Wert": "7"})


@pytest.mark.parametrize(
    ("body", "query", "status", "code"),
    [
        ("", {}, 400, "no_header"),
        ("email\n", {}, 400, "no_rows"),
        ("Name\nJane\n", {}, 400, "no_contact"),
        ("email\nj@x.example\n", {"map": "Mail:email"}, 400, "invalid_input"),
        ("email\nj@x.example\n", {"map": "email:shoe_size"}, 400, "invalid_input"),
        ("email\nj@x.example\n", {"update": "replace"}, 400, "invalid_input"),
        ("email\n" + "x\n" * (sheet.MOST_ROWS + 1), {}, 400, "too_many_rows"),
        ("email\n" + "x" * 1_100_000, {}, 413, "too_large"),
    ],
)
async def test_what_can_not_be_taken_in_is_refused_at_once(
    api: Client, database: Database, body: str, query: dict[str, str], status: int, code: str
) -> None:
    answer = await api.post(PATH, content=body.encode(), headers=CSV, params=query)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert set(answer.json()) >= {"error", "request_id"}
    assert await database.fetch("SELECT id FROM imports") == []


async def test_it_wants_csv(api: Client) -> None:
    answer = await api.post(PATH, json={"email": "j@x.example"})
    assert answer.status_code == 415


async def test_a_long_cell_a_ragged_row_and_a_bad_date_cost_their_row(api: Client, database: Database) -> None:
    rows = [f"a@x.example,{'x' * 20_001},", "b@x.example,ok,,extra", "c@x.example,ok,someday", "d@x.example"]
    text = "\n".join(["email,message,created_at", *rows])
    found = await imported(api, database, text)
    assert counts(found) == (1, 0, 0, 3)
    errors = [one["error"] for one in found["failed"]]
    assert "20,000 characters" in errors[0] and "4 cells" in errors[1] and "2026-05-31" in errors[2]


async def test_rows_that_failed_come_back_as_a_file_to_mend(api: Client, database: Database) -> None:
    found = await imported(api, database)
    answer = await api.get(f"{PATH}/{found['id']}/failed.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    mended = answer.content.replace(b"No Contact,,", b"Now Contact,now@example.com,").replace(b"Nowhere", b"Won")
    again = await imported(api, database, mended)
    assert counts(again) == (2, 0, 0, 1)
    assert "Import error" not in str(await leads(api))


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


async def test_undo_deletes_what_it_made_and_nobody_touched(
    api: Client, database: Database, workspace: Created
) -> None:
    kept = (await api.post("/api/postback", json={"email": "max@example.com"})).json()["lead_id"]
    made = await imported(api, database, "email\nmax@example.com\nnew@example.com\nworked@example.com\n")
    worked = next(lead["id"] for lead in await leads(api) if lead["email"] == "worked@example.com")
    with clock.freeze(clock.now() + clock.MINUTE):
        await changes.add_note(database, workspace.workspace_id, worked, "Called", "owner@example.com")
        answer = await api.post(f"{PATH}/{made['id']}/undo")
        assert (answer.status_code, answer.json()["state"]) == (202, "undoing")
        await run.work(database, made["id"])
        assert (await shown(api, made["id"]))["state"] == "undone"
        assert {lead["id"] for lead in await leads(api)} == {kept, worked}
        again = await api.post(f"{PATH}/{made['id']}/undo")
        assert (again.status_code, again.json()["code"]) == (409, "not_done")


async def test_undo_leaves_what_others_sent_and_changed_while_it_ran(
    api: Client, database: Database, workspace: Created, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the first rows a visitor writes, and somebody adds a note to a lead that a later row then fills."""
    met: list[bool] = []
    monkeypatch.setattr(run, "CHUNK", 3)
    write = run._write

    async def amid_others(database: Database, about: Any, cursor: int, *rest: Any) -> None:
        await write(database, about, cursor, *rest)
        if cursor == 0:
            pass_time(clock.MINUTE)
            ids = {lead["email"]: lead["id"] for lead in await leads(api)}
            said = {"email": "visitor@x.example", "message": "Please call me"}
            met.append((await api.post("/api/postback", json=said)).json()["lead_id"] == ids["visitor@x.example"])
            await changes.add_note(database, workspace.workspace_id, ids["hand@x.example"], "Called", "owner")
            pass_time(clock.MINUTE)

    monkeypatch.setattr(run, "_write", amid_others)
    rows = ["visitor@x.example", "hand@x.example", "plain@x.example", "hand@x.example,Acme", "plain@x.example,Acme"]
    with clock.freeze(clock.now()) as pass_time:
        made = await imported(api, database, "\n".join(["email,company", *rows]))
        assert (met, counts(made)) == ([True], (3, 2, 0, 0))
        await api.post(f"{PATH}/{made['id']}/undo")
        await run.work(database, made["id"])
        assert (await shown(api, made["id"]))["state"] == "undone"
        left = {lead["email"]: lead["message"] for lead in await leads(api)}
    assert left == {"visitor@x.example": "Please call me", "hand@x.example": ""}
    assert await book.kept(database, made["id"]) == 2


async def test_undo_leaves_nothing_of_them_where_it_was_told(
    api: Client, database: Database, workspace: Created
) -> None:
    text = "name,email,phone\nXanthippe Quist,Quetzal@example.com,+43 660998877\nBob,bob@example.com,\n"
    made = await imported(api, database, text, notify="1")
    ids = {lead["email"]: lead["id"] for lead in await leads(api)}

    async def told(tx: Tx) -> None:
        for email, lead_id in ids.items():
            tx.insert(Delivery, _failed(workspace.workspace_id, lead_id, email))

    await database.write(told)
    await api.post(f"{PATH}/{made['id']}/undo")
    await run.work(database, made["id"])
    left = await everything(database)
    for personal in ("quetzal", "Quetzal", "Xanthippe", "660998877", "bob@"):
        assert personal not in left
    kept = await database.fetch("SELECT lead_id, status, next_attempt_at FROM deliveries")
    assert {row["lead_id"] for row in kept} == set(ids.values()), "that something was sent stays on record"
    assert {(row["status"], row["next_attempt_at"]) for row in kept} == {("withheld", None)}
    events = await database.fetch("SELECT type, lead_id FROM events")
    assert {(row["type"], row["lead_id"]) for row in events} == {("lead.deleted", lead_id) for lead_id in ids.values()}


def _failed(workspace_id: str, lead_id: str, email: str) -> dict[str, Any]:
    """A delivery about a lead that is to be tried again, to the lead's own address."""
    return {
        "id": new_id(),
        "workspace_id": workspace_id,
        "event_id": new_id(),
        "event_type": "lead.created",
        "lead_id": lead_id,
        "destination": email,
        "status": "failed",
        "body": f'{{"email": "{email}", "name": "Xanthippe"}}',
        "created_at": clock.now(),
        "next_attempt_at": clock.now(),
    }


async def test_undo_has_a_day(api: Client, database: Database) -> None:
    made = await imported(api, database)
    with clock.freeze(clock.now() + book.UNDO_MS + 1):
        answer = await api.post(f"{PATH}/{made['id']}/undo")
    assert (answer.status_code, answer.json()["code"]) == (409, "too_late")


async def test_only_so_many_are_under_way_at_once(api: Client) -> None:
    for _ in range(book.MOST_UNDER_WAY):
        await send(api)
    answer = await api.post(PATH, content=PEOPLE.encode(), headers=CSV)
    assert (answer.status_code, answer.json()["code"]) == (429, "imports_under_way")
    assert int(answer.headers["retry-after"]) > 0


async def test_what_is_refused_for_the_limit_is_not_kept(api: Client, database: Database) -> None:
    for _ in range(book.MOST_UNDER_WAY):
        await send(api)
    answer = await api.post(PATH, content=PEOPLE.encode(), headers=CSV, params={"dry_run": "1"})
    assert answer.status_code == 429
    assert len(await database.fetch("SELECT id FROM imports")) == book.MOST_UNDER_WAY


async def test_of_two_that_come_for_the_last_place_one_is_kept(
    api: Client, database: Database, workspace: Created, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit is held where the row is made, however many had been let through before their files were read."""
    monkeypatch.setattr(book, "MOST_UNDER_WAY", 1)
    files = [Upload(PEOPLE.encode(), "key") for _ in range(2)]
    take_in = uploads.take_in
    ends = await asyncio.gather(
        *(take_in(database, workspace.workspace_id, one, dry_run=False) for one in files), return_exceptions=True
    )
    assert sorted(isinstance(end, TooManyRequests) for end in ends) == [False, True]
    assert len(await database.fetch("SELECT id FROM imports")) == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_of_two_nodes_that_come_for_the_last_place_one_gets_it(
    database: Database, workspace: Created, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book, "MOST_UNDER_WAY", 1)
    let_go, both_may = uploads._let_go, asyncio.Event()
    at_once = 0

    async def slow(tx: Tx, workspace_id: str) -> None:
        nonlocal at_once
        at_once += 1
        if at_once == 2:
            both_may.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(both_may.wait(), 0.5)
        await let_go(tx, workspace_id)

    monkeypatch.setattr(uploads, "_let_go", slow)
    async with Database.opened(database.url) as other:
        database.bind()
        coming = (
            uploads.take_in(node, workspace.workspace_id, Upload(PEOPLE.encode(), "key"), dry_run=False)
            for node in (database, other)
        )
        ends = await asyncio.gather(*coming, return_exceptions=True)
    assert sorted(isinstance(end, TooManyRequests) for end in ends) == [False, True]


async def test_of_files_that_nobody_takes_in_the_newest_are_kept(
    api: Client, database: Database, workspace: Created, stranger: Created
) -> None:
    upload = Upload(PEOPLE.encode(), "owner@example.com")
    theirs = await uploads.keep(database, stranger.workspace_id, upload)
    checked = await imported(api, database, dry_run="1")
    stopped = await uploads.keep(database, workspace.workspace_id, upload)
    await database.write(lambda tx: tx.execute("UPDATE imports SET state = 'stopped' WHERE id = $1", stopped["id"]))
    kept = [(await uploads.keep(database, workspace.workspace_id, upload))["id"] for _ in range(uploads.MOST_IDLE)]
    await send(api)
    held = {row["id"] for row in await database.fetch("SELECT id FROM imports WHERE content <> ''")}
    under_way = {row["id"] for row in await database.fetch("SELECT id FROM imports WHERE state = 'waiting'")}
    assert held == {theirs["id"], stopped["id"], *kept[1:], *under_way}
    assert (await shown(api, checked["id"]))["preview"] == []
    assert (await api.post(f"{PATH}/{checked['id']}/run")).status_code == 409


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


async def test_files_and_reports_are_not_kept_for_ever(api: Client, database: Database) -> None:
    checked = await imported(api, database, dry_run="1")
    assert checked["preview"][0][0] == "Jane Doe"
    await imported(api, database)
    assert len(await database.fetch("SELECT id FROM imports WHERE content <> ''")) == 1
    with clock.freeze(clock.now() + keeping.KEEP_FILE_MS + 1):
        await database.write(keeping.purge)
        assert (await shown(api, checked["id"]))["preview"] == []
        assert (await api.post(f"{PATH}/{checked['id']}/run")).status_code == 409
    with clock.freeze(clock.now() + keeping.KEEP_MS + 1):
        await database.write(keeping.purge)
    assert await database.fetch("SELECT id FROM imports") == []
    assert await database.fetch("SELECT id FROM import_rows") == []


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


async def test_the_same_request_sent_again_imports_nothing_twice(api: Client, database: Database) -> None:
    headers = CSV | {"idempotency-key": "once"}
    first, again = [await api.post(PATH, content=PEOPLE.encode(), headers=headers) for _ in range(2)]
    assert (again.status_code, again.json()["id"]) == (202, first.json()["id"])
    assert len((await api.get(PATH)).json()["data"]) == 1


async def test_a_kept_answer_holds_no_row_of_the_file(api: Client, database: Database) -> None:
    headers = {**CSV, "Idempotency-Key": "import-2"}
    first, second = [await api.post(PATH, content=PEOPLE.encode(), headers=headers) for _ in range(2)]
    assert first.json()["preview"][0][0] == "Jane Doe"
    assert second.json() == {name: value for name, value in first.json().items() if name != "preview"}
    (kept,) = await database.fetch("SELECT body FROM idempotent_answers")
    assert "Jane" not in kept["body"] and "preview" not in kept["body"]


async def test_the_list_and_deleting(api: Client, database: Database) -> None:
    first, second = await imported(api, database), await send(api)
    listed = (await api.get(PATH)).json()
    assert [one["id"] for one in listed["data"]] == [second["id"], first["id"]]
    assert "content" not in listed["data"][0]
    assert (await api.delete(f"{PATH}/{second['id']}")).status_code == 409
    assert (await api.delete(f"{PATH}/{first['id']}")).status_code == 204
    assert (await api.get(f"{PATH}/{first['id']}")).status_code == 404
    assert len(await leads(api)) == 2


async def test_a_stranger_finds_nothing(api: Client, stranger_api: Client, database: Database) -> None:
    made = await imported(api, database)
    path = f"{PATH}/{made['id']}"
    for answer in (
        await stranger_api.get(path),
        await stranger_api.get(f"{path}/failed.csv"),
        await stranger_api.post(f"{path}/run"),
        await stranger_api.post(f"{path}/undo"),
        await stranger_api.delete(path),
    ):
        assert answer.status_code == 404, answer.request.url
    assert (await stranger_api.get(PATH)).json()["data"] == []
    await imported(stranger_api, database, "email\njane@example.com\n")
    assert len(await leads(stranger_api)) == 1, "whose leads they meet are their own"


async def test_importing_needs_a_key_that_may_manage(
    api: Client, as_: Callable[[str], Client], workspace: Created, database: Database, nobody: Client
) -> None:
    writer = as_(await key_with(database, workspace, ["leads:write", "leads:read"]))
    assert (await writer.post(PATH, content=b"email\nj@x.example\n", headers=CSV)).status_code == 403
    assert (await nobody.post(PATH, content=b"email\nj@x.example\n", headers=CSV)).status_code == 401
