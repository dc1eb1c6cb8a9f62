"""What an attempt means for its delivery and its destination (contract, section 5). No database in here."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal

from leadsbot import clock
from leadsbot.channels.base import DeliveryFailed
from leadsbot.routing.attempt import Tried
from leadsbot.routing.destination import Destination
from leadsbot.routing.failing import GIVE_UP_AFTER, Failing, failed

JITTER = 0.2


@dataclass(frozen=True, slots=True)
class Verdict:
    """The delivery's new `status`, and in how many ms it is tried again (None: never).

    `counts` is whether the attempt used up one of the schedule's. `disable` says why the destination is switched off,
    `probed` whether it is asked now and then from there on. `failing` is its trouble as it is now, or False where it
    has none (None: this attempt says nothing of that), `moved` what changes in its config.
    """

    status: str
    wait: int | None = None
    counts: bool = True
    disable: str = ""
    probed: bool = False
    failing: Failing | Literal[False] | None = None
    moved: Mapping[str, Any] | None = None


def judge(
    tried: Tried,
    destination: Destination,
    failures: int,
    schedule: Sequence[float],
    config: Mapping[str, Any],
) -> Verdict:
    """Decide what follows an attempt, before which `failures` of the schedule's had failed.

    `schedule` has the waits between attempts in seconds; `config` is the destination's, to see whether it really moved.
    """
    failure = tried.failure
    if failure is None:
        return Verdict("delivered", failing=False)
    if failure.moved and any(config.get(key) != value for key, value in failure.moved.items()):
        return Verdict("pending", wait=0, counts=False, moved=failure.moved)
    failing = failed(destination.row, tried.at, schedule)
    if failure.disable:
        return Verdict("dead", disable=failure.disable, failing=failing)
    if failing.long:
        reason = f"Nothing has arrived in five days of trying. {failure.message}"
        return Verdict("dead", disable=reason, probed=True, failing=failing)
    if failure.permanent or _asks_for_ages(failure):
        return Verdict("dead", failing=failing)
    if _only_busy(failure, destination):
        return Verdict("pending", wait=_ms(failure.retry_after or 0), counts=False)
    if failures >= len(schedule):
        return Verdict("dead", failing=failing)
    return Verdict("failed", wait=_wait(schedule[failures], failure.retry_after), failing=failing)


def _only_busy(failure: DeliveryFailed, destination: Destination) -> bool:
    """A chat service that names a time is busy, not broken. A webhook's Retry-After only delays the schedule."""
    busy = failure.status_code == HTTPStatus.TOO_MANY_REQUESTS and failure.retry_after is not None
    return busy and not destination.is_webhook


def _asks_for_ages(failure: DeliveryFailed) -> bool:
    """Before `Retry-After` nothing is tried, and after five days nothing is tried any more."""
    return (failure.retry_after or 0) * clock.SECOND > GIVE_UP_AFTER


def _wait(scheduled: float, retry_after: float | None) -> int:
    """Give the wait in ms: spread by a fifth either way, so that what failed together isn't tried together."""
    spread = scheduled * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 (no secret depends on it)
    return _ms(max(spread, retry_after or 0))


def _ms(seconds: float) -> int:
    return int(seconds * clock.SECOND) + 1
