"""The inbox and a lead's page, with leads that visitors really sent."""

from __future__ import annotations

import re

from leadsbot.dashboard.shown.people import people
from leadsbot.db import Database, Tx
from leadsbot.leads import changes, reading
from leadsbot.routing.destination import Destination
from leadsbot.routing.kinds import WEBHOOK
from leadsbot.routing.tables import Delivery
from leadsbot.workspaces import members
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.members import NewMember
from tests.dashboard.browsing import ANNA, ORIGIN, Browser, capture, captured, ids_in, shown, submission
from tests.dashboard.test_render import ATTACK, harmless
from tests.support.capture import change_site

JONAS = {"name": "Jonas Lindqvist", "email": "jonas@lindqvist.example", "message": "The price list, please."}
HTMX = {"hx_request": "true", "hx_current_url": "https://leads.example/leads?open=x"}


async def test_a_captured_lead_stands_in_the_inbox(owner: Browser, workspace: Created) -> None:
    await capture(owner.client, workspace.public_token)
    page = shown(await owner.see("/leads"))
    for words in ("Anna Berger", "anna@berger.example", "Google", "summer", "<title>(1) Leads"):
        assert words in page


async def test_the_newest_lead_stands_first(owner: Browser, workspace: Created) -> None:
    first = await captured(owner, workspace.public_token)
    second = await captured(owner, workspace.public_token, JONAS)
    assert ids_in(await owner.see("/leads")) == [second, first]


async def test_an_empty_inbox_says_how_to_get_the_first_lead(owner: Browser, workspace: Created) -> None:
    page = shown(await owner.see("/leads"))
    assert "Your leads will stand here" in page
    assert f'data-token="{workspace.public_token}"' in page


async def test_the_list_is_narrowed_by_search_stage_and_spam(owner: Browser, workspace: Created) -> None:
    anna = await captured(owner, workspace.public_token)
    jonas = await captured(owner, workspace.public_token, JONAS)
    await owner.press(f"/leads/{jonas}/stage", {"stage": "Quoted"})
    assert ids_in(await owner.see("/leads?search=ANNA")) == [anna]
    assert ids_in(await owner.see("/leads?stage=Quoted")) == [jonas]
    assert ids_in(await owner.see("/leads?search=%25")) == []
    await owner.press(f"/leads/{anna}/spam", {"spam": "1"})
    assert ids_in(await owner.see("/leads")) == [jonas]
    assert ids_in(await owner.see("/leads?spam=1")) == [anna]


async def test_what_can_not_be_asked_for_is_passed_over(owner: Browser, workspace: Created) -> None:
    lead = await captured(owner, workspace.public_token)
    for asked in ("stage=Nowhere", "cursor=made-up", "open=nothing", "spam=maybe", "search=%00"):
        answer = await owner.see(f"/leads?{asked}")
        assert (answer.status_code, ids_in(answer)) == (200, [lead]), asked


async def test_older_leads_stand_on_the_next_page(owner: Browser, workspace: Created, database: Database) -> None:
    await change_site(database, burst_per_second=1_000)
    for number in range(51):
        await capture(
            owner.client, workspace.public_token, {"name": f"Guest {number}", "email": f"g{number}@x.example"}
        )
    first = await owner.see("/leads")
    older = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert older and len(ids_in(first)) == 50
    second = await owner.see(older[1].replace("&amp;", "&"))
    assert "Guest 0" in second.text
    assert len(ids_in(second)) == 1
    assert "sse-connect" not in second.text


async def test_a_lead_is_unread_until_somebody_opens_it(owner: Browser, workspace: Created) -> None:
    lead = await captured(owner, workspace.public_token)
    assert f'class="row unread" id="row-{lead}"' in (await owner.see("/leads")).text
    await owner.see(f"/leads?open={lead}")
    assert f'class="row" id="row-{lead}"' in (await owner.see("/leads")).text


async def test_a_lead_opened_beside_the_list_is_that_lead_alone(owner: Browser, workspace: Created) -> None:
    lead = await captured(owner, workspace.public_token)
    part = (await owner.see(f"/leads/{lead}", hx_request="true", accept="*/*")).text
    assert part.lstrip().startswith("<article")
    assert "Open as a page" in part
    assert "A table for eighty?" in part


async def test_its_page_tells_the_story(owner: Browser, workspace: Created) -> None:
    lead = await captured(owner, workspace.public_token)
    page = shown(await owner.see(f"/leads/{lead}"))
    for words in ("A table for eighty?", "First visit from Google", "Sent “Contact us”", "Stage set to",
                  "de-AT, Europe/Vienna", "lindenhof.example/contact"):  # fmt: skip
        assert words in page


async def test_what_was_sent_in_one_moment_stands_in_the_order_it_happened(
    owner: Browser, workspace: Created, database: Database
) -> None:
    """Whatever the ids of the deliveries are, which know nothing of time."""
    lead = await captured(owner, workspace.public_token)
    told = (("7", "lead.created"), ("f", "form.submitted"), ("0", "lead.stage_changed"))

    async def send(tx: Tx) -> None:
        row = {"id": "hook", "workspace_id": workspace.workspace_id, "enabled": True}
        for position, (first, type) in enumerate(told, 1):
            event = {"id": f"event-{position}", "type": type, "lead_id": lead, "seq": position}
            hook = Destination(WEBHOOK, row)
            tx.insert(Delivery, hook.delivery("a.example", event, b"{}", id=first * 8, created_at=1, status="dead"))

    await database.write(send)
    thread = shown(await owner.see(f"/leads/{lead}/thread"))
    assert re.findall(r"<span>([\w ]+): couldn't", thread) == ["New lead", "Form submitted", "Stage changed"]


async def test_a_second_message_is_told_in_the_thread(owner: Browser, workspace: Created) -> None:
    lead = await captured(owner, workspace.public_token)
    await capture(owner.client, workspace.public_token, ANNA | {"message": "And is there parking?"})
    page = shown(await owner.see(f"/leads/{lead}"))
    assert "Sent again: “Contact us”" in page
    assert "And is there parking?" in page


async def test_moving_a_lead_writes_its_history(owner: Browser, workspace: Created, database: Database) -> None:
    lead = await captured(owner, workspace.public_token)
    answer = await owner.press(f"/leads/{lead}/stage", {"stage": "Won"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/leads/{lead}")
    page = shown(await owner.see(f"/leads/{lead}"))
    assert "Moved to Won." in page
    assert "by owner@example.com" in page
    moves = await reading.history(database, lead)
    assert [(move["from_stage"], move["to_stage"], move["by"]) for move in moves] == [
        (None, "New", "widget"),
        ("New", "Won", "owner@example.com"),
    ]
    told = await database.fetch("SELECT data FROM events WHERE type = 'lead.stage_changed' AND lead_id = $1", lead)
    assert '"from_stage":"New"' in told[0]["data"]
    assert "Moved to Won." not in shown(await owner.see(f"/leads/{lead}")).split("Timeline")[0]


async def test_a_move_that_moves_nothing_writes_nothing(owner: Browser, workspace: Created, database: Database) -> None:
    lead = await captured(owner, workspace.public_token)
    await owner.press(f"/leads/{lead}/stage", {"stage": "New"})
    assert len(await reading.history(database, lead)) == 1


async def test_a_lead_is_claimed_and_released(
    owner: Browser, workspace: Created, database: Database, outsider: Browser
) -> None:
    lead = await captured(owner, workspace.public_token)
    assert "Nobody has claimed it yet." in shown(await owner.see(f"/leads/{lead}"))
    assert "Assigned to owner@example.com" in (await owner.press(f"/leads/{lead}/claim", {"claim": "1"}, **HTMX)).text
    assert (await reading.get_lead(database, workspace.workspace_id, lead))["assigned_to"] == workspace.user_id
    assert "Nobody has claimed" in (await owner.press(f"/leads/{lead}/claim", {"claim": "0"}, **HTMX)).text
    thread = shown(await owner.see(f"/leads/{lead}"))
    assert "Claimed" in thread and "Given back: nobody's now" in thread
    await outsider.see("/leads")
    assert (await outsider.press(f"/leads/{lead}/claim", {"claim": "1"})).status_code == 404


async def test_where_an_open_lead_stands_keeps_up_with_its_thread(
    owner: Browser, workspace: Created, database: Database, outsider: Browser
) -> None:
    lead = await captured(owner, workspace.public_token)
    before = (await owner.see(f"/leads/{lead}/thread")).text
    await changes.move(database, workspace.workspace_id, lead, "Contacted", "Ada (Telegram)")
    await changes.assign(database, workspace.workspace_id, lead, workspace.user_id, "Ada (Telegram)")
    renewed = (await owner.see(f"/leads/{lead}/thread")).text
    assert "Assigned to owner@example.com" in renewed and "Nobody has claimed it yet." not in renewed
    assert 'value="Contacted" class="is-waiting" aria-pressed="true"' in renewed
    told = [re.findall(r'id="standing" data-as="([^"]*)" hx-swap-oob="true"', text) for text in (before, renewed)]
    assert told == [["New  False"], [f"Contacted {workspace.user_id} False"]]
    assert "hx-swap-oob" not in (await owner.see(f"/leads/{lead}")).text
    assert (await outsider.see(f"/leads/{lead}/thread")).status_code == 404


async def test_a_lead_is_given_to_anybody_in_the_team_and_found_by_whose_it_is(
    owner: Browser, workspace: Created, database: Database, outsider: Browser, stranger: Created
) -> None:
    lead = await captured(owner, workspace.public_token)
    other = await captured(owner, workspace.public_token, JONAS)
    assert 'name="assigned_to"' not in (await owner.see("/leads")).text, "who is alone needs no such filter"
    new = NewMember("bo@example.com", name="Bo Åkerlund <b>", password="a long password")
    await members.add_member(database, workspace.workspace_id, new)
    [bo_id] = [one for one, name in await people(database, workspace.workspace_id) if name == new.name]

    part = (await owner.press(f"/leads/{lead}/assign", {"to": bo_id}, **HTMX)).text
    assert "Assigned to Bo Åkerlund &lt;b&gt;" in part
    undo = {"to": "", "from": bo_id}
    assert all(f'name="{name}" value="{value}"' in part for name, value in undo.items())
    thread = shown(await owner.see(f"/leads/{lead}"))
    assert "Given to bo@example.com" in thread
    page = (await owner.see("/leads")).text
    assert page.count('title="Assigned to Bo Åkerlund &lt;b&gt;"') == 1 and ">BÅ</span>" in page
    for asked, found in ((bo_id, [lead]), ("nobody", [other]), ("me", []), ("who", [other, lead])):
        listed = await owner.see(f"/leads?assigned_to={asked}")
        assert ids_in(listed) == found, asked
    assert f'<option value="{bo_id}" selected>' in (await owner.see(f"/leads?assigned_to={bo_id}&stage=New")).text

    await owner.press(f"/leads/{lead}/assign", {"to": workspace.user_id})
    late = await owner.press(f"/leads/{lead}/assign", undo, **HTMX)
    assert "It has changed hands since" in late.text
    assert (
        "They are no member any more"
        in (await owner.press(f"/leads/{lead}/assign", {"to": stranger.user_id}, **HTMX)).text
    )
    assert (await reading.get_lead(database, workspace.workspace_id, lead))["assigned_to"] == workspace.user_id
    back = await owner.press(f"/leads/{lead}/assign", {"to": "", "from": workspace.user_id}, **HTMX)
    assert "Nobody has claimed it yet." in back.text
    await outsider.see("/leads")
    assert (await outsider.press(f"/leads/{lead}/assign", {"to": stranger.user_id})).status_code == 404


async def test_there_is_no_moving_to_a_stage_that_is_not(owner: Browser, workspace: Created) -> None:
    lead = await captured(owner, workspace.public_token)
    answer = await owner.press(f"/leads/{lead}/stage", {"stage": "Nirvana"})
    assert answer.status_code == 400
    assert "Valid stages: Form Started, New" in answer.text


async def test_the_pages_script_gets_the_lead_and_a_way_back(owner: Browser, workspace: Created) -> None:
    lead = await captured(owner, workspace.public_token)
    part = (await owner.press(f"/leads/{lead}/stage", {"stage": "Quoted"}, **HTMX)).text
    assert part.lstrip().startswith("<article")
    assert 'value="Quoted" class="is-waiting" aria-pressed="true"' in part
    assert 'hx-swap-oob="beforeend"' in part
    assert f'<form method="post" action="/leads/{lead}/stage"' in part.split("hx-swap-oob")[1]
    assert '<input type="hidden" name="stage" value="New">' in part.split("hx-swap-oob")[1]


async def test_a_note_is_kept_with_its_author(owner: Browser, workspace: Created) -> None:
    lead = await captured(owner, workspace.public_token)
    await owner.press(f"/leads/{lead}/notes", {"text": "Called.\r\nComes on Saturday."})
    page = shown(await owner.see(f"/leads/{lead}"))
    assert "Called.\nComes on Saturday." in page
    assert "by owner@example.com" in page


async def test_a_note_without_words_or_end_is_not_kept(owner: Browser, workspace: Created, database: Database) -> None:
    lead = await captured(owner, workspace.public_token)
    for text in ("", " \n ", "x" * (changes.MAX_NOTE + 1)):
        await owner.press(f"/leads/{lead}/notes", {"text": text})
        assert "A note has between 1 and 20,000 characters." in shown(await owner.see(f"/leads/{lead}"))
    assert await database.fetch("SELECT id FROM notes WHERE lead_id = $1", lead) == []


async def test_spam_is_kept_apart_and_can_be_taken_back(owner: Browser, workspace: Created) -> None:
    lead = await captured(owner, workspace.public_token)
    await owner.press(f"/leads/{lead}/spam", {"spam": "1"})
    page = shown(await owner.see(f"/leads/{lead}"))
    assert "Kept as spam" in page and "marked by hand" in page
    await owner.press(f"/leads/{lead}/spam", {"spam": "0"})
    assert "Kept as spam" not in (await owner.see(f"/leads/{lead}")).text


async def test_nothing_that_a_visitor_types_becomes_markup(owner: Browser, workspace: Created) -> None:
    hostile = dict.fromkeys(("name", "phone", "company", "message", "Anything else"), ATTACK)
    batch = submission(hostile | {"email": "x@y.example"})
    for touch in (batch["first"], batch["last"]):
        touch |= {"ref": f"https://x.example/{ATTACK}", "utm": dict.fromkeys(("source", "campaign", "term"), ATTACK)}
    batch["page"] |= {"title": ATTACK, "url": f"{ORIGIN}/?q={ATTACK}"}
    batch["device"] |= {"lang": "<b>", "tz": "<b>"}
    batch["events"][0]["form"] = {"key": ATTACK[:200], "name": ATTACK[:200]}
    batch["events"][0]["fields"][-1]["label"] = ATTACK
    token = workspace.public_token
    sent = await owner.client.post(f"/api/w/{token}/events", json=batch, headers={"origin": ORIGIN})
    assert sent.status_code == 202, sent.text
    inbox = await owner.see("/leads")
    lead = ids_in(inbox)[0]
    for answer in (inbox, await owner.see(f"/leads/{lead}"), await owner.see("/"), await owner.see("/sites")):
        harmless(answer.text) if "alert(1)" in answer.text else None
    assert "<b>" not in (await owner.see(f"/leads/{lead}")).text.split("How they came")[1].split("Timeline")[0]
