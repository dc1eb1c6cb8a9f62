"""Leads that follow a new name (a stage's, a type's, a source's), a part at a time, so that other writing goes on.

The first part goes with the name, in one transaction; whoever renamed sees to the others. A job does it where they
can't any more, and for those who don't wait.
"""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct, convert, to_builtins

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.events.log import topic
from leadsbot.jobs.handlers import HasDatabase
from leadsbot.jobs.outcomes import Done, Outcome
from leadsbot.jobs.queue import enqueue
from leadsbot.jobs.runner import JobHandler
from leadsbot.workspaces import lists
from leadsbot.workspaces.lists import KINDS

AT_ONCE = 500
REST: Final = "leads.renamed"
# By then whoever renamed has long done it.
REST_AFTER_MS: Final = 30 * clock.SECOND
_FIRST: Final = ""
_EVER: Final = 2**62


class Rename(Struct, frozen=True):
    """Leads of a workspace whose `column` holds one of `before` get the name of the entry or source `of`, which was
    `after` when it was renamed at `at` (ms)."""

    workspace_id: str
    column: str
    before: tuple[str, ...]
    after: str
    of: str
    at: int


async def begin(tx: Tx, rename: Rename, *, waits: bool) -> str | None:
    """Take the first part along, in the caller's transaction; gives where the next one begins, None where that was all.
    `waits` tells whether the caller will `finish()`."""
    reached = await _part(tx, rename, _FIRST, rename.after)
    if reached is not None:
        enqueue(tx, REST, to_builtins(rename), due=clock.now() + (REST_AFTER_MS if waits else 0))
    return reached


async def finish(database: Database, rename: Rename, reached: str | None, until: int = _EVER) -> None:
    """Take the others along that came in by `until` (ms), each part in a transaction of its own."""

    async def unit(tx: Tx) -> str | None:
        assert reached is not None
        return await _part(tx, rename, reached, await _name(tx, rename), until)

    while reached is not None:
        reached = await database.write(unit)


async def _part(tx: Tx, rename: Rename, start: str, name: str, until: int = _EVER) -> str | None:
    """Rename up to `AT_ONCE` leads whose id is greater than `start`; gives the last one's, or None at the end."""
    before = tx.many(sorted(rename.before))
    rows = await tx.fetch(
        f"SELECT id FROM leads WHERE workspace_id = $1 AND {rename.column} {tx.one_of(2)} AND id > $3"
        f" AND created_at <= $4 ORDER BY id LIMIT {AT_ONCE}",
        rename.workspace_id,
        before,
        start,
        until,
    )
    ids = [str(row["id"]) for row in rows]
    if ids:
        await tx.execute(
            f"UPDATE leads SET {rename.column} = $3 WHERE id {tx.one_of(1)} AND {rename.column} {tx.one_of(2)}",
            tx.many(ids),
            before,
            name,
        )
    tx.signal(topic(rename.workspace_id))
    return ids[-1] if len(ids) == AT_ONCE else None


async def _name(tx: Tx, rename: Rename) -> str:
    """Give the name as it is now: it may have been changed again meanwhile."""
    if rename.column == "source":
        source = await tx.fetch_one(
            "SELECT name FROM sources WHERE id = $1 AND workspace_id = $2", rename.of, rename.workspace_id
        )
        return str(source["name"]) if source else rename.after
    row = await tx.fetch_one("SELECT * FROM workspaces WHERE id = $1", rename.workspace_id)
    kind = next(kind for kind in KINDS if kind.on_lead == rename.column)
    entries = lists.listing_of(row, kind).entries() if row else []
    return next((entry.name for entry in entries if entry.id == rename.of), rename.after)


def job_handlers(services: HasDatabase) -> dict[str, JobHandler]:
    async def run(payload: dict[str, Any]) -> Outcome:
        rename = convert(payload, Rename)
        # Who comes later under the old name may well mean another one.
        await finish(services.database, rename, _FIRST, until=rename.at)
        return Done()

    return {REST: run}
