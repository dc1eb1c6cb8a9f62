"""Importing a CSV of leads over HTTP (contract, `imports`)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from leadsbot.db import Database
from leadsbot.imports import run, sheet
from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import Client, key_with
from tests.api.importing import CSV, PATH, PEOPLE, counts, imported, leads, send, shown


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
