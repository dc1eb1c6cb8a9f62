"""A form's report as a page: numbers in words, the place where most give up, and each field."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import httpx
import pytest

from leadsbot import clock
from leadsbot.clock import DAY, MINUTE, SECOND
from leadsbot.dashboard.render import Renderer
from leadsbot.dashboard.shown.report_words import lasted, part, percent, quoted
from leadsbot.db import Database
from leadsbot.forms.report_shape import rate
from leadsbot.ids import new_id
from leadsbot.workspaces.bootstrap import Created
from tests.dashboard.browsing import Browser, shown
from tests.dashboard.report_samples import REPORT
from tests.dashboard.samples import SHELL
from tests.dashboard.test_render import ATTACK, PUBLIC, Page, harmless
from tests.forms.report_rows import add_form, add_sessions, add_views, session, stat


def words(answer: httpx.Response) -> str:
    """Give what the page says, without tags, each gap a single space."""
    inside = re.sub(r"<[^>]+>", " ", shown(answer)[shown(answer).index("<main") :].partition("</main>")[0])
    return " ".join(inside.split())


@pytest.fixture
async def form_id(database: Database, workspace: Created) -> str:
    return await add_form(database, workspace, "Wedding request")


async def tried(database: Database, workspace: Created, form_id: str, number: int = 1, **more: Any) -> None:
    """Let visitors who came just now try the form."""
    at = clock.now() - MINUTE
    stats = more.pop("stats", [stat("email", entered=1, time=4_000), stat("phone", entered=2, time=9_000)])
    more = {"started_at": at, **more}
    await add_sessions(database, *[session(workspace, form_id, stats, **more) for _ in range(number)])


async def test_each_form_leads_to_its_report(owner: Browser, form_id: str) -> None:
    assert f'href="/forms/{form_id}">Report' in (await owner.see("/forms")).text
    assert "Wedding request" in words(await owner.see(f"/forms/{form_id}"))


async def test_before_anybody_saw_it_it_says_what_will_stand_here(owner: Browser, form_id: str) -> None:
    page = words(await owner.see(f"/forms/{form_id}"))
    assert "How this form does will stand here" in page and "In the last 30 days nobody saw it" in page
    assert "Look at 90 days" in page
    assert "nobody began it on such a device" in words(await owner.see(f"/forms/{form_id}?device=tablet"))
    assert "See where the tag was seen" in words(await owner.see(f"/forms/{form_id}?days=90"))


async def test_a_form_that_was_only_seen_says_so(owner: Browser, database: Database, form_id: str) -> None:
    await add_views(database, form_id, 14, clock.now() - MINUTE)
    page = words(await owner.see(f"/forms/{form_id}"))
    for said in ("0 % of those who saw it sent it 0 of 14", "14 saw it", "0 began", "The field where most give up",
                 "How many enter each field"):  # fmt: skip
        assert said in page, said


async def test_it_says_who_saw_began_and_sent_it(
    owner: Browser, database: Database, workspace: Created, form_id: str
) -> None:
    await add_views(database, form_id, 8, clock.now() - MINUTE)
    at = clock.now() - MINUTE
    sent = {"started_at": at, "submitted_at": at + 86 * SECOND}
    await tried(database, workspace, form_id, state="submitted", tries=2, wait_ms=7_200, **sent)
    await tried(database, workspace, form_id, state="abandoned", tries=1, last_field="Phone")
    await tried(database, workspace, form_id, 2, last_field="Email")
    page = words(await owner.see(f"/forms/{form_id}"))
    for said in (
        "12 % of those who saw it sent it 1 of 8",
        "25 % of those who began sent it 1 of 4",
        "1 min 26 s to fill it in median; nine in ten within 1 min 26 s",
        "7.2 s until the first answer",
        "8 saw it",
        "4 began 50 % of those who saw it",
        "1 sent it 25 % of those who began · 12 % of those who saw it",
        "1 left without sending it. 2 are still filling it in.",
        "Of 2 who tried to send it, 1 tried more than once and 1 never got through.",
    ):
        assert said in page, said


@pytest.mark.parametrize(
    ("places", "sentence"),
    [
        ("pppe", "Most who left did so at “Phone”: 3 of 4."),
        ("ppe-f", "More stopped at “Phone” than anywhere else: 2 of 5."),
        ("ppeef", "No field lost more people than “Email”: 2 of 5."),
    ],
)
async def test_the_place_where_most_give_up_is_named(
    owner: Browser, database: Database, workspace: Created, form_id: str, places: str, sentence: str
) -> None:
    named = {"p": "Phone", "e": "Email", "f": "First name", "-": ""}
    for place in places:
        await tried(database, workspace, form_id, state="abandoned", last_field=named[place])
    page = words(await owner.see(f"/forms/{form_id}"))
    assert sentence in page
    assert ("Before a field that has a name" in page) is ("-" in places)


async def test_whoever_is_still_at_it_has_not_left(
    owner: Browser, database: Database, workspace: Created, form_id: str
) -> None:
    await tried(database, workspace, form_id, last_field="Phone")
    page = words(await owner.see(f"/forms/{form_id}"))
    assert "1 is still filling it in." in page and "Most who didn't send it stopped at “Phone”: 1 of 1." in page


async def test_a_form_that_all_sent_has_no_such_place(
    owner: Browser, database: Database, workspace: Created, form_id: str
) -> None:
    await tried(database, workspace, form_id, state="submitted")
    assert "Everybody who began it sent it." in words(await owner.see(f"/forms/{form_id}"))


async def test_each_field_tells_what_happened_in_it(
    owner: Browser, database: Database, workspace: Created, form_id: str
) -> None:
    typed = stat("phone", entered=2, time=8_000, hesitation=1_200, corrections=1, deletions=4, refocuses=1, invalids=1)
    await tried(database, workspace, form_id, stats=[stat("email", state=2), typed], state="submitted")
    await tried(
        database, workspace, form_id, stats=[stat("email"), stat("phone")], state="abandoned", last_field="Phone"
    )
    page = words(await owner.see(f"/forms/{form_id}"))
    assert "Of 2 visitors." in page
    phone = page[page.index("Phone phone") :]
    for said in ("Entered 50 % 1 of 2", "Time 8.0 s types after 1.2 s", "Changed 100 % 1 of 1", "Deleted 100 % 1 of 1",
                 "Came back 100 % 1 of 1", "Errors 50 % 1 of 2", "Sent blank 0 % 0 of 1", "Autofilled 0 % 0 of 1",
                 "Stopped here 100 % 1 of 1"):  # fmt: skip
        assert said in phone, said
    assert "Email email Entered 0 % 0 of 2 Time – Changed –" in page


async def test_what_an_owner_can_mend_is_said_in_sentences(
    owner: Browser, database: Database, workspace: Created, form_id: str
) -> None:
    typed = stat("phone", entered=1, time=8_000, hesitation=6_000, corrections=1, invalids=1)
    await tried(database, workspace, form_id, 10, stats=[typed, stat("company")], state="submitted")
    page = words(await owner.see(f"/forms/{form_id}"))
    for said in (
        "“Phone” showed an error to 10 of 10. Does it say what it wants?",
        "“Company” stayed blank in 10 of 10 sent forms. Is it needed?",
        "“Phone” was changed again by 100 % of those who entered it.",
        "“Phone” makes people think: 6.0 s before the first key.",
    ):
        assert said in page, said


async def test_nothing_is_concluded_from_a_few(
    owner: Browser, database: Database, workspace: Created, form_id: str
) -> None:
    typed = stat("phone", entered=1, time=8_000, hesitation=6_000, corrections=1, invalids=1)
    await tried(database, workspace, form_id, 9, stats=[typed, stat("company")], state="submitted")
    page = words(await owner.see(f"/forms/{form_id}"))
    assert "Is it needed?" not in page and "makes people think" not in page


async def test_fields_that_hardly_anybody_met_are_left_out(
    owner: Browser, database: Database, workspace: Created, form_id: str
) -> None:
    await tried(database, workspace, form_id, 101)
    await tried(database, workspace, form_id, stats=[stat("joke")])
    page = words(await owner.see(f"/forms/{form_id}"))
    assert "1 field that hardly anybody met is left out." in page and "Joke" not in page


async def test_the_period_and_the_device_can_be_chosen(
    owner: Browser, database: Database, workspace: Created, form_id: str
) -> None:
    for days, device in ((1, "mobile"), (20, "desktop"), (60, "desktop"), (100, "desktop")):
        await tried(database, workspace, form_id, device_type=device, started_at=clock.now() - days * DAY)
    for query, began in {
        "": "2 began", "?days=7": "1 began", "?days=90": "3 began", "?days=365": "2 began", "?days=x": "2 began",
        "?device=mobile": "1 began", "?days=90&device=desktop": "2 began", "?device=fridge": "2 began",
    }.items():  # fmt: skip
        assert began in words(await owner.see(f"/forms/{form_id}{query}")), query
    page = (await owner.see(f"/forms/{form_id}?days=90&device=desktop")).text
    assert f'href="/forms/{form_id}?days=90" ' not in page  # what is chosen is kept by the other switch
    assert f'href="/forms/{form_id}?days=7&amp;device=desktop"' in page
    assert page.count('aria-current="true"') == 2
    assert "Views can't be told by device." in shown(await owner.see(f"/forms/{form_id}?device=mobile"))


async def test_more_starts_than_views_make_no_share(
    owner: Browser, database: Database, workspace: Created, form_id: str
) -> None:
    await add_views(database, form_id, 1, clock.now() - MINUTE)
    await tried(database, workspace, form_id, 2, state="submitted")
    page = words(await owner.see(f"/forms/{form_id}"))
    assert "200" not in page and "There are more starts than views" in page


async def test_a_stranger_sees_no_report(owner: Browser, outsider: Browser, passer_by: Browser, form_id: str) -> None:
    assert (await owner.see(f"/forms/{form_id}")).status_code == 200
    assert (await outsider.see(f"/forms/{form_id}")).status_code == 404
    assert (await owner.see(f"/forms/{new_id()}")).status_code == 404
    gone = await passer_by.see(f"/forms/{form_id}")
    assert (gone.status_code, gone.headers["location"].partition("?")[0]) == (303, "/login")


async def test_names_that_mean_harm_are_escaped(owner: Browser, database: Database, workspace: Created) -> None:
    form_id = await add_form(database, workspace, ATTACK)
    stats = [stat(ATTACK, label=ATTACK, entered=1, invalids=1, corrections=1, hesitation=9_000)]
    await tried(database, workspace, form_id, 10, stats=stats, state="submitted")
    await tried(database, workspace, form_id, stats=stats, state="abandoned", last_field=ATTACK)
    page = await owner.see(f"/forms/{form_id}")
    harmless(page.text)
    assert "unsafe" not in page.headers["content-security-policy"]


def test_every_bar_is_drawn_without_a_style() -> None:
    page = Page(Renderer(PUBLIC).page(SHELL, REPORT))
    assert page.named("rect") and not [one for _, one in page.elements if "style" in one]
    assert all(0 <= float(one["width"] or "x") <= 100 for one in page.named("rect"))


def test_a_sample_is_said_to_be_one() -> None:
    sampled = replace(REPORT, sample="Of the latest 5,000 of 50,231 visitors.")
    assert "Of the latest 5,000 of 50,231 visitors." in Renderer(PUBLIC).page(SHELL, sampled)


@pytest.mark.parametrize(
    ("count", "of", "said"),
    [(0, 0, "–"), (0, 9, "0 %"), (1, 900, "<1 %"), (211, 486, "43 %"), (899, 900, ">99 %"), (9, 9, "100 %")],
)
def test_a_share_is_neither_nothing_nor_all_where_it_is_only_nearly_so(count: int, of: int, said: str) -> None:
    assert percent(rate(count, of)) == said.replace(" ", "\u00a0")


def test_a_share_is_shown_with_its_counts() -> None:
    assert part(rate(1_211, 2_486)).counts == "1,211 of 2,486"
    assert (part(rate(3, 2)).width, part(rate(0, 0)).counts) == (100, "")


@pytest.mark.parametrize(
    ("ms", "said"),
    [(None, "–"), (0, "0.0 s"), (8_440, "8.4 s"), (9_999, "10.0 s"), (12_900, "12 s"), (130_000, "2 min 10 s"),
     (120_000, "2 min"), (3_900_000, "1 h 5 min"), (7_200_000, "2 h")],
)  # fmt: skip
def test_spans_are_said_as_people_do(ms: int | None, said: str) -> None:
    assert lasted(ms) == said.replace(" ", "\u00a0")


def test_a_long_label_is_quoted_by_how_it_begins() -> None:
    assert quoted("Phone") == "“Phone”"
    consent = "I agree to the terms and to being contacted about my request by phone or mail"
    assert quoted(consent) == "“I agree to the terms and to being contacted about my reques…”"


def test_a_name_that_runs_from_right_to_left_is_set_apart() -> None:
    assert quoted("البريد") == "“\u2068البريد\u2069”"
    assert quoted("דוא״ל (E-mail)") == "“\u2068דוא״ל (E-mail)\u2069”"
    assert quoted("Größe") == "“Größe”"
