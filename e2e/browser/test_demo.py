"""`leadsbot demo`, as `make run` starts it: a newcomer's first minute, with nothing but what it prints."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from e2e.support.dashboard import row_of, sign_in
from e2e.support.node import Node
from e2e.support.visitor import send_contact_form
from e2e.support.waiting import eventually


@pytest.fixture
def demo(tmp_path: Path, ports: int) -> Iterator[Node]:
    with Node(tmp_path, "demo", port=ports) as running:
        yield running.start()


def test_a_newcomer_signs_in_sends_the_demos_form_and_sees_the_lead(
    demo: Node, people: Callable[..., BrowserContext], visitor: Page
) -> None:
    said = eventually(lambda: _printed(demo.output), "the welcome")
    assert said["Dashboard"] == demo.url
    inbox = sign_in(people().new_page(), said["Dashboard"], said["Email"], said["Password"])
    visitor.goto(said["Demo site"])
    visitor.get_by_role("link", name="Contact").click()
    send_contact_form(visitor, name="Ada Newcomer", email="ada@example.com", message="Hello!")
    expect(row_of(inbox, "Ada Newcomer")).to_be_visible()


def _printed(output: str) -> dict[str, str]:
    """Give what the welcome names, once it is whole."""
    if "</script>" not in output:
        return {}
    return dict(re.findall(r"^ +(Dashboard|Email|Password|Demo site) +(\S+)", output, re.MULTILINE))
