"""Sessions and discovered forms over HTTP."""

from __future__ import annotations

from leadsbot.db import Database
from leadsbot.ids import new_id
from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import Client
from tests.api.rows import NOON, add_form, add_session


async def test_a_session_is_shown_in_the_contracts_shape(api: Client, database: Database, workspace: Created) -> None:
    session_id = await add_session(
        database,
        workspace,
        state="abandoned",
        abandoned_at=NOON + 1000,
        utm_source="news",
        fields='[{"value": "secret"}]',
    )
    answer = await api.get(f"/api/v1/sessions/{session_id}")
    shown = answer.json()
    names = (
        "id site_id form_id form_name lead_id state completion_percent fields_completed fields_total last_field"
        " page_url device_type utm_source utm_medium utm_campaign utm_term utm_content referrer started_at"
        " last_activity_at abandoned_at submitted_at"
    )
    assert set(shown) == set(names.split())
    assert shown["state"] == "abandoned" and shown["abandoned_at"] == "2026-05-01T12:00:01.000Z"
    assert shown["utm_source"] == "news" and shown["submitted_at"] is None and "secret" not in answer.text


async def test_sessions_are_listed_by_their_latest_activity(
    api: Client, database: Database, workspace: Created
) -> None:
    ids = [await add_session(database, workspace, NOON + number) for number in (0, 2, 1)]
    page = (await api.get("/api/v1/sessions?limit=2")).json()
    assert [session["id"] for session in page["data"]] == [ids[1], ids[2]]
    page = (await api.get("/api/v1/sessions", params={"cursor": page["next_cursor"]})).json()
    assert [session["id"] for session in page["data"]] == [ids[0]] and page["next_cursor"] is None


async def test_filters_narrow_the_list(api: Client, database: Database, workspace: Created) -> None:
    form_id = await add_form(database, workspace)
    one = await add_session(database, workspace, NOON, form_id=form_id)
    two = await add_session(database, workspace, NOON + 1, state="submitted", submitted_at=NOON + 1)
    expected = {
        f"form_id={form_id}": [one],
        "state=submitted": [two],
        f"state=submitted&form_id={form_id}": [],
        f"site_id={workspace.site_id}": [two, one],
        f"site_id={new_id()}": [],
    }
    for query, ids in expected.items():
        listed = (await api.get(f"/api/v1/sessions?{query}")).json()["data"]
        assert [session["id"] for session in listed] == ids, query


async def test_a_filter_that_makes_no_sense_is_named(api: Client) -> None:
    for query, field in {
        "state=open": "state",
        "form_id=7": "form_id",
        "site_id=%00": "site_id",
        "limit=1000": "limit",
        "cursor=x": "cursor",
    }.items():
        answer = await api.get(f"/api/v1/sessions?{query}")
        assert (answer.status_code, answer.json()["fields"]) == (400, [field]), query


async def test_forms_are_listed_the_latest_found_first(api: Client, database: Database, workspace: Created) -> None:
    old = await add_form(database, workspace, NOON, "Contact us")
    new = await add_form(database, workspace, NOON + 1, "Apply")
    listed = (await api.get("/api/v1/forms")).json()["data"]
    assert [form["id"] for form in listed] == [new, old]
    assert (await api.get(f"/api/v1/forms/{old}")).json() == {
        "id": old,
        "site_id": workspace.site_id,
        "key": "contact us",
        "name": "Contact us",
        "page_url": "https://lindenhof.example/contact",
        "first_seen_at": "2026-05-01T12:00:00.000Z",
        "last_seen_at": "2026-05-01T12:00:00.000Z",
    }
    assert (await api.get(f"/api/v1/forms?site_id={new_id()}")).json()["data"] == []
