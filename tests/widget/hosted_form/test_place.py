"""Where a hosted form stands, and what becomes of the page where it can't be had."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.widget.hosted_form.conftest import Forms
from tests.widget.hosted_form.given import Show
from tests.widget.servers import TOKEN


def test_it_takes_the_place_of_what_stands_in_the_container(show: Show) -> None:
    page = show()
    expect(page.get_by_role("heading", name="Get in touch")).to_be_visible()
    expect(page.get_by_text("Call us")).to_have_count(0)
    assert page.evaluate("watched[0] === document.querySelector('#here > div').shadowRoot")
    assert page.evaluate("watched[0].querySelector('form').getAttribute('data-leadsbot-form')") == "Contact"


def test_without_a_container_it_stands_right_after_the_tag(show: Show) -> None:
    page = show(body="<p>Before</p><script id=tag type=text/plain></script><p id=after>After</p>")
    assert page.evaluate("!!document.getElementById('tag').nextElementSibling.shadowRoot")


def test_a_tag_in_the_head_without_a_container_shows_nothing(show: Show) -> None:
    page = show(body="<p>Body</p>", head="<script id=tag type=text/plain></script>")
    assert page.evaluate("watched.length") == 0
    expect(page.get_by_role("button")).to_have_count(0)


def test_it_waits_for_a_container_that_is_not_there_yet(show: Show) -> None:
    page = show(body="<main></main>", wait=False)
    page.wait_for_selector("html[data-ready]")
    page.evaluate("document.querySelector('main').append(Object.assign(document.createElement('div'), {id: 'here'}))")
    expect(page.get_by_role("button", name="Send")).to_be_visible()


@pytest.mark.parametrize(
    ("tag", "path"),
    [("", ""), ("data-form=f-1", "/f-1"), ('data-form="A quote/Größe"', "/A%20quote%2FGr%C3%B6%C3%9Fe")],
)
def test_it_asks_for_the_form_that_the_tag_names(show: Show, backend: Forms, tag: str, path: str) -> None:
    show(tag=tag)
    backend.seen.wait(lambda: backend.asked == [f"/api/w/{TOKEN}/form{path}"], "the form's address")


@pytest.mark.parametrize("status", [403, 404])
def test_a_form_that_there_is_not_leaves_the_page_as_it_was(show: Show, backend: Forms, status: int) -> None:
    backend.refusals = [status, status]
    page = show()
    expect(page.get_by_text("Call us")).to_be_visible()
    backend.seen.wait(lambda: len(backend.asked) == 1, "one request")


def test_it_asks_again_after_a_failure(show: Show, backend: Forms) -> None:
    backend.refusals = [500, 503]
    page = show(wait=False)
    for asked, pause in ((1, 1_000), (2, 5_000)):
        backend.seen.wait(lambda number=asked: len(backend.asked) == number, f"try {asked}")
        page.wait_for_selector("html[data-ready]")
        page.clock.run_for(pause)
    expect(page.get_by_role("button", name="Send")).to_be_visible()


def test_after_three_failures_it_leaves_the_page_as_it_was(show: Show, backend: Forms) -> None:
    backend.refusals = [500] * 9
    page = show(wait=False)
    page.clock.resume()
    page.wait_for_selector("html[data-shown]")
    expect(page.get_by_text("Call us")).to_be_visible()
    backend.seen.wait(lambda: len(backend.asked) == 3, "three requests")


@pytest.mark.parametrize(
    "given", [{}, {"definition": {}}, {"definition": {"fields": [None]}}, {"definition": None}, []]
)
def test_an_answer_that_is_no_form_leaves_the_page_as_it_was(show: Show, backend: Forms, given: Any) -> None:
    backend.form = given
    expect(show().get_by_text("Call us")).to_be_visible()


def test_a_selector_that_is_none_does_no_harm(show: Show) -> None:
    page = show(body="<p>Page</p><script id=tag type=text/plain data-container='##'></script>")
    assert page.evaluate("watched.length") == 0


def test_a_hook_that_fails_does_no_harm(show: Show) -> None:
    failing = "Object.defineProperty(window, 'watched', { get() { throw new Error('no') }, set() {} })"
    page = show(head=f"<script nonce=n>{failing}</script>")
    expect(page.get_by_role("button", name="Send")).to_be_visible()
