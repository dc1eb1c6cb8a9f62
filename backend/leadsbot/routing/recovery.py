"""The job `let_go`: a webhook works again, so what failed there before isn't left to wait for its own next attempt.

One after the other and not all at once, since who has just come back is soon overrun; a line's own order is kept by
its chain. Each is let go once in its round: what fails again then fails for itself, and keeps to the schedule. Nothing
goes before the time that the other side has named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.events.log import topic
from leadsbot.jobs.outcomes import Done, Outcome
from leadsbot.jobs.queue import SIGNAL, enqueue
from leadsbot.jobs.runner import JobHandler
from leadsbot.routing.destination import Destination
from leadsbot.routing.route import job_of
from leadsbot.services import Services

LET_GO: Final = "let_go"
EVERY_MS: Final = 100
"""Between one that is let go and the next."""
AT_ONCE: Final = 100
"""By one run; the next comes when these are on their way, unless they fail."""
_GO, _NOT_BEFORE = "let_go", "not_before"

Row = Mapping[str, Any]


def job_handlers(services: Services) -> dict[str, JobHandler]:
    async def run(payload: Mapping[str, Any]) -> Outcome:
        return await let_go(services, payload["webhook"], payload["until"], tuple(payload["after"]))

    return {LET_GO: run}


def works_again(tx: Tx, destination: Destination) -> None:
    """Let what has failed at a webhook go, in the transaction that ends its trouble."""
    _plan(tx, destination.workspace_id, destination.id, clock.now(), (0, ""))


def named(delivery: Row, at: int, retry_after: float | None) -> dict[str, Any] | None:
    """Give a webhook delivery's `state` with the time that its answer of `at` (ms) has named, if it has."""
    if not retry_after or delivery.get("webhook_id") is None:
        return None
    return {**_state(delivery), _NOT_BEFORE: at + round(retry_after * clock.SECOND)}


async def let_go(services: Services, webhook_id: str, until: int, after: tuple[int, str]) -> Outcome:
    """Bring forward what was told until `until` (ms) and has failed, behind the delivery `after` (time and id)."""
    webhook = await services.database.fetch_one("SELECT * FROM webhooks WHERE id = $1", webhook_id)
    if webhook is None or not webhook["enabled"] or webhook["failing_since"] is not None:
        return Done()
    rows = await services.database.fetch(
        "SELECT id, round, state, next_attempt_at, created_at FROM deliveries WHERE workspace_id = $1"
        " AND status = 'failed' AND webhook_id || '' = $2 AND created_at <= $3 AND (created_at, id) > ($4, $5)"
        f" ORDER BY created_at, id LIMIT {AT_ONCE}",
        webhook["workspace_id"],
        webhook_id,
        until,
        *after,
    )

    async def write(tx: Tx) -> None:
        went = await _bring_forward(tx, [row for row in rows if _state(row).get(_GO) != row["round"]])
        if len(rows) == AT_ONCE:
            last = (rows[-1]["created_at"], rows[-1]["id"])
            _plan(tx, webhook["workspace_id"], webhook_id, until, last, went * EVERY_MS)
        tx.signal(topic(webhook["workspace_id"]))

    return Done(writes=write if rows else None)


async def _bring_forward(tx: Tx, rows: Sequence[Row]) -> int:
    """Give these their times, one behind the other, as far as nobody works on them; gives how many there were."""
    now = clock.now()
    times = [(row, max(now + place * EVERY_MS, _state(row).get(_NOT_BEFORE, 0))) for place, row in enumerate(rows)]
    sooner = [(row, at) for row, at in times if at < (row["next_attempt_at"] or 0)]
    # The jobs first, as whoever settles does.
    await tx.execute_many(
        "UPDATE jobs SET due = $2 WHERE id = $1 AND state = 'ready' AND waits = 'time' AND due > $2",
        sorted((job_of(row["id"], row["round"]), at + tx.ahead) for row, at in sooner),
    )
    await tx.execute_many(
        "UPDATE deliveries SET next_attempt_at = $3, state = $4"
        " WHERE id = $1 AND round = $2 AND status = 'failed' AND next_attempt_at > $3",
        sorted((row["id"], row["round"], at, _gone(row)) for row, at in sooner),
    )
    tx.signal(SIGNAL)
    return len(sooner)


def _plan(tx: Tx, workspace_id: str, webhook_id: str, until: int, after: tuple[int, str], wait: int = 0) -> None:
    payload = {"webhook": webhook_id, "until": until, "after": after}
    enqueue(tx, LET_GO, payload, due=clock.now() + wait, workspace_id=workspace_id)


def _state(row: Row) -> dict[str, Any]:
    return msgspec.json.decode(row["state"] or "{}", type=dict[str, Any])


def _gone(row: Row) -> str:
    return msgspec.json.encode({**_state(row), _GO: row["round"]}).decode()
