"""What was turned away at a public door, counted per site, reason and origin, for the people who wonder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadsbot.db import Tx
from leadsbot.ids import derived_id
from leadsbot.workspaces.tables import Refusal

MAX_PER_SITE = 50
ORIGIN_LENGTH = 500
_ADD = (
    "ON CONFLICT (id) DO UPDATE SET times = refusals.times + excluded.times,"
    " last_at = excluded.last_at, hint = excluded.hint"
)


@dataclass(frozen=True, slots=True)
class Refused:
    """One refused request: `reason` is a machine's word, `hint` the sentence for the site's owner, never a stranger."""

    site_id: str
    reason: str
    origin: str
    hint: str
    at: int


async def count(tx: Tx, refused: Sequence[Refused]) -> list[None]:
    """Batch handler: add to the counts.

    Beyond `MAX_PER_SITE` lines a site gets no new ones: nobody fills the table.
    """
    merged: dict[str, tuple[Refused, int]] = {}
    for one in refused:
        key = derived_id(one.site_id, one.reason, one.origin)
        merged[key] = (one, merged[key][1] + 1 if key in merged else 1)
    known = await _known(tx, [one.site_id for one in refused])
    for key, (one, times) in sorted(merged.items()):
        lines = known.setdefault(one.site_id, set())
        if key not in lines and len(lines) >= MAX_PER_SITE:
            continue
        lines.add(key)
        tx.insert(Refusal, _row(key, one, times), _ADD)
    return [None] * len(refused)


async def _known(tx: Tx, sites: list[str]) -> dict[str, set[str]]:
    known: dict[str, set[str]] = {}
    for row in await tx.fetch(f"SELECT id, site_id FROM refusals WHERE site_id {tx.one_of(1)}", tx.many(sites)):
        known.setdefault(row["site_id"], set()).add(row["id"])
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
