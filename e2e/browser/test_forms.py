"""The demo's other forms: one that is sent by script, and one in steps that is left half-filled."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from e2e.support.api import Json
from e2e.support.house import House
from e2e.support.waiting import eventually
from tests.support.webhook_receiver import WebhookReceiver

EMAIL, PHONE = "tobias@example.com", "+43 660 7654321"
LAST_FIELD = "Where would you like to work?"


def test_a_form_that_is_sent_by_script_is_a_lead_and_the_page_answers_as_it_did(
    leadsbot: House, visitor: Page, site: str
) -> None:
    visitor.goto(f"{site}/quote.html")
    form = visitor.locator("form[name=quote]")
    form.get_by_label("First name").fill("Tobias")
    form.get_by_label("Last name").fill("Berger")
    form.get_by_label("E-mail").fill(EMAIL)
    form.get_by_label("Kind of event").select_option("Meeting")
    form.get_by_label("Guests").fill("24")
    form.get_by_role("checkbox", name="Dinner").check()
    form.get_by_role("checkbox", name="Rooms").check()
    form.get_by_role("button", name="Ask for a quote").click()
    expect(visitor.get_by_text("Thank you, it's on our table")).to_be_visible()
    expect(visitor).to_have_url(f"{site}/quote.html")

    lead = leadsbot.api.lead(EMAIL)
    assert (lead["name"], lead["form_name"], lead["confirmation"]) == ("Tobias Berger", "Your event", "confirmed")
    sent = _values(leadsbot.api.timeline(lead["id"], "submitted"))
    assert (sent["guests"], sent["extras"], sent["event_type"]) == ("24", "Dinner, Rooms", "Meeting")


@pytest.fixture
def half_filled(leadsbot: House, visitor: Page, site: str) -> Json:
    """The session of a visitor who filled in five of eleven fields of the application, and left."""
    visitor.goto(f"{site}/apply.html")
    form = visitor.locator("form[name=application]")
    form.get_by_label("First name").fill("Tobias")
    form.get_by_label("Last name").fill("Berger")
    form.get_by_label("E-mail").fill(EMAIL)
    form.get_by_label("Phone").fill(PHONE)
    form.get_by_role("button", name="Next").click()
    form.get_by_label(LAST_FIELD).select_option("Garden")
    visitor.get_by_role("link", name="House", exact=True).click()
    expect(visitor).to_have_url(f"{site}/index.html")
    return eventually(lambda: _session(leadsbot, "started", completed=5), "the session")


def test_a_form_that_was_left_shows_how_far_its_visitor_got(leadsbot: House, half_filled: Json) -> None:
    told = {key: half_filled[key] for key in ("form_name", "last_field", "fields_completed", "fields_total")}
    assert told == {"form_name": "Application", "last_field": LAST_FIELD, "fields_completed": 5, "fields_total": 11}
    assert (half_filled["completion_percent"], half_filled["state"]) == (45, "started")
    assert half_filled["lead_id"] is None and half_filled["abandoned_at"] is None


def test_it_turns_abandoned_after_the_sites_minutes_and_the_webhook_hears_of_it(
    leadsbot: House, half_filled: Json, receiver: WebhookReceiver
) -> None:
    hook = leadsbot.hook(receiver, "form.abandoned")
    leadsbot.set_site(abandon_after_minutes=0.02)
    abandoned = eventually(lambda: _session(leadsbot, "abandoned"), "the session's end")
    assert abandoned["id"] == half_filled["id"] and abandoned["abandoned_at"]

    receiver.wait_for(1)
    told = receiver.verify(hook.secret)
    assert told["type"] == "form.abandoned"
    assert told["data"] == {"lead": None, "session": abandoned}


def test_what_was_typed_into_a_form_that_was_not_sent_stays_with_the_visitor(
    leadsbot: House, half_filled: Json, receiver: WebhookReceiver
) -> None:
    leadsbot.hook(receiver, "form.abandoned")
    leadsbot.set_site(abandon_after_minutes=0.02)
    receiver.wait_for(1)
    assert leadsbot.api.every("/api/v1/leads") == []
    seen = [request.body.decode() for request in receiver.requests] + [str(half_filled)]
    assert not [text for text in seen for value in (EMAIL, PHONE, "Berger", "Garden") if value in text]


def _session(leadsbot: House, state: str, completed: int = 0) -> Json:
    """Give the application's session in this state once so many fields are known to be filled in, else nothing."""
    for session in leadsbot.api.every("/api/v1/sessions", state=state):
        if session["form_name"] == "Application" and session["fields_completed"] >= completed:
            return session
    return {}


def _values(entries: list[Json]) -> dict[str, Any]:
    """Give what the one submission among these entries sent, by field name."""
    [entry] = entries
    return {field["name"]: field["value"] for field in entry["fields"]}
