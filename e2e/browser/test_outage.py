"""LeadsBot is gone while a visitor sends a form: the page goes on, and the submission arrives later, once."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from e2e.support.house import House
from e2e.support.visitor import send_contact_form, wait_for_settings
from e2e.support.waiting import eventually
from tests.support.webhook_receiver import WebhookReceiver

EMAIL = "helene@example.com"


def test_what_was_sent_while_leadsbot_was_down_arrives_with_the_next_page_and_only_once(
    leadsbot: House, visitor: Page, site: str, receiver: WebhookReceiver
) -> None:
    leadsbot.hook(receiver, "lead.created", "form.submitted")
    visitor.goto(f"{site}/contact.html")
    wait_for_settings(visitor, leadsbot.token)

    leadsbot.node.kill()
    send_contact_form(visitor, name="Helene Gruber", email=EMAIL, message="Is anybody there?")
    visitor.goto("about:blank")  # the thank-you page's widget, if the browser still had one, tries again too
    leadsbot.node.start()
    assert leadsbot.api.leads(EMAIL) == []

    visitor.goto(f"{site}/index.html")
    lead = leadsbot.api.lead(EMAIL)
    assert (lead["message"], lead["page_url"]) == ("Is anybody there?", f"{site}/contact.html")

    _see_the_outbox_empty(visitor, leadsbot.token)
    visitor.get_by_role("link", name="Contact").click()
    wait_for_settings(visitor, leadsbot.token)
    assert len(leadsbot.api.every("/api/v1/leads")) == 1
    assert len(leadsbot.api.timeline(lead["id"], "submitted")) == 1
    eventually(lambda: _types(receiver) >= {"lead.created", "form.submitted"}, "the webhook")
    assert len(receiver.requests) == 2


def test_a_page_that_stays_open_sends_it_by_itself_once_leadsbot_is_back(
    leadsbot: House, visitor: Page, site: str
) -> None:
    visitor.goto(f"{site}/quote.html")
    wait_for_settings(visitor, leadsbot.token)
    leadsbot.node.kill()
    form = visitor.locator("form[name=quote]")
    form.get_by_label("First name").fill("Helene")
    form.get_by_label("Last name").fill("Gruber")
    form.get_by_label("E-mail").fill(EMAIL)
    form.get_by_role("button", name="Ask for a quote").click()
    expect(visitor.get_by_text("Thank you, it's on our table")).to_be_visible()

    leadsbot.node.start()
    lead = leadsbot.api.lead(EMAIL)
    _see_the_outbox_empty(visitor, leadsbot.token)
    assert len(leadsbot.api.timeline(lead["id"], "submitted")) == 1


def _types(receiver: WebhookReceiver) -> set[str]:
    return {request.json["type"] for request in list(receiver.requests)}


def _see_the_outbox_empty(page: Page, token: str) -> None:
    """Wait until the widget has nothing left to send."""
    empty = "prefix => !Object.keys(localStorage).some(key => key.startsWith(prefix))"
    page.wait_for_function(empty, arg=f"leadsbot:{token}:")
