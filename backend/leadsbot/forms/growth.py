"""Forms that grow while they are filled in: how many fields visitors met in the end.

The widget measures by it, so that who has filled in the first step isn't at 100 percent.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from leadsbot import clock
from leadsbot.db import Tx

MAX_TOTAL = 200
# Fields of one name stand in one line of the statistics, and each counts.
UNNAMED = 5
REMEMBERED_MS = 30 * clock.DAY
CONFIRMED_AFTER_MS = clock.DAY

# The largest total holds while somebody meets it now and then; after that the next one does, be it none (0).
_MET = """UPDATE forms SET fields_total = $2, fields_total_at = $3 WHERE id = (
 SELECT id FROM forms WHERE id = $1 AND ($2 > fields_total OR ($2 = fields_total AND fields_total_at < $4)
  OR ($2 < fields_total AND fields_total_at < $5))"""


class Met(Struct, frozen=True, gc=False):
    """Who sent a form at `at` (ms) had met `total` fields in it; 0 where there were no more than at first."""

    form_id: str
    total: int
    at: int


def met(form_id: str, begun: int | None, total: int, named: int, known: int, at: int) -> Met | None:
    """Give what a submission says of its form's growth; None where that is nothing new (`known` is what was stored).

    The number holds for every visitor after: beyond `MAX_TOTAL` fields it isn't believed, and no further than
    `UNNAMED` beyond the fields that the submission calls by name (`named`).
    """
    if begun is None or total > MAX_TOTAL:
        return None
    total = min(total, named + UNNAMED)
    grown = total if total > begun else 0
    return Met(form_id, grown, at) if grown or known else None


async def write(tx: Tx, said: Sequence[Met]) -> None:
    """Store the largest total of each form, where it changes something. A row that another node is at is passed by:
    nobody waits, and the next submission says it again."""
    largest: dict[str, Met] = {}
    for one in said:
        before = largest.get(one.form_id)
        if before is None or one.total > before.total:
            largest[one.form_id] = one
    lock = " FOR UPDATE SKIP LOCKED)" if tx.dialect == "postgres" else ")"
    await tx.execute_many(
        _MET + lock,
        [
            (key, one.total, one.at, one.at - CONFIRMED_AFTER_MS, one.at - REMEMBERED_MS)
            for key, one in sorted(largest.items())
        ],
    )
