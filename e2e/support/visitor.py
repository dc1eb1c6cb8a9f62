"""What visitors do on pages that carry the tag."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.support.widget import set_up

PHONE = "+43 664 1234567"


def wait_for_settings(page: Page, token: str) -> None:
    """Wait until the widget knows its site's settings: from then on it keeps what it could not send."""
    page.wait_for_function(set_up(token))


def send_contact_form(page: Page, *, name: str, email: str, message: str) -> None:
    """Fill in all of the demo's contact form, as it is there, and send it; the page does what it always did."""
    form = page.locator("form[name=contact]")
    form.get_by_label("Your name").fill(name)
    form.get_by_label("E-mail").fill(email)
    form.get_by_label("Phone").fill(PHONE)
    form.get_by_label("Event date").fill("2027-06-19")
    form.get_by_label("Message").fill(message)
    form.get_by_role("button", name="Send message").click()
    expect(page).to_have_url(page.url.rpartition("/")[0] + "/thanks.html")
    expect(page.get_by_role("heading", name="Your message has arrived")).to_be_visible()
