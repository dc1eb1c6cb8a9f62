"""Nothing is changed by another site, and nobody sees or touches what is another workspace's."""

from __future__ import annotations

from leadsbot.dashboard.posted import MAX_BODY
from leadsbot.db import Database
from leadsbot.routing import destinations
from leadsbot.vault import Vault
from leadsbot.workspaces.bootstrap import Created
from tests.dashboard.browsing import ADDRESS, ANNA, ORIGIN, Browser, capture, captured, ids_in, submission

NOBODYS = "0199a7b2-5c1d-7e3a-9f00-2b1c4d5e6f70"
ACTIONS = (
    "/logout", "/theme", "/workspace", "/sites", "/channels", "/webhooks",
    *(f"/settings/{page}" for page in ("workspace", "members", "keys", "lists/stages", "lists/sources")),
    *(f"/sites/{NOBODYS}{action}" for action in ("", "/origins", "/allow")),
    *(f"/leads/{NOBODYS}/{action}" for action in ("stage", "notes", "spam")),
    *(f"/{kind}/{NOBODYS}/{action}" for kind in ("channels", "webhooks")
      for action in ("enable", "disable", "test", "delete")),
    f"/deliveries/{NOBODYS}/retry",
    f"/settings/keys/{NOBODYS}/revoke",
    *(f"/settings/members/{NOBODYS}/{action}" for action in ("role", "remove", "resend")),
    *(f"/settings/lists/{kind}/{NOBODYS}/{action}" for kind in ("stages", "sources", "lead-types", "event-types")
      for action in ("rename", "delete")),
    f"/settings/lists/stages/{NOBODYS}/move",
)  # fmt: skip


async def test_no_form_is_taken_without_its_token(owner: Browser) -> None:
    owner.token = ""
    for path in ACTIONS:
        answer = await owner.press(path)
        assert answer.status_code == 403, path
        assert "Reload the page" in answer.text


async def test_no_form_is_taken_with_somebody_elses_token(owner: Browser, outsider: Browser) -> None:
    owner.token = outsider.token
    for path in ACTIONS:
        assert (await owner.press(path)).status_code == 403, path


async def test_no_form_is_taken_from_another_site(owner: Browser) -> None:
    for said in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "https://leads.example.evil.example"},
        {"origin": "http://["},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ):
        answer = await owner.press("/settings/workspace", {"name": "Taken over", "timezone": "UTC"}, **said)
        assert answer.status_code == 403, said
    assert "Taken over" not in (await owner.see("/settings/workspace")).text


async def test_a_form_of_our_own_is_taken(owner: Browser) -> None:
    for said in ({"sec_fetch_site": "same-origin"}, {"origin": ADDRESS}):
        answer = await owner.press("/settings/workspace", {"name": "Linden", "timezone": "UTC"}, **said)
        assert answer.status_code == 303


async def test_the_token_may_come_as_a_header(owner: Browser) -> None:
    token, owner.token = owner.token, ""
    answer = await owner.press("/settings/workspace", {"name": "Linden", "timezone": "UTC"}, x_csrftoken=token)
    assert answer.status_code == 303


async def test_a_token_ends_with_its_sign_in(owner: Browser) -> None:
    before = owner.token
    await owner.press("/logout")
    await owner.sign_in("owner@example.com", "correct horse battery")
    owner.token = before
    assert (await owner.press("/settings/workspace", {"name": "Linden", "timezone": "UTC"})).status_code == 403


async def test_a_form_has_its_bounds(owner: Browser) -> None:
    answer = await owner.press("/settings/workspace", {"name": "x" * 300_000})
    assert answer.status_code == 413


async def test_a_form_has_a_number_of_fields(owner: Browser) -> None:
    assert (await owner.press("/settings/workspace", {f"f{n}": "x" for n in range(700)})).status_code == 400


async def test_what_does_not_exist_can_not_be_changed(owner: Browser) -> None:
    said = {"stage": "New", "text": "x", "origin": "https://a.example", "name": "x", "partial_values": "off",
            "consent": "none", "abandon_after_minutes": "30"}  # fmt: skip
    for path in ACTIONS:
        if NOBODYS in path:
            assert (await owner.press(path, said)).status_code == 404, path


async def test_strangers_do_not_see_or_touch_a_lead(owner: Browser, outsider: Browser, workspace: Created) -> None:
    lead = await captured(owner, workspace.public_token)
    assert (await outsider.see(f"/leads/{lead}")).status_code == 404
    assert (await outsider.see(f"/leads/{lead}/thread")).status_code == 404
    assert "Anna Berger" not in (await outsider.see(f"/leads?open={lead}")).text
    for action, said in (("stage", {"stage": "Won"}), ("notes", {"text": "mine"}), ("spam", {"spam": "1"})):
        assert (await outsider.press(f"/leads/{lead}/{action}", said)).status_code == 404
    page = (await owner.see(f"/leads/{lead}")).text
    assert 'value="New" class="is-accent" aria-pressed="true"' in page
    assert "Kept as spam" not in page


async def test_a_lead_that_names_a_strangers_session_shows_nothing_of_it(
    owner: Browser, outsider: Browser, workspace: Created, stranger: Created
) -> None:
    device = {"w": 390, "h": 844, "touch": True, "lang": "mi-NZ", "tz": "Pacific/Auckland"}
    theirs, mine = submission(ANNA, device=device), submission({"email": "me@elsewhere.example"}, device={})
    mine["events"][0]["session"] = theirs["events"][0]["session"]
    for token, batch in ((workspace.public_token, theirs), (stranger.public_token, mine)):
        answer = await owner.client.post(f"/api/w/{token}/events", json=batch, headers={"origin": ORIGIN, "cookie": ""})
        assert answer.status_code == 202
    for browser, seen in ((owner, True), (outsider, False)):
        (lead,) = ids_in(await browser.see("/leads"))
        assert ("Pacific/Auckland" in (await browser.see(f"/leads/{lead}")).text) is seen


async def test_strangers_do_not_see_or_touch_a_site(owner: Browser, outsider: Browser, workspace: Created) -> None:
    site = f"/sites/{workspace.site_id}"
    assert workspace.public_token not in (await outsider.see("/sites")).text
    settings = {"name": "Theirs", "partial_values": "off", "consent": "none", "abandon_after_minutes": "30"}
    assert (await outsider.press(site, settings)).status_code == 404
    assert (await outsider.press(f"{site}/origins", {"allowed_origins": ""})).status_code == 404
    assert (await outsider.press(f"{site}/allow", {"origin": "https://evil.example"})).status_code == 404
    assert "https://lindenhof.example" in (await owner.see("/sites")).text


async def test_strangers_do_not_see_or_touch_where_leads_go(
    owner: Browser, outsider: Browser, workspace: Created, database: Database
) -> None:
    hook, _ = await destinations.create_webhook(
        database,
        Vault("a secret key for tests"),
        workspace.workspace_id,
        "https://hooks.crm.example/x",
        ["lead.created"],
    )
    await owner.press("/channels", {"kind": "telegram", "name": "Sales", "chat_id": "-100123"})
    channel = (await destinations.list_channels(database, workspace.workspace_id)).rows[0]
    assert "hooks.crm.example" not in (await outsider.see("/webhooks")).text
    assert "Sales" not in (await outsider.see("/channels")).text
    assert (await outsider.see(f"/channels/{channel['id']}")).status_code == 404
    for action in ("disable", "test", "delete"):
        assert (await outsider.press(f"/webhooks/{hook['id']}/{action}")).status_code == 404
        assert (await outsider.press(f"/channels/{channel['id']}/{action}")).status_code == 404
    assert "hooks.crm.example" in (await owner.see("/webhooks")).text


async def test_strangers_do_not_see_leads_in_lists(owner: Browser, outsider: Browser, workspace: Created) -> None:
    await capture(owner.client, workspace.public_token)
    assert "Anna Berger" not in (await outsider.see("/")).text
    assert "Anna Berger" not in (await outsider.see("/leads?search=anna")).text


async def test_the_pages_script_is_told_in_a_sentence_what_to_do(owner: Browser, workspace: Created) -> None:
    gone = await owner.press(f"/leads/{NOBODYS}/stage", {"stage": "Won"}, hx_request="true")
    assert (gone.status_code, gone.text) == (404, "It isn't there any more. Reload the page to see what is.")
    lead = await captured(owner, workspace.public_token)
    unknown = await owner.press(f"/leads/{lead}/stage", {"stage": "Nowhere"}, hx_request="true")
    assert unknown.status_code == 400 and "Valid stages: " in unknown.text and "<" not in unknown.text
    much = await owner.press(f"/leads/{lead}/notes", {"text": "x" * (MAX_BODY + 1)})
    assert much.status_code == 413 and "Go back, where what you typed still stands" in much.text
    owner.token = "forged"
    refused = await owner.press(f"/leads/{lead}/stage", {"stage": "Won"}, hx_request="true")
    assert refused.status_code == 403 and "Reload the page" in refused.text and "<" not in refused.text
