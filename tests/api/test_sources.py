"""Sources over HTTP: all that leads came from, renamed and merged with their leads."""

from __future__ import annotations

from typing import Any

from leadsbot.db import Database
from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import Client
from tests.api.rows import NOON, add_lead


async def listed(api: Client) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in (await api.get("/api/v1/sources")).json()["data"]}


async def source_of(api: Client, lead: str) -> str:
    return str((await api.get(f"/api/v1/leads/{lead}")).json()["source"])


async def send(api: Client, name: str, source: str) -> str:
    body = {"name": "Ada L", "email": f"{name}@example.com", "phone": "+436601234567", "source": source}
    answer = await api.post("/api/v1/leads", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_named_and_attributed_sources_are_listed_with_their_leads(
    api: Client, database: Database, workspace: Created, stranger: Created
) -> None:
    await add_lead(database, workspace, source="google", email="a@example.com")
    await add_lead(database, workspace, source="google", email="b@example.com", spam=True)
    await add_lead(database, stranger, source="bing", email="a@example.com")
    await send(api, "c", "Google")
    made = await api.post("/api/v1/sources", json={"name": " Trade  fair "})
    assert made.status_code == 201 and made.json()["name"] == "Trade fair" and made.json()["leads"] == 0
    known = await listed(api)
    assert set(known) == {"Google", "Trade fair"}
    assert known["Google"]["leads"] == 2
    assert (await api.get(f"/api/v1/sources/{known['Google']['id']}")).json() == known["Google"]


async def test_sources_come_newest_first_and_a_page_at_a_time(
    api: Client, database: Database, workspace: Created
) -> None:
    for number in range(5):
        await add_lead(database, workspace, NOON + number, source=f"s{number}", email=f"{number}@example.com")
    seen: list[str] = []
    cursor = None
    for _ in range(3):
        page = (await api.get("/api/v1/sources", params={"limit": 2, **({"cursor": cursor} if cursor else {})})).json()
        seen += [one["name"] for one in page["data"]]
        cursor = page["next_cursor"]
    assert seen == ["s4", "s3", "s2", "s1", "s0"] and cursor is None


async def test_a_renamed_source_is_renamed_on_its_leads_and_keeps_its_id(
    api: Client, database: Database, workspace: Created, stranger: Created
) -> None:
    lead = await add_lead(database, workspace, source="google", email="a@example.com")
    theirs = await add_lead(database, stranger, source="google", email="a@example.com")
    google = (await listed(api))["google"]
    renamed = await api.patch(f"/api/v1/sources/{google['id']}", json={"name": "Search"})
    assert renamed.status_code == 200
    assert (renamed.json()["id"], renamed.json()["name"], renamed.json()["leads"]) == (google["id"], "Search", 1)
    assert await source_of(api, lead) == "Search"
    row = await database.fetch_one("SELECT source FROM leads WHERE id = $1", theirs)
    assert row and row["source"] == "google"
    # The next visitor from there is a source of its own, with another id.
    await add_lead(database, workspace, source="google", email="b@example.com")
    again = await listed(api)
    assert set(again) == {"Search", "google"} and again["google"]["id"] != google["id"]
    other = await send(api, "c", "GOOGLE")
    assert await source_of(api, other) == "GOOGLE"
    assert (await listed(api))["GOOGLE"]["leads"] == 2


async def test_a_source_renamed_onto_another_becomes_that_one(
    api: Client, database: Database, workspace: Created
) -> None:
    lead = await add_lead(database, workspace, source="fb", email="a@example.com")
    await add_lead(database, workspace, source="facebook", email="b@example.com")
    named = (await api.post("/api/v1/sources", json={"name": "Friends"})).json()
    sources = await listed(api)
    merged = await api.patch(f"/api/v1/sources/{sources['fb']['id']}", json={"name": "friends"})
    assert (merged.json()["id"], merged.json()["name"], merged.json()["leads"]) == (named["id"], "friends", 1)
    assert await source_of(api, lead) == "friends"
    assert (await api.get(f"/api/v1/sources/{sources['fb']['id']}")).status_code == 404
    merged = await api.patch(f"/api/v1/sources/{named['id']}", json={"name": "Facebook"})
    assert merged.json()["leads"] == 2 and set(await listed(api)) == {"Facebook"}
    assert await source_of(api, lead) == "Facebook"


async def test_channels_that_ask_for_a_source_follow_its_name(api: Client) -> None:
    made = (await api.post("/api/v1/sources", json={"name": "Fair"})).json()
    body = {"kind": "email", "config": {"to": ["a@example.com"]}, "filter": {"source": "fair"}}
    channel = (await api.post("/api/v1/channels", json=body)).json()
    await api.patch(f"/api/v1/sources/{made['id']}", json={"name": "Trade fair"})
    assert (await api.get(f"/api/v1/channels/{channel['id']}")).json()["filter"] == {"source": ["Trade fair"]}


async def test_a_deleted_source_leaves_its_leads_alone_until_another_comes(
    api: Client, database: Database, workspace: Created
) -> None:
    lead = await add_lead(database, workspace, source="google", email="a@example.com")
    google = (await listed(api))["google"]
    assert (await api.delete(f"/api/v1/sources/{google['id']}")).status_code == 204
    assert await listed(api) == {}
    assert (await api.get(f"/api/v1/sources/{google['id']}")).status_code == 404
    assert (await api.delete(f"/api/v1/sources/{google['id']}")).status_code == 404
    assert await source_of(api, lead) == "google"
    await send(api, "b", "Google")
    assert (await listed(api))["google"]["leads"] == 2
    await api.delete(f"/api/v1/sources/{google['id']}")
    assert (await api.post("/api/v1/sources", json={"name": "Google"})).json()["id"] == google["id"]
    assert set(await listed(api)) == {"Google"}


async def test_a_source_without_leads_is_gone_for_good(api: Client, database: Database) -> None:
    made = (await api.post("/api/v1/sources", json={"name": "Fair"})).json()
    await api.delete(f"/api/v1/sources/{made['id']}")
    assert await database.fetch("SELECT id FROM sources") == []


async def test_a_source_without_sense_is_not_made(api: Client, database: Database, workspace: Created) -> None:
    await add_lead(database, workspace, source="google", email="a@example.com")
    for body, status in (({}, 400), ({"name": " "}, 400), ({"name": "x" * 201}, 400), ({"name": "GOOGLE"}, 409)):
        answer = await api.post("/api/v1/sources", json=body)
        assert (answer.status_code, answer.json()["fields"]) == (status, ["name"]), body
    assert set(await listed(api)) == {"google"}
