"""The API's reference in a browser: found by typing, linked to, one language, on a phone, without a script, offline."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect

from e2e.browser.conftest import PHONE
from e2e.support.dashboard import has_no_sideways_scroll
from e2e.support.house import House

People = Callable[..., BrowserContext]


@pytest.fixture
def reference(leadsbot: House, people: People) -> Page:
    """Somebody at a desk who reads the reference."""
    page = people().new_page()
    page.goto(f"{leadsbot.url}/docs")
    return page


def call(page: Page, anchor: str) -> None:
    """Fail unless this call is what is being read."""
    expect(page.locator(f'#nav a[href="#{anchor}"]')).to_have_attribute("aria-current", "true")
    expect(page.locator(f"#{anchor} h3")).to_be_in_viewport()


def test_a_call_is_found_by_typing_and_has_a_link_of_its_own(leadsbot: House, reference: Page) -> None:
    reference.keyboard.press("/")
    reference.keyboard.type("patch webhooks")
    expect(reference.locator("#nav li:visible").first).to_contain_text("webhook")
    reference.keyboard.press("Enter")
    expect(reference).to_have_url(f"{leadsbot.url}/docs#patch-api-v1-webhooks-webhook-id")
    call(reference, "patch-api-v1-webhooks-webhook-id")
    reference.reload()
    call(reference, "patch-api-v1-webhooks-webhook-id")
    reference.keyboard.press("/")
    reference.keyboard.type("xylophone")
    expect(reference.get_by_text("Nothing here says that.")).to_be_visible()
    reference.keyboard.press("Escape")
    assert reference.locator("#nav li:visible").count() > 60


@pytest.mark.parametrize(("words", "place"), [("origin_not_allowed", "errors"), ("429", "limits"), ("hmac", "hooks")])
def test_codes_and_words_of_the_text_are_found_and_unfolded(reference: Page, words: str, place: str) -> None:
    reference.keyboard.press("/")
    reference.keyboard.type(words)
    reference.locator(f'#nav a[href="#{place}"]').click()
    expect(reference.locator(f"#{place}").get_by_text(words).first).to_be_visible()


def test_a_guide_is_reached_and_found_by_its_words(leadsbot: House, reference: Page) -> None:
    reference.get_by_role("link", name="Guides: WordPress").click()
    expect(reference).to_have_url(f"{leadsbot.url}/docs/guides")
    reference.keyboard.press("/")
    reference.keyboard.type("autoreplay")
    expect(reference.locator("#nav li:visible")).to_have_count(1)
    reference.keyboard.press("Enter")
    expect(reference.get_by_role("heading", name="Zapier", exact=True)).to_be_visible()


def test_a_language_is_chosen_once_and_a_key_fills_the_examples_in(reference: Page) -> None:
    reference.locator("#post-api-v1-leads").get_by_text("Python", exact=True).click()
    for anchor in ("post-api-v1-leads", "post-api-postback", "get-api-leads"):
        expect(reference.locator(f"#{anchor} .in-python")).to_be_visible()
        expect(reference.locator(f"#{anchor} .in-curl")).to_be_hidden()
    reference.get_by_label("Your key").fill("lb_mine")
    expect(reference.locator("#post-api-postback .in-python")).to_contain_text("Bearer lb_mine")
    reference.get_by_label("Your key").fill("")
    expect(reference.locator("#post-api-postback .in-python")).to_contain_text("Bearer lb_YOUR_API_KEY")


def test_on_a_phone_it_fits_and_the_contents_open_and_close(leadsbot: House, people: People) -> None:
    page = people(**PHONE).new_page()
    page.goto(f"{leadsbot.url}/docs#post-api-v1-leads")
    expect(page.locator("#post-api-v1-leads h3")).to_be_in_viewport()
    assert has_no_sideways_scroll(page)
    expect(page.locator("#nav")).to_be_hidden()
    page.get_by_role("button", name="Contents").tap()
    page.locator("#nav").get_by_role("link", name="Errors").tap()
    expect(page.locator("#nav")).to_be_hidden()
    expect(page.get_by_role("heading", name="Errors", exact=True)).to_be_in_viewport()


def test_without_a_script_all_of_it_is_there(leadsbot: House, people: People) -> None:
    page = people(java_script_enabled=False).new_page()
    page.goto(f"{leadsbot.url}/docs")
    expect(page.locator("#post-api-v1-leads .in-curl")).to_be_visible()
    page.locator("#post-api-v1-leads").get_by_text("PHP", exact=True).click()
    expect(page.locator("#post-api-v1-leads .in-php")).to_be_visible()
    expect(page.get_by_label("Find a call")).to_be_hidden()


def test_nothing_is_asked_of_anybody_else_and_nothing_is_refused(leadsbot: House, people: People) -> None:
    page = people().new_page()
    asked: list[Request] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request))
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{leadsbot.url}/docs", wait_until="networkidle")
    assert asked and all(request.url.startswith(leadsbot.url) for request in asked)
    assert said == []
