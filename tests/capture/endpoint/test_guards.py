"""Whom an endpoint lets in: origins, addresses, how many and how quickly."""

from __future__ import annotations

from typing import Any

from leadsbot import clock
from leadsbot.db import Database
from tests.api.conftest import Client, Serve
from tests.capture.endpoint.posting import JANE, PAGE, leads, noted


async def test_every_origin_may_send_until_some_are_named(nobody: Client, door: str) -> None:
    answer = await nobody.post(door, json=JANE, headers={"origin": PAGE})
    assert answer.status_code == 201
    assert (answer.headers["access-control-allow-origin"], answer.headers["vary"]) == (PAGE, "Origin")
    assert "access-control-allow-origin" not in (await nobody.post(door, json=JANE)).headers


async def test_another_origin_is_refused_and_can_read_nothing(
    nobody: Client, database: Database, rules: Any, door: str
) -> None:
    await rules(allowed_origins=["https://*.example.com"])
    assert (await nobody.post(door, json=JANE, headers={"origin": PAGE})).status_code == 201
    for headers in ({"origin": "https://evil.example"}, {"referer": "https://evil.example/x"}, {"origin": "null"}, {}):
        answer = await nobody.post(door, json=JANE, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "origin_not_allowed"), headers
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert answer.headers["vary"] == "Origin" and "example.com" not in answer.text
    row = await noted(database, "origin")
    assert row["address"] == "192.0.2.7" and row["hint"]
    assert await leads(database) == 1


async def test_a_preflight_is_answered_with_what_may_be_sent(nobody: Client, rules: Any, door: str) -> None:
    await rules(allowed_origins=[PAGE], allow_all_ips=False)
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    answer = await nobody.options(door, headers={"origin": PAGE, **asked})
    assert answer.status_code == 204 and answer.content == b""
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert "POST" in answer.headers["access-control-allow-methods"]
    allowed = answer.headers["access-control-allow-headers"].lower()
    assert {"content-type", "x-leadsbot-signature", "idempotency-key"} <= set(allowed.split(", "))
    assert int(answer.headers["access-control-max-age"]) > 0 and answer.headers["vary"] == "Origin"
    refused = await nobody.options(door, headers={"origin": "https://evil.example", **asked})
    assert refused.status_code == 403
    assert not [name for name in refused.headers if name.startswith("access-control")]


async def test_a_page_can_read_why_its_lead_was_not_taken(nobody: Client, rules: Any, door: str) -> None:
    headers = {"origin": PAGE}
    assert (await nobody.post(door, json={}, headers=headers)).headers["access-control-allow-origin"] == PAGE
    await rules(allow_all_ips=False)
    refused = await nobody.post(door, json=JANE, headers=headers)
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (403, PAGE)


# --- Addresses


async def test_only_listed_addresses_may_send(serve: Serve, database: Database, rules: Any, door: str) -> None:
    await rules(allow_all_ips=False, allowed_ips=["10.0.0.0/8", "2001:db8::/32"])
    for peer, status in (
        ("10.200.0.1", 201),
        ("::ffff:10.200.0.1", 201),
        ("2001:db8:1::1", 201),
        ("192.0.2.7", 403),
        ("2001:db9::1", 403),
    ):
        async with serve(peer=peer) as client:
            answer = await client.post(door, json=JANE)
            assert answer.status_code == status, (peer, answer.text)
            if status == 403:
                assert answer.json()["code"] == "ip_not_allowed" and peer not in answer.text
                assert "is not on the list of allowed addresses" in (await noted(database, "ip"))["hint"]


async def test_a_forwarded_address_counts_behind_our_own_proxy_alone(serve: Serve, rules: Any, door: str) -> None:
    await rules(allow_all_ips=False, allowed_ips=["203.0.113.7"])
    forwarded = [("x-forwarded-for", "8.8.8.8"), ("x-forwarded-for", "203.0.113.7")]
    async with serve() as client:
        assert (await client.post(door, json=JANE, headers=forwarded)).status_code == 403
    async with serve({"LEADSBOT_TRUSTED_PROXIES": "192.0.2.0/24"}) as client:
        answer = await client.post(door, json=JANE, headers=forwarded)
        assert answer.status_code == 201 and answer.json()["ip_address"] == "203.0.113.7"
        turned = [("x-forwarded-for", "203.0.113.7"), ("x-forwarded-for", "8.8.8.8")]
        assert (await client.post(door, json=JANE, headers=turned)).status_code == 403


async def test_a_burst_is_slowed_down(nobody: Client, database: Database, rules: Any, door: str) -> None:
    await rules(burst_per_second=2)
    with clock.freeze(clock.now()) as advance:
        answers = [await nobody.post(door, json=JANE) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [201, 201, 429]
        assert answers[2].json()["error"] == "Too Many Requests"
        advance(int(answers[2].headers["retry-after"]) * clock.SECOND)
        assert (await nobody.post(door, json=JANE)).status_code == 201
    assert (await noted(database, "burst"))["status"] == 429


async def test_an_address_begins_so_many_leads_within_a_day(
    serve: Serve, nobody: Client, database: Database, rules: Any, door: str
) -> None:
    await rules(leads_per_ip_per_day=2)
    with clock.freeze(clock.now()) as advance:
        assert [(await nobody.post(door, json=JANE)).status_code for _ in range(2)] == [201, 201]
        over = await nobody.post(door, json=JANE)
        assert (over.status_code, over.json()["error"]) == (429, "Too Many Requests")
        assert await leads(database) == 2
        async with serve(peer="192.0.2.8") as another:
            assert (await another.post(door, json=JANE)).status_code == 201
        advance(int(over.headers["retry-after"]) * clock.SECOND)
        assert (await nobody.post(door, json=JANE)).status_code == 201
    assert "more than 2 leads" in (await noted(database, "leads_per_day"))["hint"]


# --- Signatures
