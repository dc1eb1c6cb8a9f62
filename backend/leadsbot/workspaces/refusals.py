"""What was turned away at a public door, counted per site, reason and origin, for the people who wonder."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.errors import LeadsBotError
from leadsbot.ids import derived_id
from leadsbot.workspaces.tables import Refusal

log = structlog.get_logger("leadsbot.workspaces")

MAX_PER_SITE = 50
# A page's own word, which anybody can say: it has a share of its own, so that it hides no other reason.
CSP = "csp"
MAX_CSP_PER_SITE = 10
KEPT_MS = 30 * clock.DAY
MAX_WAITING = 500
ORIGIN_LENGTH = 500
_ADD = (
    "ON CONFLICT (id) DO UPDATE SET times = refusals.times + excluded.times,"
    " last_at = excluded.last_at, hint = excluded.hint"
)


@dataclass(frozen=True, slots=True)
class Refused:
    """Refused requests of one kind. `reason` is a machine's word, `hint` a sentence for the owner, never a stranger."""

    site_id: str
    reason: str
    origin: str
    hint: str
    at: int
    times: int = 1


class Tally:
    """Adds refusals up in memory, one write under way at a time: a flood of them holds up nobody's lead."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[tuple[str, str, str], Refused] = {}
        self._writing: asyncio.Task[None] | None = None

    def note(self, refused: Refused) -> None:
        """Count a refusal soon, without making anybody wait. Kinds beyond `MAX_WAITING` at once go uncounted."""
        key = (refused.site_id, refused.reason, refused.origin)
        before = self._waiting.get(key)
        if before is None and len(self._waiting) >= MAX_WAITING:
            return
        self._waiting[key] = replace(refused, times=refused.times + (before.times if before else 0))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(), name="refusals")

    async def _write(self) -> None:
        while self._waiting:
            noted, self._waiting = list(self._waiting.values()), {}
            try:
                await asyncio.gather(*[self._database.put(count, one) for one in noted])
            except LeadsBotError:  # the database can't take it: what was refused need not be known to the last one
                return
            except Exception as error:  # a site that was deleted meanwhile must not cost the others their counts
                log.warning("refusals.lost", error=repr(error))


async def count(tx: Tx, refused: Sequence[Refused]) -> list[None]:
    """Batch handler: add to the counts.

    Beyond `MAX_CSP_PER_SITE` lines of that reason and `MAX_PER_SITE` of all others together a site gets no new ones:
    nobody fills the table.
    """
    merged: dict[str, tuple[Refused, int]] = {}
    for one in refused:
        key = derived_id(one.site_id, one.reason, one.origin)
        merged[key] = (one, one.times + (merged[key][1] if key in merged else 0))
    known = await _known(tx, [one.site_id for one in refused])
    for key, (one, times) in sorted(merged.items()):
        of_csp = one.reason == CSP
        lines = known.setdefault((one.site_id, of_csp), set())
        if key not in lines and len(lines) >= (MAX_CSP_PER_SITE if of_csp else MAX_PER_SITE):
            continue
        lines.add(key)
        tx.insert(Refusal, _row(key, one, times), _ADD)
    return [None] * len(refused)


async def purge(tx: Tx) -> int:
    """Delete what hasn't been refused for `KEPT_MS`."""
    return await tx.execute("DELETE FROM refusals WHERE last_at < $1", clock.now() - KEPT_MS)


async def _known(tx: Tx, sites: list[str]) -> dict[tuple[str, bool], set[str]]:
    """Give the lines there are, by site and whether they are of `CSP`."""
    known: dict[tuple[str, bool], set[str]] = {}
    rows = await tx.fetch(f"SELECT id, site_id, reason FROM refusals WHERE site_id {tx.one_of(1)}", tx.many(sites))
    for row in rows:
        known.setdefault((row["site_id"], row["reason"] == CSP), set()).add(row["id"])
    return known


def _row(key: str, one: Refused, times: int) -> dict[str, object]:
    return {
        "id": key,
        "site_id": one.site_id,
        "reason": one.reason,
        "origin": one.origin[:ORIGIN_LENGTH],
        "hint": one.hint,
        "times": times,
        "first_at": one.at,
        "last_at": one.at,
    }
