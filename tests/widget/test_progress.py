"""How far people got: sessions, percent, and the values a site lets out of a form that was not submitted."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, Route

from tests.widget.conftest import Open, engaged
from tests.widget.servers import Backend

STEPS = """
<form name=application method=post action=/send>
  <fieldset id=one><label>First name <input name=first_name></label><label>E-mail <input type=email name=email></label>
  </fieldset>
  <fieldset id=two hidden><label>Area <select name=area><option value="">-<option>Kitchen</select></label>
    <label><input type=radio name=days value=2>Two</label><label><input type=radio name=days value=3>Three</label>
  </fieldset>
  <input name=trap tabindex=-1><input type=hidden name=csrf><button>Send</button>
</form>
"""


def swap(page: Page, shown: str, hidden: str) -> None:
    page.evaluate(f"{shown}.hidden = false; {hidden}.hidden = true")


def test_a_view_is_told_once_per_page_view_and_form(open_page: Open, backend: Backend) -> None:
    page = open_page(STEPS)
    backend.expect("view")
    page.focus("[name=first_name]")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<form name=late><input name=email id=l></form>')")
    page.focus("#l")
    backend.expect("view", 2)
    assert [e["form"]["key"] for e in backend.events("view")] == ["application", "late"]


def test_the_first_step_alone_is_not_the_whole_and_swapping_steps_loses_nothing(
    open_page: Open, backend: Backend
) -> None:
    page = open_page(STEPS)
    page.fill("[name=first_name]", "Jane")
    page.fill("[name=email]", "jane@example.com")
    page.evaluate("LeadsBot.flush()")
    first = backend.expect("progress")
    assert (first["done"], first["total"], first["percent"]) == (2, 4, 50)
    swap(page, "two", "one")
    page.select_option("select", "Kitchen")
    page.evaluate("LeadsBot.flush()")
    backend.seen.wait(lambda: backend.events("progress")[-1]["done"] == 3, "the third answer")
    last = backend.events("progress")[-1]
    assert (last["percent"], last["last"]) == (75, "Area")
    assert last["session"] == first["session"]
    assert last["seq"] > first["seq"]


def test_progress_leaves_with_the_page(open_page: Open, backend: Backend) -> None:
    page = open_page(STEPS)
    page.focus("[name=first_name]")
    engaged(page, backend)
    page.fill("[name=first_name]", "Jane")
    page.goto("about:blank")
    event = backend.expect("progress")
    assert (event["percent"], event["last"], event["form"]["key"]) == (25, "First name", "application")


def test_progress_is_told_some_seconds_after_the_first_key_and_not_per_key(open_page: Open, backend: Backend) -> None:
    page = open_page(STEPS)
    page.type("[name=first_name]", "Jane Mary Ann")
    backend.expect("progress")
    assert len(backend.events("progress")) == 1


def test_a_quarter_is_told_at_once(open_page: Open, backend: Backend) -> None:
    page = open_page(STEPS)
    page.fill("[name=first_name]", "Jane")
    page.focus("[name=email]")
    assert backend.expect("progress")["percent"] == 25


def test_a_form_that_was_only_looked_at_is_no_session(open_page: Open, backend: Backend) -> None:
    page = open_page(STEPS)
    page.focus("[name=first_name]")
    page.goto("about:blank")
    backend.expect("view")
    assert backend.events("progress") == []


@pytest.mark.parametrize(
    ("partial", "names"),
    [("off", None), ("contact", ["first_name", "email"]), ("all", ["first_name", "email", "area"])],
)
def test_values_of_an_unsent_form_leave_only_as_the_site_allows(
    open_page: Open, backend: Backend, partial: str, names: list[str] | None
) -> None:
    backend.settings.update(partial=partial, contact="mail| (first|last) name ")
    page = open_page(STEPS)
    page.fill("[name=first_name]", "SENTINEL")
    page.fill("[name=email]", "jane@example.com")
    page.evaluate("two.hidden = false")
    page.select_option("select", "Kitchen")
    page.evaluate("LeadsBot.flush()")
    backend.seen.wait(lambda: any(e["done"] == 3 for e in backend.events("progress")), "all three answers")
    event = backend.events("progress")[-1]
    assert (names is None and "fields" not in event) or [f["name"] for f in event["fields"]] == names
    assert ("SENTINEL" in backend.sent) == (partial != "off")


def test_after_a_submission_the_session_is_over(open_page: Open, backend: Backend) -> None:
    page = open_page(STEPS + "<script>document.forms[0].onsubmit = e => { e.target.reset(); return false }</script>")
    page.fill("[name=email]", "jane@example.com")
    page.click("button")
    done = backend.expect("submit")
    page.fill("[name=email]", "john@example.com")
    page.evaluate("LeadsBot.flush()")
    again = backend.expect("progress")
    assert again["session"] != done["session"]


def test_loading_a_page_costs_the_first_file_alone(open_page: Open, backend: Backend) -> None:
    page = open_page(STEPS)
    backend.expect("view")
    assert not [r.path for r in backend.seen.requests if "engaged" in r.path]
    page.focus("[name=first_name]")
    backend.seen.wait(lambda: any("engaged" in r.path for r in backend.seen.requests), "the second file")


def test_what_was_done_before_the_second_file_came_is_told_as_it_was(
    context: BrowserContext, open_page: Open, backend: Backend
) -> None:
    held: list[Route] = []
    context.route("**/widget-engaged.js", lambda route: held.append(route))
    page = open_page(STEPS)
    page.fill("[name=first_name]", "Jane")
    page.fill("[name=email]", "jane@example.com")
    filled = page.evaluate("Date.now()")
    while not held:
        page.evaluate("0")
    page.wait_for_function(f"Date.now() > {filled}")
    held[0].continue_()
    engaged(page, backend)
    page.evaluate("LeadsBot.flush()")
    event = backend.expect("progress")
    assert event["start"] <= filled and event["at"] <= filled
    assert (event["done"], event["last"]) == (2, "E-mail")
    entered = {stat[0]: stat[2] for stat in event["stats"]}
    assert (entered["first_name"], entered["email"], entered["area"]) == (1, 2, 0)
