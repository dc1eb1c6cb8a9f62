"""What the dashboard says of forms that came without a script, and of spam: no more than is known."""

from __future__ import annotations

import re
from typing import Any

import httpx

from leadsbot.db import Database
from leadsbot.workspaces.bootstrap import Created
from tests.dashboard.browsing import ORIGIN, Browser, capture, captured, shown, submission

SAID = {"name": "Ada Lovelace", "email": "ada@example.com", "message": "A table for eighty?"}


async def post_form(browser: Browser, token: str, **more: str) -> None:
    """Send a form as a browser without script does."""
    headers = {"origin": ORIGIN, "referer": f"{ORIGIN}/contact", "cookie": "", "user-agent": "Mozilla/5.0 Chrome/126.0"}
    answer = await browser.client.post(f"/f/{token}", data=SAID | more, headers=headers)
    assert answer.status_code in (200, 303), answer.text


def told(answer: httpx.Response) -> str:
    """Give what the page says, without tags."""
    inside = shown(answer)[shown(answer).index("<main") :].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", inside).split())


def done(page: str) -> list[bool]:
    """Give which of the checklist's steps are done."""
    return [
        "Done" in one
        for one in re.findall(r'<li(?: class="\w+")?>\s*<svg.*?</h3>', page.split('class="steps"')[1], re.S)
    ]


async def test_a_plain_form_is_no_tag(owner: Browser, workspace: Created) -> None:
    assert "Waiting for the tag" in told(await owner.see("/sites"))
    await post_form(owner, workspace.public_token)
    page = told(await owner.see("/sites"))
    assert "Tag not seen yet" in page and "Tag seen" not in page and "Plain form used just now" in page
    assert done((await owner.see("/")).text)[:2] == [False, True]
    await capture(owner.client, workspace.public_token, {"email": "x@y.example"})
    page = told(await owner.see("/sites"))
    assert "Tag seen just now" in page and "Plain form used just now" in page


async def test_a_lead_by_key_sends_no_form(owner: Browser, workspace: Created) -> None:
    lead = {"name": "Jane Doe", "email": "jane@doe.example", "phone": "+43 660 1234567"}
    headers = {"authorization": f"Bearer {workspace.api_key}"}
    assert (await owner.client.post("/api/v1/leads", json=lead, headers=headers)).status_code == 201
    assert done((await owner.see("/")).text)[:2] == [False, False]
    await capture(owner.client, workspace.public_token, {"email": "x@y.example"})
    assert done((await owner.see("/")).text)[:2] == [True, True]


async def test_its_report_says_how_many_sent_it_and_why_no_more(
    owner: Browser, workspace: Created, database: Database
) -> None:
    await post_form(owner, workspace.public_token)
    (form,) = await database.fetch("SELECT id FROM forms")
    for device in ("", "?device=desktop"):
        page = told(await owner.see(f"/forms/{form['id']}{device}"))
        assert "1 sent it" in page and "came without a script" in page
        for nonsense in ("saw it ", "began", "more starts than views", "Where people stop", "100 %"):
            assert nonsense not in page.replace("who saw it,", ""), nonsense
    listed = told(await owner.see("/forms"))
    assert "1 submitted" in listed and "0 views" not in listed and "started" not in listed.partition("Visitors")[0]


async def test_a_visitor_without_a_script_has_no_share_of_fields(owner: Browser, workspace: Created) -> None:
    await post_form(owner, workspace.public_token)
    page = told(await owner.see("/forms"))
    assert "without script" in page and "of 3 fields" not in page and "Ada Lovelace" in page
    await capture(owner.client, workspace.public_token, {"email": "x@y.example", "name": "Eve"})
    assert "2 of 2 fields" in told(await owner.see("/forms"))


async def test_one_sent_before_its_fields_were_counted_is_told_of_as_far_as_it_is_known(
    owner: Browser, workspace: Created
) -> None:
    batch = submission({"email": "x@y.example", "name": "Eve"})
    (sent,) = batch["events"]
    uncounted = {name: value for name, value in sent.items() if name not in ("done", "total", "start")}
    lead = await captured(owner, workspace.public_token, events=[uncounted])
    listed = told(await owner.see("/forms"))
    assert "without script" not in listed and "100 % filled in" in listed and "of 0 fields" not in listed
    opened = told(await owner.see(f"/leads/{lead}"))
    assert "100 %" in opened and "no fields" not in opened


async def test_spam_is_marked_among_visitors_and_in_the_capture_log(owner: Browser, workspace: Created) -> None:
    await post_form(owner, workspace.public_token, _gotcha="http://spam.example")
    assert "Submitted Spam" in told(await owner.see("/forms"))
    assert "Taken as spam" in told(await owner.see("/attempts"))


async def test_what_is_no_spam_is_not_marked(owner: Browser, workspace: Created) -> None:
    await post_form(owner, workspace.public_token)
    assert "Submitted Spam" not in told(await owner.see("/forms"))
    page: Any = told(await owner.see("/attempts"))
    assert "Taken as spam" not in page and "Taken Ada Lovelace" in page
