"""Endpoints over the API: rules in their normal form, secrets that come out once at most, and who may be let in."""

from __future__ import annotations

from typing import Any

from leadsbot.db import Database
from leadsbot.workspaces import refusals
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.refusals import Doorway, Refused
from tests.api.conftest import PUBLIC_URL, Client
from tests.api.rows import NOON

PATH = "/api/v1/endpoints"
LEAD = {"name": "Jane Doe", "email": "jane@example.com", "phone": "+43 660 1234567"}


async def make(api: Client, **rules: Any) -> dict[str, Any]:
    answer = await api.post(PATH, json={"name": "Partner", **rules})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def stored(database: Database, endpoint_id: str) -> dict[str, Any]:
    row = await database.fetch_one("SELECT * FROM endpoints WHERE id = $1", endpoint_id)
    assert row is not None
    return row


async def test_a_new_endpoint_needs_a_name_alone_and_takes_a_lead_from_everybody(api: Client) -> None:
    made = await make(api)
    assert made == {
        "id": made["id"],
        "name": "Partner",
        "url": f"{PUBLIC_URL}/api/inbound/w/{made['id']}/leads",
        "required_fields": ["name", "phone", "email"],
        "allow_all_ips": True,
        "allowed_ips": [],
        "allowed_origins": [],
        "leads_per_ip_per_day": None,
        "burst_per_second": 50,
        "captcha_provider": None,
        "captcha_secret_set": False,
        "signing": False,
        "last_seen_at": None,
        "created_at": made["created_at"],
    }
    assert (await api.get(f"{PATH}/{made['id']}")).json() == made
    nameless = await api.post(PATH, json={})
    assert nameless.status_code == 400 and nameless.json()["fields"] == ["name"]


async def test_endpoints_are_listed_newest_first_the_bootstraps_among_them(api: Client, workspace: Created) -> None:
    made = [(await make(api, name=name))["id"] for name in ("One", "Two")]
    first = (await api.get(f"{PATH}?limit=2")).json()
    assert [one["id"] for one in first["data"]] == [made[1], made[0]]
    rest = (await api.get(PATH, params={"limit": 2, "cursor": first["next_cursor"]})).json()
    (bootstraps,) = rest["data"]
    assert bootstraps["id"] == workspace.endpoint_id and bootstraps["allow_all_ips"] is True


async def test_rules_are_kept_in_their_normal_form(api: Client) -> None:
    made = await make(
        api,
        name=" Form ",
        required_fields=["firstName", "email", "first_name", "lead_type_name"],
        allow_all_ips=False,
        allowed_ips=["203.0.113.7", "::ffff:203.0.113.7", "10.0.0.0/8", "2001:DB8::/32", "203.0.113.9/32"],
        allowed_origins=["HTTPS://Shop.Example:443/", "https://shop.example", "https://*.example.com"],
        leads_per_ip_per_day=3,
        burst_per_second=5,
        captcha_provider="Turnstile",
        captcha_secret=" 0xSECRET ",
    )
    assert made["name"] == "Form" and made["required_fields"] == ["first_name", "email", "lead_type"]
    assert made["allowed_ips"] == ["203.0.113.7", "10.0.0.0/8", "2001:db8::/32", "203.0.113.9"]
    assert made["allowed_origins"] == ["https://shop.example", "https://*.example.com"]
    assert (made["leads_per_ip_per_day"], made["burst_per_second"]) == (3, 5)
    assert (made["captcha_provider"], made["captcha_secret_set"]) == ("turnstile", True)


async def test_a_change_changes_what_it_names_and_nothing_else(api: Client) -> None:
    made = await make(api, leads_per_ip_per_day=3, captcha_provider="hcaptcha", captcha_secret="0xS")
    answer = await api.patch(f"{PATH}/{made['id']}", json={"leads_per_ip_per_day": None, "name": "Other"})
    assert answer.status_code == 200
    assert answer.json() == {**made, "leads_per_ip_per_day": None, "name": "Other"}
    assert (await api.patch(f"{PATH}/{made['id']}", json={})).json() == answer.json()


async def test_a_captchas_secret_goes_in_and_never_comes_out(api: Client, database: Database) -> None:
    made = await make(api, captcha_provider="recaptcha", captcha_secret="very-secret-key")
    answers = [
        await api.get(PATH),
        await api.get(f"{PATH}/{made['id']}"),
        await api.patch(f"{PATH}/{made['id']}", json={}),
    ]
    assert not [answer for answer in answers if "very-secret-key" in answer.text]
    assert made["captcha_secret_set"] is True
    assert "very-secret-key" not in str(await stored(database, made["id"]))


async def test_a_captcha_without_its_secret_is_refused(api: Client, database: Database) -> None:
    answer = await api.post(PATH, json={"name": "Form", "captcha_provider": "turnstile"})
    assert answer.status_code == 400 and answer.json()["fields"] == ["captcha_secret"]
    made = await make(api, captcha_provider="turnstile", captcha_secret="one")
    for change in ({"captcha_secret": ""}, {"captcha_secret": None}, {"captcha_provider": "hcaptcha"}):
        answer = await api.patch(f"{PATH}/{made['id']}", json=change)
        assert answer.status_code == 400 and answer.json()["fields"] == ["captcha_secret"], change
    other = await api.patch(f"{PATH}/{made['id']}", json={"captcha_provider": "hcaptcha", "captcha_secret": "two"})
    assert other.json()["captcha_provider"] == "hcaptcha"
    without = await api.patch(f"{PATH}/{made['id']}", json={"captcha_provider": None})
    assert without.json()["captcha_provider"] is None and without.json()["captcha_secret_set"] is False
    assert (await stored(database, made["id"]))["captcha_secret"] == ""


async def test_a_signing_secret_is_shown_when_it_is_made_and_at_no_other_time(api: Client, database: Database) -> None:
    made = await make(api, signing=True)
    secret = made.pop("signing_secret")
    assert made["signing"] is True and len(secret) > 40
    assert secret not in str(await stored(database, made["id"]))
    for answer in (
        await api.get(PATH),
        await api.get(f"{PATH}/{made['id']}"),
        await api.patch(f"{PATH}/{made['id']}", json={"signing": True}),
    ):
        assert secret not in answer.text and "signing_secret" not in answer.text
    turned = await api.post(f"{PATH}/{made['id']}/rotate-secret")
    assert turned.status_code == 200 and turned.json().pop("signing_secret") != secret
    off = await api.patch(f"{PATH}/{made['id']}", json={"signing": False})
    assert off.json()["signing"] is False and (await stored(database, made["id"]))["signing_secret"] == ""
    again = await api.patch(f"{PATH}/{made['id']}", json={"signing": True})
    assert again.json()["signing_secret"] not in (secret, "")


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name"),
    ({"name": "a" * 201}, "name"),
    ({"required_fields": ["shoe_size"]}, "required_fields"),
    ({"required_fields": "email"}, "required_fields"),
    ({"required_fields": [""]}, "required_fields"),
    ({"allow_all_ips": "yes"}, "allow_all_ips"),
    ({"allowed_ips": ["10.0.0.1/8"]}, "allowed_ips"),
    ({"allowed_ips": ["10.0.0.300"]}, "allowed_ips"),
    ({"allowed_ips": ["example.com"]}, "allowed_ips"),
    ({"allowed_ips": [""]}, "allowed_ips"),
    ({"allowed_ips": ["10.0.0.1"] * 201}, "allowed_ips"),
    ({"allowed_origins": ["a.example"]}, "allowed_origins"),
    ({"allowed_origins": ["https://a.example/path"]}, "allowed_origins"),
    ({"allowed_origins": ["*"]}, "allowed_origins"),
    ({"leads_per_ip_per_day": 0}, "leads_per_ip_per_day"),
    ({"leads_per_ip_per_day": "5"}, "leads_per_ip_per_day"),
    ({"burst_per_second": 0}, "burst_per_second"),
    ({"captcha_provider": "mine", "captcha_secret": "s"}, "captcha_provider"),
    ({"captcha_secret": "a" * 501}, "captcha_secret"),
    ({"captcha_secret": "two\nlines"}, "captcha_secret"),
    ({"signing": 1}, "signing"),
    ({"signing_secret": "mine"}, "signing_secret"),
    ({"url": "https://mine.example"}, "url"),
    ({"id": "mine"}, "id"),
]


async def test_a_rule_that_makes_no_sense_is_named_and_nothing_is_kept(api: Client, workspace: Created) -> None:
    before = (await api.get(PATH)).json()
    for change, field in WRONG:
        for answer in (
            await api.post(PATH, json={"name": "Shop", **change}),
            await api.patch(f"{PATH}/{workspace.endpoint_id}", json=change),
        ):
            assert answer.status_code == 400, (change, answer.text)
            assert answer.json()["fields"] == [field], change
    assert (await api.get(PATH)).json() == before


async def test_an_address_with_a_networks_length_is_told_what_was_meant(api: Client) -> None:
    answer = await api.post(PATH, json={"name": "Shop", "allowed_ips": ["10.1.2.3/8"]})
    assert '"10.0.0.0/8" for the network' in answer.json()["error"]
    assert '"10.1.2.3" for the address alone' in answer.json()["error"]


async def note(database: Database, workspace: Created, *said: Refused) -> None:
    for one in said:
        await database.put(refusals.count, one)
        await database.put(refusals.keep, one)


def refused(workspace: Created, reason: str, origin: str = "", address: str = "203.0.113.7", at: int = NOON) -> Refused:
    door = Doorway(workspace.workspace_id, "endpoint", workspace.endpoint_id)
    return Refused(door, reason, origin, "the hint", at, door="endpoint", status=403, address=address)


async def test_what_was_refused_is_counted_and_listed(api: Client, database: Database, workspace: Created) -> None:
    await note(
        database, workspace, refused(workspace, "ip"), refused(workspace, "origin", "https://a.example", at=NOON + 1)
    )
    lines = (await api.get(f"{PATH}/{workspace.endpoint_id}/refusals")).json()["data"]
    assert [(line["reason"], line["origin"], line["count"]) for line in lines] == [
        ("origin", "https://a.example", 1),
        ("ip", "", 1),
    ]
    last = (await api.get(f"{PATH}/{workspace.endpoint_id}/refused")).json()["data"]
    assert [(one["reason"], one["address"], one["status"]) for one in last] == [
        ("origin", "203.0.113.7", 403),
        ("ip", "203.0.113.7", 403),
    ]
    assert last[0]["hint"] == "the hint" and last[0]["at"].endswith("Z")


async def test_who_was_refused_can_be_put_on_the_list(api: Client, database: Database, workspace: Created) -> None:
    endpoint = f"{PATH}/{workspace.endpoint_id}"
    await api.patch(
        endpoint, json={"allow_all_ips": False, "allowed_ips": ["10.0.0.0/8"], "allowed_origins": ["https://b.example"]}
    )
    await note(database, workspace, refused(workspace, "ip"), refused(workspace, "origin", "https://a.example"))
    for _ in range(2):
        allowed = await api.post(f"{endpoint}/allow-ip", json={"ip": "::ffff:203.0.113.7"})
    assert allowed.status_code == 200 and allowed.json()["allowed_ips"] == ["10.0.0.0/8", "203.0.113.7"]
    allowed = await api.post(f"{endpoint}/allow-origin", json={"origin": "https://A.example/"})
    assert allowed.json()["allowed_origins"] == ["https://b.example", "https://a.example"]
    assert (await api.get(f"{endpoint}/refusals")).json()["data"] == []
    assert (await api.get(f"{endpoint}/refused")).json()["data"] == []
    for body, where in (({"ip": "example.com"}, "allow-ip"), ({"origin": "null"}, "allow-origin")):
        answer = await api.post(f"{endpoint}/{where}", json=body)
        assert answer.status_code == 400 and answer.json()["fields"] == list(body)


async def test_allowing_one_shuts_nobody_out_where_all_may_send(api: Client, workspace: Created) -> None:
    endpoint = f"{PATH}/{workspace.endpoint_id}"
    first = await api.post(f"{endpoint}/allow-ip", json={"ip": "203.0.113.7"})
    second = await api.post(f"{endpoint}/allow-origin", json={"origin": "https://a.example"})
    assert first.json()["allowed_ips"] == [] and second.json()["allowed_origins"] == []


async def test_a_deleted_endpoint_is_gone_with_what_it_refused(
    api: Client, nobody: Client, database: Database, workspace: Created
) -> None:
    await note(database, workspace, refused(workspace, "ip"))
    door = f"/api/inbound/w/{workspace.endpoint_id}/leads"
    lead_id = (await nobody.post(door, json=LEAD)).json()["id"]
    assert (await api.delete(f"{PATH}/{workspace.endpoint_id}")).status_code == 204
    assert (await nobody.post(door, json=LEAD)).status_code == 404
    for answer in (
        await api.get(f"{PATH}/{workspace.endpoint_id}"),
        await api.delete(f"{PATH}/{workspace.endpoint_id}"),
    ):
        assert answer.status_code == 404
    assert (await api.get(f"/api/leads/{lead_id}")).status_code == 200
    for table in ("door_refusals", "refused_requests"):
        assert await database.fetch(f"SELECT id FROM {table}") == []


async def test_a_change_holds_from_the_next_request_on(api: Client, nobody: Client, workspace: Created) -> None:
    door = f"/api/inbound/w/{workspace.endpoint_id}/leads"
    assert (await nobody.post(door, json=LEAD)).status_code == 201
    await api.patch(f"{PATH}/{workspace.endpoint_id}", json={"allow_all_ips": False})
    assert (await nobody.post(door, json=LEAD)).status_code == 403


async def test_nobody_reads_or_writes_anothers_endpoint(
    stranger_api: Client, database: Database, workspace: Created
) -> None:
    endpoint, before = f"{PATH}/{workspace.endpoint_id}", await stored(database, workspace.endpoint_id)
    for answer in (
        await stranger_api.get(endpoint),
        await stranger_api.patch(endpoint, json={"name": "Mine"}),
        await stranger_api.delete(endpoint),
        await stranger_api.post(f"{endpoint}/rotate-secret"),
        await stranger_api.get(f"{endpoint}/refusals"),
        await stranger_api.get(f"{endpoint}/refused"),
        await stranger_api.post(f"{endpoint}/allow-ip", json={"ip": "203.0.113.7"}),
        await stranger_api.post(f"{endpoint}/allow-origin", json={"origin": "https://a.example"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert await stored(database, workspace.endpoint_id) == before
    assert workspace.endpoint_id not in (await stranger_api.get(PATH)).text
