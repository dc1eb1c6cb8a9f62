"""The forms that visitors saw and how far they got, as the page shows them."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.workspaces.bootstrap import Created
from tests.dashboard.browsing import ORIGIN, Browser, capture, shown, submission
from tests.dashboard.test_render import ATTACK, harmless

FORM = {"key": "application", "name": "Work with us"}


def begun(session: str, **more: Any) -> dict[str, Any]:
    """Give the widget's batch of a form that was seen and half filled in."""
    now = clock.now()
    progress = {"type": "progress", "session": session, "seq": 1, "form": FORM, "start": now - 4_000, "at": now,
                "percent": 45, "done": 5, "total": 11, "last": "Motivation", **more}  # fmt: skip
    view = {"type": "view", "form": progress["form"], "at": now}
    return submission({"email": "x@y.example"}, events=[view, progress])


async def begin(browser: Browser, token: str, **more: Any) -> str:
    session = str(uuid4())
    answer = await browser.client.post(
        f"/api/w/{token}/events", json=begun(session, **more), headers={"origin": ORIGIN, "cookie": ""}
    )
    assert answer.status_code == 202, answer.text
    return session


async def abandon(database: Database, session: str) -> None:
    """Let the site's minutes have passed."""

    async def write(tx: Tx) -> None:
        await tx.execute(
            "UPDATE sessions SET state = 'abandoned', abandoned_at = $1 WHERE id = $2", clock.now(), session
        )

    await database.write(write)


def form_ids(page: str) -> list[str]:
    return re.findall(r'id="form-([^"]+)"', page)


def session_ids(page: str) -> list[str]:
    return re.findall(r'id="session-([^"]+)"', page)


async def test_before_the_first_form_it_says_what_will_stand_here(owner: Browser) -> None:
    page = shown(await owner.see("/forms"))
    assert "The forms of your pages will stand here" in page
    assert 'href="/sites">Set up a site' in page


async def test_a_half_filled_form_stands_there_with_how_far_it_got(owner: Browser, workspace: Created) -> None:
    session = await begin(owner, workspace.public_token)
    page = shown(await owner.see("/forms"))
    assert session_ids(page) == [session]
    for words in ("Work with us", "5 of 11 fields", "now at “Motivation”", "Filling it in", "Google", "summer",
                  "lindenhof.example/contact", "1 view<", "1 started", "0 abandoned", "0 submitted"):  # fmt: skip
        assert words in page, words


async def test_whoever_left_is_shown_as_abandoned(owner: Browser, workspace: Created, database: Database) -> None:
    await abandon(database, await begin(owner, workspace.public_token))
    page = shown(await owner.see("/forms"))
    for words in ("left at “Motivation”", "1 started", "1 abandoned"):
        assert words in page, words
    assert "Filling it in" not in page


async def test_whoever_submitted_is_linked_to_their_lead(owner: Browser, workspace: Created) -> None:
    await capture(owner.client, workspace.public_token)
    page = shown(await owner.see("/forms"))
    assert "1 submitted" in page
    assert re.search(r'href="/leads/[^"]+">Anna Berger</a>', page)


async def test_what_visitors_typed_is_not_shown(owner: Browser, workspace: Created) -> None:
    typed = [{"name": "motivation", "label": "Motivation", "type": "text", "value": "My secret wish"}]
    await begin(owner, workspace.public_token, fields=typed)
    assert "My secret wish" not in shown(await owner.see("/forms"))


async def test_it_is_narrowed_by_form_and_state(owner: Browser, workspace: Created, database: Database) -> None:
    left = await begin(owner, workspace.public_token)
    await abandon(database, left)
    other = await begin(owner, workspace.public_token, form={"key": "quote", "name": "Get a quote"})
    assert session_ids((await owner.see("/forms?state=abandoned")).text) == [left]
    assert session_ids((await owner.see("/forms?state=started")).text) == [other]
    assert "No visitor stands at this state" in shown(await owner.see("/forms?state=submitted"))
    narrowed = set()
    for form in form_ids((await owner.see("/forms")).text):
        narrowed.add(tuple(session_ids((await owner.see(f"/forms?form={form}")).text)))
    assert narrowed == {(left,), (other,)}


async def test_what_can_not_be_asked_for_is_passed_over(owner: Browser, workspace: Created) -> None:
    session = await begin(owner, workspace.public_token)
    for asked in ("state=nowhere", "cursor=made-up", "state=%00"):
        answer = await owner.see(f"/forms?{asked}")
        assert (answer.status_code, session_ids(answer.text)) == (200, [session]), asked


async def test_what_is_older_than_thirty_days_is_not_counted(
    owner: Browser, workspace: Created, database: Database
) -> None:
    await begin(owner, workspace.public_token)

    async def write(tx: Tx) -> None:
        await tx.execute("UPDATE sessions SET started_at = started_at - $1", 31 * clock.DAY)
        await tx.execute("UPDATE form_views SET at = at - $1", 31 * clock.DAY)

    await database.write(write)
    page = shown(await owner.see("/forms"))
    assert "no views" in page
    assert "0 started" in page


async def test_a_stranger_sees_neither_form_nor_session(owner: Browser, outsider: Browser, workspace: Created) -> None:
    await begin(owner, workspace.public_token)
    form = form_ids((await owner.see("/forms")).text)[0]
    assert "Work with us" not in shown(await outsider.see("/forms"))
    assert (await outsider.see(f"/forms?form={form}")).status_code == 404
    assert (await owner.see(f"/forms?form={form}")).status_code == 200


async def test_a_form_that_does_not_exist_answers_404(owner: Browser) -> None:
    for asked in (str(uuid4()), "nothing", "'"):
        assert (await owner.see(f"/forms?form={asked}")).status_code == 404, asked


async def test_names_that_mean_harm_are_escaped(owner: Browser, workspace: Created) -> None:
    await begin(owner, workspace.public_token, form={"key": "x", "name": ATTACK}, last=ATTACK)
    harmless((await owner.see("/forms")).text)
    form = form_ids((await owner.see("/forms")).text)[0]
    harmless((await owner.see(f"/forms?form={form}")).text)


async def test_the_page_asks_again_and_hears_only_of_changes(owner: Browser, workspace: Created) -> None:
    session = await begin(owner, workspace.public_token)
    again = re.search(r'hx-get="([^"]+)" hx-trigger="every 5s"', shown(await owner.see("/forms")))
    assert again
    assert (await owner.see(again[1], hx_request="true")).status_code == 204
    further = begun(session, seq=2, percent=63, done=7, last="Salary")
    await owner.client.post(
        f"/api/w/{workspace.public_token}/events", json=further, headers={"origin": ORIGIN, "cookie": ""}
    )
    part = await owner.see(again[1], hx_request="true")
    assert part.status_code == 200
    assert "7 of 11 fields" in part.text
    assert "<html" not in part.text
