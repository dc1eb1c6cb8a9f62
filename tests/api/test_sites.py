"""Sites over HTTP: their rules, what they refused, and that a change holds at once."""

from __future__ import annotations

from typing import Any

from leadsbot.db import Database
from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import PUBLIC_URL, Client
from tests.api.rows import add_form, add_lead, add_refusal, add_session

RULES = {
    "name": "Shop",
    "allowed_origins": ["https://shop.example", "https://*.shop.example"],
    "burst_per_second": 20,
    "leads_per_ip_per_day": 5,
    "honeypot_field": "website",
    "masked_fields": ["birthday"],
    "hidden_fields": ["plan"],
    "ignored_forms": ["#search", "newsletter"],
    "partial_values": "contact",
    "page_stages": ["Quoted"],
    "thank_you_url": "https://shop.example/thanks",
    "abandon_after_minutes": 0.05,
    "consent": "required",
    "privacy_signals": "honour",
}


async def make(api: Client, **more: Any) -> dict[str, Any]:
    answer = await api.post("/api/v1/sites", json={"name": "Shop", **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_site_keeps_every_rule_it_is_given(api: Client) -> None:
    made = await make(api, **RULES)
    assert {name: made[name] for name in RULES} == RULES
    assert (await api.get(f"/api/v1/sites/{made['id']}")).json() == made
    assert made["last_seen_at"] is None and made["created_at"].endswith("Z")


async def test_a_site_that_says_only_its_name_gets_the_contracts_defaults(api: Client) -> None:
    made = await make(api)
    assert made["allowed_origins"] == [] and made["abandon_after_minutes"] == 30 and made["partial_values"] == "off"
    assert made["privacy_signals"] == "ignore"
    assert made["consent"] == "none" and made["leads_per_ip_per_day"] is None and made["burst_per_second"] == 50


async def test_the_script_tag_can_be_pasted(api: Client) -> None:
    made = await make(api)
    assert made["script_tag"] == (
        f'<script id="leadsbot-listener" src="{PUBLIC_URL}/widget.js" data-token="{made["public_token"]}"\n'
        f'        data-api="{PUBLIC_URL}" data-mode="listener" async></script>'
    )


async def test_the_script_tag_says_that_consent_is_needed(api: Client) -> None:
    assert 'data-consent="required"' in (await make(api, consent="required"))["script_tag"]


async def test_two_sites_have_tokens_of_their_own(api: Client) -> None:
    assert (await make(api))["public_token"] != (await make(api))["public_token"]


async def test_sites_are_listed_newest_first(api: Client, workspace: Created) -> None:
    made = [(await make(api, name=name))["id"] for name in ("One", "Two")]
    first = (await api.get("/api/v1/sites?limit=2")).json()
    assert [site["id"] for site in first["data"]] == [made[1], made[0]]
    rest = (await api.get("/api/v1/sites", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [site["id"] for site in rest["data"]] == [workspace.site_id] and rest["next_cursor"] is None


async def test_a_change_changes_what_it_names_and_nothing_else(api: Client) -> None:
    made = await make(api, **RULES)
    answer = await api.patch(f"/api/v1/sites/{made['id']}", json={"leads_per_ip_per_day": None, "name": " Store "})
    assert answer.status_code == 200
    assert answer.json() == {**made, "leads_per_ip_per_day": None, "name": "Store"}
    assert (await api.patch(f"/api/v1/sites/{made['id']}", json={})).json() == answer.json()


async def test_origins_are_kept_in_their_normal_form_once_each(api: Client) -> None:
    made = await make(
        api, allowed_origins=["HTTPS://Shop.Example:443/", "https://shop.example", "http://localhost:8080"]
    )
    assert made["allowed_origins"] == ["https://shop.example", "http://localhost:8080"]


async def test_page_stages_are_kept_as_the_workspace_spells_them(api: Client) -> None:
    assert (await make(api, page_stages=["won", "QUOTED"]))["page_stages"] == ["Won", "Quoted"]


WRONG = [
    ({"name": ""}, "name"),
    ({"name": "  "}, "name"),
    ({"name": None}, "name"),
    ({"name": "a" * 201}, "name"),
    ({"name": "a\0b"}, "name"),
    ({"allowed_origins": "https://a.example"}, "allowed_origins"),
    ({"allowed_origins": ["a.example"]}, "allowed_origins"),
    ({"allowed_origins": ["https://a.example/path"]}, "allowed_origins"),
    ({"allowed_origins": ["https://*"]}, "allowed_origins"),
    ({"allowed_origins": [7]}, "allowed_origins"),
    ({"allowed_origins": ["https://a.example"] * 201}, "allowed_origins"),
    ({"burst_per_second": 0}, "burst_per_second"),
    ({"burst_per_second": "fast"}, "burst_per_second"),
    ({"leads_per_ip_per_day": -1}, "leads_per_ip_per_day"),
    ({"leads_per_ip_per_day": 1.5}, "leads_per_ip_per_day"),
    ({"leads_per_ip_per_day": 10**30}, "leads_per_ip_per_day"),
    ({"honeypot_field": ["a"]}, "honeypot_field"),
    ({"masked_fields": ["a", ""]}, "masked_fields"),
    ({"hidden_fields": {}}, "hidden_fields"),
    ({"ignored_forms": [None]}, "ignored_forms"),
    ({"partial_values": "some"}, "partial_values"),
    ({"page_stages": ["Nowhere"]}, "page_stages"),
    ({"thank_you_url": "javascript:alert(1)"}, "thank_you_url"),
    ({"thank_you_url": "/thanks"}, "thank_you_url"),
    ({"thank_you_url": "https://"}, "thank_you_url"),
    ({"thank_you_url": "https://a.example/" + "a" * 2000}, "thank_you_url"),
    ({"abandon_after_minutes": 0}, "abandon_after_minutes"),
    ({"abandon_after_minutes": 10**9}, "abandon_after_minutes"),
    ({"abandon_after_minutes": True}, "abandon_after_minutes"),
    ({"consent": "maybe"}, "consent"),
    ({"privacy_signals": True}, "privacy_signals"),
    ({"privacy_signals": "heed"}, "privacy_signals"),
    ({"public_token": "mine"}, "public_token"),
    ({"id": "mine"}, "id"),
    ({"colour": "red"}, "colour"),
]


async def test_a_rule_that_makes_no_sense_is_named_and_nothing_is_kept(api: Client, workspace: Created) -> None:
    before = (await api.get("/api/v1/sites")).json()
    for change, field in WRONG:
        for answer in (
            await api.post("/api/v1/sites", json={"name": "Shop", **change}),
            await api.patch(f"/api/v1/sites/{workspace.site_id}", json=change),
        ):
            assert answer.status_code == 400, (change, answer.text)
            assert answer.json()["fields"] == [field], change
    assert (await api.get("/api/v1/sites")).json() == before


async def test_a_site_needs_a_name(api: Client) -> None:
    answer = await api.post("/api/v1/sites", json={})
    assert answer.status_code == 400 and answer.json()["fields"] == ["name"]


async def test_a_deleted_site_is_gone_and_its_leads_stay(
    api: Client, nobody: Client, database: Database, workspace: Created
) -> None:
    await add_session(database, workspace)
    await add_form(database, workspace)
    lead_id = await add_lead(database, workspace, email="ada@example.com")
    answer = await api.delete(f"/api/v1/sites/{workspace.site_id}")
    assert answer.status_code == 204 and answer.content == b""
    assert (await api.get(f"/api/v1/sites/{workspace.site_id}")).status_code == 404
    assert (await api.delete(f"/api/v1/sites/{workspace.site_id}")).status_code == 404
    assert (await api.get(f"/api/leads/{lead_id}")).status_code == 200
    assert (await nobody.get(f"/api/w/{workspace.public_token}")).status_code == 404


async def test_a_change_holds_from_the_next_request_on(api: Client, nobody: Client, workspace: Created) -> None:
    door = f"/api/w/{workspace.public_token}"
    origin = {"origin": "https://new.example"}
    assert (await nobody.get(door, headers=origin)).status_code == 403
    await api.patch(
        f"/api/v1/sites/{workspace.site_id}", json={"allowed_origins": ["https://new.example"], "consent": "required"}
    )
    answer = await nobody.get(door, headers=origin)
    assert answer.status_code == 200 and answer.json()["consent"] == "required"


async def test_what_was_refused_can_be_seen_and_allowed(
    api: Client, nobody: Client, database: Database, workspace: Created
) -> None:
    site = f"/api/v1/sites/{workspace.site_id}"
    await add_refusal(database, workspace, "https://new.example")
    await add_refusal(database, workspace, "https://other.example")
    (one, two) = (await api.get(f"{site}/refusals")).json()["data"]
    assert {one["origin"], two["origin"]} == {"https://new.example", "https://other.example"}
    assert one["reason"] == "origin" and one["count"] == 3 and one["hint"] and one["last_at"].endswith("Z")
    answer = await api.post(f"{site}/allow-origin", json={"origin": "https://New.example/"})
    assert answer.status_code == 200
    assert answer.json()["allowed_origins"] == ["https://lindenhof.example", "https://new.example"]
    assert [line["origin"] for line in (await api.get(f"{site}/refusals")).json()["data"]] == ["https://other.example"]
    visited = await nobody.get(f"/api/w/{workspace.public_token}", headers={"origin": "https://new.example"})
    assert visited.status_code == 200


async def test_allowing_an_origin_twice_lists_it_once(api: Client, workspace: Created) -> None:
    for _ in range(2):
        answer = await api.post(
            f"/api/v1/sites/{workspace.site_id}/allow-origin", json={"origin": "https://new.example"}
        )
    assert answer.json()["allowed_origins"].count("https://new.example") == 1


async def test_allowing_an_origin_shuts_nobody_out_of_a_site_that_allows_all(api: Client) -> None:
    made = await make(api)
    answer = await api.post(f"/api/v1/sites/{made['id']}/allow-origin", json={"origin": "https://new.example"})
    assert answer.status_code == 200 and answer.json()["allowed_origins"] == []


async def test_what_is_no_origin_is_not_allowed(api: Client, workspace: Created) -> None:
    for origin in ("", "null", "example.com", "https://a.example/path", "a\0b", 7):
        answer = await api.post(f"/api/v1/sites/{workspace.site_id}/allow-origin", json={"origin": origin})
        assert answer.status_code == 400 and answer.json()["fields"] == ["origin"], origin
