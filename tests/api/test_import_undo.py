"""Taking an import back: what it made goes, unless somebody has touched it."""

from __future__ import annotations

from typing import Any

import pytest

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.ids import new_id
from leadsbot.imports import book, outcome, run
from leadsbot.leads import changes
from leadsbot.routing.tables import Delivery
from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import Client
from tests.api.importing import PATH, counts, imported, leads, shown
from tests.api.test_lead_deletion import everything


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
    assert await outcome.kept(database, made["id"]) == 2


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
