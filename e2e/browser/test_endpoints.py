"""An endpoint's own code, copied from the dashboard and run where it belongs; and a page that has to be let in."""

from __future__ import annotations

import shutil
import subprocess
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.support.house import House
from e2e.support.waiting import eventually
from tests.widget.servers import Site

EMPTY = "<!doctype html><html lang=en><meta charset=utf-8><title>A page</title><body></body></html>"


@pytest.fixture
def endpoint(leadsbot: House) -> dict[str, Any]:
    """The bootstrap's endpoint."""
    (made,) = leadsbot.api.every("/api/v1/endpoints")
    return made


def example(owner: Page, leadsbot: House, label: str) -> str:
    """Give the code that the page has to copy."""
    owner.goto(f"{leadsbot.url}/endpoints")
    owner.get_by_text("How to send").click()
    return owner.get_by_label(label, exact=True).inner_text()


def sent(page: Page, code: str) -> list[Any]:
    """Run the JavaScript in a page; gives the answer's status and body, as far as the page may read them."""
    answer: list[Any] = page.evaluate(f"""async () => {{
        try {{ {code.rpartition("if (")[0]} return [answer.status, await answer.json()]; }}
        catch (error) {{ return [0, String(error)]; }}
    }}""")
    return answer


def notice(owner: Page) -> Locator:
    return owner.locator(".notice.is-trouble")


def test_the_javascript_works_on_a_page_once_its_origin_is_allowed(
    leadsbot: House, own_site: Site, endpoint: dict[str, Any], visitor: Page, owner: Page
) -> None:
    own_site.pages["/page"] = EMPTY
    visitor.goto(f"{own_site.url}/page")
    code = example(owner, leadsbot, "JavaScript")
    status, lead = sent(visitor, code)
    assert (status, lead["email"]) == (201, "jane@example.com")
    status, told = sent(visitor, code.replace("email:", "nickname:"))
    assert (status, told["fields"]) == (400, ["email"])

    leadsbot.api.patch(f"/api/v1/endpoints/{endpoint['id']}", {"allowed_origins": ["https://www.example.com"]})
    assert sent(visitor, code)[0] == 0, "a page that isn't allowed can read nothing"

    def noted() -> bool:
        owner.goto(f"{leadsbot.url}/endpoints")
        return notice(owner).filter(has_text=own_site.url).count() == 1

    eventually(noted, "the refusal")
    owner.get_by_role("button", name="Allow this origin").click()
    expect(notice(owner).filter(has_text=own_site.url)).to_have_count(0)
    assert sent(visitor, code)[0] == 201


def test_the_form_works_without_a_script(leadsbot: House, own_site: Site, visitor: Page, owner: Page) -> None:
    own_site.pages["/page"] = EMPTY.replace("<body>", f"<body>{example(owner, leadsbot, 'HTML form')}")
    visitor.goto(f"{own_site.url}/page")
    visitor.get_by_label("Name").fill("Rosa Lind")
    visitor.get_by_label("Phone").fill("0660 1234567")
    visitor.get_by_label("Email").fill("rosa@example.com")
    visitor.get_by_role("button", name="Send").click()
    lead = leadsbot.api.lead("rosa@example.com")
    assert (lead["name"], lead["device_type"]) == ("Rosa Lind", "desktop")


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl here")
def test_curl_works_signed_and_unsigned(leadsbot: House, endpoint: dict[str, Any], owner: Page) -> None:
    def run(**environment: str) -> str:
        code = example(owner, leadsbot, "curl")
        env = {"PATH": "/usr/local/bin:/usr/bin:/bin", **environment}
        return subprocess.run(["bash", "-c", code], env=env, capture_output=True, check=True, text=True).stdout

    assert '"email":"jane@example.com"' in run()
    made = leadsbot.api.patch(f"/api/v1/endpoints/{endpoint['id']}", {"signing": True})
    assert '"email":"jane@example.com"' in run(SECRET=made["signing_secret"])
    assert '"signature_wrong"' in run(SECRET="another")
