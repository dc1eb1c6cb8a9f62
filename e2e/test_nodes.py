"""Several nodes on one PostgreSQL: what one learns the others know, what one leaves behind the others finish."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from e2e.support.api import Api
from e2e.support.house import SETTINGS, House, house
from e2e.support.load import Load
from e2e.support.node import Node
from e2e.support.waiting import PATIENCE_S, PAUSE_S, eventually
from e2e.support.wire import Submission
from tests.support.webhook_receiver import Answer, Received, WebhookReceiver

HOLDS_WITHIN_S = 2.0
ORIGIN = "https://lindenhof.example"
ELSEWHERE = "https://elsewhere.example"


@pytest.fixture
def first(tmp_path: Path, ports: int, postgres_url: str) -> Iterator[House]:
    """A node with a workspace, whose site lists `ORIGIN`."""
    with house(tmp_path, ports, [ORIGIN], DATABASE_URL=postgres_url) as leadsbot:
        yield leadsbot


@pytest.fixture
def second(first: House, ports: int, postgres_url: str) -> Iterator[Node]:
    """Another node on the same database, not yet started; it has nothing of its own but its port."""
    with Node(first.folder, "serve", port=ports + 1, name="second", DATABASE_URL=postgres_url, **SETTINGS) as node:
        yield node


@pytest.fixture
def page() -> Iterator[httpx.Client]:
    """A page of `ORIGIN`."""
    with closing(httpx.Client(headers={"Origin": ORIGIN}, timeout=PATIENCE_S)) as client:
        yield client


def test_a_setting_changed_on_one_node_holds_on_the_other_within_two_seconds(
    first: House, second: Node, page: httpx.Client
) -> None:
    address = f"{second.start().url}/api/w/{first.token}"
    assert page.get(address).json()["consent"] == "none"
    first.set_site(consent="required")
    assert _asked_until(lambda: page.get(address).json()["consent"] == "required") < HOLDS_WITHIN_S


def test_an_origin_taken_off_the_list_on_one_node_is_refused_by_the_other_within_two_seconds(
    first: House, second: Node, page: httpx.Client
) -> None:
    address = f"{second.start().url}/api/w/{first.token}"
    assert page.get(address).status_code == 200
    first.set_site(allowed_origins=[ELSEWHERE])
    assert _asked_until(lambda: page.get(address).status_code == 403) < HOLDS_WITHIN_S
    assert "access-control-allow-origin" not in page.get(address).headers


def test_what_a_dead_node_had_under_way_is_delivered_by_another(
    first: House, second: Node, receiver: WebhookReceiver
) -> None:
    hook = first.hook(receiver, "lead.created")
    receiver.always(Answer(hang=True))
    visitors = [Submission(f"visitor-{number}@example.com", page=f"{ORIGIN}/contact") for number in range(3)]
    with Load(first.events_url, visitors, origin=ORIGIN):
        held = receiver.wait_for(len(visitors))
    second.start()
    receiver.always(Answer(204))
    first.node.kill()
    killed = time.monotonic()

    arrived = receiver.wait_for(2 * len(visitors))[len(visitors) :]
    print(f"taken over within {time.monotonic() - killed:.1f} s")
    assert _ids(arrived) == _ids(held)
    for request in arrived:
        request.verify(hook.secret)
    with Api(second.url, first.key) as api:
        path = f"/api/v1/webhooks/{hook.id}/deliveries"
        eventually(lambda: {one["status"] for one in api.every(path)} == {"delivered"}, "the word of it")


def _asked_until(true: Callable[[], bool]) -> float:
    """Ask until it is true; gives when the last question was asked that still had the old answer (s from now)."""
    now, last = time.monotonic(), 0.0
    while True:
        asked = time.monotonic() - now
        if true():
            return last
        last = asked
        assert last < PATIENCE_S, "it never became true"
        time.sleep(PAUSE_S)


def _ids(requests: list[Received]) -> list[str]:
    return sorted(request.headers["x-leadsbot-delivery"] for request in requests)
