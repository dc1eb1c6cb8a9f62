"""What an attempt means, attempt by attempt, without a database."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from leadsbot import clock
from leadsbot.channels.base import DeliveryFailed, Receipt
from leadsbot.routing.attempt import Tried
from leadsbot.routing.destination import Destination
from leadsbot.routing.failing import Failing
from leadsbot.routing.verdict import Verdict, judge

NOW = 1_800_000_000_000
SCHEDULE = (5.0, 300.0, 1800.0)
FIRST = Failing(NOW, NOW)


def verdict(
    outcome: Receipt | DeliveryFailed,
    *,
    failures: int = 0,
    kind: str = "webhook",
    failing: Failing | None = None,
    **config: Any,
) -> Verdict:
    story = (failing.since, failing.at, failing.ms) if failing else (None, None, 0)
    columns = ("failing_since", "failed_at", "failing_ms")
    destination = Destination(kind, {"id": "d", **dict(zip(columns, story, strict=True))})
    return judge(Tried(NOW, 1, outcome), destination, failures, SCHEDULE, config)


@given(st.integers(0, 2), st.none() | st.floats(0, 86_400))
def test_a_wait_is_the_schedules_within_a_fifth_and_never_before_retry_after(
    failures: int, retry_after: float | None
) -> None:
    found = verdict(DeliveryFailed("no", status_code=503, retry_after=retry_after), failures=failures)
    least = max(SCHEDULE[failures] * 0.8, retry_after or 0) * clock.SECOND
    most = max(SCHEDULE[failures] * 1.2, retry_after or 0) * clock.SECOND
    assert found.status == "failed" and found.wait is not None and least <= found.wait <= most + 2


def test_waits_are_spread() -> None:
    assert len({verdict(DeliveryFailed("no")).wait for _ in range(20)}) > 1


def test_the_last_failure_of_the_schedule_ends_it() -> None:
    assert verdict(DeliveryFailed("no"), failures=3) == Verdict("dead", failing=FIRST)


def test_a_chats_429_is_no_failure_while_a_webhooks_is() -> None:
    busy = DeliveryFailed("busy", status_code=429, retry_after=7)
    chat, webhook = verdict(busy, kind="telegram"), verdict(busy)
    assert (chat.status, chat.counts, chat.failing) == ("pending", False, None)
    assert chat.wait is not None and chat.wait >= 7_000
    assert (webhook.status, webhook.counts, webhook.failing) == ("failed", True, FIRST)


def test_whoever_asks_for_more_than_five_days_is_not_tried_before_and_so_not_at_all() -> None:
    for kind in ("webhook", "telegram"):
        busy = DeliveryFailed("busy", status_code=429, retry_after=5 * 86_400 + 1)
        assert verdict(busy, kind=kind) == Verdict("dead", failing=FIRST)


def test_five_days_of_trouble_are_probed_and_what_is_gone_for_good_is_not() -> None:
    long = Failing(NOW - 5 * clock.DAY, NOW, 5 * clock.DAY)
    assert verdict(DeliveryFailed("still wrong"), failing=long).probed
    gone = verdict(DeliveryFailed("gone", permanent=True, disable="gone"), failing=long)
    assert gone.disable == "gone" and not gone.probed


def test_a_permanent_failure_is_not_tried_again() -> None:
    assert verdict(DeliveryFailed("wrong", permanent=True)) == Verdict("dead", failing=FIRST)


def test_five_days_of_trouble_are_enough_and_a_moment_less_is_not() -> None:
    failure, hour = DeliveryFailed("still wrong"), clock.HOUR
    enough = Failing(NOW - 5 * clock.DAY, NOW - hour, 5 * clock.DAY - hour)
    assert verdict(failure, failing=enough).disable.endswith("still wrong")
    assert verdict(failure, failing=replace(enough, ms=enough.ms - 1)).disable == ""


def test_a_move_is_followed_at_once() -> None:
    found = verdict(DeliveryFailed("moved", moved={"chat_id": -2}), kind="telegram", chat_id=-1)
    assert (found.status, found.wait, found.counts, found.moved) == ("pending", 0, False, {"chat_id": -2})


def test_a_move_to_where_it_is_already_is_a_failure() -> None:
    found = verdict(DeliveryFailed("moved", moved={"chat_id": -2}), kind="telegram", chat_id=-2)
    assert (found.status, found.moved) == ("failed", None)


def test_what_arrived_ends_the_trouble() -> None:
    long = Failing(NOW - 9 * clock.DAY, NOW, 4 * clock.DAY)
    assert verdict(Receipt(200), failing=long) == Verdict("delivered", failing=False)
