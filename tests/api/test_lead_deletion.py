"""Deleting a lead (contract, section 4): its personal data are gone from every table, its counts stay."""

from __future__ import annotations

from typing import Any

import msgspec

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.db.schema import all_tables
from leadsbot.ids import new_id
from leadsbot.leads import erasure
from leadsbot.routing.tables import Attempt, Delivery
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.tables import IdempotentAnswer
from tests.api.conftest import Client
from tests.api.rows import NOON, add_lead, add_note
from tests.support.capture import batch, email_field, progress, submit, text_field

# What may be found nowhere afterwards: each is in some part of the lead's story and no other's.
PERSONAL = (
    "quetzal",  # in the email
    "Xanthippe",
    "660998877",
    "Zweckverband",
    "secret wish",
    "fetched her",
    "second-touch",
    "AgentOfChaos",
    "198.51.100.77",
    "gclid-of-hers",
)
KEY = {"idempotency-key": "order 4711"}
HERS = {"email": "quetzal@example.com", "firstName": "Xanthippe", "phone": "+43 660998877"}


async def everything(database: Database) -> str:
    """The whole database as one text."""
    parts = []
    for table in all_tables():
        rows = await database.fetch(f'SELECT * FROM "{table._meta.tablename}"')
        parts += [f"{table._meta.tablename}: {row}" for row in rows]
    return "\n".join(parts)


async def visit(api: Client, workspace: Created, *events: dict[str, Any]) -> None:
    headers = {"origin": "https://lindenhof.example", "content-type": "text/plain", "user-agent": "AgentOfChaos/1"}
    path = f"/api/w/{workspace.public_token}/events"
    answer = await api.post(path, json=batch(*events, visit="7d5a1c9e-0c43-4e1b-9d3e-1f2d3c4b5a69"), headers=headers)
    assert answer.status_code == 202, answer.text


async def a_whole_story(api: Client, database: Database, workspace: Created) -> str:
    """A lead with something of everything: a visit, submissions, edits, notes, deliveries, a merge, kept answers."""
    await visit(
        api,
        workspace,
        progress("9f1c7a52-1de9-4a0e-9b7a-0c2f5a1f0d11"),
        submit(
            email_field("quetzal@example.com"),
            text_field("wish", "secret wish"),
            session="9f1c7a52-1de9-4a0e-9b7a-0c2f5a1f0d11",
        ),
    )
    (row,) = await database.fetch("SELECT id FROM leads")
    lead_id = str(row["id"])
    await api.post("/api/postback", json={**HERS, "company": "Zweckverband", "click_ids": {"gclid": "gclid-of-hers"}})
    await api.patch(
        f"/api/v1/leads/{lead_id}", json={"ip_address": "198.51.100.77", "first_touch": {"url": "second-touch"}}
    )
    await api.put(f"/api/leads/{lead_id}/stage", json={"stage": "Quoted", "reason": "fetched her"})
    await add_note(database, lead_id, NOON, "fetched her from the train")
    twin = (await api.post("/api/v1/leads", json={**HERS, "name": "Xanthippe Q", "message": "secret wish"})).json()[
        "id"
    ]
    merged = await api.post(f"/api/v1/leads/{lead_id}/merge", json={"lead_id": twin})
    assert merged.status_code == 200, merged.text
    await _sent(database, workspace, lead_id)
    return lead_id


async def _sent(database: Database, workspace: Created, lead_id: str) -> None:
    """Deliveries in each state, with what was said and answered, and a first answer that is kept to be given again."""
    body = msgspec.json.encode({"data": {"lead": {"id": lead_id, **HERS}}}).decode()

    async def unit(tx: Tx) -> None:
        for status in ("pending", "delivered", "failed", "dead", "withheld"):
            delivery: dict[str, Any] = {
                "id": new_id(),
                "workspace_id": workspace.workspace_id,
                "event_id": new_id(),
                "event_type": "lead.created",
                "lead_id": lead_id,
                "destination": "quetzal@example.com" if status == "dead" else "https://hooks.example",
                "status": status,
                "reason": "no mailbox quetzal@example.com",
                "state": '{"text": "Xanthippe"}',
                "body": body,
                "created_at": NOON,
                "next_attempt_at": NOON,
            }
            tx.insert(Delivery, delivery)
            tx.insert(
                Attempt,
                {
                    "id": new_id(),
                    "delivery_id": delivery["id"],
                    "at": NOON,
                    "error": "550 quetzal@example.com unknown",
                    "answer": '{"echo": "Xanthippe"}',
                },
            )
        answer = msgspec.json.encode({"id": lead_id, "created_at": "2026-05-01T12:00:00.000Z", **HERS}).decode()
        tx.insert(
            IdempotentAnswer,
            {
                "id": new_id(),
                "body_hash": "x",
                "status": 201,
                "body": answer,
                "lead_id": lead_id,
                "created_at": clock.now(),
                "claimed_at": clock.now(),
            },
        )

    await database.write(unit)


async def test_nothing_personal_is_left_in_any_table(api: Client, database: Database, workspace: Created) -> None:
    lead_id = await a_whole_story(api, database, workspace)
    other = await add_lead(database, workspace, email="bob@example.com", message="a wish of Bob's")
    before = await everything(database)
    assert [word for word in PERSONAL if word not in before] == []
    answer = await api.delete(f"/api/leads/{lead_id}")
    assert (answer.status_code, answer.content) == (204, b"")
    after = await everything(database)
    assert [word for word in PERSONAL if word.lower() in after.lower()] == []
    assert "a wish of Bob's" in after and (await api.get(f"/api/leads/{other}")).status_code == 200


async def test_a_deleted_lead_is_found_nowhere(
    api: Client, stranger_api: Client, database: Database, workspace: Created
) -> None:
    lead_id = await a_whole_story(api, database, workspace)
    assert (await stranger_api.delete(f"/api/leads/{lead_id}")).status_code == 404
    assert (await api.delete(f"/api/v1/leads/{lead_id}")).status_code == 204
    assert (await api.get("/api/leads?spam=true")).json()["total"] == 0
    assert (await api.get("/api/v1/leads")).json()["data"] == []
    for path in (f"/api/leads/{lead_id}", *(f"/api/v1/leads/{lead_id}{end}" for end in ("", "/timeline", "/notes"))):
        assert (await api.get(path)).status_code == 404, path
    tries = [
        api.delete(f"/api/leads/{lead_id}"),
        api.put(f"/api/leads/{lead_id}/stage", json={"stage": "Won"}),
        api.patch(f"/api/v1/leads/{lead_id}", json={"company": "x"}),
        api.post(f"/api/v1/leads/{lead_id}/notes", json={"text": "x"}),
        api.post(f"/api/v1/leads/{lead_id}/spam", json={"spam": True}),
        api.post("/api/postback", json={"lead_id": lead_id, "stage": "Won"}),
    ]
    for attempt in tries:
        answer = await attempt
        assert answer.status_code == 404, answer.request.url


async def test_its_counts_stay(api: Client, database: Database, workspace: Created) -> None:
    lead_id = await a_whole_story(api, database, workspace)
    columns = "stage, source, campaign, device_type, created_at, form_id, form_name, form_completion_percent"
    (lead,) = await database.fetch(f"SELECT {columns} FROM leads WHERE id = $1", lead_id)
    counted = "state, completion_percent, fields_completed, fields_total, last_field, field_stats, form_id, started_at"
    sessions = await database.fetch(f"SELECT {counted} FROM sessions")
    submissions = await database.fetch("SELECT id, form_id, door, received_at FROM submissions ORDER BY id")
    form_id = lead["form_id"]
    report = (await api.get(f"/api/v1/forms/{form_id}/report")).json()
    await api.delete(f"/api/leads/{lead_id}")
    assert await database.fetch(f"SELECT {columns} FROM leads WHERE id = $1", lead_id) == [lead]
    assert await database.fetch(f"SELECT {counted} FROM sessions") == sessions
    assert await database.fetch("SELECT id, form_id, door, received_at FROM submissions ORDER BY id") == submissions
    after = (await api.get(f"/api/v1/forms/{form_id}/report")).json()
    assert {**after, "to": None, "from": None} == {**report, "to": None, "from": None}


async def test_who_was_told_learns_that_it_is_gone_and_nothing_more(
    api: Client, database: Database, workspace: Created
) -> None:
    lead_id = await a_whole_story(api, database, workspace)
    await api.delete(f"/api/leads/{lead_id}")
    events = await database.fetch("SELECT type, data FROM events WHERE lead_id = $1", lead_id)
    assert [(event["type"], msgspec.json.decode(event["data"])) for event in events] == [
        ("lead.deleted", {"lead": {"id": lead_id}})
    ]


async def test_what_waited_is_not_sent_and_cannot_be_sent_again(
    api: Client, database: Database, workspace: Created
) -> None:
    lead_id = await a_whole_story(api, database, workspace)
    before = {row["id"]: row for row in await database.fetch("SELECT * FROM deliveries")}
    await api.delete(f"/api/leads/{lead_id}")
    rows = await database.fetch("SELECT * FROM deliveries")
    for row in rows:
        was = before[row["id"]]
        assert row["status"] == ("delivered" if was["status"] == "delivered" else "withheld")
        assert (row["body"], row["next_attempt_at"], row["reason"]) == ("", None, "The lead was deleted.")
        assert row["round"] == was["round"] + 1, "an attempt under way writes nothing down any more"
        answer = await api.post(f"/api/v1/deliveries/{row['id']}/retry")
        assert (answer.status_code, answer.json()["code"]) == (409, "lead_deleted")
    assert len((await api.get("/api/v1/deliveries")).json()["data"]) == len(before)


async def test_the_same_visitor_begins_anew(api: Client, database: Database, workspace: Created) -> None:
    session = "9f1c7a52-1de9-4a0e-9b7a-0c2f5a1f0d11"
    first = submit(email_field("quetzal@example.com"), session=session)
    await visit(api, workspace, first)
    (row,) = await database.fetch("SELECT id FROM leads")
    await api.delete(f"/api/leads/{row['id']}")
    await visit(api, workspace, first)
    assert (await api.get("/api/leads")).json()["total"] == 0, "a batch that is sent again makes no lead of it again"
    await visit(api, workspace, submit(email_field("quetzal@example.com"), session=session, seq=12))
    (lead,) = (await api.get("/api/leads")).json()["leads"]
    assert lead["id"] != row["id"]
    made = await api.post("/api/postback", json={"lead_id": row["id"], "email": "quetzal@example.com"})
    assert made.json()["lead_id"] == lead["id"] and row["id"] in made.json()["warning"]


async def test_another_lead_no_longer_points_to_it(api: Client, database: Database, workspace: Created) -> None:
    body = {"name": "Jane Doe", "email": "jane@example.com", "phone": "0660 1"}
    first, second = [(await api.post("/api/v1/leads", json=body)).json()["id"] for _ in range(2)]
    assert [lead["id"] for lead in (await api.get(f"/api/v1/leads/{second}/duplicates")).json()["data"]] == [first]
    await api.delete(f"/api/leads/{first}")
    assert (await api.get(f"/api/v1/leads/{second}/duplicates")).json()["data"] == []
    (row,) = await database.fetch("SELECT duplicate_of FROM leads WHERE id = $1", second)
    assert row["duplicate_of"] is None
    third = (await api.post("/api/v1/leads", json=body)).json()["id"]
    (row,) = await database.fetch("SELECT duplicate_of FROM leads WHERE id = $1", third)
    assert row["duplicate_of"] == second


async def test_an_answer_that_is_given_again_names_the_person_no_more(
    api: Client, database: Database, workspace: Created
) -> None:
    headers = {"idempotency-key": "order-7"}
    path = f"/api/inbound/w/{workspace.endpoint_id}/leads"
    body = {"name": "Quetzal Q", "email": "quetzal@example.com", "phone": "+43 660998877"}
    told = await api.post(path, json=body, headers=headers)
    assert told.status_code == 201, told.text
    again = await api.post(path, json=body, headers=headers)
    assert again.text == told.text
    await api.delete(f"/api/leads/{told.json()['id']}")
    after = await api.post(path, json=body, headers=headers)
    assert after.status_code == 201 and "quetzal" not in after.text.lower()
    assert after.json()["id"] == told.json()["id"]
    assert (await api.get("/api/leads")).json()["total"] == 0, "and nothing is made again"


async def test_kept_answers_name_nobody_more_who_was_merged_into_a_lead_or_shown_beside_others(
    api: Client, database: Database, workspace: Created
) -> None:
    bodies = [{"name": "Xanthippe Q", "email": f"quetzal{n}@example.com", "phone": "0660 1"} for n in range(2)]
    path = f"/api/inbound/w/{workspace.endpoint_id}/leads"
    merged, kept = [
        (await api.post(path, json=body, headers={"idempotency-key": body["email"]})).json()["id"] for body in bodies
    ]
    for number, (where, body) in enumerate(
        (
            (f"/api/v1/leads/{kept}/merge", {"lead_id": merged}),
            (f"/api/v1/leads/{kept}/notes", {"text": "fetched Xanthippe"}),
            ("/api/v1/merges/{merge}/undo", {}),
            (f"/api/v1/leads/{kept}/merge", {"lead_id": merged}),
        )
    ):
        (merge,) = await database.fetch("SELECT id FROM merges ORDER BY at DESC, id DESC LIMIT 1") or [{"id": ""}]
        answer = await api.post(
            where.format(merge=merge["id"]), json=body, headers={"idempotency-key": f"step {number}"}
        )
        assert answer.status_code in (200, 201), answer.text
    stranger = await api.post(path, json={**bodies[0], "name": "Bob", "email": "bob@example.com"}, headers=KEY)
    assert (await api.delete(f"/api/leads/{kept}")).status_code == 204
    answers = await database.fetch("SELECT lead_id, body FROM idempotent_answers")
    assert [row for row in answers if "quetzal" in row["body"] or "Xanthippe" in row["body"]] == []
    assert len(answers) == 7 and stranger.text in [row["body"] for row in answers]


async def test_what_was_told_of_the_form_before_there_was_a_lead_goes_too(
    api: Client, database: Database, workspace: Created
) -> None:
    session, other = "9f1c7a52-1de9-4a0e-9b7a-0c2f5a1f0d11", "9f1c7a52-1de9-4a0e-9b7a-0c2f5a1f0d12"
    await visit(api, workspace, progress(session), progress(other))
    started = {str(row["session_id"]): row for row in await database.fetch("SELECT * FROM events")}
    assert {row["type"] for row in started.values()} == {"form.started"} and len(started) == 2
    await visit(api, workspace, submit(email_field("quetzal@example.com"), session=session))

    async def send(tx: Tx) -> None:
        for event in started.values():
            tx.insert(Delivery, _delivery_of(event))

    await database.write(send)
    (row,) = await database.fetch("SELECT id FROM leads")
    assert (await api.delete(f"/api/leads/{row['id']}")).status_code == 204
    left = await database.fetch("SELECT session_id FROM events WHERE type = 'form.started'")
    assert [row["session_id"] for row in left] == [other], "another attempt is somebody else's"
    bodies = {row["event_id"]: row["body"] for row in await database.fetch("SELECT event_id, body FROM deliveries")}
    assert bodies[started[session]["id"]] == "" and "contact" in bodies[started[other]["id"]]


async def test_a_deletion_looks_at_no_other_sessions_events(database: Database) -> None:
    if database.dialect != "sqlite":
        return  # chooses by statistics
    early = f"SELECT id FROM events WHERE session_id IN (SELECT value FROM json_each('[]')) AND {erasure._EARLY}"
    plan = await database.fetch(f"EXPLAIN QUERY PLAN {early} AND workspace_id || '' = 'w'")
    assert "events_early" in str(plan)


def _delivery_of(event: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": new_id(),
        "workspace_id": event["workspace_id"],
        "event_id": event["id"],
        "event_type": event["type"],
        "destination": "https://hooks.example",
        "status": "failed",
        "body": event["data"],
        "created_at": NOON,
        "next_attempt_at": NOON,
    }


async def test_an_answer_that_only_quotes_a_deleted_leads_id_stays_as_it_is(
    api: Client, database: Database, workspace: Created
) -> None:
    lead_id = await add_lead(database, workspace, email="ann@example.com")
    body = {"name": "Bob", "email": "bob@example.com", "phone": "0660 1", "message": f"See {lead_id}"}
    path = f"/api/inbound/w/{workspace.endpoint_id}/leads"
    told = await api.post(path, json=body, headers=KEY)
    assert told.status_code == 201 and (await api.delete(f"/api/leads/{lead_id}")).status_code == 204
    assert (await api.post(path, json=body, headers=KEY)).text == told.text
