"""A hosted form from the dashboard to a lead: made there, pasted as it says, filled in, stored, counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from e2e.support.api import Json
from e2e.support.dashboard import has_no_sideways_scroll
from e2e.support.house import House
from e2e.support.waiting import eventually
from tests.widget.servers import Site

EMAIL = "helene@example.com"
FIELDS = [
    {"name": "full_name", "label": "Your name", "required": True, "autocomplete": "name"},
    {"name": "mail", "label": "E-mail", "type": "email", "required": True},
    {"name": "size", "label": "How many?", "type": "radio", "options": ["Up to 20", "More"]},
    {"name": "message", "label": "Message", "type": "textarea"},
]


@pytest.fixture
def hosted(leadsbot: House, own_site: Site) -> Callable[..., Json]:
    """Make a hosted form for the own site's pages; gives it with its tag."""
    leadsbot.set_site(allowed_origins=[own_site.url], honeypot_field="website")

    def make(**more: Any) -> Json:
        definition = {"title": "Ask us", "fields": FIELDS, **more}
        body = {"site_id": leadsbot.site_id, "name": "Landing page", "definition": definition}
        return leadsbot.api.post("/api/v1/hosted-forms", body)

    return make


def paste(site: Site, tag: str, around: str = "{}", policy: str = "") -> str:
    """Put the tag into a page of the site; gives its address."""
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">' if policy else ""
    body = around.replace("{}", tag)
    site.pages["/landing"] = (
        f'<!doctype html><html lang="en"><meta charset="utf-8">{meta}<title>A page</title><body>{body}'
    )
    return f"{site.url}/landing"


def fill(page: Page) -> None:
    page.get_by_label("Your name").fill("Helene Gruber")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("More").check()
    page.get_by_label("Message").fill("A table for eighty?")


def send(page: Page) -> None:
    page.get_by_role("button", name="Send").click()


def test_what_is_sent_becomes_a_lead(
    leadsbot: House, hosted: Callable[..., Json], own_site: Site, visitor: Page
) -> None:
    visitor.goto(paste(own_site, hosted()["script_tag"], "<p>Above</p>{}<p>Below</p>"))
    fill(visitor)
    send(visitor)
    expect(visitor.get_by_role("status")).to_contain_text("Thank you")
    expect(visitor).to_have_url(f"{own_site.url}/landing")

    lead = leadsbot.api.lead(EMAIL)
    assert (lead["name"], lead["message"], lead["form_name"]) == (
        "Helene Gruber",
        "A table for eighty?",
        "Landing page",
    )
    assert (lead["confirmation"], lead["form_completion_percent"], lead["spam"]) == ("confirmed", 100, False)
    assert lead["page_url"] == f"{own_site.url}/landing"
    [entry] = leadsbot.api.timeline(lead["id"], "submitted")
    assert {field["name"]: field["value"] for field in entry["fields"]}["size"] == "More"


def test_it_works_in_a_container_under_a_strict_policy(
    leadsbot: House, hosted: Callable[..., Json], own_site: Site, visitor: Page
) -> None:
    policy = (
        f"default-src 'none'; script-src {leadsbot.url}; connect-src {leadsbot.url}; form-action 'none'; "
        "require-trusted-types-for 'script'"
    )
    tag = hosted()["script_tag"].replace('data-mode="form"', 'data-mode="form" data-container="#here"')
    visitor.goto(paste(own_site, tag, "{}<div id=here>Call us</div>", policy))
    fill(visitor)
    expect(visitor.get_by_text("Call us")).to_have_count(0)
    send(visitor)
    expect(visitor.get_by_role("status")).to_contain_text("Thank you")
    assert leadsbot.api.lead(EMAIL)["confirmation"] == "confirmed"


def test_a_mistake_is_no_lead_and_the_corrected_one_is_one(
    leadsbot: House, hosted: Callable[..., Json], own_site: Site, visitor: Page
) -> None:
    visitor.goto(paste(own_site, hosted()["script_tag"]))
    visitor.get_by_label("Your name").fill("Helene Gruber")
    visitor.get_by_label("E-mail").fill("helene@")
    send(visitor)
    expect(visitor.get_by_role("alert")).to_contain_text("E-mail")
    fill(visitor)
    send(visitor)
    expect(visitor.get_by_role("status")).to_be_visible()
    assert leadsbot.api.lead(EMAIL)["email"] == EMAIL
    assert len(leadsbot.api.every("/api/v1/leads")) == 1


def test_somebody_who_leaves_half_way_is_a_session_of_the_form(
    leadsbot: House, hosted: Callable[..., Json], own_site: Site, visitor: Page
) -> None:
    visitor.goto(paste(own_site, hosted()["script_tag"]))
    visitor.get_by_label("Your name").fill("Helene Gruber")
    visitor.get_by_label("E-mail").fill(EMAIL)
    visitor.goto(f"{own_site.url}/thanks")
    session = eventually(lambda: leadsbot.api.every("/api/v1/sessions"), "the session")[0]
    assert (session["form_name"], session["state"], session["fields_total"]) == ("Landing page", "started", 4)
    assert (session["fields_completed"], session["completion_percent"]) == (2, 50)
    assert leadsbot.api.every("/api/v1/leads") == []


def test_the_visitor_is_led_on_once_it_is_stored(
    leadsbot: House, hosted: Callable[..., Json], own_site: Site, visitor: Page
) -> None:
    visitor.goto(paste(own_site, hosted(redirect=f"{own_site.url}/thanks")["script_tag"]))
    fill(visitor)
    send(visitor)
    expect(visitor).to_have_url(f"{own_site.url}/thanks")
    assert [lead["confirmation"] for lead in leadsbot.api.leads(EMAIL)] == ["confirmed"]


def test_without_consent_the_visitor_may_still_ask(
    leadsbot: House, hosted: Callable[..., Json], own_site: Site, visitor: Page
) -> None:
    leadsbot.set_site(consent="required")
    visitor.goto(paste(own_site, hosted()["script_tag"]))
    fill(visitor)
    send(visitor)
    expect(visitor.get_by_role("status")).to_contain_text("Thank you")
    assert leadsbot.api.lead(EMAIL)["message"] == "A table for eighty?"
    assert visitor.evaluate("Object.keys(localStorage)") == []


def test_what_is_sent_offline_is_kept_and_arrives(
    leadsbot: House, hosted: Callable[..., Json], own_site: Site, visitor: Page
) -> None:
    visitor.goto(paste(own_site, hosted()["script_tag"]))
    fill(visitor)
    visitor.context.set_offline(True)
    send(visitor)
    expect(visitor.get_by_role("status")).to_contain_text("will be sent")
    assert leadsbot.api.leads(EMAIL) == []
    visitor.context.set_offline(False)
    assert leadsbot.api.lead(EMAIL)["confirmation"] == "confirmed"


def test_whoever_fills_in_the_honeypot_is_spam(
    leadsbot: House, hosted: Callable[..., Json], own_site: Site, visitor: Page
) -> None:
    visitor.goto(paste(own_site, hosted()["script_tag"]))
    fill(visitor)
    visitor.locator("[name=website]").evaluate("el => { el.value = 'https://spam.example' }")
    send(visitor)
    expect(visitor.get_by_role("status")).to_be_visible()
    spam = eventually(lambda: leadsbot.api.every("/api/v1/leads", spam="true"), "the spam")
    assert spam[0]["email"] == EMAIL and leadsbot.api.every("/api/v1/leads") == []


def test_a_page_of_another_origin_keeps_what_stood_there(
    leadsbot: House, hosted: Callable[..., Json], own_site: Site, visitor: Page
) -> None:
    tag = hosted()["script_tag"].replace('data-mode="form"', 'data-mode="form" data-container="#here"')
    leadsbot.set_site(allowed_origins=["https://lindenhof.example"])
    with visitor.expect_event("requestfailed", lambda request: "/form/" in request.url):
        visitor.goto(paste(own_site, tag, "{}<div id=here>Call us</div>"))
    expect(visitor.get_by_text("Call us")).to_be_visible()


# --- The dashboard


def test_the_owner_makes_one_and_sees_it_as_visitors_will(leadsbot: House, owner: Page) -> None:
    owner.goto(f"{leadsbot.url}/forms")
    owner.get_by_role("link", name="Hosted forms").click()
    owner.get_by_label("Name").fill("Landing page")
    owner.get_by_role("button", name="Make the form").click()
    preview = owner.locator("#preview")
    expect(preview.get_by_role("heading", name="Get in touch")).to_be_visible()
    owner.get_by_label("Title", exact=True).fill("Ask the gardener")
    expect(preview.get_by_role("heading", name="Ask the gardener")).to_be_visible()

    owner.get_by_role("button", name="Add a question").click()
    asked = owner.get_by_role("group", name="Question 5")
    expect(asked.get_by_label("Question")).to_be_focused()
    owner.keyboard.type("What for?")
    asked.get_by_label("Answer").select_option("List")
    asked.get_by_label("Options").fill("Wedding\nMeeting")
    expect(preview.get_by_label("What for?")).to_be_visible()
    asked.get_by_role("button", name="Move up").click()
    expect(owner.get_by_role("group", name="Question 4").get_by_label("Question")).to_have_value("What for?")

    preview.get_by_role("button", name="Send").click()
    expect(preview.get_by_role("alert")).to_contain_text("Your name")
    owner.get_by_role("button", name="Save").first.click()
    expect(owner.get_by_text("Saved.")).to_be_visible()
    [form] = leadsbot.api.every("/api/v1/hosted-forms")
    assert [field["name"] for field in form["definition"]["fields"]] == [
        "name",
        "email",
        "phone",
        "what_for",
        "message",
    ]
    assert leadsbot.api.every("/api/v1/leads") == []


def test_a_deleted_form_comes_back_with_undo(leadsbot: House, hosted: Callable[..., Json], owner: Page) -> None:
    form = hosted()
    owner.goto(f"{leadsbot.url}/forms/hosted")
    owner.get_by_role("button", name="Delete").click()
    dialog = owner.get_by_role("dialog")
    expect(dialog).to_contain_text("stop showing it")
    dialog.get_by_role("button", name="Delete").click()
    expect(owner.get_by_text("will stand here")).to_be_visible()
    owner.get_by_role("button", name="Undo").click()
    expect(owner.get_by_role("link", name="Landing page")).to_be_visible()
    again = leadsbot.api.get(f"/api/v1/hosted-forms/{form['id']}")
    assert again["definition"] == form["definition"]


def test_without_script_it_is_edited_all_the_same(
    leadsbot: House, hosted: Callable[..., Json], owner: Page, people: Callable[..., BrowserContext]
) -> None:
    form = hosted()
    plain = people(java_script_enabled=False, storage_state=owner.context.storage_state()).new_page()
    plain.goto(f"{leadsbot.url}/forms/hosted/{form['id']}")
    plain.get_by_role("button", name="Add a question").click()
    expect(plain.get_by_text("Not saved yet")).to_be_visible()
    plain.get_by_role("group", name="Question 5").get_by_label("Question").fill("Anything else?")
    plain.get_by_role("group", name="Question 4").get_by_role("button", name="Remove").click()
    plain.get_by_role("button", name="Save").first.click()
    expect(plain.get_by_text("Saved.")).to_be_visible()
    fields = leadsbot.api.get(f"/api/v1/hosted-forms/{form['id']}")["definition"]["fields"]
    assert [field["name"] for field in fields] == ["full_name", "mail", "size", "anything_else"]


def test_on_a_phone_the_pages_fit(leadsbot: House, hosted: Callable[..., Json], owner_on_phone: Page) -> None:
    for path in ("/forms/hosted", f"/forms/hosted/{hosted()['id']}"):
        owner_on_phone.goto(leadsbot.url + path)
        expect(owner_on_phone.get_by_role("heading", level=1)).to_be_visible()
        assert has_no_sideways_scroll(owner_on_phone), path
