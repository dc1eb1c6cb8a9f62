"""How much one address may send to the widget's door, and whose address that is."""

from __future__ import annotations

import asyncio
import json

from leadsbot import clock
from leadsbot.db import Database
from leadsbot.workspaces.bootstrap import Created
from tests.capture.checks import ORIGIN, assert_error, refusals
from tests.support.capture import (
    Page,
    batch,
    change_site,
    edge,
    email_field,
    exchange,
    new_uuid,
    progress,
    submit,
    text_field,
    view,
)


async def test_more_than_the_burst_from_one_address_is_told_when_to_come_back(page: Page, database: Database) -> None:
    await change_site(database, burst_per_second=3)
    with clock.freeze(clock.now()) as advance:
        answers = [await page.send(view()) for _ in range(4)]
        assert [answer.status for answer in answers] == [202, 202, 202, 429]
        assert_error(answers[-1], 429, "too_many_requests")
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert b"one address may send 3 requests a second here; try again in 1 second." in answers[-1].body
        assert answers[-1].headers["access-control-allow-origin"] == ORIGIN
        page.peer = "203.0.113.8"
        assert (await page.send(view())).status == 202
        page.peer = "203.0.113.7"
        advance(1_000)
        assert (await page.send(view())).status == 202
    (row,) = await refusals(database, 1)
    assert row["reason"] == "burst"


async def _address(database: Database) -> str:
    (row,) = await database.fetch("SELECT ip_address FROM sessions")
    return str(row["ip_address"])


async def test_more_leads_a_day_than_the_site_allows_are_told_when_to_come_back(page: Page, database: Database) -> None:
    await change_site(database, leads_per_ip_per_day=2)
    with clock.freeze(clock.now()) as advance:
        bodies = [batch(submit(email_field(f"visitor{number}@example.com"))) for number in range(5)]
        answers = await asyncio.gather(*(page.post(body) for body in bodies))
        assert sorted(answer.status for answer in answers) == [202, 202, 429, 429, 429]
        for answer in answers:
            if answer.status == 429:
                assert_error(answer, 429, "leads_per_day")
                assert 0 < int(answer.headers["retry-after"]) <= clock.DAY / clock.SECOND
        assert len(await database.fetch("SELECT id FROM leads")) == 2
        assert (await refusals(database, 3))[0]["reason"] == "leads_per_day"
        advance(clock.DAY)
        assert sorted([(await page.post(body)).status for body in bodies]) == [202, 202, 202, 202, 429]


async def test_the_daily_limit_counts_an_ipv6_subscriber_as_one(page: Page, database: Database) -> None:
    await change_site(database, leads_per_ip_per_day=1)
    statuses = []
    for number, peer in enumerate(("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "2001:db8:0:2::1")):
        page.peer = peer
        statuses.append((await page.send(submit(email_field(f"visitor{number}@example.com")))).status)
    assert statuses == [202, 429, 202]


async def test_the_daily_limit_counts_leads_alone_and_each_address_by_itself(page: Page, database: Database) -> None:
    await change_site(database, leads_per_ip_per_day=1)
    first = batch(submit(email_field("ada@example.com")))
    assert (await page.post(first)).status == 202
    again = submit(email_field("ada@example.com"), text_field("colour", "green"))
    for body in (first, batch(again), batch(view(), progress(new_uuid()))):
        assert (await page.post(body)).status == 202
    assert (await page.send(submit(email_field("eve@example.com")))).status == 429
    page.peer = "203.0.113.8"
    assert (await page.send(submit(email_field("eve@example.com")))).status == 202


async def test_a_forwarded_address_is_not_believed_from_a_stranger(page: Page, database: Database) -> None:
    assert (await page.post(batch(progress(new_uuid())), x_forwarded_for="198.51.100.1")).status == 202
    assert await _address(database) == "203.0.113.7"


async def test_a_forwarded_address_is_believed_from_a_trusted_proxy(database: Database, workspace: Created) -> None:
    async with edge(database, trusted_proxies="10.0.0.0/8") as app:
        page = Page(app, workspace.public_token, peer="10.1.2.3")
        sent = await page.post(batch(progress(new_uuid())), x_forwarded_for="198.51.100.1, 192.0.2.9")
        assert sent.status == 202
    assert await _address(database) == "192.0.2.9"


async def test_a_line_of_the_visitors_own_does_not_outweigh_the_proxys(database: Database, workspace: Created) -> None:
    async with edge(database, trusted_proxies="10.0.0.0/8") as app:
        raw = json.dumps(batch(progress(new_uuid()))).encode()
        headers = [
            (b"origin", ORIGIN.encode()),
            (b"content-length", str(len(raw)).encode()),
            (b"x-forwarded-for", b"198.51.100.1"),
            (b"x-forwarded-for", b"192.0.2.9"),
        ]
        path = f"/api/w/{workspace.public_token}/events"
        assert (await exchange(app, "POST", path, headers, [raw], "10.1.2.3")).status == 202
    assert await _address(database) == "192.0.2.9"
