"""`POST /api/postback` (contract, sections 4 and 6): which lead it means, what it may change, what it says of that."""

from __future__ import annotations

import asyncio
from typing import Any

from leadsbot.db import Database
from leadsbot.ids import new_id
from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import Client, Serve
from tests.api.rows import NOON, add_lead, change_workspace
from tests.support.capture import batch, email_field, submit

JANE = {"name": "Jane Doe", "email": "Jane@Example.com", "phone": "+43 660 1234567"}


async def lead(api: Client, lead_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await api.get(f"/api/leads/{lead_id}")).json()["lead"]
    return found


async def post(api: Client, code: int, /, **body: Any) -> dict[str, Any]:
    answer = await api.post("/api/postback", json=body)
    assert answer.status_code == code, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_it_creates_then_updates_the_lead_of_that_email(api: Client) -> None:
    first = await post(api, 201, **JANE)
    lead_id = first["lead_id"]
    assert first == {"lead_id": lead_id, "created": True, "stage": "New", "stage_changed": True, "warning": None}
    second = await post(api, 200, email=" JANE@example.COM", stage="won")
    assert second == {"lead_id": lead_id, "created": False, "stage": "Won", "stage_changed": True, "warning": None}
    again = await post(api, 200, email="jane@example.com", stage="Won")
    assert again == {"lead_id": lead_id, "created": False, "stage": "Won", "stage_changed": False, "warning": None}


async def test_a_stage_never_goes_back_unless_forced(api: Client) -> None:
    await post(api, 201, **JANE, stage="Won")
    back = await post(api, 200, email="jane@example.com", stage="New", company="Acme")
    assert (back["stage"], back["stage_changed"]) == ("Won", False)
    assert "stays Won" in back["warning"] and "force_stage" in back["warning"]
    assert (await lead(api, back["lead_id"]))["company"] == "Acme"
    forced = await post(api, 200, email="jane@example.com", status="new", forceStage=True)
    assert (forced["stage"], forced["stage_changed"], forced["warning"]) == ("New", True, None)


async def test_lost_is_reached_from_anywhere_and_left_by_force_alone(api: Client) -> None:
    await post(api, 201, **JANE, stage="Quoted")
    assert (await post(api, 200, email="jane@example.com", stage="lost"))["stage"] == "Lost"
    held = await post(api, 200, email="jane@example.com", stage="Won")
    assert held["stage"] == "Lost" and "force_stage" in held["warning"]
    assert (await post(api, 200, email="jane@example.com", stage="Won", force_stage=True))["stage"] == "Won"


async def test_a_call_without_a_stage_leaves_it_alone(api: Client, database: Database, workspace: Created) -> None:
    lead_id = await add_lead(database, workspace, email="jane@example.com", stage="Form Started")
    said = await post(api, 200, email="jane@example.com", phone="0660 1")
    assert (said["lead_id"], said["stage"], said["stage_changed"]) == (lead_id, "Form Started", False)


async def test_a_lead_id_goes_before_the_email(api: Client, database: Database, workspace: Created) -> None:
    meant = await add_lead(database, workspace, NOON, email="ada@example.com")
    await add_lead(database, workspace, NOON + 1, email="jane@example.com")
    said = await post(api, 200, leadId=meant.upper(), email="jane@example.com")
    assert said["lead_id"] == meant and (await lead(api, meant))["email"] == "jane@example.com"


async def test_an_unknown_lead_id_falls_back_to_the_email_and_says_so(
    api: Client, stranger_api: Client, database: Database, workspace: Created
) -> None:
    lead_id = await add_lead(database, workspace, email="ada@example.com")
    unknown = new_id()
    said = await post(api, 200, lead_id=unknown, email="ADA@example.com")
    assert said["lead_id"] == lead_id and unknown in said["warning"]
    made = await post(stranger_api, 201, lead_id=lead_id, email="ada@example.com")
    assert made["lead_id"] != lead_id and lead_id in made["warning"]
    alone = await stranger_api.post("/api/postback", json={"lead_id": lead_id, "stage": "Won"})
    assert (alone.status_code, alone.json()["code"], alone.json()["fields"]) == (404, "not_found", ["lead_id"])
    assert (await lead(api, lead_id))["stage"] == "New"


async def test_it_must_say_whom_it_means(api: Client) -> None:
    answer = await api.post("/api/postback", json={"stage": "Won", "name": "Jane"})
    assert (answer.status_code, answer.json()["fields"]) == (400, ["lead_id", "email", "phone"])
    for wrong in ({"lead_id": "7"}, {"lead_id": 7}, {"lead_id": ["x"]}):
        answer = await api.post("/api/postback", json={**JANE, **wrong})
        assert (answer.status_code, answer.json()["fields"]) == (400, ["lead_id"])
    answer = await api.post("/api/postback", json={**JANE, "force_stage": "yes"})
    assert (answer.status_code, answer.json()["fields"]) == (400, ["force_stage"])


async def test_a_status_without_a_stage_moves_nothing_and_says_so(
    api: Client, database: Database, workspace: Created
) -> None:
    await change_workspace(database, workspace, stages=["Form Started", "New", "Won", "Lost"])
    lead_id = await add_lead(database, workspace, email="jane@example.com", stage="New")
    said = await post(api, 200, email="jane@example.com", status="Contacted")
    assert (said["lead_id"], said["stage"], said["stage_changed"]) == (lead_id, "New", False)
    assert 'no stage for the status "Contacted", so the stage stays New' in said["warning"]
    made = await post(api, 201, email="ada@example.com", status="quoted")
    assert 'for the status "quoted", so the lead begins at New' in made["warning"]
    assert (await post(api, 200, email="jane@example.com", status="won"))["warning"] is None
    assert (await post(api, 200, email="jane@example.com"))["warning"] is None


async def test_a_phone_alone_makes_a_lead(api: Client) -> None:
    first = await post(api, 201, phone="0660 1234567")
    second = await post(api, 201, phone="0660 1234567")
    assert first["lead_id"] != second["lead_id"]


async def test_what_it_says_is_written_and_what_it_leaves_out_stays(api: Client) -> None:
    made = await post(api, 201, **JANE, company="Acme", source="Fair", page_url="https://a.example/one", guests=5)
    await post(
        api,
        200,
        email="jane@example.com",
        lastName="Miller",
        page_url="https://b.example/two?utm_source=ads",
        form_completion_percent=70,
        tags=["paid"],
        paid=12.5,
    )
    found = await lead(api, made["lead_id"])
    assert (found["name"], found["company"], found["phone"]) == ("Jane Miller", "Acme", JANE["phone"])
    assert (found["page_url"], found["form_completion_percent"]) == ("https://b.example/two?utm_source=ads", 70)
    assert (found["tags"], found["custom_data"]) == (["paid"], {"guests": 5, "paid": 12.5})
    assert found["source"] == "Fair", "an address of a later call doesn't rewrite where the lead came from"


async def test_it_confirms_what_a_page_only_attempted(api: Client, database: Database, workspace: Created) -> None:
    lead_id = await add_lead(database, workspace, email="ada@example.com")
    assert (await lead(api, lead_id))["confirmation"] == "attempted"
    await post(api, 200, email="ada@example.com", stage="Won")
    assert (await lead(api, lead_id))["confirmation"] == "confirmed"


async def test_each_move_is_in_the_history_with_the_keys_name(api: Client) -> None:
    made = await post(api, 201, **JANE)
    await post(api, 200, email="jane@example.com", stage="Won")
    history = (await api.get(f"/api/leads/{made['lead_id']}")).json()["history"]
    assert [(move["from_stage"], move["to_stage"]) for move in history] == [(None, "New"), ("New", "Won")]
    assert {move["by"] for move in history} == {"First key (postback)"}


async def test_a_pipeline_of_ones_own_holds_here_too(api: Client, database: Database, workspace: Created) -> None:
    stages = ["Form Started", "Application Submitted", "Payment Pending", "Paid", "Completed", "Lost"]
    await change_workspace(database, workspace, stages=stages)
    made = await post(api, 201, **JANE, status="quoted")
    assert made["stage"] == "Application Submitted" and "quoted" in made["warning"]
    assert (await post(api, 200, email="jane@example.com", stage="PAID"))["stage"] == "Paid"
    answer = await api.post("/api/postback", json={"email": "jane@example.com", "stage": "Won", "company": "Acme"})
    assert answer.status_code == 400 and ", ".join(stages) in answer.json()["error"]
    assert (await lead(api, made["lead_id"]))["company"] == ""


async def test_of_several_leads_of_an_email_the_newest_is_meant_and_spam_never(
    api: Client, database: Database, workspace: Created
) -> None:
    await add_lead(database, workspace, NOON, email="other@example.com")
    made = [(await api.post("/api/v1/leads", json=JANE)).json()["id"] for _ in range(2)]
    assert (await post(api, 200, email="jane@example.com"))["lead_id"] == made[1]
    await database.write(lambda tx: tx.execute("UPDATE leads SET spam = TRUE WHERE id = $1", made[1]))
    assert (await post(api, 200, email="jane@example.com"))["lead_id"] == made[0]


async def test_the_same_new_email_at_many_doors_at_once_makes_one_lead(
    serve: Serve, database: Database, workspace: Created
) -> None:
    """Two nodes, and at each the widget beside postbacks: whoever comes first begins the lead, the rest joins it."""
    origin = {"origin": "https://lindenhof.example", "content-type": "text/plain"}
    async with serve(x_api_key=workspace.api_key) as one, serve(x_api_key=workspace.api_key) as two:

        async def widget(client: Client, number: int) -> int:
            body = batch(submit(email_field(f"Jane{number}@example.com")))
            answer = await client.post(f"/api/w/{workspace.public_token}/events", json=body, headers=origin)
            return answer.status_code

        async def postback(client: Client, number: int) -> int:
            answer = await client.post("/api/postback", json={"email": f"jane{number}@EXAMPLE.com", "company": "Acme"})
            return answer.status_code

        for number in range(4):
            doors = [widget(one, number), postback(one, number), postback(two, number), widget(two, number)]
            statuses = await asyncio.gather(*(doors if number % 2 else reversed(doors)))
            assert set(statuses) <= {200, 201, 202}, statuses
            rows = await database.fetch(
                "SELECT id, company FROM leads WHERE email_key = $1", f"jane{number}@example.com"
            )
            assert [row["company"] for row in rows] == ["Acme"]
            kept = await database.fetch("SELECT id FROM submissions WHERE lead_id = $1", rows[0]["id"])
            assert len(kept) == 4


async def merged(api: Client, kept: str, other: str) -> str:
    answer = await api.post(f"/api/v1/leads/{kept}/merge", json={"lead_id": other})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["merge_id"])


async def test_who_names_a_merged_lead_means_the_one_that_was_kept(
    api: Client, stranger_api: Client, database: Database, workspace: Created
) -> None:
    first, second, third = [
        await add_lead(database, workspace, NOON + number, email=f"{number}@example.com", stage="New")
        for number in range(3)
    ]
    inner = await merged(api, second, third)
    outer = await merged(api, first, second)
    said = await post(api, 200, lead_id=third, stage="Quoted")
    assert (said["lead_id"], said["stage"]) == (first, "Quoted")
    assert third in said["warning"] and "merged" in said["warning"]
    said = await post(api, 200, lead_id=second, email="1@example.com", company="Acme")
    assert said["lead_id"] == first and (await lead(api, first))["company"] == "Acme"
    for body in ({"lead_id": third}, {"lead_id": third, "stage": "Won"}):
        assert (await stranger_api.post("/api/postback", json=body)).status_code == 404
    for merge_id in (outer, inner):
        assert (await api.post(f"/api/v1/merges/{merge_id}/undo")).status_code == 200
    assert (await post(api, 200, lead_id=third, stage="Lost"))["lead_id"] == third


async def test_a_merged_leads_email_means_the_one_that_was_kept(
    api: Client, stranger_api: Client, database: Database, workspace: Created
) -> None:
    kept = await add_lead(database, workspace, NOON, email="ada@example.com")
    other = await add_lead(database, workspace, NOON + 1, email="jane@example.com")
    merge_id = await merged(api, kept, other)
    assert (await post(api, 200, email="JANE@example.com", company="Acme"))["lead_id"] == kept
    assert (await post(api, 200, lead_id=other, email="jane@example.com"))["lead_id"] == kept
    found = await lead(api, kept)
    assert (found["email"], found["company"]) == ("ada@example.com", "Acme"), "the lead is met by its own email still"
    assert (await post(stranger_api, 201, email="jane@example.com"))["lead_id"] != kept
    twin = (await api.post("/api/public/leads", json={"email": "jane@example.com"})).json()["id"]
    (row,) = await database.fetch("SELECT duplicate_of FROM leads WHERE id = $1", twin)
    assert row["duplicate_of"] == kept
    assert (await api.delete(f"/api/leads/{twin}")).status_code == 204
    await api.post(f"/api/v1/merges/{merge_id}/undo")
    assert (await post(api, 200, email="jane@example.com"))["lead_id"] == other
    await merged(api, kept, other)
    assert (await api.delete(f"/api/leads/{kept}")).status_code == 204
    assert (await post(api, 201, email="jane@example.com"))["created"]
