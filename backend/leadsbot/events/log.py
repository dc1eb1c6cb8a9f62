"""Recording what happened: one row in the caller's transaction, and the job that tells whoever wants to know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.events.tables import Event
from leadsbot.ids import new_id
from leadsbot.jobs.queue import enqueue

TYPES = (
    "lead.created",
    "lead.updated",
    "lead.stage_changed",
    "lead.deleted",
    "form.started",
    "form.abandoned",
    "form.submitted",
    "webhook.disabled",
    "workflow.step",
)
ROUTE = "route"
EVENTS_PER_JOB = 200


class Happening(msgspec.Struct, frozen=True):
    """Something of `type` in a workspace; `data` is what webhooks carry (contract, section 5)."""

    workspace_id: str
    type: str
    data: Mapping[str, Any]
    lead_id: str | None = None
    session_id: str | None = None
    at: int | None = None


def topic(workspace_id: str) -> str:
    """Name the signal that wakes those who watch a workspace."""
    return f"events:{workspace_id}"


@contextmanager
def unheard(tx: Tx) -> Iterator[None]:
    """Let what happens meanwhile in this transaction be no event: nobody is told, nothing stands in the log. For
    what is no news, such as leads of years past that are brought over from elsewhere."""
    tx.quiet = True
    try:
        yield
    finally:
        tx.quiet = False


def record(tx: Tx, *happenings: Happening) -> list[str]:
    """Append to the log and give the events' ids. One routing job is enqueued for all that a unit of work records."""
    ids: list[str] = []
    if tx.quiet:
        return ids
    for happening in happenings:
        event_id = new_id()
        ids.append(event_id)
        tx.insert(
            Event,
            {
                "id": event_id,
                "workspace_id": happening.workspace_id,
                "type": happening.type,
                "lead_id": happening.lead_id,
                "session_id": happening.session_id,
                "data": msgspec.json.encode(happening.data).decode(),
                "at": clock.now() if happening.at is None else happening.at,
            },
        )
        tx.signal(topic(happening.workspace_id))
    tx.gather(ROUTE, [(one.workspace_id, id) for one, id in zip(happenings, ids, strict=True)], _enqueue_routing)
    return ids


def _enqueue_routing(tx: Tx, recorded: list[tuple[str, str]]) -> None:
    """A workspace's jobs are a chain: what happened later is never told before what happened first."""
    of_workspace: defaultdict[str, list[str]] = defaultdict(list)
    for workspace_id, event_id in recorded:
        of_workspace[workspace_id].append(event_id)
    for workspace_id, ids in of_workspace.items():
        for first in range(0, len(ids), EVENTS_PER_JOB):
            events = {"events": ids[first : first + EVENTS_PER_JOB]}
            enqueue(tx, ROUTE, events, workspace_id=workspace_id, chain=f"{ROUTE}:{workspace_id}")
