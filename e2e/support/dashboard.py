"""The dashboard as its owner uses it."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from e2e.support.house import OWNER, PASSWORD


def sign_in(page: Page, url: str, email: str = OWNER, password: str = PASSWORD) -> Page:
    """Sign in by the form that a page of the dashboard leads to; the page is the inbox afterwards."""
    page.goto(f"{url}/leads")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{url}/leads")
    return page


def row_of(page: Page, name: str) -> Locator:
    """Find a lead's row in the inbox."""
    return page.locator("#rows .row").filter(has_text=name)


def has_no_sideways_scroll(page: Page) -> bool:
    """Tell whether the page fits the width of the window."""
    fits: bool = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return fits
