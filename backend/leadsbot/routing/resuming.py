"""What a channel was still due when nothing could be sent there any more, sent after all once that is over: by the job
`resume` where it is much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.jobs.outcomes import Done, Outcome
from leadsbot.jobs.queue import enqueue
from leadsbot.jobs.runner import JobHandler
from leadsbot.routing import gates
from leadsbot.routing.deliveries import ANEW, begin_anew
from leadsbot.routing.destination import Destination
from leadsbot.routing.route import queue
from leadsbot.services import Services

RESUME: Final = "resume"
AT_ONCE: Final = 1_000
"""By one run; the next goes on behind these."""
DIED: Final = f"status = 'dead' AND reason = '{gates.GONE}'"
"""What was due when its destination was removed."""
LATELY_MS: Final = 7 * clock.DAY

Row = Mapping[str, Any]


class _Stopped(NamedTuple):
    """The reasons of what was withheld and of what has died, of those that were told behind `since` (ms) and `after`
    (the id of one)."""

    withheld: str
    dead: str
    since: int = 0
    after: str = ""


def job_handlers(services: Services) -> dict[str, JobHandler]:
    async def run(payload: Mapping[str, Any]) -> Outcome:
        async def write(tx: Tx) -> None:
            if destination := await works(tx, payload["channel"]):
                await _resume(tx, destination, _Stopped(**payload["stopped"]))

        return Done(writes=write)

    return {RESUME: run}


async def after_removal(tx: Tx, destination: Destination) -> None:
    """Send what died because the channel was gone."""
    await _resume(tx, destination, _Stopped(gates.GONE, gates.GONE))


async def after_trouble(tx: Tx, destination: Destination) -> None:
    """Send what waited when the channel was switched off by itself, and what found that it didn't work, of the last
    days; `destination` is as it was while it was off. Nothing for one that somebody had switched off."""
    row = destination.row
    if not destination.is_webhook and row["disabled_at"] is not None:
        stopped = _Stopped(gates.BROKEN, row["disabled_reason"], clock.now() - LATELY_MS)
        await _resume(tx, destination, stopped)


async def works(tx: Tx, channel_id: str) -> Destination | None:
    """Give a channel that is on by now, though whoever asks had found it off or gone; nobody switches it meanwhile."""
    lock = " FOR UPDATE" if tx.dialect == "postgres" else ""
    row = await tx.fetch_one(f"SELECT * FROM channels WHERE id = $1 AND enabled{lock}", channel_id)
    return Destination(row["kind"], row) if row else None


async def ended_late(tx: Tx, delivery: Row) -> None:
    """Begin anew what was ended just now, as its channel was off or gone, where that is over already: whoever let the
    channel go on could not see it among what had waited."""
    destination = await works(tx, str(delivery["channel_id"]))
    if destination is None:
        return
    ended = "id = $1 AND round = $2 AND status IN ('withheld', 'dead') AND body <> ''"
    rows = await tx.fetch(
        f"UPDATE deliveries SET {ANEW} WHERE {ended} RETURNING round", delivery["id"], delivery["round"]
    )
    for row in rows:
        queue(tx, delivery["id"], destination.lane, row["round"])


async def _resume(tx: Tx, destination: Destination, stopped: _Stopped) -> None:
    """Begin these anew, the oldest first, but for what is about spam by now."""
    rows = await tx.fetch(
        "SELECT id, created_at FROM deliveries WHERE channel_id = $1 AND event_type <> 'test' AND body <> ''"
        " AND (status = 'withheld' AND reason = $2 OR status = 'dead' AND reason = $3) AND (created_at, id) > ($4, $5)"
        " AND NOT EXISTS (SELECT 1 FROM leads l WHERE l.id = deliveries.lead_id AND l.spam)"
        f" ORDER BY created_at, id LIMIT {AT_ONCE}",
        destination.id,
        *stopped,
    )
    begun = await begin_anew(tx, [row["id"] for row in rows])
    for delivery_id, round in begun.items():
        queue(tx, delivery_id, destination.lane, round)
    if len(rows) == AT_ONCE:
        behind = stopped._replace(since=rows[-1]["created_at"], after=rows[-1]["id"])
        payload = {"channel": destination.id, "stopped": behind._asdict()}
        enqueue(tx, RESUME, payload, due=clock.now(), workspace_id=destination.workspace_id)
    await gates.wake(tx, destination.workspace_id, destination.id, clock.now())
