"""What the widget found on a site's pages, as the sites page shows it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from leadsbot import clock
from leadsbot.dashboard.shown.audits import FIRST_PAGES, READ_PAGES
from leadsbot.dashboard.shown.frames import vendor_of
from leadsbot.db import Database, Tx
from leadsbot.forms.audits import MAX_PAGES_PER_SITE, AuditBook, audited
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.site_editing import plain_form
from tests.dashboard.browsing import ADDRESS, ORIGIN, Browser, shown, submission
from tests.dashboard.test_render import ATTACK, harmless


def form(key: str, name: str = "", taken_as: str = "lead") -> dict[str, str]:
    return {"key": key, "name": name, "as": taken_as}


def frame(where: str) -> dict[str, str]:
    return {"what": "frame", "where": where}


async def hear(database: Database, workspace: Created, *pages: tuple[str, list[Any], list[Any]]) -> None:
    """Let pages tell what stands on them: path, forms, and what they can't see into."""
    now = clock.now()
    said = [
        audited(workspace.site_id, f"https://lindenhof.example/{path}", forms, missed, now - number)
        for number, (path, forms, missed) in enumerate(pages)
    ]

    async def unit(tx: Tx) -> None:
        await AuditBook().write(tx, said)

    await database.write(unit)


async def section(browser: Browser) -> str:
    """Give the part of the page that is about a site's pages, as people read it."""
    html = shown(await browser.see("/sites"))
    part = html[html.index('<section class="coverage"') :]
    text = re.sub(r"<(/?(?:svg|use|span|b|a|li|ul|time|h3|p|section|details|summary)\b[^>]*)>", " ", part)
    return " ".join(text.partition('<section class="add"')[0].split())


def addresses(html: str) -> list[str]:
    return re.findall(r'class="page-url"><a href="https://lindenhof\.example/([^"]*)"', html)


async def test_before_the_first_visit_it_says_what_will_stand_here(owner: Browser) -> None:
    assert "Each page that carries the tag is listed here once somebody has stayed on it" in await section(owner)


async def test_a_page_is_listed_with_a_word_for_each_of_its_forms(
    owner: Browser, database: Database, workspace: Created
) -> None:
    forms = [
        form("contact", "Contact us"),
        form("q", taken_as="search"),
        form("login", "Members", "login"),
        form("cookies", taken_as="dialog"),
        form("poll", taken_as="ignored"),
        form("new", taken_as="quiz"),
    ]
    await hear(database, workspace, ("contact", forms, []))
    text = await section(owner)
    for words in (
        "1 page, 1 form captured, nothing out of sight.",
        "lindenhof.example/contact",
        "Captured Contact us",
        "Left alone q : a search,",
        "Left alone Members : a sign-in: whoever signs in is known already",
        "Left alone cookies : a dialog, which closes a box",
        "Left alone poll : ignored, as the page, its tag or the site's settings say",
        "Left alone new",
    ):
        assert words in text, words


async def test_a_page_without_a_form_says_so(owner: Browser, database: Database, workspace: Created) -> None:
    await hear(database, workspace, ("about", [], []))
    text = await section(owner)
    assert "No form was found." in text and "1 page, no forms captured, nothing out of sight." in text


async def test_a_form_that_stands_on_many_pages_is_counted_once(
    owner: Browser, database: Database, workspace: Created
) -> None:
    footer = form("newsletter", "Newsletter")
    await hear(database, workspace, ("", [footer], []), ("contact", [footer, form("contact")], []))
    assert "2 pages, 2 forms captured" in await section(owner)


async def test_a_frame_of_another_origin_says_where_to_put_the_tag(
    owner: Browser, database: Database, workspace: Created
) -> None:
    await hear(database, workspace, ("jobs", [], [frame("https://jobs.other.example")]))
    text = await section(owner)
    assert "1 page may hold a form that can't be seen." in text
    assert "Frame of jobs.other.example A form in it belongs to that address." in text
    assert "put the tag into it too, and https://jobs.other.example on the list of allowed origins." in text


async def test_a_frame_of_an_allowed_origin_needs_the_tag_alone(
    owner: Browser, database: Database, workspace: Created
) -> None:
    await hear(database, workspace, ("", [], [frame("https://lindenhof.example")]))
    assert "put the tag into it too. If it isn't," in await section(owner)


async def test_a_frame_without_an_origin_is_not_told_to_carry_the_tag(
    owner: Browser, database: Database, workspace: Created
) -> None:
    await hear(database, workspace, ("", [], [frame("null")]))
    text = await section(owner)
    assert "Frame without an origin" in text and "put the tag" not in text


@pytest.mark.parametrize(
    ("origin", "name", "way"),
    [
        ("https://form.typeform.com", "Typeform", "webhook"),
        ("https://share.hsforms.com", "HubSpot", "webhook"),
        ("https://meetings.hubspot.com", "HubSpot", "webhook"),
        ("https://form.jotform.com", "Jotform", "webhook"),
        ("https://docs.google.com", "Google Forms", "Apps Script"),
        ("https://calendly.com", "Calendly", "webhook"),
    ],
)
def test_a_vendor_of_forms_is_known_by_name_and_by_its_way_out(origin: str, name: str, way: str) -> None:
    vendor = vendor_of(origin)
    assert vendor and vendor.name == name and way in vendor.instead


@pytest.mark.parametrize(
    "origin", ["https://nottypeform.com", "https://typeform.com.evil.example", "null", "", "http://["]
)
def test_nobody_else_is_taken_for_a_vendor(origin: str) -> None:
    assert vendor_of(origin) is None


async def test_a_vendors_frame_is_called_by_its_name_and_its_webhook_is_proposed(
    owner: Browser, database: Database, workspace: Created
) -> None:
    await hear(database, workspace, ("", [], [frame("https://form.typeform.com")]))
    text = await section(owner)
    assert "Can't be seen Typeform in a frame The page in it belongs to Typeform and can't carry the tag" in text
    assert "Use Typeform's webhook instead" in text and "put the tag" not in text


async def test_a_video_is_no_form_that_is_missed(owner: Browser, database: Database, workspace: Created) -> None:
    await hear(database, workspace, ("", [], [frame("https://www.youtube-nocookie.com")]))
    text = await section(owner)
    assert "YouTube in a frame" in text and "nothing out of sight" in text and "Can't be seen" not in text


async def test_a_closed_component_says_plainly_what_is_impossible(
    owner: Browser, database: Database, workspace: Created
) -> None:
    await hear(database, workspace, ("", [], [{"what": "shadow", "where": "x-booking"}]))
    text = await section(owner)
    assert "Component <x-booking>" in text and "no script of the page can look in" in text
    assert "open shadow root" in text and "LeadsBot.capture(form)" in text


async def test_a_part_of_a_kind_that_nobody_foresaw_is_named(
    owner: Browser, database: Database, workspace: Created
) -> None:
    await hear(database, workspace, ("", [], [{"what": "portal", "where": "x"}]))
    assert "1 page may hold a form that can't be seen." in await section(owner)


async def test_pages_that_need_somebody_come_first_then_the_latest(
    owner: Browser, database: Database, workspace: Created
) -> None:
    closed = [{"what": "shadow", "where": "x-a"}]
    await hear(database, workspace, ("one", [], []), ("two", [], closed), ("three", [], []), ("four", [], closed))
    assert addresses((await owner.see("/sites")).text) == ["two", "four", "one", "three"]


async def test_what_is_beyond_the_first_pages_is_a_link_away(
    owner: Browser, database: Database, workspace: Created
) -> None:
    await hear(database, workspace, *((f"{n}", [], []) for n in range(FIRST_PAGES)))
    assert "Show all" not in await section(owner)
    await hear(database, workspace, *((f"{n}", [], []) for n in range(MAX_PAGES_PER_SITE + 1)))
    html = (await owner.see("/sites")).text
    assert len(addresses(html)) == FIRST_PAGES and f"{MAX_PAGES_PER_SITE} pages, no forms captured on" in html
    assert f"Show all {MAX_PAGES_PER_SITE} pages" in html
    whole = (await owner.see(f"/sites?pages={workspace.site_id}")).text
    assert f'href="/sites?pages={workspace.site_id}#pages-{workspace.site_id}"' in html
    assert len(addresses(whole)) == MAX_PAGES_PER_SITE and "Show all" not in whole


async def test_until_all_are_asked_for_only_the_latest_pages_are_read(
    owner: Browser, database: Database, workspace: Created
) -> None:
    older = ("older", [form("contact")], [{"what": "shadow", "where": "x-a"}])
    await hear(database, workspace, *((f"{n}", [], []) for n in range(READ_PAGES)), older)
    text = await section(owner)
    assert f"{READ_PAGES + 1} pages, no forms captured on the latest {READ_PAGES}, nothing out of sight." in text
    whole = shown(await owner.see(f"/sites?pages={workspace.site_id}"))
    assert f"{READ_PAGES + 1} pages, 1 form captured, 1 page may hold" in whole
    assert addresses(whole)[0] == "older"


async def test_asking_for_all_pages_of_no_site_of_ones_own_changes_nothing(
    outsider: Browser, database: Database, workspace: Created, stranger: Created
) -> None:
    await hear(database, workspace, *((f"{n}", [], []) for n in range(FIRST_PAGES + 1)))
    await hear(database, stranger, *((f"{n}", [], []) for n in range(FIRST_PAGES + 1)))
    for asked in (workspace.site_id, "nothing", "%00"):
        assert len(addresses((await outsider.see(f"/sites?pages={asked}")).text)) == FIRST_PAGES


async def test_what_a_page_says_of_itself_is_escaped(owner: Browser, database: Database, workspace: Created) -> None:
    forms = [form(ATTACK), form("a", ATTACK), form("b", ATTACK, ATTACK)]
    missed = [frame(ATTACK), {"what": "shadow", "where": ATTACK}, {"what": ATTACK, "where": ATTACK}]
    await hear(database, workspace, (ATTACK, forms, missed))
    harmless((await owner.see("/sites")).text)


async def test_an_address_that_is_no_web_page_is_no_link(
    owner: Browser, database: Database, workspace: Created
) -> None:
    async def unit(tx: Tx) -> None:
        await AuditBook().write(tx, [audited(workspace.site_id, "javascript:alert(1)", [], [], clock.now())])

    await database.write(unit)
    html = (await owner.see("/sites")).text
    assert "javascript:alert(1)" in html and 'href="javascript' not in html


async def test_a_stranger_sees_nothing_of_it(
    outsider: Browser, database: Database, workspace: Created, stranger: Created
) -> None:
    await hear(database, workspace, ("secret", [form("contact", "Contact us")], []))
    text = await section(outsider)
    assert "secret" not in text and "Contact us" not in text and "is listed here once" in text


async def test_what_a_page_tells_the_widgets_door_is_shown(owner: Browser, workspace: Created) -> None:
    now = clock.now()
    event = {"type": "audit", "at": now, "forms": [form("contact", "Contact us"), form("q", taken_as="search")],
             "missed": [frame("https://form.typeform.com")]}  # fmt: skip
    address = f"{ORIGIN}/contact?email=ada@example.com#form"
    batch = submission({"email": ""}, events=[event], page={"url": address, "title": "", "ref": ""})
    answer = await owner.client.post(
        f"/api/w/{workspace.public_token}/events", json=batch, headers={"origin": ORIGIN, "cookie": ""}
    )
    assert answer.status_code == 202, answer.text
    assert addresses((await owner.see("/sites")).text) == ["contact"]
    text = await section(owner)
    assert "Captured Contact us" in text and "Left alone q" in text and "Typeform in a frame" in text
    assert "ada@example.com" not in text


async def test_a_form_without_script_is_given_whole(owner: Browser, workspace: Created) -> None:
    page = shown(await owner.see("/sites"))
    form = re.search(r'<form action="[^"]*/f/.*?</form>', page.partition("A form without any script")[2], re.DOTALL)
    assert form and f'{ADDRESS}/f/{workspace.public_token}" method="post">' in form[0]
    for piece in ('name="email" type="email"', "<textarea", 'name="_gotcha"', "<button>Send</button>"):
        assert piece in form[0], piece
    said = dict(re.findall(r'name="(\w+)"(?: type="hidden")?(?: value="([^"]*)")?', form[0]))
    lead = {**said, "email": "jane@example.com"}
    sent = await owner.client.post(f"/f/{workspace.public_token}", data=lead, headers={"origin": ORIGIN})
    assert sent.status_code in (200, 303) and "jane@example.com" in (await owner.see("/leads")).text


def test_the_form_leads_on_to_a_page_of_the_site() -> None:
    form = plain_form(ADDRESS, "token", ["https://*.a.example", "https://a.example"], "website")
    assert 'name="_next" value="https://a.example/thanks"' in form and 'name="website" tabindex="-1"' in form
    assert "_next" not in plain_form(ADDRESS, "token", ["https://*.a.example"])
