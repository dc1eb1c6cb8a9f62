"""Databases with workspaces, webhooks and work that waits, for what is measured to begin on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.db.migrate import migrate
from leadsbot.events.log import Happening, record
from leadsbot.ids import new_id
from leadsbot.jobs.queue import SIGNAL
from leadsbot.jobs.tables import Job
from leadsbot.routing.tables import Delivery
from leadsbot.routing.webhooks import create_webhook
from leadsbot.vault import Vault
from leadsbot.workspaces.bootstrap import NewWorkspace, create

KEY = "bench-" * 8
_PART = 2_000


@dataclass(frozen=True, slots=True)
class Place:
    """A webhook and whose it is; `key` is an API key of the workspace."""

    workspace_id: str
    key: str
    webhook_id: str
    path: str


async def places(database: Database, sink: int, workspaces: int, webhooks: int, path: str = "/hook") -> list[Place]:
    """Make workspaces with so many webhooks each, all at the sink on this port."""
    await migrate(database)
    vault, made = Vault(KEY), []
    for _ in range(workspaces):
        number = new_id()
        owner = NewWorkspace("Bench", f"bench-{number}@example.com", "a long password", ["https://www.example.com"])
        created = await create(database, owner)
        space = created.workspace_id
        for _ in range(webhooks):
            own = f"{path}/{len(made)}"
            url = f"http://127.0.0.1:{sink}{own}"
            row, _ = await create_webhook(database, vault, space, url, ["lead.created"])
            made.append(Place(space, created.api_key, row["id"], own))
    return made


async def tell(database: Database, workspace_id: str, count: int = 1) -> None:
    """Record that leads were created, each in a unit of its own, as visitors make them."""

    async def one() -> None:
        happening = Happening(workspace_id, "lead.created", {"lead": _lead()})
        await database.write(lambda tx: _record(tx, happening))

    for first in range(0, count, _PART):
        await asyncio.gather(*(one() for _ in range(min(_PART, count - first))))


async def due_in(database: Database, wait: int) -> None:
    """Let all that waits begin in `wait` ms, so that whoever works on it is up by then."""

    async def unit(tx: Tx) -> None:
        await tx.execute(f"UPDATE jobs SET waits = 'time', due = {tx.now_ms} + $1 WHERE state = 'ready'", wait)

    await database.write(unit)


async def backlog(database: Database, at: Sequence[Place], count: int) -> None:
    """Let so many deliveries wait, as routing would have left them, evenly among these webhooks."""
    body = b'{"id": "x", "timestamp": "2026-11-21T20:00:00.000Z", "data": {"lead": null}}'.decode()

    async def part(first: int, last: int) -> None:
        async def unit(tx: Tx) -> None:
            now = clock.now()
            for number in range(first, last):
                place, delivery = at[number % len(at)], new_id()
                whose = {"workspace_id": place.workspace_id, "created_at": now}
                news = {"event_id": new_id(), "event_type": "lead.created", "lead_id": delivery, "line": delivery}
                tx.insert(Delivery, {"id": delivery, **whose, **news, "webhook_id": place.webhook_id, "body": body})
                work = {
                    "kind": "deliver",
                    "lane": f"webhook:{place.webhook_id}",
                    "due": now,
                    "payload": _work(delivery),
                }
                tx.insert(Job, {"id": new_id(), **whose, **work, "chain": f"{delivery}:{place.webhook_id}"})
            tx.signal(SIGNAL)

        await database.write(unit)

    for first in range(0, count, _PART):
        await part(first, min(first + _PART, count))


def _work(delivery_id: str) -> str:
    return f'{{"delivery": "{delivery_id}", "round": 0}}'


async def _record(tx: Tx, happening: Happening) -> None:
    record(tx, happening)


def _lead() -> dict[str, object]:
    text = "We are planning a wedding for 80 guests in May. "
    utm = {f"utm_{name}": "newsletter" for name in ("source", "medium", "campaign", "term", "content")}
    return {"id": new_id(), "name": "Ada Person", "email": "ada@example.com", "message": text * 6, "stage": "New",
            "spam": False, "page_url": "https://www.example.com/contact", "custom_data": {}, **utm}  # fmt: skip
