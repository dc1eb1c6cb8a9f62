"""LeadsBot is gone while a visitor sends a form: the page goes on, and the submission arrives later, once."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from e2e.support.house import House
from e2e.support.visitor import send_contact_form, wait_for_settings
from e2e.support.waiting import eventually
from tests.support.webhook_receiver import WebhookReceiver

EMAIL = "helene@example.com"


def test_what_was_sent_while_leadsbot_was_down_arrives_once_with_the_next_page(
    leadsbot: House, visitor: Page, site: str, receiver: WebhookReceiver
) -> None:
    leadsbot.hook(receiver, "lead.created", "form.submitted")
    visitor.goto(f"{site}/contact.html")
    wait_for_settings(visitor, leadsbot.token)

    leadsbot.node.kill()
    send_contact_form(visitor, name="Helene Gruber", email=EMAIL, message="Is anybody there?")
    leadsbot.node.start()
    assert leadsbot.api.leads(EMAIL) == []

    visitor.get_by_role("link", name="Back to the house").click()
    expect(visitor).to_have_url(f"{site}/index.html")
    lead = leadsbot.api.lead(EMAIL)
    assert (lead["message"], lead["page_url"]) == ("Is anybody there?", f"{site}/contact.html")

    _see_the_outbox_empty(visitor, leadsbot.token)
    visitor.get_by_role("link", name="Contact").click()
    wait_for_settings(visitor, leadsbot.token)
    assert len(leadsbot.api.every("/api/v1/leads")) == 1
    assert len(leadsbot.api.timeline(lead["id"], "submitted")) == 1
    eventually(
        lambda: {request.json["type"] for request in receiver.requests} == {"lead.created", "form.submitted"}, "both"
    )
    assert len(receiver.requests) == 2


def _see_the_outbox_empty(page: Page, token: str) -> None:
    """Wait until the widget has nothing left to send."""
    page.wait_for_function(
        "prefix => !Object.keys(localStorage).some(key => key.startsWith(prefix))", arg=f"leadsbot:{token}:"
    )
