"""`Idempotency-Key`: the same key and body gets the first answer and makes nothing, at every address that creates."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from leadsbot import clock, housekeeping
from leadsbot.db import Database
from leadsbot.errors import Conflict
from leadsbot.workspaces import idempotency
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.idempotency import CLAIM_MS, KEPT_MS, Answer, Claim
from tests.api.conftest import Client, Serve, key_with

JANE = {"name": "Jane Doe", "email": "jane@example.com", "phone": "+43 660 1234567"}
KEY = {"Idempotency-Key": "order 4711"}

DOORS = ["/api/public/leads", "/api/v1/leads", "/api/inbound/{workspace_id}/leads", "/api/postback"]
CREATED: list[tuple[str, dict[str, Any]]] = [
    ("/api/v1/keys", {"name": "n8n", "scopes": ["leads:read"]}),
    ("/api/v1/webhooks", {"url": "https://hooks.example.com/leads", "events": ["lead.created"]}),
    ("/api/v1/channels", {"kind": "email", "config": {"to": ["sales@example.com"]}}),
    ("/api/v1/sites", {"name": "Second site"}),
]


async def count(database: Database, table: str = "leads") -> int:
    return len(await database.fetch(f"SELECT id FROM {table}"))


def door(path: str, workspace: Created) -> str:
    return path.format(workspace_id=workspace.workspace_id)


@pytest.mark.parametrize("path", DOORS)
async def test_a_lead_sent_twice_is_made_once(api: Client, database: Database, workspace: Created, path: str) -> None:
    first = await api.post(door(path, workspace), json=JANE, headers=KEY)
    again = await api.post(door(path, workspace), json=JANE, headers=KEY)
    assert first.status_code == 201, first.text
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["content-type"] == first.headers["content-type"] == "application/json"
    assert again.headers["idempotency-replayed"] == "true" and "idempotency-replayed" not in first.headers
    assert await count(database) == await count(database, "submissions") == 1


@pytest.mark.parametrize(("path", "body"), CREATED, ids=[path for path, _ in CREATED])
async def test_whatever_is_made_is_made_once(api: Client, database: Database, path: str, body: dict[str, Any]) -> None:
    first = await api.post(path, json=body, headers=KEY)
    again = await api.post(path, json=body, headers=KEY)
    assert first.status_code == again.status_code == 201, first.text
    shown_once = {"key", "secret"} & first.json().keys()
    assert again.json() == {name: value for name, value in first.json().items() if name not in shown_once}
    listed = (await api.get(path)).json()["data"]
    assert [one["id"] for one in listed].count(first.json()["id"]) == 1


async def test_no_key_and_no_secret_is_kept(api: Client, database: Database) -> None:
    made = [(await api.post(path, json=body, headers=KEY)).json() for path, body in CREATED[:2]]
    kept = str(await database.fetch("SELECT * FROM idempotent_answers"))
    assert made[0]["key"] not in kept and made[1]["secret"] not in kept
    assert made[0]["id"] in kept


async def test_a_body_cannot_be_guessed_from_what_is_kept(api: Client, database: Database) -> None:
    body = b'{"name":"Jane Doe","email":"jane@example.com","phone":"0660 1"}'
    headers = {**KEY, "content-type": "application/json"}
    assert (await api.post("/api/v1/leads", content=body, headers=headers)).status_code == 201
    (kept,) = await database.fetch("SELECT body_hash FROM idempotent_answers")
    assert len(kept["body_hash"]) == 64
    for guess in (body, b"\n" + body):
        assert kept["body_hash"] != hashlib.sha256(guess).hexdigest()


async def test_a_form_without_script_sent_twice_by_a_program_is_one_lead(
    nobody: Client, database: Database, workspace: Created
) -> None:
    said = {"name": "Jane Doe", "email": "jane@example.com"}
    headers = {**KEY, "origin": "https://lindenhof.example", "accept": "application/json"}
    first = await nobody.post(f"/f/{workspace.public_token}", data=said, headers=headers)
    again = await nobody.post(f"/f/{workspace.public_token}", data=said, headers=headers)
    assert (first.status_code, again.status_code) == (303, 303), first.text
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["access-control-allow-origin"] == "https://lindenhof.example"
    other = await nobody.post(f"/f/{workspace.public_token}", data={**said, "name": "Jo"}, headers=headers)
    assert other.status_code == 409 and await count(database, "submissions") == 1


async def test_an_endpoint_answers_again_and_makes_nothing(
    nobody: Client, database: Database, workspace: Created
) -> None:
    path = f"/api/inbound/w/{workspace.endpoint_id}/leads"
    first, again = [await nobody.post(path, json=JANE, headers=KEY) for _ in range(2)]
    assert first.status_code == again.status_code == 201, first.text
    assert first.content == again.content and again.headers["idempotency-replayed"] == "true"
    other = await nobody.post(path, json={**JANE, "name": "Jo"}, headers=KEY)
    assert other.status_code == 409 and await count(database) == 1


async def test_a_forms_boundary_makes_no_other_body(nobody: Client, database: Database, workspace: Created) -> None:
    for _ in range(2):
        answer = await nobody.post(
            f"/f/{workspace.public_token}",
            files={"name": (None, "Jane"), "email": (None, "jane@example.com")},
            headers={**KEY, "origin": "https://lindenhof.example"},
        )
        assert answer.status_code == 303
    assert await count(database, "submissions") == 1


async def test_the_same_key_with_another_body_is_a_conflict(api: Client, database: Database) -> None:
    await api.post("/api/v1/leads", json=JANE, headers=KEY)
    answer = await api.post("/api/v1/leads", json={**JANE, "name": "John Doe"}, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")
    other = await api.post("/api/v1/leads", json={**JANE, "name": "John Doe"}, headers={"Idempotency-Key": "4712"})
    assert other.status_code == 201 and await count(database) == 2


async def test_a_key_means_another_thing_at_another_address_and_without_one_all_is_made(
    api: Client, database: Database
) -> None:
    for path in ("/api/v1/leads", "/api/public/leads"):
        assert (await api.post(path, json=JANE, headers=KEY)).status_code == 201
    assert (await api.post("/api/v1/leads", json=JANE)).status_code == 201
    assert await count(database) == 3


async def test_another_key_of_the_workspace_and_a_stranger_begin_anew(
    api: Client, as_: Callable[[str], Client], stranger_api: Client, database: Database, workspace: Created
) -> None:
    other = as_(await key_with(database, workspace, ["leads:write"]))
    ids = [(await client.post("/api/v1/leads", json=JANE, headers=KEY)).json()["id"] for client in (api, other)]
    theirs = await stranger_api.post("/api/v1/leads", json={**JANE, "name": "Somebody Else"}, headers=KEY)
    assert theirs.status_code == 201 and len({*ids, theirs.json()["id"]}) == 3


async def test_a_revoked_key_is_answered_nothing(api: Client, as_: Callable[[str], Client]) -> None:
    made = (await api.post("/api/v1/keys", json={"name": "CRM", "scopes": ["leads:write"]})).json()
    crm = as_(made["key"])
    assert (await crm.post("/api/v1/leads", json=JANE, headers=KEY)).status_code == 201
    await api.delete(f"/api/v1/keys/{made['id']}")
    answer = await crm.post("/api/v1/leads", json=JANE, headers=KEY)
    assert answer.status_code == 401 and "idempotency-replayed" not in answer.headers


@pytest.mark.parametrize("key", ["", "k" * 256, "tab\tin it", "ümlaut".encode()])
async def test_what_is_no_key_is_refused(api: Client, database: Database, key: str | bytes) -> None:
    answer = await api.post("/api/v1/leads", json=JANE, headers=[("Idempotency-Key", key)])  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_idempotency_key")
    assert await count(database) == 0


async def test_the_longest_key_and_any_printable_character_will_do(api: Client) -> None:
    for key in ("k" * 255, '"8e03978e-40d5" ~!', "0"):
        assert (await api.post("/api/public/leads", json=JANE, headers={"Idempotency-Key": key})).status_code == 201


async def test_an_error_is_not_kept_and_the_corrected_body_may_use_the_key(api: Client, database: Database) -> None:
    wrong = {"name": "Jane Doe", "email": "jane@example.com"}
    for _ in range(2):
        refused = await api.post("/api/v1/leads", json=wrong, headers=KEY)
        assert refused.status_code == 400 and "idempotency-replayed" not in refused.headers
    assert await count(database, "idempotent_answers") == 0
    assert (await api.post("/api/v1/leads", json=JANE, headers=KEY)).status_code == 201
    assert (await api.post("/api/v1/leads", json=wrong, headers=KEY)).status_code == 409


async def test_many_at_once_make_one_and_get_the_same_answer(api: Client, database: Database) -> None:
    answers = await asyncio.gather(*(api.post("/api/v1/leads", json=JANE, headers=KEY) for _ in range(12)))
    assert {answer.status_code for answer in answers} == {201}, [answer.text for answer in answers]
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 11
    assert await count(database) == 1


async def test_two_nodes_at_once_make_one(serve: Serve, database: Database, workspace: Created) -> None:
    bearer = f"Bearer {workspace.api_key}"
    async with serve(authorization=bearer) as one, serve(authorization=bearer) as other:
        sent = [node.post("/api/postback", json=JANE, headers=KEY) for node in (one, other) * 6]
        answers = await asyncio.gather(*sent)
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert await count(database) == 1


async def test_after_a_day_the_key_is_new(api: Client, database: Database) -> None:
    with clock.freeze(clock.now()) as advance:
        ids = []
        for _ in range(2):
            for _ in range(2):
                ids.append((await api.post("/api/v1/leads", json=JANE, headers=KEY)).json()["id"])
            advance(KEPT_MS)
        assert ids[0] == ids[1] != ids[2] == ids[3]
        advance(-clock.SECOND)
        assert await database.write(idempotency.purge) == 0
        advance(2 * clock.SECOND)
        await database.write(idempotency.purge)
        assert await count(database, "idempotent_answers") == 0


async def dies_after(database: Database, monkeypatch: pytest.MonkeyPatch, send: Any) -> None:
    """Let the process die between the lead and its answer: what would settle the claim is never done."""

    async def never(*_: Any, **__: Any) -> None:
        return None

    with monkeypatch.context() as patched:
        patched.setattr(idempotency, "keep", never)
        patched.setattr(idempotency, "release", never)
        await send


@pytest.mark.parametrize("path", DOORS)
async def test_a_node_that_dies_between_the_lead_and_the_answer_makes_no_second_lead(
    api: Client, database: Database, workspace: Created, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    path = door(path, workspace)
    with clock.freeze(clock.now()) as advance:
        await dies_after(database, monkeypatch, api.post(path, json=JANE, headers=KEY))
        assert await count(database) == 1
        advance(CLAIM_MS)
        again = await api.post(path, json=JANE, headers=KEY)
        assert again.status_code == 201, again.text
        assert await count(database) == await count(database, "submissions") == 1
        (lead,) = await database.fetch("SELECT id, stage FROM leads")
        assert lead["id"] in again.text
        third = await api.post(path, json=JANE, headers=KEY)
        assert third.headers["idempotency-replayed"] == "true" and third.content == again.content


async def test_another_body_is_no_way_round_a_claim_that_died(
    api: Client, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.freeze(clock.now()) as advance:
        await dies_after(database, monkeypatch, api.post("/api/v1/leads", json=JANE, headers=KEY))
        advance(CLAIM_MS)
        answer = await api.post("/api/v1/leads", json={**JANE, "name": "John Doe"}, headers=KEY)
        assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")


async def test_who_waits_too_long_is_told_when_to_come_back(
    api: Client, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "PAUSES", (0.0, 0.0))
    await dies_after(database, monkeypatch, api.post("/api/v1/leads", json=JANE, headers=KEY))
    answer = await api.post("/api/v1/leads", json=JANE, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_in_progress")
    assert int(answer.headers["retry-after"]) >= 1


async def claim(database: Database, body: str = "one") -> Claim | Answer:
    return await idempotency.claim(database, "name", body)


async def test_a_failure_that_may_have_made_something_goes_on_where_it_was_left(database: Database) -> None:
    with clock.freeze(clock.now()) as advance:
        first = await claim(database)
        assert isinstance(first, Claim)
        await idempotency.release(database, first, made_nothing=False)
        advance(1)
        second = await claim(database)
        assert isinstance(second, Claim) and second.request_id == first.request_id and second.taken_over
        await idempotency.release(database, second, made_nothing=True)
        advance(1)
        third = await claim(database)
        assert isinstance(third, Claim) and third.request_id == first.request_id
        await idempotency.release(database, third, made_nothing=True)
        other = await claim(database, "another")
        assert isinstance(other, Claim) and other.request_id != first.request_id


async def test_who_lost_the_claim_changes_nothing(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "PAUSES", (0.0,))
    with clock.freeze(clock.now()) as advance:
        slow = await claim(database)
        assert isinstance(slow, Claim)
        with pytest.raises(Conflict):
            await claim(database)
        advance(CLAIM_MS)
        quick = await claim(database)
        assert isinstance(quick, Claim)
        await idempotency.keep(database, slow, Answer(201, {}, "slow"))
        await idempotency.release(database, slow, made_nothing=True)
        await idempotency.keep(database, quick, Answer(201, {}, "quick"))
        assert await claim(database) == Answer(201, {}, "quick")


async def test_the_hourly_purge_takes_answers_of_yesterday(api: Client, database: Database) -> None:
    await api.post("/api/v1/leads", json=JANE, headers=KEY)
    await database.write(housekeeping.purge)
    assert await count(database, "idempotent_answers") == 1
    with clock.freeze(clock.now() + KEPT_MS + clock.SECOND):
        await database.write(housekeeping.purge)
    assert await count(database, "idempotent_answers") == 0


async def test_a_body_too_large_is_too_large_with_a_key_as_well(api: Client, database: Database) -> None:
    answer: httpx.Response = await api.post("/api/v1/leads", content=b" " * (1024 * 1024 + 1), headers=KEY)
    assert answer.status_code == 413
    assert await count(database, "idempotent_answers") == 0
