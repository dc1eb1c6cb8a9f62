"""The tag copied to a page that is not on the site's list: refused with a hint, allowed with one press."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.support.house import House
from e2e.support.pages import ENQUIRY, with_tag
from e2e.support.waiting import eventually
from tests.widget.servers import Site


@pytest.fixture
def garden(leadsbot: House, own_site: Site) -> str:
    """A page of somebody's own with the copied tag; gives its address."""
    own_site.pages["/garden"] = with_tag(leadsbot, ENQUIRY)
    return f"{own_site.url}/garden"


def test_a_page_that_is_not_on_the_list_works_and_makes_no_lead(leadsbot: House, visitor: Page, garden: str) -> None:
    _send(visitor, garden, "refused@example.com")
    _wait_for_refusal(leadsbot, garden)
    assert leadsbot.api.leads("refused@example.com") == []


def test_the_sites_page_names_the_origin_and_one_press_lets_it_in(
    leadsbot: House, visitor: Page, garden: str, owner: Page
) -> None:
    _send(visitor, garden, "refused@example.com")
    _wait_for_refusal(leadsbot, garden)

    owner.goto(f"{leadsbot.url}/sites")
    hint = _hint(owner, garden)
    expect(hint).to_contain_text("is not on the site's list")
    hint.get_by_role("button", name="Allow").click()
    expect(_hint(owner, garden)).to_have_count(0)
    expect(owner.get_by_label("Allowed origins").first).to_have_value(re.compile(re.escape(_origin(garden))))

    _send(visitor, garden, "allowed@example.com")
    lead = leadsbot.api.lead("allowed@example.com")
    assert (lead["name"], lead["page_url"]) == ("Rosa Lind", garden)


def _send(page: Page, address: str, email: str) -> None:
    """Open the page, send its form, and see it do what it always did."""
    page.goto(address)
    page.get_by_label("Your name").fill("Rosa Lind")
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def _wait_for_refusal(leadsbot: House, address: str) -> None:
    """Wait until what the page sent was refused: its settings and its submission."""
    path = f"/api/v1/sites/{leadsbot.site_id}/refusals"

    def refused() -> bool:
        lines = leadsbot.api.get(path)["data"]
        return any(line["origin"] == _origin(address) and line["count"] >= 2 for line in lines)

    eventually(refused, "the refusal")


def _hint(page: Page, address: str) -> Locator:
    return page.locator(".notice.is-trouble").filter(has_text=_origin(address))


def _origin(address: str) -> str:
    return "/".join(address.split("/")[:3])
