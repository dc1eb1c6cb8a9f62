"""That the cases can fail: pages on which something is wrong, and a widget that would be."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from e2e.widget.case import Case, Run, every
from e2e.widget.driving import Driver
from e2e.widget.pages import CONTACT, fill_contact, is_sent, script
from e2e.widget.running import run
from e2e.widget.visitor import Visitor
from e2e.widget.world import World


def one(steps: Run, **more: Any) -> Case:
    return Case("harness/case", "harness", "A case of the harness's own", steps, **more)


def sends(v: Visitor, head: str) -> None:
    v.open(CONTACT, head=head)
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)


def test_every_case_has_a_sentence_of_its_own() -> None:
    told = Counter((case.theme, case.sentence) for case in every())
    assert [pair for pair, times in told.items() if times > 1] == []
    assert [case.id for case in every() if not case.sentence or case.sentence.endswith(".")] == []


def test_a_case_that_is_left_out_somewhere_says_why() -> None:
    assert [case.id for case in every() for name in case.not_in if not case.but.get(name)] == []


def test_a_page_that_sees_an_error_fails_its_case(the_world: World, driver: Driver) -> None:
    with pytest.raises(AssertionError, match="saw an error"):
        run(one(lambda v: sends(v, script("setTimeout(() => { throw new Error('oh'); });"))), the_world, driver)


def test_a_page_that_asks_something_else_because_of_the_widget_fails_its_case(the_world: World, driver: Driver) -> None:
    differs = """addEventListener('submit', (e) => { if (!window.LeadsBot) return;
      e.target.insertAdjacentHTML('beforeend', '<input type="hidden" name="more" value="1">'); });"""
    with pytest.raises(AssertionError, match="without the widget"):
        run(one(lambda v: sends(v, script(differs))), the_world, driver)


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("styles", "document.head.append(document.createElement('style'))"),
        ("stored under", "localStorage.setItem('theirs', '1')"),
        ("requests to", "fetch('http://127.0.0.1:9/').catch(() => 0)"),
        ("cookie", "document.cookie = 'a=1'"),
    ],
)
def test_what_the_widget_must_not_do_fails_the_case(the_world: World, driver: Driver, what: str, code: str) -> None:
    def looks(v: Visitor) -> None:
        v.open(CONTACT)
        v.run(code)

    with pytest.raises(AssertionError, match=what):
        run(one(looks), the_world, driver)


def test_a_second_lead_fails_a_case_that_expects_one(the_world: World, driver: Driver) -> None:
    def twice(v: Visitor) -> None:
        for address in (v.email, f"another-{v.email}"):
            v.open(CONTACT)
            v.fill("[name=email]", address)
            v.click("button")
            v.arrives("/thanks")
        v.named("contact")
        v.submissions(2)
        v.lead()

    with pytest.raises(AssertionError, match="2 leads instead of 1"):
        run(one(twice), the_world, driver)
