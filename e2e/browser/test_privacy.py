"""What nobody may have: passwords, card numbers and hidden fields never leave the page, and are nowhere afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from e2e.support.house import House
from e2e.support.pages import with_tag
from e2e.support.waiting import eventually
from tests.support.webhook_receiver import WebhookReceiver
from tests.widget.servers import Site

PASSWORD, CARD, CARD_IN_TEXT, HIDDEN = "hunter2-and-more", "4111 1111 1111 1111", "5555555555554444", "price-group-77"
EMAIL = "rosa@example.com"
SECRETS = (PASSWORD, CARD, CARD.replace(" ", ""), CARD_IN_TEXT, HIDDEN)
ACCOUNT = f"""
<h1>Join the wine club</h1>
<form name="account" method="post" action="/send">
  <input type="hidden" name="price_group" value="{HIDDEN}">
  <label>Your name <input name="name"></label>
  <label>E-mail <input type="email" name="email"></label>
  <label>Password <input type="password" name="secret_word" autocomplete="new-password"></label>
  <label>Card number <input name="card_number" inputmode="numeric"></label>
  <label>Reference <input name="reference"></label>
  <button>Join</button>
</form>
"""


@pytest.fixture
def club(leadsbot: House, own_site: Site) -> str:
    """A page that asks for far too much, on a site that keeps all it may of forms that were not sent too."""
    leadsbot.set_site(allowed_origins=[own_site.url], partial_values="all")
    own_site.pages["/club"] = with_tag(leadsbot, ACCOUNT)
    return f"{own_site.url}/club"


def test_they_are_neither_sent_nor_stored_nor_told(
    leadsbot: House, visitor: Page, club: str, receiver: WebhookReceiver
) -> None:
    leadsbot.hook(receiver, "lead.created", "lead.updated", "form.started", "form.submitted")
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.url.startswith(leadsbot.url):
            sent.append(f"{request.url} {request.post_data or ''}")

    visitor.on("request", note)
    visitor.goto(club)
    visitor.wait_for_function("!!(window.LeadsBot && LeadsBot.flush)")
    _fill_in(visitor)
    visitor.evaluate("LeadsBot.flush()")  # what is known of the form before it is sent
    eventually(lambda: leadsbot.api.leads(EMAIL), "a lead of what was not yet sent")
    visitor.get_by_role("button", name="Join").click()
    expect(visitor.get_by_role("heading", name="Thank you")).to_be_visible()

    lead = leadsbot.api.lead(EMAIL)
    eventually(lambda: leadsbot.api.timeline(lead["id"], "submitted"), "the submission")
    eventually(lambda: any(request.json["type"] == "form.submitted" for request in receiver.requests), "the webhook")
    assert any(EMAIL in text for text in sent), "nothing was seen on its way"
    assert _found_in("\n".join(sent)) == []
    assert _found_in(_all_that_the_api_tells(leadsbot, lead["id"])) == []
    assert _found_in("\n".join(request.body.decode() for request in receiver.requests)) == []
    stored = _all_that_is_stored(leadsbot.folder)
    assert EMAIL in stored, "this is not where it is stored"
    assert _found_in(stored) == []


def _fill_in(page: Page) -> None:
    page.get_by_label("Your name").fill("Rosa Lind")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Card number").fill(CARD)
    page.get_by_label("Reference").fill(f"paid with {CARD_IN_TEXT}")


def _all_that_the_api_tells(leadsbot: House, lead_id: str) -> str:
    paths = [f"/api/leads/{lead_id}", f"/api/v1/leads/{lead_id}/timeline", "/api/leads"]
    lists = ["leads", "sessions", "forms", "deliveries", "sites"]
    return repr([leadsbot.api.get(path) for path in [*paths, *(f"/api/v1/{name}" for name in lists)]])


def _all_that_is_stored(folder: Path) -> str:
    """Give every byte of the data folder: the database, what it has yet to fold in, and whatever else is there."""
    return "".join(file.read_bytes().decode("latin-1") for file in (folder / "data").rglob("*") if file.is_file())


def _found_in(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]
