"""Webhooks and deliveries as their pages show and change them: settings, secrets, replays, and one delivery's story."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.events.log import Happening, record
from leadsbot.ids import new_id
from leadsbot.routing import destinations, replay, secrets
from leadsbot.routing.tables import Delivery
from leadsbot.workspaces.bootstrap import Created
from tests.dashboard.browsing import Browser, captured, shown
from tests.support.webhook_receiver import Answer, WebhookReceiver


async def hook(owner: Browser, database: Database, workspace: Created, url: str = "http://127.0.0.1:9/hook") -> Any:
    await owner.press("/webhooks", {"url": url, "events": ["lead.created"]})
    return (await destinations.list_webhooks(database, workspace.workspace_id)).rows[0]


async def happened(database: Database, workspace: Created, count: int = 1) -> None:
    happening = Happening(workspace.workspace_id, "lead.created", {"lead": None})

    async def unit(tx: Tx) -> None:
        record(tx, *[happening] * count)

    await database.write(unit)


async def test_its_address_and_events_are_changed(owner: Browser, workspace: Created, database: Database) -> None:
    row = await hook(owner, database, workspace)
    at = f"/webhooks/{row['id']}"
    said = {"url": "https://crm.example/in", "events": ["lead.created", "form.abandoned"]}
    assert (await owner.press(at, said)).headers["location"] == f"/webhooks#webhook-{row['id']}"
    now = await destinations.get_webhook(database, workspace.workspace_id, row["id"])
    assert (now["url"], "form.abandoned" in now["events"]) == ("https://crm.example/in", True)
    for wrong, words in (
        ({"url": "ftp://x", "events": ["lead.created"]}, "http://"),
        ({"url": "https://x.example"}, "one"),
    ):
        answer = await owner.press(at, wrong)
        assert (answer.status_code, words in shown(answer)) == (422, True)
    assert (await destinations.get_webhook(database, workspace.workspace_id, row["id"])) == now


async def test_one_that_fails_does_not_look_well_because_more_waits_behind(
    owner: Browser, workspace: Created, database: Database
) -> None:
    row = await hook(owner, database, workspace)
    about = {"workspace_id": workspace.workspace_id, "event_id": new_id(), "event_type": "form.abandoned",
             "webhook_id": row["id"], "destination": row["url"],
             "body": '{"data": {"lead": null, "session": {"form_name": "Wedding request"}}}'}  # fmt: skip

    async def unit(tx: Tx) -> None:
        for age, status in ((2, "failed"), (1, "pending")):
            tx.insert(Delivery, {**about, "id": new_id(), "status": status, "created_at": clock.now() - age})
        await tx.flush()
        await tx.execute("UPDATE webhooks SET failing_since = $2 WHERE id = $1", row["id"], clock.now())

    await database.write(unit)
    assert "Trying again</span>" in (await owner.see("/webhooks")).text
    await database.write(lambda tx: tx.execute("UPDATE deliveries SET status = 'delivered' WHERE status = 'pending'"))
    page = shown(await owner.see("/webhooks"))
    assert "On, some waits</span>" in page and "1 delivery</a> didn't get through yet" in page
    assert shown(await owner.see("/deliveries")).count("Form abandoned: <bdi>Wedding request") == 2


async def test_a_new_secret_is_shown_once(owner: Browser, workspace: Created, database: Database) -> None:
    row = await hook(owner, database, workspace)
    first = re.search(r"whsec_[\w+/=]{20,}", (await owner.see("/webhooks")).text)
    assert (await owner.press(f"/webhooks/{row['id']}/rotate")).headers["location"] == "/webhooks"
    page = shown(await owner.see("/webhooks"))
    second = re.search(r"whsec_[\w+/=]{20,}", page)
    assert first and second and first[0] != second[0] and "signs along" in page
    assert "whsec_" not in (await owner.see("/webhooks")).text


async def test_a_secret_too_many_is_refused_with_when_there_is_room(
    owner: Browser, workspace: Created, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "MOST_PREVIOUS", 1)
    row = await hook(owner, database, workspace)
    await owner.press(f"/webhooks/{row['id']}/rotate")
    await owner.see("/webhooks")
    await owner.press(f"/webhooks/{row['id']}/rotate")
    page = shown(await owner.see("/webhooks"))
    assert "The next can be made at" in page and "whsec_" not in page


async def test_what_was_missed_is_offered_and_sent(owner: Browser, workspace: Created, database: Database) -> None:
    row = await hook(owner, database, workspace)
    at = f"/webhooks/{row['id']}"
    await owner.press(f"{at}/disable")
    await happened(database, workspace, 3)
    assert "It has missed 3 events so far" in shown(await owner.see("/webhooks"))
    part = shown(await owner.press(f"{at}/enable", hx_request="true"))
    assert "It missed 3 events" in part and "Replay what was missed" in part
    part = shown(await owner.press(f"{at}/replay", {"missed": "1"}, hx_request="true"))
    assert "3 events will be sent again." in part and "0 of 3 events on their way" in part
    assert f'hx-get="{at}"' in part
    assert "0 of 3 events" in shown(await owner.see(at, hx_request="true"))
    assert (await owner.see(at)).headers["location"] == f"/webhooks#webhook-{row['id']}"


async def test_what_was_missed_can_be_left(owner: Browser, workspace: Created, database: Database) -> None:
    row = await hook(owner, database, workspace)
    for act in ("disable", "enable"):
        await owner.press(f"/webhooks/{row['id']}/{act}")
    assert "It missed" not in shown(await owner.see("/webhooks"))  # nothing happened meanwhile
    await happened(database, workspace)
    assert "It missed 1 event" in shown(await owner.see("/webhooks"))
    part = shown(await owner.press(f"/webhooks/{row['id']}/forget", hx_request="true"))
    assert "It missed" not in part
    gone = shown(await owner.press(f"/webhooks/{row['id']}/replay", {"missed": "1"}, hx_request="true"))
    assert "nothing left that it missed" in gone


async def test_a_replay_begins_on_the_workspaces_clock(owner: Browser, workspace: Created, database: Database) -> None:
    await owner.press("/settings/workspace", {"name": "Lindenhof", "timezone": "Asia/Kolkata"})
    row = await hook(owner, database, workspace)
    await happened(database, workspace)
    at = f"/webhooks/{row['id']}/replay"
    later = datetime.fromtimestamp(clock.now() / 1000 + 3600, ZoneInfo("Asia/Kolkata"))
    for wrong in ("", "yesterday", later.strftime("%Y-%m-%dT%H:%M")):
        part = shown(await owner.press(at, {"since": wrong}, hx_request="true"))
        assert "Choose from when on" in part or "lies in the future" in part
    part = shown(await owner.press(at, {"since": "2026-01-01T00:00"}, hx_request="true"))
    assert "1 event will be sent again." in part
    found = replay.under_way(await destinations.get_webhook(database, workspace.workspace_id, row["id"]))
    assert found and found.due == 1 and found.since == row["created_at"]


async def test_a_stranger_changes_and_replays_nothing(
    owner: Browser, outsider: Browser, workspace: Created, database: Database
) -> None:
    row = await hook(owner, database, workspace)
    await outsider.see("/webhooks")
    for act in ("", "/replay", "/rotate", "/forget", "/enable", "/disable", "/test", "/delete"):
        for said in ({}, {"url": "https://x.example", "events": ["lead.created"], "since": "2026-01-01T00:00"}):
            assert (await outsider.press(f"/webhooks/{row['id']}{act}", said)).status_code == 404, act
    for headers in ({}, {"hx_request": "true"}):
        assert (await outsider.see(f"/webhooks/{row['id']}", **headers)).status_code == 404
    assert await destinations.get_webhook(database, workspace.workspace_id, row["id"]) == row


async def test_deliveries_are_narrowed_counted_and_kept_current(
    owner: Browser, workspace: Created, database: Database
) -> None:
    with WebhookReceiver() as receiver:
        receiver.next(Answer(204), Answer(500, b"<i>out of order</i>"))
        rows = [await hook(owner, database, workspace, f"{receiver.url}/{name}") for name in ("one", "two")]
        for row in rows:
            await owner.press(f"/webhooks/{row['id']}/test")
    page = shown(await owner.see("/deliveries"))
    assert page.count('id="delivery-') == 2 and 'Gave up <span class="muted">1</span>' in page
    page = shown(await owner.see(f"/deliveries?to=webhook:{rows[0]['id']}"))
    assert page.count('id="delivery-') == 1 and "/one" in page and "Gave up <span" not in page
    page = shown(await owner.see("/deliveries?status=dead"))
    assert page.count('id="delivery-') == 1 and "/two" in page
    assert "None of these" in shown(await owner.see("/deliveries?event=form.abandoned"))
    for nonsense in ("to=webhook:x", "to=pigeon", "event=lead.eaten", "lead=7", "status=lost", "cursor=x"):
        assert shown(await owner.see(f"/deliveries?{nonsense}")).count('id="delivery-') == 2, nonsense
    asked = re.search(r'hx-get="(/deliveries\?had=\w+)"', page := shown(await owner.see("/deliveries")))
    assert asked, page
    assert (await owner.see(asked[1], hx_request="true")).status_code == 204
    await owner.press(f"/webhooks/{rows[0]['id']}/test")
    part = shown(await owner.see(asked[1], hx_request="true"))
    assert part.count('id="delivery-') == 3 and "<html" not in part


async def test_a_story_shows_what_was_sent_and_what_was_said(
    owner: Browser, workspace: Created, database: Database
) -> None:
    with WebhookReceiver() as receiver:
        receiver.next(Answer(500, b"<i>out of order</i>"))
        row = await hook(owner, database, workspace, receiver.url)
        await owner.press(f"/webhooks/{row['id']}/test")
        [request] = receiver.requests
    [delivery] = await database.fetch("SELECT id FROM deliveries")
    answer = await owner.see(f"/deliveries/{delivery['id']}")
    assert "&lt;i&gt;out of order&lt;/i&gt;" in answer.text and "<i>out" not in answer.text
    page = shown(answer)
    for name, value in (("X-LeadsBot-Event", "test"), ("X-LeadsBot-Delivery", delivery["id"])):
        assert f"<code>{name}</code></dt><dd><code>{value}</code>" in page and request.headers[name.lower()] == value
    assert request.headers["x-leadsbot-signature"] not in page and "whsec_" not in page


async def test_what_goes_to_one_that_is_off_says_what_to_do_first(
    owner: Browser, workspace: Created, database: Database
) -> None:
    row = await hook(owner, database, workspace)
    await owner.press(f"/webhooks/{row['id']}/test")
    [delivery] = await database.fetch("SELECT id FROM deliveries")
    story, list = f"/deliveries/{delivery['id']}", "/deliveries"
    for page in (story, list):
        assert "Try again" in shown(await owner.see(page))
    await owner.press(f"/webhooks/{row['id']}/disable")
    for status in ("dead", "withheld", "failed"):
        await database.write(lambda tx, status=status: tx.execute("UPDATE deliveries SET status = $1", status))
        for page, label in ((story, "Switch it on first"), (list, "Switch on")):
            seen = shown(await owner.see(page))
            assert f'href="/webhooks#webhook-{row["id"]}">{label}</a>' in seen
            assert "Try again" not in seen and "Send it" not in seen and "Try now" not in seen
    await database.write(lambda tx: tx.execute("UPDATE deliveries SET status = 'delivered'"))
    assert "Send it again" not in shown(await owner.see(story))


async def test_a_lead_leads_to_its_deliveries(owner: Browser, workspace: Created, database: Database) -> None:
    lead_id = await captured(owner, workspace.public_token)
    assert f'href="/deliveries?lead={lead_id}"' in (await owner.see(f"/leads/{lead_id}")).text
    page = shown(await owner.see(f"/deliveries?lead={lead_id}"))
    assert "Anna Berger</a> alone" in page and "None of these" in page
