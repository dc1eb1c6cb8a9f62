"""The inbox by thumb and by keyboard: on a phone of 390 px nothing scrolls sideways, at a desk no mouse is needed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from e2e.support.dashboard import has_no_sideways_scroll, row_of
from e2e.support.demo_site import origin
from e2e.support.house import OWNER, PASSWORD, House
from e2e.support.load import Load
from e2e.support.wire import Submission

LONG = "Maximiliana-Theodora von Hohenlohe-Waldenburg-Schillingsfürst"
PRESSED_TWICE = """async (button) => {
  button.click();
  await new Promise((then) => setTimeout(then, 200));
  button.click();
  await new Promise((then) => setTimeout(then, 200));
}"""
NAMES = ("Helene Gruber", "Tobias Berger", LONG)  # in order of arrival: the last stands on top


@pytest.fixture
def leads(leadsbot: House, ports: int) -> list[str]:
    """Three leads that have arrived one after the other; gives their ids, newest first."""
    site = origin(ports + 1)
    for number, name in enumerate(NAMES):
        visitor = Submission(f"visitor-{number}@a-rather-long-domain-name.example", name, f"{site}/contact.html")
        with Load(leadsbot.events_url, [visitor], origin=site) as sent:
            sent.wait_for(1)
    return [lead["id"] for lead in leadsbot.api.every("/api/v1/leads")]


def test_on_a_phone_the_inbox_and_a_lead_fit_and_a_tap_opens_it(
    leadsbot: House, leads: list[str], owner_on_phone: Page
) -> None:
    page = owner_on_phone
    page.goto(f"{leadsbot.url}/leads")
    for name in NAMES:
        expect(row_of(page, name)).to_be_visible()
    assert has_no_sideways_scroll(page)
    row_of(page, LONG).tap()
    expect(page).to_have_url(f"{leadsbot.url}/leads/{leads[0]}")
    expect(page.get_by_role("heading", name=LONG)).to_be_visible()
    assert has_no_sideways_scroll(page)


def test_on_a_phone_the_bar_at_the_foot_leads_everywhere(
    leadsbot: House, leads: list[str], owner_on_phone: Page
) -> None:
    page = owner_on_phone
    bar = page.get_by_role("navigation", name="Main, at the foot")
    bar.get_by_role("link", name="Overview").tap()
    expect(page).to_have_url(f"{leadsbot.url}/")
    assert has_no_sideways_scroll(page)
    bar.get_by_role("link", name="Forms").tap()
    expect(page.get_by_role("heading", name="Forms", level=1)).to_be_visible()
    assert has_no_sideways_scroll(page)
    for name in ("Sites", "Channels", "Webhooks", "Deliveries", "Settings"):
        bar.get_by_text("More").tap()
        bar.get_by_role("link", name=name).tap()
        expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
        assert has_no_sideways_scroll(page), name
    bar.get_by_role("link", name="Leads").tap()
    expect(page).to_have_url(f"{leadsbot.url}/leads")


def test_on_a_phone_the_tag_breaks_between_its_words_and_no_button_is_left_over(
    leadsbot: House, owner_on_phone: Page
) -> None:
    page = owner_on_phone
    for place in ("/", "/leads", "/sites"):
        page.goto(f"{leadsbot.url}{place}")
        words = page.locator(".code pre").first.locator("span")
        assert words.count() > 5
        assert words.evaluate_all("all => all.every((one) => one.getClientRects().length === 1)"), place
        assert has_no_sideways_scroll(page)
        expect(page.locator(".code").first.get_by_role("button", name="Copy")).to_be_in_viewport()
    page.goto(f"{leadsbot.url}/channels")
    off, gone = (page.get_by_role("button", name=name).bounding_box() for name in ("Turn off", "Remove"))
    assert off and gone and off["y"] == gone["y"]


def test_at_a_desk_j_k_and_enter_walk_the_inbox(leadsbot: House, leads: list[str], owner: Page) -> None:
    owner.goto(f"{leadsbot.url}/leads")
    expect(owner.locator("#rows .row")).to_have_count(len(NAMES))
    owner.keyboard.press("j")
    expect(row_of(owner, LONG).locator("a")).to_be_focused()
    owner.keyboard.press("j")
    expect(row_of(owner, NAMES[1]).locator("a")).to_be_focused()
    owner.keyboard.press("k")
    expect(row_of(owner, LONG).locator("a")).to_be_focused()
    owner.keyboard.press("Enter")
    expect(owner.locator("#pane").get_by_role("heading", name=LONG)).to_be_visible()
    expect(owner).to_have_url(f"{leadsbot.url}/leads?open={leads[0]}")
    held: list[Route] = []
    owner.route(f"**/leads/{leads[1]}", lambda route: held.append(route))
    owner.keyboard.press("j")
    expect(owner.locator("#pane")).to_have_attribute("aria-busy", "true")
    held[0].continue_()
    owner.unroute(f"**/leads/{leads[1]}")
    expect(owner.locator("#pane").get_by_role("heading", name=NAMES[1])).to_be_visible()
    expect(owner.locator("#pane")).to_have_attribute("aria-busy", "false")
    owner.keyboard.press("Escape")
    expect(owner.locator("#pane #lead")).to_have_count(0)


def test_several_leads_are_chosen_by_keyboard_or_with_shift_and_changed_together(
    leadsbot: House, leads: list[str], owner: Page
) -> None:
    owner.goto(f"{leadsbot.url}/leads")
    bar = owner.get_by_role("form", name="Chosen leads")
    expect(bar).to_be_hidden()
    owner.keyboard.press("j")
    owner.keyboard.press("x")
    expect(bar).to_contain_text("1 chosen")
    owner.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    owner.locator(".pick").first.click()
    owner.locator(".pick").last.click(modifiers=["Shift"])
    expect(bar).to_contain_text("3 chosen")
    owner.keyboard.press("Enter")  # in a box: the lead is meant, and no button of the bar
    expect(owner.locator("#pane").get_by_role("heading", name=NAMES[0])).to_be_visible()
    bar.get_by_text("Move", exact=True).click()
    bar.get_by_role("button", name="Quoted").click()
    expect(owner.get_by_text("3 leads moved to Quoted.")).to_be_visible()
    owner.get_by_role("button", name="Undo").click()
    expect(owner.get_by_text("3 leads back as before.")).to_be_visible()
    owner.locator(".pick").last.click()
    said, foot = owner.locator("#toasts .toast").first.bounding_box(), bar.bounding_box()
    assert said and foot and said["y"] + said["height"] <= foot["y"]  # what is said covers no button
    bar.get_by_role("button", name="Delete").click()
    expect(owner.get_by_role("dialog")).to_contain_text("Delete the chosen lead for good?")
    owner.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(owner.get_by_text("1 lead deleted.")).to_be_visible()
    assert [lead["id"] for lead in leadsbot.api.every("/api/v1/leads")] == leads[:2]


def test_keys_do_not_walk_the_inbox_while_somebody_types(leadsbot: House, leads: list[str], owner: Page) -> None:
    owner.goto(f"{leadsbot.url}/leads")
    owner.keyboard.press("/")
    owner.keyboard.type("jk")
    expect(owner.get_by_label("Search leads")).to_have_value("jk")
    expect(owner.get_by_label("Search leads")).to_be_focused()


def test_a_lead_that_is_deleted_or_merged_elsewhere_leaves_the_open_inbox_and_its_count(
    leadsbot: House, leads: list[str], owner: Page
) -> None:
    owner.goto(f"{leadsbot.url}/leads")
    total = owner.locator("#total")
    expect(total).to_have_text("3")
    leadsbot.api.delete(f"/api/leads/{leads[0]}")
    expect(row_of(owner, LONG)).to_have_count(0)
    expect(total).to_have_text("2")
    leadsbot.api.post(f"/api/v1/leads/{leads[2]}/merge", {"lead_id": leads[1]})
    expect(row_of(owner, NAMES[1])).to_have_count(0)
    expect(total).to_have_text("1")


def test_where_an_open_lead_stands_keeps_up_unless_nothing_of_it_changed(
    leadsbot: House, leads: list[str], owner: Page
) -> None:
    owner.goto(f"{leadsbot.url}/leads?open={leads[1]}")
    stages, notes = owner.get_by_role("group", name="Stage"), owner.locator("#thread .of-note")
    leadsbot.api.patch(f"/api/v1/leads/{leads[1]}", {"stage": "Contacted"})
    expect(stages.get_by_role("button", name="Contacted")).to_have_attribute("aria-pressed", "true")
    owner.get_by_role("button", name="Claim").focus()
    leadsbot.api.post(f"/api/v1/leads/{leads[1]}/notes", {"text": "Call her"})
    expect(notes).to_have_count(1)
    expect(owner.get_by_role("button", name="Claim")).to_be_focused()
    owner.keyboard.press("Enter")
    expect(owner.get_by_role("button", name="Release")).to_be_focused()


def test_half_a_note_outlives_a_move_and_a_sign_in_that_has_ended(
    leadsbot: House, leads: list[str], owner: Page
) -> None:
    owner.goto(f"{leadsbot.url}/leads?open={leads[0]}")
    note = owner.get_by_label("Note", exact=True)
    note.fill("Call her on")
    owner.get_by_role("group", name="Stage").get_by_role("button", name="Contacted").click()
    expect(owner.get_by_text("Moved to Contacted.")).to_be_visible()
    expect(note).to_have_value("Call her on")
    owner.context.clear_cookies()
    note.fill("Call her on Monday")
    owner.get_by_role("button", name="Add note").click()
    owner.get_by_label("Email", exact=True).fill(OWNER)
    owner.get_by_label("Password").fill(PASSWORD)
    owner.get_by_role("button", name="Sign in").click()
    expect(note).to_have_value("Call her on Monday")
    owner.get_by_role("button", name="Add note").click()
    expect(owner.locator("#thread .of-note")).to_have_count(1)
    expect(note).to_have_value("")


def test_a_form_that_is_pressed_again_while_it_is_on_its_way_is_sent_once(leadsbot: House, owner: Page) -> None:
    owner.goto(f"{leadsbot.url}/webhooks")
    owner.get_by_label("Address").fill("http://127.0.0.1:9/hook")
    held: list[Route] = []
    owner.route("**/webhooks", lambda route: held.append(route))
    owner.get_by_role("button", name="Add webhook").evaluate(PRESSED_TWICE)
    assert len(held) == 1
    held[0].continue_()
    expect(owner.locator("[id^=webhook-]")).to_have_count(1)
