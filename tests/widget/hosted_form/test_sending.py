"""What becomes of what was sent, in words."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.widget.hosted_form.given import Show, fill, send
from tests.widget.servers import Site


def test_thanks_take_the_forms_place_and_are_read_out(show: Show) -> None:
    page = show()
    fill(page)
    send(page)
    status = page.get_by_role("status")
    expect(status).to_have_text("Thank youWe'll be in touch.")
    expect(status).to_be_focused()
    expect(page.get_by_role("textbox")).to_have_count(0)


def test_it_leads_to_the_page_that_the_form_names(show: Show, site: Site) -> None:
    page = show(redirect=f"{site.url}/thanks")
    fill(page)
    send(page)
    page.wait_for_url("**/thanks")


def test_while_it_is_sent_the_button_says_so_and_sends_nothing_twice(show: Show) -> None:
    page = show(words={"sending": "Moment …"})
    page.evaluate("void (window.held = new Promise((done) => { window.release = done }))")
    fill(page)
    send(page)
    button = page.get_by_role("button")
    expect(button).to_have_text("Moment …")
    assert button.get_attribute("aria-busy") == "true"
    button.click()
    page.get_by_label("Your name").press("Enter")
    page.evaluate("release()")
    expect(page.get_by_role("status")).to_be_visible()
    assert page.evaluate("sent.length") == 1


@pytest.mark.parametrize("status", [0, 500, 429])
def test_what_could_not_be_sent_yet_is_said_to_be_kept(show: Show, status: int) -> None:
    page = show()
    page.evaluate(f"status_ = {status}")
    fill(page)
    send(page)
    expect(page.get_by_role("status")).to_contain_text("will be sent")
    expect(page.get_by_role("status")).to_be_focused()


def test_an_answer_that_never_comes_is_not_waited_for_for_ever(show: Show) -> None:
    page = show()
    page.evaluate("void (window.held = new Promise(() => {}))")
    fill(page)
    send(page)
    expect(page.get_by_role("button")).to_have_text("Sending…")
    page.clock.run_for(20_000)
    expect(page.get_by_role("status")).to_contain_text("will be sent")


@pytest.mark.parametrize("status", ["403", "413", "'thrown'"])
def test_what_was_refused_is_said_and_the_answers_stay(show: Show, status: str) -> None:
    page = show(words={"refused": "Bitte später."})
    page.evaluate(f"status_ = {status}")
    fill(page)
    send(page)
    expect(page.get_by_role("alert")).to_have_text("Bitte später.")
    expect(page.get_by_label("E-mail")).to_have_value("ada@example.com")
    expect(page.get_by_role("button", name="Send")).to_have_attribute("aria-busy", "false")
    page.evaluate("status_ = 202")
    send(page)
    expect(page.get_by_role("status")).to_be_visible()
