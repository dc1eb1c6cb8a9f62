"""A plain HTML form in a browser whose scripts are off: from the page to the inbox, and what its sender sees."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from e2e.browser.conftest import PHONE
from e2e.support.dashboard import has_no_sideways_scroll, row_of
from e2e.support.house import House
from e2e.support.waiting import eventually
from tests.support.webhook_receiver import WebhookReceiver
from tests.widget.servers import Site

NAME, EMAIL, MESSAGE = "Helene Gruber", "helene@example.com", "A table for eighty?\nIn June."


def paste(leadsbot: House, site: Site, more: str = "") -> str:
    """Put a plain form into a page of the site; gives its address."""
    site.pages["/kontakt"] = (
        f'<!doctype html><html lang="de"><meta charset="utf-8"><title>Kontakt</title>'
        f'<form action="{leadsbot.url}/f/{leadsbot.token}" method="post" enctype="multipart/form-data">'
        '<label>Name <input name="name"></label><label>E-Mail <input name="email" type="email"></label>'
        '<label>Nachricht <textarea name="message"></textarea></label><input type="file" name="brief">'
        f'<p hidden><input name="_gotcha"></p><input type="hidden" name="_form" value="Kontakt">{more}'
        "<button>Senden</button></form>"
    )
    site.pages["/"] = "<!doctype html><title>Home</title><h1>Lindenhof</h1>"
    return f"{site.url}/kontakt"


def fill(page: Page) -> None:
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("E-Mail").fill(EMAIL)
    page.get_by_label("Nachricht").fill(MESSAGE)


@pytest.fixture
def without_script(people: Callable[..., BrowserContext], leadsbot: House, own_site: Site) -> Page:
    """Somebody whose browser runs no script, on a page that may send."""
    leadsbot.set_site(allowed_origins=[own_site.url])
    return people(java_script_enabled=False).new_page()


def test_what_is_sent_stands_in_the_inbox_and_its_sender_reads_thanks(
    leadsbot: House, own_site: Site, without_script: Page, owner: Page
) -> None:
    page = without_script
    page.goto(paste(leadsbot, own_site, '<input type="hidden" name="_page" value="/kontakt?utm_source=flyer">'))
    fill(page)
    page.get_by_role("button", name="Senden").click()
    expect(page.get_by_role("heading", name="Vielen Dank")).to_be_visible()
    page.get_by_role("link", name="Zurück zu localhost").click()
    expect(page.get_by_role("heading", name="Lindenhof")).to_be_visible()

    row_of(owner, NAME).wait_for()
    lead = leadsbot.api.lead(EMAIL)
    told = {
        name: lead[name] for name in ("name", "message", "form_name", "source", "confirmation", "spam", "custom_data")
    }
    assert told == {
        "name": NAME,
        "message": MESSAGE,
        "form_name": "Kontakt",
        "source": "flyer",
        "confirmation": "confirmed",
        "spam": False,
        "custom_data": {},
    }
    owner.goto(f"{leadsbot.url}/forms")
    expect(owner.get_by_text("Kontakt").first).to_be_visible()


def test_the_browser_goes_on_where_the_form_says(leadsbot: House, own_site: Site, without_script: Page) -> None:
    page = without_script
    page.goto(paste(leadsbot, own_site, '<input type="hidden" name="_next" value="/thanks">'))
    fill(page)
    page.get_by_role("button", name="Senden").click()
    expect(page).to_have_url(f"{own_site.url}/thanks")
    assert leadsbot.api.lead(EMAIL)["name"] == NAME


def test_a_page_that_may_not_send_says_so_and_keeps_what_was_typed(
    leadsbot: House, own_site: Site, without_script: Page
) -> None:
    leadsbot.set_site(allowed_origins=["https://lindenhof.example"])
    page = without_script
    page.goto(paste(leadsbot, own_site))
    fill(page)
    page.get_by_role("button", name="Senden").click()
    expect(page.get_by_text("Ihre Eingaben sind nicht verloren")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Nachricht")).to_have_value(MESSAGE)
    assert leadsbot.api.every("/api/v1/leads", spam="true") == []


def test_the_pages_fit_a_phone(
    people: Callable[..., BrowserContext], leadsbot: House, own_site: Site, without_script: Page
) -> None:
    page = people(**PHONE, java_script_enabled=True).new_page()
    for path in (f"/f/{leadsbot.token}/thanks", f"/f/{leadsbot.token}", "/f/nobodys"):
        page.goto(leadsbot.url + path)
        assert has_no_sideways_scroll(page)


def test_spam_that_is_none_is_sent_on_with_one_press(
    leadsbot: House, own_site: Site, without_script: Page, owner: Page, receiver: WebhookReceiver
) -> None:
    hook = leadsbot.hook(receiver, "lead.created", "form.submitted")
    page = without_script
    address = paste(leadsbot, own_site)
    own_site.pages["/kontakt"] = own_site.pages["/kontakt"].replace("<p hidden>", "<p>")
    page.goto(address)
    fill(page)
    page.locator("[name=_gotcha]").fill("filled by a password manager")
    page.get_by_role("button", name="Senden").click()
    expect(page.get_by_role("heading", name="Vielen Dank")).to_be_visible()
    lead = eventually(lambda: leadsbot.api.every("/api/v1/leads", spam="true"), "the spam")[0]
    assert lead["spam"] and leadsbot.api.every("/api/v1/leads") == []

    owner.goto(f"{leadsbot.url}/leads")
    owner.get_by_role("link", name="Spam 1").click()
    row_of(owner, NAME).click()
    notice = owner.locator("#lead .notice")
    expect(notice).to_contain_text("filled in “_gotcha”, which people don't see")
    eventually(lambda: len(leadsbot.api.every("/api/v1/deliveries", status="withheld")) >= 2, "what is withheld")
    assert receiver.requests == []
    notice.get_by_role("button", name="Not spam").click()
    expect(owner.locator("#toasts")).to_contain_text("Back among the leads")
    receiver.wait_for(2)
    sent = [receiver.verify(hook.secret, n) for n in range(2)]
    assert {one["type"] for one in sent} == {"lead.created", "form.submitted"}
    assert {one["data"]["lead"]["spam"] for one in sent} == {False}
    assert [one["id"] for one in leadsbot.api.every("/api/v1/leads")] == [lead["id"]]
