"""Sites, channels, webhooks and deliveries, as their pages show and change them."""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest

from leadsbot import clock
from leadsbot.dashboard.channel_words import KINDS
from leadsbot.dashboard.shown.sites import CSP_SHOWN_MS, MOST_REFUSALS
from leadsbot.db import Database, Tx
from leadsbot.ids import new_id
from leadsbot.routing import destinations
from leadsbot.routing.tables import Delivery
from leadsbot.workspaces import refusals
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.refusals import Doorway, Refused
from leadsbot.workspaces.workspace_editing import change_workspace
from tests.dashboard.browsing import ORIGIN, Browser, shown, submission
from tests.support.waiting import PATIENCE_S
from tests.support.webhook_receiver import WebhookReceiver

NEWCOMER = "http://localhost:9000"


async def sent_from(browser: Browser, token: str, origin: str) -> httpx.Response:
    batch = submission({"email": "x@y.example"})
    return await browser.client.post(f"/api/w/{token}/events", json=batch, headers={"origin": origin})


async def sites_page_with(owner: Browser, words: str) -> str:
    """Give the page once it says this: a refusal is counted after it was answered."""
    async with asyncio.timeout(PATIENCE_S):
        page = ""
        while words not in page:
            page = shown(await owner.see("/sites"))
    return page


async def test_a_refused_origin_is_shown_and_allowed_with_one_press(owner: Browser, workspace: Created) -> None:
    assert (await sent_from(owner, workspace.public_token, NEWCOMER)).status_code == 403
    await sites_page_with(owner, f"Refused 1 time: origin <b>{NEWCOMER}</b> is not on the site's list.")
    answer = await owner.press(f"/sites/{workspace.site_id}/allow", {"origin": NEWCOMER})
    assert answer.headers["location"] == f"/sites#site-{workspace.site_id}"
    page = shown(await owner.see("/sites"))
    assert f"{NEWCOMER} may send from now on." in page
    assert "Refused" not in page
    assert (await sent_from(owner, workspace.public_token, NEWCOMER)).status_code == 202


async def test_a_page_without_an_origin_can_not_be_allowed(owner: Browser, workspace: Created) -> None:
    await sent_from(owner, workspace.public_token, "null")
    page = await sites_page_with(owner, "serve it from a site")
    assert "Allow this origin" not in page
    assert (await owner.press(f"/sites/{workspace.site_id}/allow", {"origin": "null"})).status_code == 400


async def test_a_page_whose_own_policy_holds_the_widget_back_is_shown_with_what_to_add(
    owner: Browser, workspace: Created
) -> None:
    ping = await owner.client.get(f"/api/w/{workspace.public_token}/blocked", headers={"referer": f"{ORIGIN}/x"})
    assert ping.status_code == 204
    page = await sites_page_with(owner, "connect-src")
    assert f"Held back 1 time on <b>{ORIGIN}</b>: The page's Content-Security-Policy keeps the widget" in page
    assert "Allow this origin" not in page


async def test_pages_that_hold_the_widget_back_hide_no_origin_that_was_refused(
    owner: Browser, database: Database, workspace: Created
) -> None:
    now, door = clock.now(), Doorway(workspace.workspace_id, "site", workspace.site_id)
    said = [Refused(door, refusals.CSP, f"https://{n}.example", "why", now) for n in range(9)]
    said.append(Refused(door, "origin", NEWCOMER, "why", now - 2 * clock.DAY))
    await asyncio.gather(*(database.put(refusals.count, one) for one in said))
    page = shown(await owner.see("/sites"))
    assert page.count("Held back") == MOST_REFUSALS and f"origin <b>{NEWCOMER}</b>" in page


async def test_a_page_that_held_the_widget_back_is_shown_for_a_day(
    owner: Browser, database: Database, workspace: Created
) -> None:
    past = clock.now() - CSP_SHOWN_MS
    door = Doorway(workspace.workspace_id, "site", workspace.site_id)
    for origin, at in (("https://mended.example", past - 1), ("https://held.example", past + clock.MINUTE)):
        await database.put(refusals.count, Refused(door, refusals.CSP, origin, "why", at))
    page = shown(await owner.see("/sites"))
    assert "held.example" in page and "mended.example" not in page


async def test_a_site_says_when_its_tag_was_seen(owner: Browser, workspace: Created) -> None:
    assert "Waiting for the tag" in (await owner.see("/sites")).text
    await sent_from(owner, workspace.public_token, ORIGIN)
    page = shown(await owner.see("/sites"))
    assert "Tag seen" in page
    assert "on lindenhof.example/contact" in page


async def test_an_empty_list_of_origins_is_warned_of(owner: Browser, workspace: Created) -> None:
    assert "The list is empty" not in (await owner.see("/sites")).text
    await owner.press(f"/sites/{workspace.site_id}/origins", {"allowed_origins": ""})
    assert "The list is empty" in (await owner.see("/sites")).text


async def test_origins_hold_from_the_next_request(owner: Browser, workspace: Created) -> None:
    assert (await sent_from(owner, workspace.public_token, ORIGIN)).status_code == 202
    said = {"allowed_origins": "https://www.lindenhof.example\r\n\r\n https://*.lindenhof.example/ "}
    assert (await owner.press(f"/sites/{workspace.site_id}/origins", said)).status_code == 303
    assert (await sent_from(owner, workspace.public_token, ORIGIN)).status_code == 403
    assert (await sent_from(owner, workspace.public_token, "https://shop.lindenhof.example")).status_code == 202


async def test_what_is_wrong_is_shown_with_what_was_typed(owner: Browser, workspace: Created) -> None:
    answer = await owner.press(f"/sites/{workspace.site_id}/origins", {"allowed_origins": "lindenhof<b>.example"})
    assert answer.status_code == 422
    assert 'needs its scheme: write "https://' in shown(answer)
    assert "lindenhof&lt;b&gt;.example</textarea>" in answer.text
    said = {"name": "", "partial_values": "everything", "consent": "none", "abandon_after_minutes": "soon",
            "thank_you_url": "javascript:alert(1)", "masked_fields": "iban\r\n" + "x" * 300,
            "leads_per_ip_per_day": "-1", "burst_per_second": "many"}  # fmt: skip
    answer = await owner.press(f"/sites/{workspace.site_id}", said)
    assert answer.status_code == 422
    for words in ("Give it a name.", "A number of minutes", "A whole address", "At most 200 characters in a line",
                  "A whole number from 1 to 1,000,000.", "A whole number from 1 to 100,000."):  # fmt: skip
        assert words in shown(answer)
    assert 'value="soon"' in answer.text


async def test_a_sites_settings_are_saved(owner: Browser, workspace: Created) -> None:
    said = {"name": "Shop", "partial_values": "contact", "consent": "required", "abandon_after_minutes": "0,5",
            "privacy_signals": "honour", "masked_fields": "iban\r\niban\r\ntax",
            "honeypot_field": "website", "leads_per_ip_per_day": "7", "burst_per_second": "1"}  # fmt: skip
    assert (await owner.press(f"/sites/{workspace.site_id}", said)).status_code == 303
    page = shown(await owner.see("/sites"))
    for words in ("Settings saved.", ">Shop<", 'value="0.5"', "iban\ntax</textarea>", 'data-consent="required"'):
        assert words in page
    for limit in ('name="leads_per_ip_per_day" type="text" value="7"', 'name="burst_per_second" type="text" value="1"'):
        assert limit in page
    settings = (await owner.client.get(f"/api/w/{workspace.public_token}", headers={"origin": ORIGIN})).json()
    assert (settings["consent"], settings["partial"], settings["masked"]) == ("required", "contact", ["iban", "tax"])
    assert settings["signals"] is True
    asked = [owner.client.get(f"/api/w/{workspace.public_token}", headers={"origin": ORIGIN}) for _ in range(3)]
    with clock.freeze(clock.now()):
        assert 429 in [answer.status_code for answer in await asyncio.gather(*asked)], "one a second"
    assert re.search(r'name="privacy_signals" value="honour"[^>]*checked', page)


async def test_a_site_is_added(owner: Browser, workspace: Created) -> None:
    wrong = await owner.press("/sites", {"name": "", "allowed_origins": "https://a.example"})
    assert (wrong.status_code, "https://a.example</textarea>" in wrong.text) == (422, True)
    answer = await owner.press("/sites", {"name": "Landing <pages>", "allowed_origins": "https://a.example"})
    assert answer.status_code == 303
    assert "Landing &lt;pages&gt;" in (await owner.see("/sites")).text


async def test_without_a_bot_the_page_says_how_to_get_one(owner: Browser, workspace: Created) -> None:
    page = shown(await owner.see("/channels"))
    assert "set LEADSBOT_TELEGRAM_TOKEN to it" in page
    assert "Connect a chat</button>" not in page


async def test_what_can_be_added_says_what_it_is_good_for(owner: Browser, workspace: Created) -> None:
    page = shown(await owner.see("/channels"))
    places = [page.find(KINDS[kind][1]) for kind in ("slack", "discord", "apprise")]
    assert 0 < page.find("Not set up on this server") < places[0] and places == sorted(places)


async def test_a_channel_is_switched_off_on_and_removed(owner: Browser, workspace: Created, database: Database) -> None:
    await owner.press("/channels", {"kind": "telegram", "name": "Sales", "chat_id": "-100123"})
    row = (await destinations.list_channels(database, workspace.workspace_id)).rows[0]
    assert "Turn on" in (await owner.press(f"/channels/{row['id']}/disable", hx_request="true")).text
    assert "Turn off" in (await owner.press(f"/channels/{row['id']}/enable", hx_request="true")).text
    assert (await owner.press(f"/channels/{row['id']}/delete")).headers["location"] == "/channels"
    page = (await owner.see("/channels")).text
    assert f'id="channel-{row["id"]}"' not in page and "Put back" in page
    assert f'action="/removals/{row["id"]}/restore"' in page.partition('id="toasts"')[2], "can be undone at once"
    back = await owner.press(f"/removals/{row['id']}/restore")
    assert back.headers["location"] == f"/channels#channel-{row['id']}"
    page = (await owner.see("/channels")).text
    assert f'id="channel-{row["id"]}"' in page and "Put back" not in page
    assert (await owner.press(f"/removals/{row['id']}/restore")).status_code == 404


async def test_a_channel_that_can_not_be_is_said_beside_its_field(owner: Browser, workspace: Created) -> None:
    for said, words in (
        ({"kind": "telegram", "chat_id": ""}, "Type the chat's id"),
        ({"kind": "telegram", "chat_id": "-1", "bot_token": "nonsense"}, "A bot's token looks like"),
        ({"kind": "email", "to": "not an address"}, "not an address"),
        ({"kind": "pigeon"}, "Channels"),
    ):
        answer = await owner.press("/channels", {"name": "x", **said})
        assert (answer.status_code, words in shown(answer)) == (422, True), said


async def test_what_was_switched_off_is_said_on_the_first_page(
    owner: Browser, workspace: Created, database: Database
) -> None:
    await owner.press("/channels", {"kind": "telegram", "name": "Sales & co", "chat_id": "-100123"})
    await owner.press("/webhooks", {"url": "https://hook.example/in", "events": "lead.created"})
    assert "any more" not in (await owner.see("/")).text

    async def fails(tx: Tx) -> None:
        for table in ("channels", "webhooks"):
            await tx.execute(f"UPDATE {table} SET enabled = FALSE, disabled_reason = 'It is gone.' WHERE TRUE")

    await database.write(fails)
    page = (await owner.see("/")).text
    assert "<b>Sales &amp; co</b> any more: It is gone." in page and "<b>hook.example/in</b> any more" in page


async def test_the_first_page_tells_of_each_destination_once_and_counts_leads(
    owner: Browser, workspace: Created, database: Database
) -> None:
    """Two webhooks with one address: of the one that is off it is said that it is, of the other what it lacks."""
    hooks = [await _hook(owner, database, workspace, "https://hook.example/in") for _ in range(2)]

    async def fails(tx: Tx) -> None:
        reason = "The address answers 410."
        for number, (hook, lead) in enumerate([(0, "a"), (0, "b"), (1, "a"), (1, "a")]):
            row = {"id": new_id(), "workspace_id": workspace.workspace_id, "event_id": f"{number}", "lead_id": lead}
            row |= {"event_type": "lead.created", "webhook_id": hooks[hook], "status": "dead", "reason": reason}
            tx.insert(Delivery, row | {"created_at": clock.now()})
        await tx.execute("UPDATE webhooks SET enabled = FALSE, disabled_reason = $2 WHERE id = $1", hooks[0], reason)

    await database.write(fails)
    page = re.sub(r"\s+", " ", shown(await owner.see("/")))
    assert page.count("notice is-trouble") == 2
    assert "<b>hook.example/in</b> any more: The address answers 410." in page and f"to=webhook:{hooks[0]}" in page
    assert "1 lead couldn't be sent to <b>hook.example/in (2)</b>: the address answers 410." in page
    assert f'href="/deliveries?status=dead&to=webhook:{hooks[1]}"' in page
    listed = shown(await owner.see(f"/deliveries?to=webhook:{hooks[1]}"))
    assert f'<option value="webhook:{hooks[1]}" selected>hook.example/in (2)</option>' in listed
    await owner.press(
        f"/webhooks/{hooks[1]}", {"url": "https://hook.example/in", "name": "CRM", "events": "lead.created"}
    )
    listed = shown(await owner.see(f"/deliveries?to=webhook:{hooks[1]}"))
    assert listed.count('<bdi>CRM</bdi> <span class="muted">· Webhook</span>') == 2
    story = shown(await owner.see(re.search(r"/deliveries/[\w-]{36}", listed)[0]))  # type: ignore[index]
    assert f'href="/webhooks#webhook-{hooks[1]}"' in story and "New lead to CRM" in story


async def test_all_that_was_given_up_is_sent_again_as_the_list_is_narrowed(
    owner: Browser, workspace: Created, database: Database
) -> None:
    hooks = [await _hook(owner, database, workspace, f"https://hook.example/{n}") for n in range(2)]

    async def fails(tx: Tx) -> None:
        for number in range(4):
            row = {"id": new_id(), "workspace_id": workspace.workspace_id, "event_id": new_id(), "status": "dead"}
            row |= {"event_type": "lead.created", "webhook_id": hooks[number % 2], "body": "{}"}
            tx.insert(Delivery, row | {"created_at": clock.now()})

    await database.write(fails)
    assert "Try all" not in (await owner.see("/deliveries")).text
    to = f"webhook:{hooks[0]}"
    page = (await owner.see(f"/deliveries?status=dead&to={to}")).text
    assert "Try all of the last 7 days again" in page and f'name="to" value="{to}"' in page
    done = await owner.press("/deliveries/retry", {"to": to})
    assert done.headers["location"] == f"/deliveries?to=webhook%3A{hooks[0]}"
    assert "2 deliveries on the way again." in shown(await owner.see(f"/deliveries?to={to}"))
    left = await database.fetch("SELECT webhook_id FROM deliveries WHERE status = 'dead'")
    assert [row["webhook_id"] for row in left] == [hooks[1]] * 2
    await owner.press("/deliveries/retry", {"to": to})
    assert "Nothing to send again" in shown(await owner.see("/deliveries"))


async def _hook(owner: Browser, database: Database, workspace: Created, url: str) -> str:
    await owner.press("/webhooks", {"url": url, "events": "lead.created"})
    return str((await destinations.list_webhooks(database, workspace.workspace_id)).rows[0]["id"])


async def test_a_webhooks_secret_is_shown_once(owner: Browser, workspace: Created) -> None:
    answer = await owner.press("/webhooks", {"url": "https://hooks.crm.example/x", "events": ["lead.created"]})
    assert answer.headers["location"] == "/webhooks"
    assert "whsec_" not in answer.headers["set-cookie"]
    assert re.search(r"whsec_[\w+/=]{20,}", (await owner.see("/webhooks")).text)
    page = (await owner.see("/webhooks")).text
    assert "whsec_" not in page
    assert "hooks.crm.example/x" in page


async def test_a_webhook_that_can_not_be_is_said_beside_its_field(owner: Browser, workspace: Created) -> None:
    answer = await owner.press("/webhooks", {"url": "ftp://x", "events": ["lead.created", "form.abandoned"]})
    assert answer.status_code == 422
    assert 'value="ftp://x"' in answer.text
    assert re.search(r'value="form.abandoned" checked', answer.text)
    answer = await owner.press("/webhooks", {"url": "https://x.example"})
    assert (answer.status_code, "Choose at least one." in answer.text) == (422, True)


async def test_a_test_says_what_the_other_side_answered(owner: Browser, workspace: Created, database: Database) -> None:
    with WebhookReceiver() as receiver:
        await owner.press("/webhooks", {"url": f"{receiver.base_url}/hook", "events": ["lead.created"]})
        hook = (await destinations.list_webhooks(database, workspace.workspace_id)).rows[0]
        part = await owner.press(f"/webhooks/{hook['id']}/test", hx_request="true")
        assert "The test has arrived." in part.text
    await owner.press("/webhooks", {"url": "http://127.0.0.1:9/closed", "events": ["lead.created"]})
    hook = (await destinations.list_webhooks(database, workspace.workspace_id)).rows[0]
    part = await owner.press(f"/webhooks/{hook['id']}/test", hx_request="true")
    assert "The test didn't get through:" in shown(part)
    page = shown(await owner.see("/deliveries"))
    assert page.count("<b>Test message") == 2
    assert "<b>Test message" not in (await owner.see("/deliveries?status=withheld")).text
    assert "<b>Test message" in (await owner.see("/deliveries?status=delivered")).text


async def test_a_delivery_is_told_and_sent_again(owner: Browser, workspace: Created, database: Database) -> None:
    await owner.press("/webhooks", {"url": "http://127.0.0.1:9/hook", "events": ["lead.created"]})
    hook = (await destinations.list_webhooks(database, workspace.workspace_id)).rows[0]
    await owner.press(f"/webhooks/{hook['id']}/test")
    delivery = (await database.fetch("SELECT id FROM deliveries"))[0]["id"]
    page = shown(await owner.see(f"/deliveries/{delivery}"))
    assert "Couldn't be sent:" in page
    assert '"type": "test"' in page
    again = await owner.press(f"/deliveries/{delivery}/retry", hx_request="true", hx_target="story")
    assert "On its way again." in again.text
    assert 'hx-trigger="every 2s"' in again.text
    await owner.press(f"/webhooks/{hook['id']}/delete")
    await database.write(_failed)
    page = shown(await owner.see(f"/deliveries/{delivery}"))
    assert "Where it went was removed." in page
    assert "Try again</button>" not in page
    refused = await owner.press(f"/deliveries/{delivery}/retry", {"next": "//evil.example"})
    assert refused.headers["location"] == "/"
    assert "has been deleted" in shown(await owner.see("/deliveries"))


async def _failed(tx: Tx) -> None:
    await tx.execute("UPDATE deliveries SET status = 'dead'")


async def test_settings_are_saved_and_used(owner: Browser, workspace: Created) -> None:
    answer = await owner.press("/settings/workspace", {"name": "Lindenhof & Söhne", "timezone": "Asia/Kolkata"})
    assert answer.status_code == 303
    page = (await owner.see("/settings/workspace")).text
    assert "Lindenhof &amp; Söhne" in page
    assert "<option selected>Asia/Kolkata</option>" in page


async def test_a_zone_that_the_list_lacks_stays_chosen(owner: Browser, workspace: Created, database: Database) -> None:
    await change_workspace(database, workspace.workspace_id, {"timezone": "EST5EDT"})
    assert "<option selected>EST5EDT</option>" in (await owner.see("/settings/workspace")).text
    assert (await owner.press("/settings/workspace", {"name": "Lindenhof", "timezone": "EST5EDT"})).status_code == 303


@pytest.mark.parametrize("said", [{"name": " ", "timezone": "UTC"}, {"name": "x", "timezone": "Mars/Olympus"}])
async def test_settings_that_can_not_be_are_not_saved(owner: Browser, workspace: Created, said: dict[str, str]) -> None:
    answer = await owner.press("/settings/workspace", said)
    assert answer.status_code == 422
    assert 'class="wrong"' in answer.text
    assert "Lindenhof" in (await owner.see("/settings/workspace")).text


async def test_the_overview_leads_a_newcomer_on_until_it_works(owner: Browser, workspace: Created) -> None:
    page = shown(await owner.see("/"))
    assert "Get your first lead" in page
    assert f'data-token="{workspace.public_token}"' in page
    await sent_from(owner, workspace.public_token, ORIGIN)
    page = shown(await owner.see("/"))
    assert "Connect a chat or a mailbox" in page and "Get your first lead" not in page
    await owner.press("/channels", {"kind": "telegram", "name": "Sales", "chat_id": "-100123"})
    page = shown(await owner.see("/"))
    assert "Get your first lead" not in page
    assert "1 more than all of yesterday" in page


async def begun(owner: Browser, token: str) -> None:
    """Let a visitor fill in a third of a form and stay there."""
    batch = submission({"name": "Leaver"})
    event = batch["events"][0] | {"type": "progress", "percent": 36, "done": 4, "total": 11, "last": "Phone <number>"}
    event["form"] = {"key": "application", "name": "Application"}
    for taken in ("id", "fields", "confirmation"):
        del event[taken]
    answer = await owner.client.post(
        f"/api/w/{token}/events", json=batch | {"events": [event]}, headers={"origin": ORIGIN, "cookie": ""}
    )
    assert answer.status_code == 202, answer.text


async def test_the_overview_shows_who_began_a_form_and_how_far_they_got(owner: Browser, workspace: Created) -> None:
    await begun(owner, workspace.public_token)
    page = await owner.see("/")
    assert "Begun, not sent" in page.text and "Phone &lt;number&gt;" in page.text
    assert "36 % of the form filled in" in page.text
    assert "Filling it in" in page.text


async def test_the_overview_lists_no_form_that_was_sent(owner: Browser, workspace: Created) -> None:
    await sent_from(owner, workspace.public_token, ORIGIN)
    assert "Begun, not sent" not in (await owner.see("/")).text
